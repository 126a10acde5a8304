"""How sure are the deaths: reports with a wide range, and yearly totals with an interval.

Low and high sums add up the worst case of every report, as if all erred the same way at once. Vesco
et al. (2026) model each report instead: with some probability the reported value is right, otherwise
the number follows a Gumbel distribution, which reaches farther up than down; totals are sums of
draws. Their parameters come from a survey of UCDP's coders and are published as fitted objects of the R
package uncertainUCDP. Here the same distribution takes its parameters from each report's own low,
best and high, so it answers a narrower question: how far the totals move within the ranges that
the source itself gives. It holds neither what the coders suspect beyond these ranges nor
what was never reported. `draw` takes other parameters just as well.

References
----------
Vesco, P., Randahl, D., Hegre, H. et al. (2026). The underreported death toll of wars: a probabilistic
reassessment from a survey with UCDP coders. Journal of Conflict Resolution,
doi:10.1177/00220027261423826. Randahl, D., uncertainUCDP, R package, doi:10.32614/CRAN.package.uncertainUCDP.
"""

import numpy as np
import pandas as pd

from sahelkit.dataset import Dataset
from sahelkit.escalation import LEVEL
from sahelkit.schema import FIRST_MONTH

RANGE_COVERS = 0.9
"""Low to high is read as the middle 90 % of the Gumbel distribution."""
WIDE = 0.5
"""A range of at least half the best estimate is wide."""
DEPENDENCE = 0.5
"""Correlation between reports for the cautious reading: errors that reports share do not cancel."""


def reports(ds: Dataset) -> pd.DataFrame:
    """What the estimates are made of: one row per incident, or per cell of the shipped month table.

    The shipped table sums the incidents of a month, region, kind of violence and group; many
    of its cells hold a single incident (`incidents`).

    Returns
    -------
    DataFrame
        `year, country, incidents, deaths_best, deaths_low, deaths_high` (floats). `deaths_low` and
        `_high` are NaN where the source gives none.
    """
    if ds.events is None:
        frame = ds.region_month[ds.region_month["incidents"] > 0]
        frame = frame.assign(year=frame["month"].dt.year)
    else:
        frame = ds.events[ds.events["date_start"] >= FIRST_MONTH.start_time]
        frame = frame.assign(year=frame["date_start"].dt.year, incidents=1)
    deaths = ["deaths_best", "deaths_low", "deaths_high"]
    out = frame[["year", "country", "incidents", *deaths]].reset_index(drop=True)
    out[deaths] = out[deaths].astype("Float64").astype("float64")
    return out[out["deaths_best"].notna()].reset_index(drop=True)


def wide_share(frame: pd.DataFrame, at_least: float = WIDE) -> pd.DataFrame:
    """Share of the deaths that rests on reports with a wide range, and on reports with none, per year.

    Parameters
    ----------
    frame : DataFrame
        `reports`.
    at_least : float
        High less low, over best, from which a range is wide. A best estimate of 0 with any
        range is wide, but carries no deaths.

    Returns
    -------
    DataFrame
        Index year; `deaths`, `wide`, `no_range` (0-1 of the deaths), `wide_reports` (0-1 of reports).

    Examples
    --------
    >>> two = pd.DataFrame({"year": 2020, "deaths_best": [30.0, 10.0], "deaths_low": [30.0, 5.0],
    ...                     "deaths_high": [30.0, 12.0]})
    >>> wide_share(two).loc[2020, ["wide", "no_range"]].tolist()
    [0.25, 0.75]
    """
    low, high = _ordered(frame)
    best = frame["deaths_best"]
    wide = (high - low >= at_least * best) & (high > low)
    parts = pd.DataFrame(
        {
            "year": frame["year"],
            "deaths": best,
            "wide": best.where(wide, 0),
            "no_range": best.where(high == low, 0),
            "wide_reports": wide.astype(float),
        }
    )
    sums = parts.groupby("year").sum()
    sums["wide_reports"] /= parts.groupby("year").size()
    return sums.assign(wide=sums["wide"] / sums["deaths"], no_range=sums["no_range"] / sums["deaths"])


def _ordered(frame: pd.DataFrame) -> tuple:
    """Lowest and highest of the three estimates: some reports have them in the wrong order."""
    three = frame[["deaths_low", "deaths_best", "deaths_high"]]
    return three.min(axis=1), three.max(axis=1)


