"""How sure are the deaths: reports with a wide range, and yearly totals with an interval.

Low and high summed take the worst case of every report, as if all erred the same way at once.
Vesco et al. (2026) model each report instead: with some probability the reported value is right,
otherwise the number follows a Gumbel distribution, which reaches farther up than down; totals are
sums of draws. Their parameters come from a survey of UCDP's coders, and are published as fitted
objects of the R package uncertainUCDP. Here the same distribution takes its parameters from each
report's own low, best and high. So it answers a narrower question: how far totals move within the
ranges that the source itself gives. It holds neither what coders suspect beyond them nor what was
never reported. `draw` takes other parameters just as well.

References
----------
Vesco, P. et al. (2026). The Underreported Death Toll of Wars: A Probabilistic Reassessment From a
Survey with UCDP Coders. Journal of Conflict Resolution, doi:10.1177/00220027261423826.
Randahl, D. uncertainUCDP, doi:10.32614/CRAN.package.uncertainUCDP.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from sahelkit.dataset import Dataset
from sahelkit.escalation import LEVEL
from sahelkit.schema import FIRST_MONTH

DEATHS = ["deaths_best", "deaths_low", "deaths_high"]
RANGE_COVERS = 0.9
"""Low to high is as wide as the middle 90 % of the Gumbel distribution."""
WIDE = 0.5
"""A range of at least half the best estimate is wide."""
DEPENDENCE = 0.5
"""Correlation between reports in the cautious reading: errors that reports share do not cancel."""
MOST_NUMBERS = 4_000_000
"""Random numbers held at a time."""
MODEL = ["reported", "location", "scale", "weight"]
CROWD = 30
"""So many reports with the same numbers are drawn as one sum, which is normal by then."""
NODES = 20
"""Points of the quadrature for the mean and the variance of a report."""


def reports(ds: Dataset) -> pd.DataFrame:
    """What the estimates are made of: one row per incident, or per cell of the shipped month table.

    A cell sums the incidents of a month, region, kind of violence and group; `incidents` says how
    many, and most cells hold one.

    Returns
    -------
    DataFrame
        `year, country, incidents` and `DEATHS` (floats; low and high NaN where the source gives
        none). Rows without a best estimate are left out.
    """
    if ds.events is None:
        frame = ds.region_month[ds.region_month["incidents"] > 0]
        frame = frame.assign(year=frame["month"].dt.year)
    else:
        frame = ds.events[ds.events["date_start"] >= FIRST_MONTH.start_time]
        frame = frame.assign(year=frame["date_start"].dt.year, incidents=1)
    frame = frame[["year", "country", "incidents", *DEATHS]].dropna(subset=["deaths_best"])
    numbers = frame[DEATHS].astype("Float64").astype("float64")
    return frame.assign(**numbers).reset_index(drop=True)


def _ends(frame: pd.DataFrame) -> tuple:
    """Lowest and highest of the three estimates: some reports give them in the wrong order."""
    return frame[DEATHS].min(axis=1), frame[DEATHS].max(axis=1)


def wide_share(frame: pd.DataFrame, at_least: float = WIDE) -> pd.DataFrame:
    """Share of the deaths that rests on reports with a wide range, or with none, per year.

    Parameters
    ----------
    frame : DataFrame
        `reports`.
    at_least : float
        High less low, over best, from which a range is wide.

    Returns
    -------
    DataFrame
        Index year; `deaths`; `wide`, `no_range` (0-1 of the deaths); `wide_reports` (0-1 of the
        reports). Shares are NaN where the source gives no low and high.

    Examples
    --------
    >>> two = pd.DataFrame({"year": 2020, "deaths_best": [30.0, 10.0],
    ...                     "deaths_low": [30.0, 5.0], "deaths_high": [30.0, 12.0]})
    >>> wide_share(two).loc[2020, ["wide", "no_range"]].tolist()
    [0.25, 0.75]
    """
    low, high = _ends(frame)
    best, known = frame["deaths_best"], frame[DEATHS].notna().all(axis=1)
    wide = ((high > low) & (high - low >= at_least * best)).where(known)
    parts = pd.DataFrame(
        {
            "deaths": best,
            "wide": best * wide.astype(float),
            "no_range": best * (high == low).where(known).astype(float),
        }
    )
    sums = parts.groupby(frame["year"]).sum(min_count=1)
    shares = sums[["wide", "no_range"]].div(sums["deaths"].where(sums["deaths"] > 0), axis=0)
    number = wide.astype(float).groupby(frame["year"]).mean()
    return pd.concat([sums["deaths"], shares, number.rename("wide_reports")], axis=1)


def parameters(frame: pd.DataFrame) -> pd.DataFrame:
    """Location, scale and weight of the mixture per report, from its own low, best and high.

    The Gumbel distribution has its mode at the best estimate, and its middle `RANGE_COVERS` is as
    wide as the range. A report whose low equals its high keeps its value (weight 1).

    Returns
    -------
    DataFrame
        `reported, location, scale, weight`; the index of `frame`.
    """
    low, high = _ends(frame)
    tail = (1 - RANGE_COVERS) / 2
    scale = (high - low) / np.log(np.log(tail) / np.log(1 - tail))
    best = frame["deaths_best"]
    weight = (scale == 0).astype(float)
    columns = {"reported": best, "location": best, "scale": scale, "weight": weight}
    return pd.DataFrame(columns)


def mean(model: pd.DataFrame) -> pd.Series:
    """Expected deaths per report: weight x reported + (1 - weight) x (location + 0.5772 scale).

    >>> numbers = {"reported": [10.0], "location": [12.0], "scale": [2.0], "weight": [0.5]}
    >>> mean(pd.DataFrame(numbers)).round(3).tolist()
    [11.577]
    """
    gumbel = model["location"] + np.euler_gamma * model["scale"]
    return model["weight"] * model["reported"] + (1 - model["weight"]) * gumbel


def draw(
    model: pd.DataFrame, draws: int, *, dependence: float = 0.0, rng, shared=None
) -> np.ndarray:
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
    shared : array, (draws, 1), optional
        The factor, standard normal, where other reports were drawn with it already.

    Returns
    -------
    array, (draws, reports)
    """
    reported, location, scale, weight = (model[name].to_numpy(float) for name in MODEL)
    shape = (draws, len(model))
    if dependence:
        shared = rng.standard_normal((draws, 1)) if shared is None else shared
        mixed = np.sqrt(dependence) * shared + np.sqrt(1 - dependence) * rng.standard_normal(shape)
        out = location + scale * _gumbel(mixed)
    else:
        out = rng.gumbel(location, scale, shape)
    if weight.any():
        out = np.where(rng.random(shape) < weight, reported, out)
    return np.maximum(out, 0)


