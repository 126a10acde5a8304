"""How often a before/after test cries wolf: the tests on simulated series without any change."""

import numpy as np
import pandas as pd

from sahelkit.interventions import interrupted, placebos

TESTS = {
    "exact conditional": "Poisson, no season: what a plain comparison of two counts does",
    "overdispersed interval": "normal, extra variance measured at all dates, season-free",
    "placebo dates": "the reported test: rank among all possible dates, season-free",
    "placebo dates within 2 years": "the same among dates at most two years away",
    "interrupted series": "negative binomial, level, slope, season",
}
PERSISTENT = 0.5
"""Autocorrelation from unit to unit in the situation that tests for it."""


def simulate(
    like: pd.Series,
    n: int,
    factor: float = 1.0,
    at: int | np.ndarray | None = None,
    persistence: float = 0.0,
    trend: bool = False,
    seed: int = 0,
) -> np.ndarray:
    """Series of counts with the overdispersion and season of a given one, and a known change.

    Counts are negative binomial: Poisson with gamma-distributed rates. With `persistence` the
    rates' normal scores are autoregressive of first order (a Gaussian copula).

    Parameters
    ----------
    like : Series
        Monthly or daily counts.
    n : int
        Series to simulate.
    factor : float
        Multiplies the rate from position `at` on; 1: no change.
    at : int or bool array (len(like),), optional
        From that position on, or where the array says so; default from the middle on.
    persistence : float
        Autocorrelation of the rates' scores from unit to unit, 0 to below 1.
    trend : bool
        Keep the growth of `like`, the same every year; else a constant mean.
    seed : int

    Returns
    -------
    int array (n, len(like))

    Examples
    --------
    >>> months = pd.period_range("2012-01", periods=60, freq="M")
    >>> simulate(pd.Series(range(60), index=months), 2, seed=1).shape
    (2, 60)
    """
    from scipy.signal import lfilter
    from scipy.stats import gamma, norm

    rng = np.random.default_rng(seed)
    seasonal = placebos.expected(like)
    mean = (_growth(like) if trend else np.full(len(like), like.mean())) * seasonal
    alpha = overdispersion(like)
    shape = (n, len(like))
    if alpha == 0:
        rate = np.ones(shape)
    elif persistence:
        noise = rng.standard_normal(shape)
        noise[:, 1:] *= np.sqrt(1 - persistence**2)
        noise = lfilter([1], [1, -persistence], noise, axis=1)
        rate = gamma.ppf(norm.cdf(noise), 1 / alpha, scale=alpha)
    else:
        rate = rng.gamma(1 / alpha, alpha, shape)
    at = len(like) // 2 if at is None else at
    changed = at if isinstance(at, np.ndarray) else np.arange(len(like)) >= at
    return rng.poisson(rate * mean * np.where(changed, factor, 1.0))


def _growth(series: pd.Series) -> np.ndarray:
    """Log-linear growth, by Poisson regression on time."""
    import statsmodels.api as sm

    time = sm.add_constant(np.linspace(0, 1, len(series)))
    return sm.GLM(series.to_numpy(float), time, family=sm.families.Poisson()).fit().mu


