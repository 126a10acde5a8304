"""Did the level jump, and when? Change points of monthly counts, and how stable they are."""

from functools import cache

import numpy as np
import pandas as pd

from sahelkit import models, readings
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
    Counts (..., months) -> (...), at least 0.
    """
    x = np.asarray(counts, float)
    excess = ((np.diff(x) ** 2 - x[..., 1:] - x[..., :-1]) / 2).sum(-1)
    return np.maximum(excess / np.maximum((x[..., 1:] * x[..., :-1]).sum(-1), 1), 0)


def segment_cost(total, months, alpha) -> np.ndarray:
    """Negative log likelihood of a stretch at its own mean, less what no division changes.

    Negative binomial with known alpha; its limit, Poisson, at alpha 0.
    """
    alpha = np.asarray(alpha, float)
    mean = np.asarray(total, float) / months
    spread = np.where(alpha > models.LEAST, alpha, 1.0)
    log_mean = np.log(np.maximum(mean, 1e-300))
    negative_binomial = total * (log_mean - np.log1p(spread * mean))
    negative_binomial = negative_binomial - months / spread * np.log1p(spread * mean)
    return -np.where(alpha > models.LEAST, negative_binomial, total * log_mean - total)


@cache
def calibrated_penalty(
    mean: float, alpha: float, months: int, false_alarm: float, memory: float = 0.0, draws=1000
):
    """What a change must gain in log likelihood, so that a series without one rarely shows one.

    The quantile, over simulated level series of the same mean and overdispersion, of the most that
    one change gains. With `memory`, the correlation from month to month of the counts, their rates
    hang together (`models.simulated_rates`).
    """
    rng = np.random.default_rng(0)
    # Counts correlate less than their rates, by the share of the variance that is not Poisson's.
    memory = min(memory * (1 + 1 / max(alpha * mean, 1e-9)), 0.9)
    counts = rng.poisson(mean * models.simulated_rates(alpha, memory, (draws, months), rng))
    found = np.full((draws, 1), alpha) if memory else dispersion(counts)[:, None]
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
    negative binomial cost, twice: first with the overdispersion of neighbouring months and a
    penalty for independent ones; then with the overdispersion and the correlation from month to
    month about the levels so found, because a series that remembers changes its level by chance
    more often.

    `month` (first of the new level), `before`, `after` (mean counts per month), `ratio`. Empty
    where nothing changes, the series is shorter than a year, or values are missing.

    `false_alarm` is the chance that a level series with the data's overdispersion and memory shows
    any change.

    >>> months = pd.period_range("2015-01", periods=48, freq="M")
    >>> change_points(pd.Series([5, 7] * 12 + [20, 24] * 12, months))["month"].astype(str).tolist()
    ['2017-01']
    """
    counts = series.to_numpy(float)
    ends = [len(counts)]
    if len(counts) >= 2 * MIN_MONTHS and counts.sum() > 0:
        ends = _search(counts, float(dispersion(counts)), 0.0, false_alarm)
        ends = _search(counts, *_about_levels(counts, ends), false_alarm)
    means = [part.mean() for part in np.split(counts, ends[:-1])]
    out = pd.DataFrame({"month": series.index[ends[:-1]], "before": means[:-1], "after": means[1:]})
    return out.assign(ratio=out["after"] / out["before"].where(out["before"] > 0))


def _search(counts: np.ndarray, alpha: float, memory: float, false_alarm: float) -> list:
    """Ends of the stretches of one level."""
    import ruptures

    # Rounded, because the penalty hardly depends on them and each set is simulated once.
    rounded = float(f"{counts.mean():.1g}"), round(50 * alpha) / 50
    penalty = calibrated_penalty(*rounded, len(counts), false_alarm, round(memory, 1))
    search = ruptures.Pelt(custom_cost=_cost_class()(alpha), min_size=MIN_MONTHS, jump=1)
    return search.fit(counts).predict(pen=penalty)


def _about_levels(counts: np.ndarray, ends: list) -> tuple:
    """Overdispersion alpha, and correlation from month to month, about the mean of each stretch."""
    parts = np.split(counts, ends[:-1])
    mean = np.concatenate([np.full(len(part), part.mean()) for part in parts])
    alpha = models.overdispersion(counts, mean, len(parts))
    scaled = (counts - mean) / np.sqrt(np.maximum(mean + alpha * mean**2, 1e-9))
    memory = np.corrcoef(scaled[:-1], scaled[1:])[0, 1] if scaled.std() > 0 else 0.0
    # Levels fitted to the counts take up some of their memory: one standard error is given back.
    return alpha, float(max(memory + len(counts) ** -0.5, 0.0))


def _alternatives(ds: Dataset) -> dict:
    """Name -> (monthly series, false alarm): what a change point of the incidents should survive in."""
    incidents = count(ds)["incidents"]
    out = {f"false alarm {c:.1%}": (incidents, c) for c in (5 * FALSE_ALARM, FALSE_ALARM / 10)}
    out["without the last month"] = (incidents.iloc[:-1],)
    out["without Diffa"] = (count(readings.without_diffa(ds).region_month)["incidents"],)
    tables = {w.replace("_", ", "): (ds.region_month, w) for w in readings.WEIGHTS[1:]}
    smaller = readings.without_largest(ds).region_month
    tables["deaths, without the largest incident"] = (smaller, "deaths_best")
    for name, (table, weight) in tables.items():
        if table[weight].notna().any():
            out[name] = (count(table, weight=weight)[weight],)
    return out


def stability(ds: Dataset) -> pd.DataFrame:
    """Which change points of the incidents survive other penalties, measures and omissions.

    `change_points` of the plain reading; one bool column per other reading: whether it has a change
    at most `SAME_MONTHS` away in the same direction; `survives`, the share of them.

    >>> from sahelkit import load
    >>> stability(load())["month"].astype(str).tolist()
    ['2017-01', '2018-02', '2022-03']
    """
    out, others = change_points(count(ds)["incidents"]), _alternatives(ds)
    ups = out["after"] > out["before"]
    for name, reading in others.items():
        other = change_points(*reading)
        rose = other["after"] > other["before"]
        out[name] = [
            any(abs((month - m).n) <= SAME_MONTHS for m in other.loc[rose == up, "month"])
            for month, up in zip(out["month"], ups, strict=True)
        ]
    return out.assign(survives=out[list(others)].mean(axis=1) if len(out) else 0.0)


def beside_interventions(months, within: int = SAME_MONTHS) -> pd.DataFrame:
    """Listed interventions that begin or end near given months: coincidence, not cause.

    At most so many months `within` on either side: `month, event` ('begins' or 'ends'), `date`
    (day, as listed), `name, kind, countries`, in order. Dates known to the year only are left out.

    >>> near_march = beside_interventions([pd.Period("2020-03", "M")], within=0)
    >>> "Operation Monclar" in near_march["name"].tolist()
    True
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


def near(points: pd.DataFrame) -> pd.DataFrame:
    """Change points with the interventions listed within three months of each, by name.

    Index `month`; `before`, `after` (incidents a month), `survives`, `listed_near`.

    >>> from sahelkit import load
    >>> str(near(stability(load())).index[-1])
    '2022-03'
    """
    listed = beside_interventions(points["month"])
    ending = listed["event"].map({"begins": "", "ends": "end of "})
    names = (listed["date"].str[:7] + " " + ending + listed["name"]).groupby(listed["month"])
    out = points.set_index("month")[["before", "after", "survives"]]
    return out.assign(listed_near=names.agg("; ".join).reindex(out.index).fillna("nothing"))