def _gumbel(normal: np.ndarray) -> np.ndarray:
    """Standard Gumbel number of the same rank as a standard normal one."""
    from scipy.special import ndtr

    # Beyond 8 standard deviations the chance is 1 to the last digit, and the deaths infinite.
    return -np.log(-np.log(ndtr(np.minimum(normal, 8))))


def draw_crowds(
    model: pd.DataFrame, reports: np.ndarray, shared: np.ndarray, *, dependence: float = 0.0, rng
) -> np.ndarray:
    """Sums over many reports with the same parameters: normal, with their exact mean and variance.

    Parameters
    ----------
    model : DataFrame
        `reported, location, scale, weight`, one row per crowd.
    reports : array of int
        Size of each crowd.
    shared : array, (draws, 1)
        The common factor, standard normal; without dependence only its length matters.
    dependence : float
    rng : numpy Generator

    Returns
    -------
    array, (draws, crowds)
    """
    reported, location, scale, weight = (model[name].to_numpy(float) for name in MODEL)
    nodes, chances = np.polynomial.hermite_e.hermegauss(NODES)
    factor = shared if dependence else shared[:1]
    first = second = 0.0
    for node, chance in zip(nodes, chances / chances.sum(), strict=True):
        normal = np.sqrt(dependence) * factor + np.sqrt(1 - dependence) * node
        deaths = np.maximum(location + scale * _gumbel(normal), 0)
        first = first + chance * ((1 - weight) * deaths + weight * reported)
        second = second + chance * ((1 - weight) * deaths**2 + weight * reported**2)
    deviation = np.sqrt(np.clip(second - first**2, 0, None) * reports)
    noise = rng.standard_normal((len(shared), len(model)))
    return np.maximum(first * reports + deviation * noise, 0)


