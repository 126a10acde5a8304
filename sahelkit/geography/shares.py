"""How much of the violence lies in Liptako-Gourma, near the tripoint, near the shared borders.

Every function takes a `Dataset` and counts from its events where it has them all, else from the
shipped tables, where the incidents of a grid cell stand at their mean position. "Without Diffa" is
always ``readings.without_diffa(ds)``, applied first.
"""

import numpy as np
import pandas as pd

from sahelkit import places, readings
from sahelkit.choices import one_of
from sahelkit.counts import count
from sahelkit.dataset import Dataset, years_covered
from sahelkit.geography.centrography import positions
from sahelkit.models import TAILS, resampled
from sahelkit.tables import COUNTS

BY_REGION = ("regions", "authority")
"""Definitions of Liptako-Gourma that are lists of regions."""


def share(
    ds: Dataset,
    definition: str = "regions",
    weight: str = "incidents",
    by_country: bool = False,
    least: float = 1,
):
    """Share of violence that lies in Liptako-Gourma per year, 0 to 1; of each country's own if asked.

    The definitions 'regions' and 'authority' count by the region that the source names; an incident
    in no region counts as inside if its place is named for the area, else as not inside (`doubt`
    says how many). 'radius' and 'border' count by position, and so does `incidents_located`. A
    share of less than `least` incidents or deaths is NaN.

    >>> from sahelkit import load
    >>> share(load()).loc[[2016, 2018, 2023]].round(3).tolist()
    [0.222, 0.807, 0.605]
    """
    table = _inside(ds, definition, weight)
    keys = ["year", "country"] if by_country else ["year"]
    sums = table.groupby(keys)[["inside", "weight"]].sum()
    found = sums["inside"] / sums["weight"].where(sums["weight"] >= least)
    found = found.unstack("country") if by_country else found.rename("share")
    return found.reindex(ds.years).rename_axis("year")


def _inside(ds: Dataset, definition: str, weight: str) -> pd.DataFrame:
    """Rows by region or by position: `year`, `country`, `weight`, and what of it lies `inside`."""
    if definition in BY_REGION:
        one_of(weight, COUNTS, "weight")
        months = ds.region_month
        weights = months[weight].astype("Float64").astype("float64")
        table = months[["country", "region"]].assign(year=months["month"].dt.year, weight=weights)
    else:
        table = positions(ds, weight)
    inside = places.in_liptako_gourma(table, definition)
    return table.assign(country=table["country"].astype("str"), inside=table["weight"] * inside)


def share_by_definition(ds: Dataset, weight: str = "incidents") -> pd.DataFrame:
    """Share of violence in Liptako-Gourma per year, a column for each of `places.DEFINITIONS`."""
    return pd.DataFrame({name: share(ds, name, weight) for name in places.DEFINITIONS})


def share_in_year(
    ds: Dataset, definition: str = "regions", weight: str = "incidents", year: int = 2018
) -> float:
    """Share of one year's violence in Liptako-Gourma; `NotCovered` outside the data.

    >>> from sahelkit import load
    >>> round(share_in_year(load(), year=2023), 3)
    0.605
    """
    years_covered(ds, year)
    return float(share(ds, definition, weight).loc[year])


def share_within(ds: Dataset, distances_km=range(0, 501, 25), weight: str = "incidents"):
    """Share of violence within d km of the tripoint, 0 to 1: index year, columns `distances_km`.

    >>> from sahelkit import load
    >>> share_within(load(), [200, 500]).loc[2021].round(2).tolist()
    [0.35, 0.75]
    """
    table = positions(ds, weight)
    km, year = places.km_to_tripoint(table["latitude"], table["longitude"]), table["year"]
    columns = {d: table["weight"].where(km <= d, 0).groupby(year).sum() for d in distances_km}
    total = table.groupby("year")["weight"].sum()
    return pd.DataFrame(columns).div(total, axis=0).reindex(ds.years).rename_axis("year")


def share_over(
    ds: Dataset, first: int, last: int, definition: str = "regions", weight: str = "incidents"
) -> float:
    """Share of all violence from year `first` to `last` in Liptako-Gourma, 0 to 1.

    Raises `NotCovered` where the data do not reach over these years.

    >>> from sahelkit import load
    >>> [round(share_over(load(), 2017, 2023, name), 2) for name in ("regions", "border")]
    [0.71, 0.33]
    """
    years_covered(ds, first, last)
    table = _inside(ds, definition, weight)
    table = table[table["year"].between(first, last)]
    return float(table["inside"].sum() / table["weight"].sum())


