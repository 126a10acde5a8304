"""The ratio after to before at every date at once: season, overdispersion, and a date's place."""

import numpy as np
import pandas as pd

AT_LEAST = 10
"""A date is a possible date if its windows hold at least this many counts together."""
WINDOW = {"D": 90, "M": 6}
"""Units before and after where nothing else is asked for: days, or months."""
NEAR_YEARS = 2
"""The second placebo comparison is with dates at most so far away: the war had a trend."""
_ANGLES = 2 * np.pi * np.arange(12) / 12
_HARMONICS = np.column_stack(
    [np.ones(12)] + [f(k * _ANGLES) for k in (1, 2) for f in (np.cos, np.sin)]
)
_SMOOTH = _HARMONICS @ np.linalg.pinv(_HARMONICS)


def season(counts: np.ndarray, months: np.ndarray, weights=1.0) -> np.ndarray:
    """Expected relative rate of each unit of time by its calendar month.

    Ratio of the sums per calendar month to the sums of the centred twelve-month moving average,
    smoothed by two annual harmonics. Neither a trend nor a change of level enters.

    Parameters
    ----------
    counts : array (..., n)
        Monthly counts of whole consecutive months.
    months : int array (n,)
        Calendar month, 1-12.
    weights : array (n,), optional
        How often each month counts, for a bootstrap.

    Returns
    -------
    array (..., 12)
        January to December, mean 1; all 1 for series under three years.

    Examples
    --------
    >>> season(np.ones(48), np.arange(48) % 12 + 1).round(6).tolist() == [1.0] * 12
    True
    """
    counts = np.asarray(counts, float)
    n = counts.shape[-1]
    if n < 36:
        return np.ones((*counts.shape[:-1], 12))
    total = np.concatenate([np.zeros((*counts.shape[:-1], 1)), counts.cumsum(-1)], -1)
    year = total[..., 12:] - total[..., :-12]
    average = (year[..., :-1] + year[..., 1:]) / 24
    weights = np.broadcast_to(weights, n)[6 : n - 6]
    inner, month = counts[..., 6 : n - 6] * weights, months[6 : n - 6]
    average = average * weights
    by_month = [
        inner[..., month == m].sum(-1) / np.maximum(average[..., month == m].sum(-1), 1e-9)
        for m in range(1, 13)
    ]
    smooth = np.clip(np.stack(by_month, -1) @ _SMOOTH.T, 0.2, None)
    return smooth / smooth.mean(-1, keepdims=True)