def _smooth(series: pd.Series) -> np.ndarray:
    """Twelve-month running mean, shorter at the ends, never zero."""
    width = 12 if series.index.freqstr == "M" else 365
    rolled = series.rolling(width + 1, center=True, min_periods=width // 2).mean()
    return rolled.clip(lower=1 / width).to_numpy()


def overdispersion(series: pd.Series) -> float:
    """Alpha in variance = mean + alpha mean squared, around the running mean and the season."""
    mean = _smooth(series) * placebos.expected(series)
    counts = series.to_numpy()
    return float(max(np.sum((counts - mean) ** 2 - mean) / np.sum(mean**2), 0.0))


def rejections(
    counts: np.ndarray, like: pd.Series, length: int, at: int, fit: bool = False
) -> pd.Series:
    """Share of series in which each test rejects at 5 %, for a change at position `at`.

    Parameters
    ----------
    counts : int array (n, m)
        From `simulate`, on the calendar of `like`.
    length : int
        Units in the windows before and after.
    fit : bool
        Fit the interrupted time series, too (slow).

    Returns
    -------
    Series
        Index: test.
    """
    from scipy.stats import binom

    factors = _seasons(counts, like.index)
    b, _, a = placebos.window_sums(counts, length)
    eb, _, ea = placebos.window_sums(factors, length)
    value, variance = placebos.log_ratio(b, a, eb, ea)
    possible = b + a >= placebos.AT_LEAST
    extra = placebos.extra_variance(value, variance, possible)
    statistic = value / np.sqrt(variance + extra[:, None])
    here = at - length
    reach = placebos.NEAR_YEARS * (12 if like.index.freqstr == "M" else 365)
    close = slice(max(here - reach, 0), here + reach + 1)
    shares = [placebos.tail_share(s, p, here) for s, p in zip(statistic, possible, strict=True)]
    near = [
        placebos.tail_share(s[close], p[close], here - close.start)
        for s, p in zip(statistic, possible, strict=True)
    ]
    total = b[:, here] + a[:, here]
    tails = [binom.cdf(side[:, here], total, 0.5) for side in (a, b)]
    out = {
        "exact conditional": np.mean(2 * np.minimum(*tails) <= 0.05),
        "overdispersed interval": np.mean(np.abs(statistic[:, here]) > 1.96),
        "placebo dates": np.mean(np.array(shares) <= 0.05),
        "placebo dates within 2 years": np.mean(np.array(near) <= 0.05),
    }
    if fit:
        day = like.index[at].start_time
        models = [interrupted.interrupted(pd.Series(c, like.index), day) for c in counts]
        found = np.array([model.table.loc["level", "p"] for model in models])
        out["interrupted series"] = np.mean(found <= 0.05)
    return pd.Series(out)


def _seasons(counts: np.ndarray, calendar: pd.PeriodIndex) -> np.ndarray:
    """Expected relative rate per unit, each series by its own season."""
    months = calendar.asfreq("M")
    starts = np.flatnonzero(np.r_[True, months.asi8[1:] != months.asi8[:-1]])
    monthly = np.add.reduceat(counts, starts, axis=1)
    return placebos.season(monthly, months[starts].month.to_numpy())[:, months.month - 1]


def false_alarms(
    like: pd.Series,
    length: int = 6,
    date=None,
    n: int = 1000,
    fit: bool = False,
    seed: int = 0,
) -> pd.DataFrame:
    """Shares of simulated series in which each test rejects at 5 %.

    Parameters
    ----------
    like : Series
        Daily or monthly counts whose overdispersion and season the simulations have, in some
        situations its growth, too.
    length : int
        Units before and after.
    date : date-like, optional
        The date tested; default: the middle of the series.
    n : int
        Series per situation; every test sees all of them.
    fit : bool
        Try the interrupted series, too (slow).
    seed : int

    Returns
    -------
    DataFrame
        Index: `TESTS`. Columns: situations without change (plain; with rates that persist from unit
        to unit, autocorrelation `PERSISTENT`; with the growth of `like`), and with the rate halved,
        half as high again, and doubled: the power of each test.

    Examples
    --------
    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> table = false_alarms(finest(load(), "regions"), n=20)
    >>> table.columns[0]
    'no change'
    """
    middle = len(like) // 2
    at = (
        middle
        if date is None
        else like.index.get_loc(pd.Period(pd.Timestamp(date), like.index.freq))
    )
    situations = {
        "no change": {},
        "no change, persistent": {"persistence": PERSISTENT},
        "no change, growing": {"trend": True},
        "rate x0.5": {"factor": 0.5},
        "rate x1.5": {"factor": 1.5},
        "rate x2": {"factor": 2.0},
    }
    shares = {
        name: rejections(simulate(like, n, at=at + 1, seed=seed, **what), like, length, at, fit)
        for name, what in situations.items()
    }
    return pd.DataFrame(shares).rename_axis("test")


def power(series: dict, date, length: int | None = None, n: int = 200, seed: int = 0):
    """What the placebo test would have found: share of simulated series with a true change.

    Each series is simulated with its own overdispersion, season and growth, and its rate changes
    at the date.

    Parameters
    ----------
    series : dict
        Name -> monthly or daily counts; days are summed to months.
    date : date-like, or dict
        Of the change; a dict gives one for each name.
    length : int, optional
        Months before and after; default `placebos.WINDOW`.

    Returns
    -------
    DataFrame
        Index: names. `x0.5`, `x1.5`, `x2`: share found at 5 % by that change of the rate (0 to 1).

    Examples
    --------
    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> found = power({"all": finest(load())}, "2020-06-03", 6, n=20)
    >>> found.columns.tolist()
    ['x0.5', 'x1.5', 'x2']
    """
    rows = {}
    length = length or placebos.WINDOW["M"]
    for name, like in series.items():
        like = placebos.by_month(like)
        day = date[name] if isinstance(date, dict) else date
        at = like.index.get_loc(pd.Period(pd.Timestamp(str(day)), like.index.freq))
        rows[name] = {
            f"x{factor:g}": rejections(
                simulate(like, n, factor, at + 1, trend=True, seed=seed), like, length, at
            )["placebo dates"]
            for factor in (0.5, 1.5, 2.0)
        }
    return pd.DataFrame.from_dict(rows, orient="index")
