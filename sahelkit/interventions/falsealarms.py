"""How often a before/after test cries wolf: the tests on simulated series without any change."""

import numpy as np
import pandas as pd

from sahelkit import models
from sahelkit.interventions import interrupted, placebos

FACTORS = (0.5, 1.5, 2.0)
"""Changes of the rate that a test should find."""
PERSISTENT = 0.5
"""Autocorrelation from unit to unit in the situation that tests for it."""


def simulate(
    like: pd.Series,
    n: int,
    factor: float = 1.0,
    changed=(),
    persistence: float = 0.0,
    trend: bool = False,
    seed: int = 0,
) -> np.ndarray:
    """Series of counts with the overdispersion and season of a given one, and a known change.

    Counts are negative binomial: Poisson with gamma-distributed rates (`models.simulated_rates`).

    The rate is multiplied by `factor` in the units `changed` (a slice or bool array); `persistence`
    is the autocorrelation of the rates' scores from unit to unit, 0 to below 1; with `trend` the
    growth of `like` is kept, the same every year, else its mean. Array (n, units).

    >>> months = pd.period_range("2012-01", periods=60, freq="M")
    >>> simulate(pd.Series(range(60), index=months), 2, seed=1).shape
    (2, 60)
    """
    rng = np.random.default_rng(seed)
    mean = (_growth(like) if trend else np.full(len(like), like.mean())) * placebos.expected(like)
    rates = models.simulated_rates(overdispersion(like), persistence, (n, len(like)), rng) * mean
    rates[:, changed] *= factor
    return rng.poisson(rates)


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
    return models.overdispersion(series.to_numpy(), _smooth(series) * placebos.expected(series))


def rejections(
    counts: np.ndarray, like: pd.Series, length: int, at: int, fit: bool = False
) -> pd.Series:
    """Share of series (n, units), on the calendar of `like`, in which each test rejects at 5 %.

    - exact conditional: Poisson, no season: what a plain comparison of two counts does
    - overdispersed interval: normal, extra variance measured at all dates, season-free
    - placebo dates: the reported test: rank among all possible dates, season-free
    - placebo dates within 2 years: the same among dates at most two years away
    - interrupted series, with `fit` (slow): negative binomial, level, slope, season

    The change is at position `at`, with `length` units in the windows before and after.
    """
    from scipy.stats import binom

    value, variance, _, possible = placebos.log_ratios(counts, like.index, length)
    statistic = value / placebos.standard_error(value, variance, possible)
    here = at - length
    reach = placebos.NEAR_YEARS * (12 if like.index.freqstr == "M" else 365)

    def placebo(first: int, last: int | None) -> float:
        """Share of series whose date is among the 5 % most unusual from `first` to `last`."""
        pairs = zip(statistic[:, first:last], possible[:, first:last], strict=True)
        return np.mean([placebos.tail_shares(s, p)[here - first] <= 0.05 for s, p in pairs])

    before, _, after = (part[:, here] for part in placebos.window_sums(counts, length))
    tails = [binom.cdf(side, before + after, 0.5) for side in (after, before)]
    out = {
        "exact conditional": np.mean(2 * np.minimum(*tails) <= 0.05),
        "overdispersed interval": np.mean(np.abs(statistic[:, here]) > 1.96),
        "placebo dates": placebo(0, None),
        "placebo dates within 2 years": placebo(max(here - reach, 0), here + reach + 1),
    }
    if fit:
        day = like.index[at].start_time
        fits = [interrupted.interrupted(pd.Series(c, like.index), day) for c in counts]
        out["interrupted series"] = np.mean([f.table.loc["level", "p"] <= 0.05 for f in fits])
    return pd.Series(out)


def false_alarms(
    like: pd.Series, length: int, date, n: int = 1000, fit: bool = False, seed: int = 0
) -> pd.DataFrame:
    """Shares of `n` simulated series in which each test of `rejections` rejects at 5 %.

    The series have the overdispersion and season of daily or monthly counts. Index: test. Columns:
    situations without change (plain; with rates that persist from unit to unit, autocorrelation
    `PERSISTENT`; with the growth of `like`), and with the rate halved, half as high again, and
    doubled: the power of each test.

    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> table = false_alarms(finest(load(), "regions"), 6, "2018-01-01", n=20)
    >>> table.columns[0]
    'no change'
    """
    at = like.index.get_loc(pd.Period(str(date), like.index.freq))
    situations = {
        "no change": {},
        "no change, persistent": {"persistence": PERSISTENT},
        "no change, growing": {"trend": True},
    }
    after = slice(at + 1, None)
    situations |= {f"rate x{f:g}": {"factor": f, "changed": after} for f in FACTORS}
    shares = {
        name: rejections(simulate(like, n, seed=seed, **what), like, length, at, fit)
        for name, what in situations.items()
    }
    return pd.DataFrame(shares).rename_axis("test")


def power(series: dict, date, length: int = placebos.WINDOW["M"], n: int = 200, seed: int = 0):
    """What the placebo test would have found: share of simulated series with a true change.

    Each series (name -> monthly or daily counts, summed to months) is simulated with its own
    overdispersion, season and growth, and its rate changes at the date, or at its own of a dict.
    Index: names. `x0.5`, `x1.5`, `x2`: share found at 5 % by that change of the rate (0 to 1).

    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> found = power({"all": finest(load())}, "2020-06-03", 6, n=20)
    >>> found.columns.tolist()
    ['x0.5', 'x1.5', 'x2']
    """
    rows = {}
    for name, like in series.items():
        like, day = placebos.by_month(like), date[name] if isinstance(date, dict) else date
        at = like.index.get_loc(pd.Period(str(day), "M"))
        rows[name] = {}
        for factor in FACTORS:
            drawn = simulate(like, n, factor, slice(at + 1, None), trend=True, seed=seed)
            found = rejections(drawn, like, length, at)
            rows[name][f"x{factor:g}"] = found["placebo dates"]
    return pd.DataFrame.from_dict(rows, orient="index")
