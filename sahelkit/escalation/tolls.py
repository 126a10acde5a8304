"""How sure are the deaths: yearly totals from UCDP's own ranges and from a model of reporting.

Low and high summed take the worst case of every report, as if all erred the same way at once.
Vesco et al. (2026) asked UCDP's coders instead: with some probability the reported number is right,
otherwise the number of dead follows a Gumbel distribution that lies above it and reaches farther up
than down. Totals are sums of draws. What no report names is in neither.

References
----------
Vesco, P. et al. (2026). The Underreported Death Toll of Wars: A Probabilistic Reassessment From a
Survey with UCDP Coders. Journal of Conflict Resolution, doi:10.1177/00220027261423826.
Randahl, D. uncertainUCDP 0.7.6, doi:10.32614/CRAN.package.uncertainUCDP: the coefficients.
"""

import numpy as np
import pandas as pd

from sahelkit.choices import NotCovered
from sahelkit.dataset import Dataset
from sahelkit.files import read_table
from sahelkit.models import TAILS

WIDE = 0.5
"""A range of at least half the best estimate is wide."""
DEPENDENCE = 0.5
"""Correlation between reports in the cautious reading: errors that reports share do not cancel."""


def model(deaths, kinds) -> pd.DataFrame:
    """Parameters of the reported-value Gumbel mixture for reported numbers of deaths.

    `kinds` are UCDP's types: 'state-based conflict', 'non-state conflict', 'one-sided violence'.
    Gives `reported`, `location`, `scale` (deaths), `weight` (probability that the number is right),
    `mean` (expected deaths).
    """
    reported = pd.Series(np.asarray(deaths, float), name="reported")
    terms = {"constant": 1.0, "log1p deaths": np.log1p(reported)}
    table = read_table("toll_model.csv").set_index(["violence", "term"]).astype(float)
    names = table.index.get_level_values("term").unique()
    terms |= {t: reported == float(t[9:]) for t in names if t.startswith("deaths = ")}
    design = pd.DataFrame(terms, index=reported.index)[list(names)].astype(float)
    linear = pd.DataFrame(np.nan, index=reported.index, columns=table.columns)
    for kind in table.index.levels[0]:
        rows = np.asarray(kinds) == kind
        linear[rows] = design[rows].to_numpy() @ table.loc[kind].loc[names].to_numpy()
    out = pd.DataFrame({"reported": reported})
    out["location"] = np.expm1(linear["location"])
    out["scale"] = np.exp(linear["scale"])
    out["weight"] = 1 / (1 + np.exp(-linear["weight"]))
    beyond = out["location"] + np.euler_gamma * out["scale"]
    return out.assign(mean=out["weight"] * reported + (1 - out["weight"]) * beyond)


def draw(numbers: pd.DataFrame, draws: int, rng, dependence: float = 0.0) -> np.ndarray:
    """Random numbers of deaths (draws, reports) from a `model`, none below zero.

    With `dependence` 0 reports err independently, as published; above, it is the correlation of
    their errors in a one-factor Gaussian copula.
    """
    from scipy.special import ndtr

    shape = (draws, len(numbers))
    location, scale = numbers["location"].to_numpy(), numbers["scale"].to_numpy()
    if dependence:
        shared, own = rng.standard_normal((draws, 1)), rng.standard_normal(shape)
        normal = np.sqrt(dependence) * shared + np.sqrt(1 - dependence) * own
        # Beyond 8 standard deviations the chance is 1 to the last digit, and the deaths infinite.
        beyond = location - scale * np.log(-np.log(ndtr(np.minimum(normal, 8))))
    else:
        beyond = rng.gumbel(location, scale, shape)
    right = rng.random(shape) < numbers["weight"].to_numpy()
    return np.where(right, numbers["reported"].to_numpy(), np.maximum(beyond, 0))


def _reports(ds: Dataset) -> pd.DataFrame:
    """One row per incident: `Dataset.tolls` spelt out."""
    if ds.tolls is None:
        raise NotCovered("The model of tolls needs UCDP's incidents with their type and range.")
    return ds.tolls.loc[ds.tolls.index.repeat(ds.tolls["incidents"])].reset_index(drop=True)


def yearly_totals(ds: Dataset, draws: int = 2000, seed: int = 0) -> pd.DataFrame:
    """Deaths per year: best, plain sums of low and of high, and 95 % intervals of the model.

    Raises `NotCovered` where the source is not UCDP, or its tables were cut so that the tolls of
    single incidents are lost.

    `country` (a code, or 'all'), `year`, `best`, `sum_low`, `sum_high`, then `mean`, `low`, `high`
    (reports err independently, as published) and `shared_low`, `shared_high` (with `DEPENDENCE`
    between them).

    >>> from sahelkit import load
    >>> row = yearly_totals(load(), draws=200).set_index(["country", "year"]).loc[("all", 2023)]
    >>> row["best"], bool(row["best"] < row["low"] < row["high"])
    (np.float64(8752.0), True)
    """
    rng, rows = np.random.default_rng(seed), []
    for year, part in _reports(ds).groupby("year"):
        names = ["all", *sorted(part["country"].unique())]
        member = np.column_stack([(part["country"] == n) | (n == "all") for n in names])
        numbers = model(part["best"], part["kind"])
        table = {"country": names, "year": year, "best": part["best"].to_numpy(float) @ member}
        table |= {f"sum_{end}": part[end].to_numpy(float) @ member for end in ("low", "high")}
        table["mean"] = numbers["mean"].to_numpy() @ member
        for start, dependence in (("", 0.0), ("shared_", DEPENDENCE)):
            sums = draw(numbers, draws, rng, dependence) @ member.astype(float)
            table[f"{start}low"], table[f"{start}high"] = np.quantile(sums, TAILS, axis=0)
        rows.append(pd.DataFrame(table))
    return pd.concat(rows, ignore_index=True)


def ranges(ds: Dataset) -> pd.DataFrame:
    """Share of the deaths per year that rests on reports with a wide range, or with none.

    Index year; `deaths`; `wide` (high less low is at least half the best estimate) and `no_range`
    (low equals high), 0 to 1 of the deaths.

    >>> from sahelkit import load
    >>> bool((ranges(load())["no_range"] > 0.4).all())
    True
    """
    reports = _reports(ds)
    ends = reports[["low", "best", "high"]].agg(["min", "max"], axis=1)
    width, best = ends["max"] - ends["min"], reports["best"]
    kinds = {"wide": (width > 0) & (width >= WIDE * best), "no_range": width == 0}
    parts = pd.DataFrame({"deaths": best} | {name: best * flag for name, flag in kinds.items()})
    sums = parts.groupby(reports["year"]).sum()
    return sums.assign(**{name: sums[name] / sums["deaths"] for name in kinds})
