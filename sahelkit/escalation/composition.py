"""What the violence is made of: lethality, civilians, the mix of groups, concentration."""

import numpy as np
import pandas as pd

from sahelkit.choices import one_of
from sahelkit.counts import count
from sahelkit.models import TAILS
from sahelkit.places import UNKNOWNS
from sahelkit.tables import COUNTS


def lethality(table: pd.DataFrame, by: str, draws: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Per year: deaths per incident and the share of civilians among the dead, with intervals.

    Of `Dataset.region_month`: `year`, the column `by` to tell apart if given, `incidents`, then
    `deaths_per_incident`, `civilian_share` (0-1) and their `_low`, `_high` (95 %, bootstrap over
    the months of each year). NaN in years without violence.

    >>> from sahelkit import load
    >>> found = lethality(load().region_month, "country").set_index(["country", "year"])
    >>> round(float(found.loc[("BFA", 2023), "deaths_per_incident"]), 1)
    10.3
    """
    measures = {
        "deaths_per_incident": ("deaths_best", "incidents"),
        "civilian_share": ("deaths_civilians", "deaths_best"),
    }
    names = sorted({name for pair in measures.values() for name in pair})
    wide = {name: count(table, by, weight=name).astype("float64") for name in names}
    rng = np.random.default_rng(seed)
    rows = []
    for kind in wide["incidents"]:
        months = pd.DataFrame({name: part[kind] for name, part in wide.items()})
        for year, counts in months.groupby(months.index.year):
            row = {"year": year, by: kind, "incidents": int(counts["incidents"].sum())}
            for measure, (top, bottom) in measures.items():
                sides = counts[top].to_numpy(), counts[bottom].to_numpy()
                found = _ratio_of_sums(*sides, rng, draws)
                row |= dict(zip((measure, measure + "_low", measure + "_high"), found, strict=True))
            rows.append(row)
    return pd.DataFrame(rows)


def _ratio_of_sums(top, bottom, rng, draws) -> tuple:
    """Ratio of two sums over the same months, with its bootstrap interval."""
    if not bottom.sum() > 0 or np.isnan(top).all():
        return (np.nan,) * 3
    picked = rng.integers(0, len(top), (draws, len(top)))
    below = bottom[picked].sum(1)
    drawn = top[picked].sum(1)[below > 0] / below[below > 0]
    low, high = np.quantile(drawn, TAILS)
    return float(top.sum() / bottom.sum()), float(low), float(high)


def concentration(
    table: pd.DataFrame, units="region", weight="incidents", top: int = 3
) -> pd.DataFrame:
    """How few places carry the violence, per year: regions of `region_month`, or cells of `grid_year`.

    Incidents in no region do not count. Index year; `units` with any violence, `top_share` (0-1) of
    the `top` heaviest, and `effective`, the effective number of units: the inverse of Simpson's
    index, 1 / sum of squared shares (Laakso & Taagepera 1979).

    >>> even = pd.DataFrame({"year": 2020, "country": "MLI", "region": [*"abcd"], "incidents": 5})
    >>> concentration(even, top=1).loc[2020].tolist()
    [4.0, 0.25, 4.0]
    """
    one_of(units, [name for name in ("region", "priogrid_gid") if name in table], "units")
    one_of(weight, [name for name in COUNTS if name in table], "weight")
    year = table["year"] if "year" in table else table["month"].dt.year.rename("year")
    known = ~table[units].isin(UNKNOWNS)
    # A cell that a border cuts is one place; two regions of the same name would be two.
    keys = [units] if units == "priogrid_gid" else ["country", units]
    sums = table[known].groupby([year[known], *keys], observed=True)[weight].sum().astype("float64")
    rows = {}
    for one, values in sums[sums > 0].groupby(level=0):
        shares = (values / values.sum()).sort_values(ascending=False)
        rows[one] = (len(shares), shares.head(top).sum(), 1 / (shares**2).sum())
    names = ["units", "top_share", "effective"]
    out = pd.DataFrame.from_dict(rows, orient="index", columns=names, dtype=float)
    return out.rename_axis("year")


def mix(table: pd.DataFrame, by: str = "group", weight: str = "incidents") -> pd.DataFrame:
    """Share of each kind per year, 0-1; rows add up to one, NaN in a year without violence.

    >>> from sahelkit import load
    >>> mix(load().region_month).sum(axis=1).round(9).unique().tolist()
    [1.0]
    """
    counts = count(table, by, "Y", weight)
    return counts.div(counts.sum(axis=1).where(lambda total: total > 0), axis=0)
