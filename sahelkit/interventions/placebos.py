"""The ratio after to before at every date at once: season, overdispersion, and a date's place."""

import numpy as np
import pandas as pd

from sahelkit.models import TAILS, resampled, season

AT_LEAST = 10
"""A date is a possible date if its windows hold at least this many counts together."""
WINDOW = {"D": 90, "M": 6}
"""Units before and after where nothing else is asked for: days, or months."""
NEAR_YEARS = 2
"""The second placebo comparison is with dates at most so far away: the war had a trend."""
SIDES = ("before", "during", "after")


def season_interval(
    series: pd.Series, date, length: int | None = None, draws: int = 999, seed: int = 0
) -> pd.Series:
    """The ratio after to before that the season alone would give at a date, with its 95 % interval.

    Whole years are drawn with replacement, and the season is computed anew from each set. Gives
    `season`, `low`, `high`.

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
    at = series.index.get_loc(pd.Period(str(date), series.index.freq)) - length

    def ratio(weights) -> float:
        before, _, after = window_sums(season(counts, months, weights)[calendar], length)
        return after[at] / before[at]

    drawn = [ratio(times[year]) for times in resampled(np.eye(year[-1] + 1), draws, rng)]
    low, high = np.nanquantile(drawn, TAILS)
    return pd.Series({"season": ratio(1.0), "low": low, "high": high})


def expected(counts, calendar: pd.PeriodIndex | None = None) -> np.ndarray:
    """Relative rate per unit of daily or monthly series (..., units), each by its own `season`."""
    calendar = counts.index if calendar is None else calendar
    months = calendar.asfreq("M")
    starts = np.flatnonzero(np.r_[True, months.asi8[1:] != months.asi8[:-1]])
    monthly = np.add.reduceat(np.asarray(counts), starts, axis=-1)
    return season(monthly, months[starts].month.to_numpy())[..., months.month - 1]


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
    """Sums before, during and after every position whose windows fit: three arrays (..., m)."""
    values = np.asarray(values)
    total = np.concatenate([np.zeros((*values.shape[:-1], 1), values.dtype), values.cumsum(-1)], -1)
    m = max(values.shape[-1] - 2 * length - duration + 1, 0)
    at = [0, length, length + duration, 2 * length + duration]
    a, b, c, d = (total[..., i : i + m] for i in at)
    return b - a, c - b, d - c


def log_ratios(counts, calendar, length: int, duration: int = 1, compare=("before", "after")):
    """Of series (..., units), at every date: log ratio free of the season, variance, season, possible.

    The variance is Poisson's, with half a count added to each side; season is the log ratio that it
    alone would give; a date is possible from `AT_LEAST` counts on.
    """
    first, second = (SIDES.index(name) for name in compare)
    counts = np.asarray(counts)
    sums, hoped, units = (
        window_sums(values, length, duration)
        for values in (counts, expected(counts, calendar), np.ones(len(calendar)))
    )
    before, after = sums[first] + 0.5, sums[second] + 0.5
    by_season = np.log(hoped[second] / hoped[first])
    value = np.log(after / before) - by_season
    by_season = by_season + np.log(units[first] / units[second])
    return value, 1 / before + 1 / after, by_season, sums[first] + sums[second] >= AT_LEAST


def standard_error(value, variance, possible) -> np.ndarray:
    """Of log ratios, with their variance beyond Poisson over all possible dates (last axis).

    Moment estimator of the variance between units in a random-effects model (DerSimonian & Laird
    1986); the changes that the dates saw are in it, so that it errs on the cautious side.
    """
    weight = (possible / variance).sum(-1, keepdims=True)
    excess = (possible * (value**2 / variance - 1)).sum(-1, keepdims=True)
    return np.sqrt(variance + np.maximum(excess, 0) / np.maximum(weight, 1e-9))


def at_every_date(
    series: pd.Series,
    length: int | None = None,
    duration: int = 1,
    compare: tuple = ("before", "after"),
    against: pd.Series | None = None,
) -> pd.DataFrame:
    """The statistic at every date at which its windows fit, all at once.

    Index: the first unit of the event. `before`, `during`, `after`, `possible` (at least `AT_LEAST`
    counts in the windows, of each area), `log_ratio`, `ratio` (freed of the season), `season` (the
    ratio that the season alone would give), `error` (standard error of the log ratio with
    overdispersion), `statistic` (log ratio over its error).

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

    Examples
    --------
    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> table = at_every_date(finest(load(), "regions"), 6)
    >>> len(table), table.loc["2020-06", ["before", "after"]].astype(int).tolist()
    (132, [238, 113])
    """
    length = length or WINDOW[series.index.freqstr]
    counts = window_sums(series.to_numpy(), length, duration)
    how = length, duration, compare
    value, variance, by_season, possible = log_ratios(series, series.index, *how)
    if against is not None:
        theirs = log_ratios(against, against.index, *how)
        value, by_season = value - theirs[0], by_season - theirs[2]
        variance, possible = variance + theirs[1], possible & theirs[3]
    error = standard_error(value, variance, possible)
    return pd.DataFrame(
        {
            **dict(zip(SIDES, counts, strict=True)),
            "possible": possible,
            "log_ratio": value,
            "ratio": np.exp(value),
            "season": np.exp(by_season),
            "error": error,
            "statistic": value / error,
        },
        index=series.index[length : length + len(value)],
    )


def tail_shares(statistic: np.ndarray, possible: np.ndarray | None = None) -> np.ndarray:
    """Share of possible dates whose statistic lies as far from the median as each one's."""
    possible = np.ones(len(statistic), bool) if possible is None else possible
    if not possible.any():
        return np.full(len(statistic), np.nan)
    distance = np.abs(statistic - np.median(statistic[possible]))
    ordered = np.sort(distance[possible])
    beyond = len(ordered) - np.searchsorted(ordered, distance - 1e-12, side="left")
    return np.where(possible, beyond / len(ordered), np.nan)


def place_of(table: pd.DataFrame, date, within_years: float | None = None) -> dict:
    """Where a date falls among all possible dates of `at_every_date`, or those so many years around.

    A dict of `p` (two-sided: share of possible dates, the date itself among them, at least as far
    from their median), `percentile` (share of dates with a lower statistic), `dates`,
    `placebo_low`, `placebo_high` (the ratios between which 95 % of the dates lie). NaN where the
    date is not a possible one.

    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> found = place_of(at_every_date(finest(load())), "2020-06-03")
    >>> 0 < found["p"] < 1
    True
    """
    at = pd.Period(str(date), table.index.freq)
    if at not in table.index or not table.loc[at, "possible"]:
        blank = dict.fromkeys(("p", "percentile", "dates", "placebo_low", "placebo_high"), np.nan)
        return blank | {"dates": 0}
    if within_years is not None:
        near = np.abs(table.index.year + table.index.month / 12 - at.year - at.month / 12)
        table = table[near <= within_years]
    dates = table[table["possible"]]
    values = dates["statistic"]
    low, high = dates["ratio"].quantile(TAILS)
    return {
        "p": float(tail_shares(values.to_numpy())[dates.index.get_loc(at)]),
        "percentile": float((values < values[at]).mean()),
        "dates": len(values),
        "placebo_low": float(low),
        "placebo_high": float(high),
    }