def season_interval(
    series: pd.Series, date, length: int | None = None, draws: int = 999, seed: int = 0
) -> pd.Series:
    """The ratio after to before that the season alone would give at a date, with its 95 % interval.

    Whole years are drawn with replacement, and the season is computed anew from each set.

    Returns
    -------
    Series
        `season`, `low`, `high`.

    Examples
    --------
    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> found = season_interval(finest(load()), "2020-06-03", 6)
    >>> bool(found["low"] < found["season"] < found["high"] < 1)
    True
    """
    monthly, rng = by_month(series), np.random.default_rng(seed)
    length = length or WINDOW[series.index.freqstr]
    counts, months = monthly.to_numpy(), monthly.index.month.to_numpy()
    year, calendar = monthly.index.year - monthly.index.year[0], series.index.month.to_numpy() - 1
    at = series.index.get_loc(pd.Period(pd.Timestamp(str(date)), series.index.freq)) - length

    def ratio(weights) -> float:
        factors = season(counts, months, weights)
        before, _, after = window_sums(factors[calendar], length)
        return after[at] / before[at]

    n = year[-1] + 1
    drawn = [ratio(rng.multinomial(n, np.full(n, 1 / n))[year]) for _ in range(draws)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return pd.Series({"season": ratio(1.0), "low": low, "high": high})


def expected(series: pd.Series) -> np.ndarray:
    """Relative rate per unit of a daily or monthly series, by its own season (`season`)."""
    monthly = by_month(series)
    factors = season(monthly.to_numpy(), monthly.index.month.to_numpy())
    return factors[series.index.month.to_numpy() - 1]


def by_month(series: pd.Series) -> pd.Series:
    """A daily series summed to months; a monthly one as it is.

    >>> days = pd.Series(1, pd.period_range("2020-01-01", "2020-02-29", freq="D"))
    >>> by_month(days).tolist()
    [31, 29]
    """
    if series.index.freqstr == "M":
        return series
    return series.groupby(series.index.asfreq("M").rename("month")).sum()


def window_sums(values: np.ndarray, length: int, duration: int = 1) -> tuple:
    """Sums before, during and after every position whose windows fit: three arrays (..., m).

    >>> [part.tolist() for part in window_sums(np.arange(6), 2)]
    [[1, 3], [2, 3], [7, 9]]
    """
    values = np.asarray(values)
    total = np.concatenate([np.zeros((*values.shape[:-1], 1), values.dtype), values.cumsum(-1)], -1)
    m = max(values.shape[-1] - 2 * length - duration + 1, 0)
    at = [0, length, length + duration, 2 * length + duration]
    a, b, c, d = (total[..., i : i + m] for i in at)
    return b - a, c - b, d - c


def log_ratio(before, after, expected_before, expected_after) -> tuple:
    """Log ratio of two counts to their expectation, and its Poisson variance (half counts)."""
    before, after = before + 0.5, after + 0.5
    value = np.log(after / before) - np.log(expected_after / expected_before)
    return value, 1 / before + 1 / after


def extra_variance(value, variance, possible) -> np.ndarray:
    """Variance of log ratios beyond Poisson, over all possible dates (last axis).

    Moment estimator of the variance between units in a random-effects model (DerSimonian & Laird
    1986); the changes that the dates saw are in it, so that it errs on the cautious side.
    """
    weight = possible / variance
    excess = (possible * (value**2 / variance - 1)).sum(-1)
    return np.maximum(excess, 0) / np.maximum(weight.sum(-1), 1e-9)


def at_every_date(
    series: pd.Series,
    length: int | None = None,
    duration: int = 1,
    compare: tuple = ("before", "after"),
    against: pd.Series | None = None,
    seasonal: bool = True,
) -> pd.DataFrame:
    """The statistic at every date at which its windows fit, all at once.

    Parameters
    ----------
    series : Series
        Counts on a complete daily or monthly PeriodIndex.
    length : int, optional
        Units before and after; default `WINDOW`.
    duration : int
        Units from first to last day (1 for an event); they belong to neither side.
    compare : pair of str
        Which two of before, during, after.
    against : Series, optional
        Counts of an unaffected area: the statistic is then the ratio of the two areas' ratios.
    seasonal : bool
        Free the ratio of the season, per series.

    Returns
    -------
    DataFrame
        Index: the first unit of the event. `before`, `during`, `after`, `possible` (at least
        `AT_LEAST` counts in the windows, of each area), `log_ratio`, `ratio` (freed of the season),
        `season` (the ratio that the season alone would give), `error` (standard error of the log
        ratio with overdispersion), `statistic` (log ratio over its error).

    Examples
    --------
    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> table = at_every_date(finest(load(), "regions"), 6)
    >>> len(table), table.loc["2020-06", ["before", "after"]].astype(int).tolist()
    (132, [238, 113])
    """
    where = {"before": 0, "during": 1, "after": 2}
    length = length or WINDOW[series.index.freqstr]
    first, second = (where[name] for name in compare)
    counts = window_sums(series.to_numpy(), length, duration)
    value, variance, possible, by_season = 0.0, 0.0, True, 0.0
    for sign, part in ((1, series), (-1, against)):
        if part is None:
            continue
        sums = window_sums(part.to_numpy(), length, duration)
        rate = expected(part) if seasonal else np.ones(len(part))
        exposure = window_sums(rate, length, duration)
        log, own = log_ratio(sums[first], sums[second], exposure[first], exposure[second])
        units = window_sums(np.ones(len(part)), length, duration)
        value, variance = value + sign * log, variance + own
        by_season = by_season + sign * np.log(
            exposure[second] / exposure[first] * units[first] / units[second]
        )
        possible = possible & (sums[first] + sums[second] >= AT_LEAST)
    error = np.sqrt(variance + extra_variance(value, variance, possible))
    at = series.index[length : length + len(counts[0])]
    return pd.DataFrame(
        {
            **dict(zip(where, counts, strict=True)),
            "possible": possible,
            "log_ratio": value,
            "ratio": np.exp(value),
            "season": np.exp(by_season),
            "error": error,
            "statistic": value / error,
        },
        index=at,
    )


def tail_shares(statistic: np.ndarray, possible: np.ndarray) -> np.ndarray:
    """Share of possible dates whose statistic lies as far from the median as each one's."""
    distance = np.abs(statistic - np.median(statistic[possible]))
    ordered = np.sort(distance[possible])
    beyond = len(ordered) - np.searchsorted(ordered, distance - 1e-12, side="left")
    return np.where(possible, beyond / max(len(ordered), 1), np.nan)


def tail_share(statistic: np.ndarray, possible: np.ndarray, at: int) -> float:
    """What `tail_shares` gives at one date, without ranking all of them."""
    if not possible[at]:
        return np.nan
    distance = np.abs(statistic - np.median(statistic[possible]))
    return float(np.mean(distance[possible] >= distance[at] - 1e-12))


def place_of(table: pd.DataFrame, date, within_years: float | None = None) -> dict:
    """Where a date falls among all possible dates.

    Parameters
    ----------
    table : DataFrame
        From `at_every_date`.
    date : date-like
    within_years : float, optional
        Only dates at most that far away.

    Returns
    -------
    dict
        `p` (two-sided: share of possible dates, the date itself among them, at least as far from
        their median), `percentile` (share of dates with a lower statistic), `dates`,
        `placebo_low`, `placebo_high` (the ratios between which 95 % of the dates lie). NaN
        where the date is not a possible one.

    Examples
    --------
    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> found = place_of(at_every_date(finest(load())), "2020-06-03")
    >>> 0 < found["p"] < 1
    True
    """
    at = pd.Period(pd.Timestamp(str(date)), freq=table.index.freq)
    blank = {"p": np.nan, "percentile": np.nan, "dates": 0}
    blank |= {"placebo_low": np.nan, "placebo_high": np.nan}
    if at not in table.index or not table.loc[at, "possible"]:
        return blank
    if within_years is not None:
        near = np.abs(table.index.year + table.index.month / 12 - at.year - at.month / 12)
        table = table[near <= within_years]
    dates = table[table["possible"]]
    values = dates["statistic"]
    low, high = dates["ratio"].quantile([0.025, 0.975])
    return {
        "p": tail_share(values.to_numpy(), np.ones(len(values), bool), dates.index.get_loc(at)),
        "percentile": float((values < values[at]).mean()),
        "dates": len(values),
        "placebo_low": float(low),
        "placebo_high": float(high),
    }