def parameters(frame: pd.DataFrame) -> pd.DataFrame:
    """Location, scale and weight of the mixture per report, from its own low, best and high.

    The Gumbel distribution has its mode at the best estimate and spreads so that its middle
    `RANGE_COVERS` is as wide as the range. A report whose low equals its high keeps its value (weight 1).

    Returns
    -------
    DataFrame
        `reported, location, scale, weight`; the index of `frame`.
    """
    low, high = _ordered(frame)
    tail = (1 - RANGE_COVERS) / 2
    width = np.log(np.log(tail) / np.log(1 - tail))
    scale = (high - low) / width
    best = frame["deaths_best"]
    weight = (scale == 0).astype(float)
    return pd.DataFrame({"reported": best, "location": best, "scale": scale, "weight": weight})


def mean(model: pd.DataFrame) -> pd.Series:
    """Expected deaths per report: weight x reported + (1 - weight) x (location + 0.5772 scale).

    >>> model = pd.DataFrame({"reported": [10.0], "location": [12.0], "scale": [2.0], "weight": [0.5]})
    >>> mean(model).round(3).tolist()
    [11.577]
    """
    gumbel = model["location"] + np.euler_gamma * model["scale"]
    return model["weight"] * model["reported"] + (1 - model["weight"]) * gumbel


def draw(model: pd.DataFrame, draws: int, *, dependence: float = 0.0, rng) -> np.ndarray:
    """Random numbers of deaths from the reported-value Gumbel mixture, none below zero.

    Parameters
    ----------
    model : DataFrame
        `reported, location, scale, weight` per report, from `parameters` or from elsewhere.
    draws : int
    dependence : float
        0: reports err independently, as in the published model; 1: all err alike; between, the
        correlation of a one-factor Gaussian copula.
    rng : numpy Generator

    Returns
    -------
    array, (draws, reports)
    """
    from scipy import stats

    columns = [model[name].to_numpy(float) for name in ("reported", "location", "scale", "weight")]
    reported, location, scale, weight = columns
    shape = (draws, len(model))
    chance = rng.random(shape)
    if dependence:
        shared, own = rng.standard_normal((draws, 1)), rng.standard_normal(shape)
        chance = stats.norm.cdf(np.sqrt(dependence) * shared + np.sqrt(1 - dependence) * own)
    gumbel = location - scale * np.log(-np.log(np.clip(chance, 1e-12, 1 - 1e-12)))
    return np.maximum(np.where(rng.random(shape) < weight, reported, gumbel), 0)


def yearly_totals(ds: Dataset, by=None, *, draws: int = 2000, seed: int = 0) -> pd.DataFrame:
    """Deaths per year: best, plain sums of low and of high, and intervals of the mixture.

    Parameters
    ----------
    ds : Dataset
    by : str, optional
        'country' to tell countries apart.
    draws, seed : int

    Returns
    -------
    DataFrame
        `year`, `by` if given, `best, sum_low, sum_high`, then `mean, low, high` (reports err
        independently) and `shared_low, shared_high` (with `DEPENDENCE` between them). Where the
        source gives no low and high, all but best are NaN.

    Examples
    --------
    >>> from sahelkit import load
    >>> row = yearly_totals(load(), draws=200).set_index("year").loc[2023]
    >>> bool(row["sum_low"] < row["low"] < row["high"] < row["sum_high"])
    True
    """
    frame = reports(ds)
    rng = np.random.default_rng(seed)
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    rows = []
    for key, part in frame.groupby(["year"] if by is None else ["year", by], observed=True):
        row = dict(zip(("year", by), key)) | {"best": part["deaths_best"].sum()}
        if part[["deaths_low", "deaths_high"]].notna().all(axis=None):
            row |= {"sum_low": part["deaths_low"].sum(), "sum_high": part["deaths_high"].sum()}
            model = parameters(part)
            model = model[model["scale"] > 0]
            certain = row["best"] - model["reported"].sum()
            single = certain + draw(model, draws, rng=rng).sum(1)
            row |= {"mean": single.mean(), **dict(zip(("low", "high"), np.quantile(single, tails)))}
            alike = certain + draw(model, draws, dependence=DEPENDENCE, rng=rng).sum(1)
            row |= dict(zip(("shared_low", "shared_high"), np.quantile(alike, tails)))
        rows.append(row)
    columns = ["year", *([by] if by else []), "best", "sum_low", "sum_high", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "shared_low", "shared_high"])
