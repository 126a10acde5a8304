"""Regressions around a date: interrupted time series, and whether two areas had parallel trends."""

import numpy as np
import pandas as pd

from sahelkit.interventions.placebos import by_month, tail_shares
from sahelkit.models import Regression, estimates, negative_binomial

LAGS = 20
"""Months over which errors may hang together."""


def interrupted(series: pd.Series, date, months: int = 36) -> Regression:
    """Negative binomial interrupted time series on months: level and slope, season.

    Wagner, Soumerai, Zhang & Ross-Degnan (2002); season by an annual harmonic (Bernal, Cummins &
    Gasparrini 2017); autocorrelation-consistent intervals (`models.estimates`). Days are summed to
    months, at most so many on either side; that of the date is left out. Raises `ValueError` for
    fewer than 6 months, or no count at all, on one side.

    `table`: rows level, slope, trend before; `ratio`, `low`, `high`, `p`. Level: rate just after
    the date over the rate that the earlier trend leads to. Slope and trend: factor per year.
    `fitted`: `observed`, `fitted`, `without` (the earlier trend and season carried on).

    >>> months = pd.period_range("2015-01", periods=72, freq="M")
    >>> steady = pd.Series([20, 30] * 18 + [40, 60] * 18, index=months)
    >>> round(float(interrupted(steady, "2018-01-15").table.loc["level", "ratio"]), 1)
    2.0
    """
    monthly = by_month(series)
    at = monthly.index.get_loc(pd.Period(str(date), "M"))
    part = monthly.iloc[max(0, at - months) : at + months + 1]
    distance = np.arange(len(part)) - min(at, months)
    sides = [part[distance < 0], part[distance > 0]]
    if min(len(side) for side in sides) < 6 or min(side.sum() for side in sides) == 0:
        raise ValueError(f"{date}: needs 6 months with counts on either side.")
    design = _design(distance, part.index.month.to_numpy())
    keep = distance != 0
    model, alpha = negative_binomial(part.to_numpy()[keep], design[keep])
    found = estimates(model, min(LAGS, len(design) // 2))
    without = design.copy()
    without[:, 2:4] = 0
    predicted = {
        name: found.fit.predict(x) for name, x in (("fitted", design), ("without", without))
    }
    names = {"level": (2, 1), "slope": (3, 12), "trend before": (1, 12)}
    ends = np.array([found.value, found.low, found.high])
    rows = [np.exp(ends[:, i] * unit) for i, unit in names.values()]
    table = pd.DataFrame(rows, index=list(names), columns=["ratio", "low", "high"])
    table["p"] = [found.p[i] for i, _ in names.values()]
    return Regression(table, pd.DataFrame({"observed": part} | predicted), alpha)


def levels(series: pd.Series, months: int = 36) -> pd.DataFrame:
    """The level change of `interrupted` at every month with enough counts on both sides (placebo).

    Index month; `ratio`, `low`, `high`, `p` of the level, and `statistic` (log ratio over the half
    width of its interval).

    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> levels(finest(load()), months=12).columns.tolist()
    ['ratio', 'low', 'high', 'p', 'statistic']
    """
    monthly = by_month(series)
    rows = {}
    for at in monthly.index[12:-12]:
        try:
            found = interrupted(monthly, at.start_time, months).table.loc["level"]
        except ValueError:
            continue
        half = (np.log(found["high"]) - np.log(found["low"])) / 2
        rows[at] = {**found, "statistic": np.log(found["ratio"]) / half}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("month")


def _design(distance: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Columns: constant, time, level after, slope after, then the season."""
    after, angle = distance > 0, 2 * np.pi * (month - 1) / 12
    columns = [np.ones(len(distance)), distance, after, np.where(after, distance, 0)]
    return np.column_stack([*columns, np.cos(angle), np.sin(angle)]).astype(float)


def parallel(affected: pd.Series, unaffected: pd.Series, date, months: int = 24) -> dict:
    """Whether the affected area's share had a trend before a date.

    Given both areas' sum, the affected area's count is binomial; its log odds on time
    (`models.estimates`). Passing is no proof of parallel trends (Roth 2022): `low` and `high` say
    which differences the data cannot exclude.

    A dict of `ratio` (factor per year by which the affected area outgrew the other), `low`, `high`,
    `p`, `months`, `counts`. NaN with fewer than 8 months that hold counts.

    >>> months = pd.period_range("2015-01", periods=24, freq="M")
    >>> a, b = pd.Series([4, 6] * 12, index=months), pd.Series([9, 9] * 12, index=months)
    >>> parallel(a, b, "2017-01-01")["p"] > 0.05
    True
    """
    import statsmodels.api as sm

    pair = pd.concat([by_month(affected), by_month(unaffected)], axis=1, keys=["a", "b"])
    at = pd.Period(str(date), "M")
    pair = pair[(pair.index < at) & (pair.index >= at - months)]
    time = np.arange(len(pair)) / 12
    some = (pair.sum(axis=1) > 0).to_numpy()
    counts, out = int(pair.to_numpy().sum()), {"months": int(some.sum())}
    if some.sum() < 8 or pair.sum().min() == 0:
        return dict.fromkeys(("ratio", "low", "high", "p"), np.nan) | out | {"counts": counts}
    design = sm.add_constant(time[some])
    model = sm.GLM(pair[["a", "b"]].to_numpy()[some], design, family=sm.families.Binomial())
    found = estimates(model, min(LAGS, int(some.sum()) - 2))
    ratio = {"ratio": found.value[1], "low": found.low[1], "high": found.high[1]}
    ratio = {name: float(np.exp(value)) for name, value in ratio.items()}
    return ratio | {"p": float(found.p[1])} | out | {"counts": counts}


def placebo_of_level(series: pd.Series, date) -> pd.Series:
    """Where the level change of `interrupted` at a date stands among those at every other month.

    `ratio` at the date, `as_unusual` (share of months at least as far from the median), `months`,
    `rejected` (share of months in which the model finds a change at 5 %).

    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> found = placebo_of_level(finest(load()), "2020-06-03")
    >>> bool(found["ratio"] < 1)
    True
    """
    table = levels(series)
    at = table.index.get_loc(pd.Period(str(date), "M"))
    shares = tail_shares(table["statistic"].to_numpy())
    found = {"ratio": table["ratio"].iloc[at], "as_unusual": shares[at]}
    return pd.Series(found | {"months": len(table), "rejected": (table["p"] <= 0.05).mean()})
