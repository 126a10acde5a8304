"""Did the level jump, and when? Change points of monthly counts, and how stable they are."""

from functools import cache

import numpy as np
import pandas as pd

from sahelkit import readings
from sahelkit.counts import count
from sahelkit.dataset import Dataset
from sahelkit.files import read_table

MIN_MONTHS = 6
"""Shortest level between two change points."""
FALSE_ALARM = 0.01
"""Chance that a series without a change shows one."""
SAME_MONTHS = 3
"""Change points at most so many months apart are the same."""


def dispersion(counts) -> np.ndarray:
    """Overdispersion alpha from the differences of neighbouring months, which jumps hardly move.

    For a level series E[(x[t] - x[t-1])² / 2] = mean + alpha mean² and E[x[t] x[t-1]] = mean².

    Parameters
    ----------
    counts : array, (..., months)

    Returns
    -------
    array, (...)
        At least 0.

    Examples
    --------
    >>> float(dispersion([5, 5, 5, 5]))
    0.0
    """
    x = np.asarray(counts, float)
    excess = ((np.diff(x) ** 2 - x[..., 1:] - x[..., :-1]) / 2).sum(-1)
    return np.maximum(excess / np.maximum((x[..., 1:] * x[..., :-1]).sum(-1), 1), 0)


def segment_cost(total, months, alpha) -> np.ndarray:
    """Negative log likelihood of a stretch at its own mean, less what no division changes.

    Negative binomial with known alpha; its limit, Poisson, at alpha 0.

    >>> float(segment_cost(0, 12, 0.1))
    0.0
    """
    alpha = np.asarray(alpha, float)
    mean = np.asarray(total, float) / months
    spread = np.where(alpha > 1e-6, alpha, 1.0)
    log_mean = np.log(np.maximum(mean, 1e-300))
    negative_binomial = total * (log_mean - np.log1p(spread * mean))
    negative_binomial = negative_binomial - months / spread * np.log1p(spread * mean)
    return -np.where(alpha > 1e-6, negative_binomial, total * log_mean - total)


@cache
def calibrated_penalty(mean: float, alpha: float, months: int, false_alarm: float, draws=1000):
    """What a change must gain in log likelihood, so that a series without one rarely shows one.

    The quantile, over simulated level series of the same mean and overdispersion (estimated anew
    in each), of the most that one change gains.

    >>> calibrated_penalty(20.0, 0.0, 60, 0.05) < calibrated_penalty(20.0, 0.0, 60, 0.005)
    True
    """
    rng = np.random.default_rng(0)
    level = rng.gamma(1 / alpha, mean * alpha, (draws, months)) if alpha > 1e-6 else mean
    counts = rng.poisson(level, (draws, months))
    found = dispersion(counts)[:, None]
    first = np.arange(MIN_MONTHS, months - MIN_MONTHS + 1)
    left, total = counts.cumsum(1)[:, first - 1], counts.sum(1, keepdims=True)
    split = segment_cost(left, first, found) + segment_cost(total - left, months - first, found)
    return float(np.quantile((segment_cost(total, months, found) - split).max(1), 1 - false_alarm))


@cache
def _cost_class():
    from ruptures.base import BaseCost

    class NegativeBinomialCost(BaseCost):
        """`segment_cost` as ruptures wants it."""

        model, min_size = "negative binomial", MIN_MONTHS

        def __init__(self, alpha):
            self.alpha = alpha

        def fit(self, signal):
            self.signal = np.asarray(signal, float).reshape(-1, 1)
            sums = np.concatenate([[0.0], self.signal[:, 0].cumsum()])
            place = np.arange(len(sums))
            months = np.maximum(place - place[:, None], 1)
            self.costs = segment_cost(np.maximum(sums - sums[:, None], 0), months, self.alpha)
            return self

        def error(self, start, end):
            return self.costs[start, end]

    return NegativeBinomialCost


def change_points(series: pd.Series, false_alarm: float = FALSE_ALARM) -> pd.DataFrame:
    """Months at which the level of a monthly count series changes.

    The exact minimum of penalised cost (PELT; Killick, Fearnhead & Eckley 2012, in ruptures) with a
    negative binomial cost: overdispersion from `dispersion`, penalty from `calibrated_penalty`.

    Parameters
    ----------
    series : Series
        Counts, monthly PeriodIndex.
    false_alarm : float
        Chance that a level series with independent months shows any change.

    Returns
    -------
    DataFrame
        `month` (first of the new level), `before`, `after` (mean counts per month), `ratio`.
        Empty where nothing changes, the series is shorter than a year, or values are missing.

    Examples
    --------
    >>> months = pd.period_range("2015-01", periods=48, freq="M")
    >>> change_points(pd.Series([5, 7] * 12 + [20, 24] * 12, months))["month"].astype(str).tolist()
    ['2017-01']
    """
    import ruptures

    counts = series.to_numpy(float)
    ends = [len(counts)]
    if len(counts) >= 2 * MIN_MONTHS and counts.sum() > 0:
        alpha = float(dispersion(counts))
        # Rounded, because the penalty hardly depends on them and each pair is simulated once.
        rounded = float(f"{counts.mean():.2g}"), round(alpha, 2)
        penalty = calibrated_penalty(*rounded, len(counts), false_alarm)
        search = ruptures.Pelt(custom_cost=_cost_class()(alpha), min_size=MIN_MONTHS, jump=1)
        ends = search.fit(counts).predict(pen=penalty)
    means = [part.mean() for part in np.split(counts, ends[:-1])]
    out = pd.DataFrame({"month": series.index[ends[:-1]], "before": means[:-1], "after": means[1:]})
    return out.assign(ratio=out["after"] / out["before"].where(out["before"] > 0))