def doubt(ds: Dataset, weight: str = "incidents", resamples: int = 1999, seed: int = 0):
    """Share of Liptako-Gourma by regions with what could move it: clusters, and unknown regions.

    Incidents come in clusters, so whole grid cells are drawn with replacement, each with what lies
    in it; the interval is that of the share by position, moved to the share by region. Index year;
    `share`, `low`, `high` (95 %), `unknown` (incidents in no region that no name places), 0 to 1.

    >>> from sahelkit import load
    >>> found = doubt(load(), resamples=199).loc[2018]
    >>> bool(found["low"] < found["share"] < found["high"])
    True
    """
    drawn, found = _cell_bootstrap(ds, weight, resamples, seed), share(ds, weight=weight)
    ends = pd.DataFrame({y: np.quantile(d, TAILS) for y, d in drawn.items()}).T
    out = pd.DataFrame({"share": found, "low": found + ends[0], "high": found + ends[1]})
    counts = count(ds, "region", "Y", weight)
    unknown = counts[places.UNKNOWN] / counts.sum(axis=1)
    return out.clip(0, 1).assign(unknown=unknown).rename_axis("year")


def fall(ds: Dataset, first: int, last: int, resamples: int = 1999, seed: int = 0) -> dict:
    """Fall of Liptako-Gourma's share between two years: `points`, `low`, `high` (95 %).

    >>> from sahelkit import load
    >>> round(fall(load(), 2018, 2023, resamples=199)["points"])
    20
    """
    years_covered(ds, first, last)
    drawn, found = _cell_bootstrap(ds, "incidents", resamples, seed), 100 * share(ds)
    ends = 100 * np.quantile(drawn[first] - drawn[last], TAILS)
    points = found[first] - found[last]
    return dict(zip(("points", "low", "high"), points + np.array([0, *ends]), strict=True))


def _cell_bootstrap(ds: Dataset, weight: str, resamples: int, seed: int) -> dict:
    """Per year, how far the share by position of resampled cells lies from that of all."""
    rng, table = np.random.default_rng(seed), positions(ds, weight)
    inside = places.inside_outlines(table["latitude"], table["longitude"])
    table = table.assign(part=table["weight"] * inside)
    out = {}
    for year, rows in table.groupby("year"):
        cells = rows.groupby("priogrid_gid")[["part", "weight"]].sum().to_numpy()
        drawn = resampled(cells, resamples, rng)
        out[year] = drawn[:, 0] / drawn[:, 1] - cells[:, 0].sum() / cells[:, 1].sum()
    return out


def border_shares(ds: Dataset) -> pd.DataFrame:
    """Share within 50 km of the shared borders over some periods, by what is counted.

    A row per measure (incidents with and without Diffa, located to the district, deaths), a column
    per period; 0 to 1.

    >>> from sahelkit import load
    >>> border_shares(load()).columns.tolist()
    ['2012-2021', '2018-2021']
    """
    last, without = min(2021, ds.years[-1]), readings.without_diffa(ds)
    measures = {
        "incidents, with Diffa": (ds, "incidents"),
        "incidents, without Diffa": (without, "incidents"),
        "located to the district or better, without Diffa": (without, "incidents_located"),
        "deaths, without Diffa": (without, "deaths_best"),
    }
    columns = {}
    for first in (2012, 2018):
        if first in ds.years and first <= last:
            columns[f"{first}-{last}"] = {
                name: share_over(part, first, last, "border", weight)
                for name, (part, weight) in measures.items()
            }
    return pd.DataFrame(columns)


def vague_locations(ds: Dataset) -> pd.DataFrame:
    """Share within 200 km of the tripoint under rules for vague locations, without Diffa.

    Index year; columns 'all incidents', 'district or better' and, from events, 'exact or near'.

    >>> from sahelkit import load
    >>> vague_locations(load()).columns.tolist()
    ['all incidents', 'district or better']
    """
    without = readings.without_diffa(ds)
    rules = {
        "all incidents": share(without, "radius"),
        "district or better": share(without, "radius", "incidents_located"),
    }
    if ds.events is not None:
        near = readings.from_events(without, without.events["location_precision"] <= 2)
        rules["exact or near"] = share(near, "radius")
    return pd.DataFrame(rules)