def yearly_totals(ds: Dataset, *, draws: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Deaths per year: best, plain sums of low and of high, and intervals of the mixture.

    Parameters
    ----------
    ds : Dataset
    draws, seed : int

    Returns
    -------
    DataFrame
        `country` (a code, or 'all'), `year`, `best, sum_low, sum_high`, then `mean, low, high`
        (reports err independently) and `shared_low, shared_high` (with `DEPENDENCE` between them);
        95 %. All but best are NaN where the source gives no low and high.

    Examples
    --------
    >>> from sahelkit import load
    >>> row = yearly_totals(load(), draws=200).set_index(["country", "year"]).loc[("all", 2023)]
    >>> bool(row["sum_low"] < row["low"] < row["high"] < row["sum_high"])
    True
    """
    rng = np.random.default_rng(seed)
    rows = []
    for year, part in reports(ds).groupby("year"):
        codes = part["country"].astype("str")
        names = ["all", *sorted(codes.unique())]
        member = np.column_stack([(codes == name) | (name == "all") for name in names])
        sums = part[DEATHS].to_numpy().T @ member
        table = {"country": names, "year": year, "best": sums[0]}
        if part[DEATHS].notna().all(axis=None):
            table |= {"sum_low": sums[1], "sum_high": sums[2]}
            table |= _intervals(parameters(part), member.astype(float), draws, rng)
        rows.append(pd.DataFrame(table))
    columns = ["country", "year", "best", "sum_low", "sum_high", "mean", "low", "high"]
    out = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    return out.reindex(columns=[*columns, "shared_low", "shared_high"])


def _intervals(model: pd.DataFrame, member: np.ndarray, draws: int, rng) -> dict:
    """Mean and intervals of sums; `member` (reports, sums) says which report counts in which."""
    uncertain = (model["weight"] < 1).to_numpy()
    fixed = model["reported"].to_numpy()[~uncertain] @ member[~uncertain]
    model, member = model[uncertain].reset_index(drop=True), member[uncertain]
    alike = model.assign(sums=member @ 2 ** np.arange(member.shape[1])).groupby([*MODEL, "sums"])
    size, first = alike[MODEL[0]].transform("size"), alike.cumcount() == 0
    few, crowds = (size < CROWD).to_numpy(), (first & (size >= CROWD)).to_numpy()

    def drawn(number: int, dependence: float) -> np.ndarray:
        shared = rng.standard_normal((number, 1)) if dependence else np.zeros((number, 1))
        how = {"dependence": dependence, "rng": rng}
        one_by_one = draw(model[few], number, shared=shared, **how) @ member[few]
        if not crowds.any():
            return one_by_one
        sizes = size[crowds].to_numpy()
        return one_by_one + draw_crowds(model[crowds], sizes, shared, **how) @ member[crowds]

    block = max(1, MOST_NUMBERS // max(1, few.sum() + crowds.sum()))
    sizes = [min(block, draws - start) for start in range(0, draws, block)]
    independent, shared = (
        fixed + np.vstack([drawn(number, d) for number in sizes]) for d in (0.0, DEPENDENCE)
    )
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    out = {"mean": independent.mean(axis=0)}
    for start, sums in (("", independent), ("shared_", shared)):
        out[f"{start}low"], out[f"{start}high"] = np.quantile(sums, tails, axis=0)
    return out


def table_against_events(ds: Dataset) -> pd.DataFrame | None:
    """What the month table blurs: the same figures from its cells and from the incidents.

    Returns
    -------
    DataFrame or None
        Index year; `wide_cells`, `wide_incidents`, `no_range_cells`, `no_range_incidents` (0-1),
        `low_cells, low_incidents, high_cells, high_incidents` (`yearly_totals`). None where there
        are only the tables.
    """
    if ds.events is None:
        return None
    parts = []
    for name, one in (("cells", replace(ds, events=None)), ("incidents", ds)):
        shares = wide_share(reports(one))[["wide", "no_range"]]
        totals = yearly_totals(one)
        totals = totals[totals["country"] == "all"].set_index("year")[["low", "high"]]
        parts.append(shares.join(totals).add_suffix(f"_{name}"))
    measures = ("wide", "no_range", "low", "high")
    columns = [f"{name}_{unit}" for name in measures for unit in ("cells", "incidents")]
    return pd.concat(parts, axis=1)[columns]