def residual_autocorrelation(series: pd.Series, points: pd.DataFrame) -> float:
    """Correlation of neighbouring months about the level of their segment, in units of that level.

    The penalty supposes independent months; a value well above 0 says that waves within a level
    can pass for a change of level.

    Parameters
    ----------
    series : Series
        Monthly counts.
    points : DataFrame
        Its `change_points`.

    Examples
    --------
    >>> months = pd.period_range("2015-01", periods=4, freq="M")
    >>> none = pd.DataFrame({"month": []})
    >>> round(residual_autocorrelation(pd.Series([1, 3, 1, 3], months), none), 1)
    -1.0
    """
    counts = series.astype("float64")
    segment = sum((series.index >= month).astype(int) for month in points["month"])
    level = counts.groupby(np.broadcast_to(segment, len(counts))).transform("mean")
    rest = ((counts - level) / level.where(level > 0)).dropna().to_numpy()
    return float(np.corrcoef(rest[:-1], rest[1:])[0, 1])


def alternatives(ds: Dataset) -> dict:
    """Name -> (monthly series, false alarm): what a change point of the first should survive in."""
    incidents = count(ds)["incidents"]
    out = {"incidents": (incidents, FALSE_ALARM)}
    out |= {f"false alarm {c:.1%}": (incidents, c) for c in (5 * FALSE_ALARM, FALSE_ALARM / 10)}
    out["without the last month"] = (incidents.iloc[:-1], FALSE_ALARM)
    table = readings.without_diffa(ds).region_month
    out["without Diffa"] = (count(table)["incidents"], FALSE_ALARM)
    tables = {w.replace("_", ", "): (ds.region_month, w) for w in readings.WEIGHTS[1:]}
    smaller = readings.without_largest(ds).region_month
    tables["deaths, without the largest incident"] = (smaller, "deaths_best")
    for name, (table, weight) in tables.items():
        if table[weight].notna().any():
            out[name] = (count(table, weight=weight)[weight], FALSE_ALARM)
    return out


def stability(ds: Dataset) -> pd.DataFrame:
    """Which change points of the incidents survive other penalties, measures and omissions.

    Returns
    -------
    DataFrame
        `change_points` of the plain reading; one bool column per other reading: whether it has
        a change at most `SAME_MONTHS` away in the same direction; `survives`, the share of them.
    """
    found = {name: change_points(*reading) for name, reading in alternatives(ds).items()}
    out = found.pop("incidents")
    for name, other in found.items():
        near = [[abs((a - b).n) <= SAME_MONTHS for b in other["month"]] for a in out["month"]]
        up, up_too = (table["after"] > table["before"] for table in (out, other))
        out[name] = [
            any(np.logical_and(row, up_too == way)) for row, way in zip(near, up, strict=True)
        ]
    return out.assign(survives=out[list(found)].mean(axis=1) if len(out) else 0.0)


def beside_interventions(months, within: int = SAME_MONTHS) -> pd.DataFrame:
    """Listed interventions that begin or end near given months: coincidence, not cause.

    Parameters
    ----------
    months : sequence of Period
    within : int
        Months on either side.

    Returns
    -------
    DataFrame
        `month, event` ('begins' or 'ends'), `date` (day, as listed), `name, kind, countries`, in
        order. Dates known to the year only are left out.
    """
    listed = read_table("interventions.csv")
    parts = []
    for event, day in (("begins", "start"), ("ends", "end")):
        dated = listed[listed[f"{day}_precision"].isin(["day", "month"])]
        part = dated.assign(event=event, date=dated[day])
        parts.append(part[["event", "date", "name", "kind", "countries"]])
    events = pd.concat(parts).sort_values(["date", "name", "event"], kind="stable")
    when = pd.PeriodIndex(events["date"].str[:7], freq="M").astype("int64")
    near = [events[np.abs(when - m.ordinal) <= within].assign(month=m) for m in months]
    columns = ["month", *events.columns]
    return pd.concat([events[:0], *near], ignore_index=True).reindex(columns=columns)
