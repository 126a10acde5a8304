"""Where violence is: its centre and scatter per year, and how much of it lies in Liptako-Gourma.

Every function takes a `Dataset` and counts from its events where it has them all, else from the
shipped tables, where the incidents of a grid cell stand at their mean position. "Without Diffa" is
always ``readings.without_diffa(ds)``, applied first.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from sahelkit import places
from sahelkit.dataset import Dataset
from sahelkit.geography.centrography import (
    centre,
    centre_region,
    ellipses,
    outline,
    positions,
    shift_of_centre,
)

BORDER_DISTANCES_KM = (10, 25, 50, 100)
GRID_DIFFERENCES = {
    "mean centre, degrees": 0.0001,
    "median centre, km east or north": 3.0,
    "standard distance, km": 0.4,
    "share within 200 km of the tripoint, points": 1.6,
    "share within 50 km of shared borders, points": 2.0,
    "share of deaths within 50 km of shared borders, points": 5.1,
}
"""`grid_differences` of the UCDP GED 24.1 events without Diffa, rounded up; tested."""
BY_REGION = ("regions", "authority")
"""Definitions of Liptako-Gourma that are lists of regions."""


def share(
    ds: Dataset,
    definition: str = "regions",
    weight: str = "incidents",
    by_country: bool = False,
    least: float = 1,
):
    """Share of violence that lies in Liptako-Gourma, per year.

    Parameters
    ----------
    ds : Dataset
    definition : str
        One of `places.DEFINITIONS`. 'regions' and 'authority' count by the region that the source
        names; incidents in no region are outside. 'radius' and 'border' count by position.
    weight : str
    by_country : bool
        For each country, the share of its own violence.
    least : float
        A share of less than this (incidents or deaths in all) is NaN.

    Returns
    -------
    Series or DataFrame
        0 to 1; index year, columns countries.

    Raises
    ------
    ValueError
        `incidents_located` with a definition by regions, or an unknown definition.

    Examples
    --------
    >>> from sahelkit import load
    >>> share(load()).loc[[2016, 2018, 2023]].round(3).tolist()
    [0.222, 0.807, 0.605]
    """
    if definition in BY_REGION:
        if weight not in ds.region_month:
            raise ValueError(f"{weight!r} is known by position; use 'radius' or 'border'.")
        months = ds.region_month
        weights = months[weight].astype("Float64").astype("float64")
        table = months[["country", "region"]].assign(year=months["month"].dt.year, weight=weights)
    else:
        table = positions(ds, weight)
    inside = places.in_liptako_gourma(table, definition)
    table = table.assign(country=table["country"].astype("str"), inside=table["weight"] * inside)
    keys = ["year", "country"] if by_country else ["year"]
    sums = table.groupby(keys)[["inside", "weight"]].sum()
    found = sums["inside"] / sums["weight"].where(sums["weight"] >= least)
    found = found.unstack("country") if by_country else found.rename("share")
    return found.reindex(ds.years).rename_axis("year")


def share_by_definition(ds: Dataset, weight: str = "incidents") -> pd.DataFrame:
    """Share of violence in Liptako-Gourma per year, a column for each of `places.DEFINITIONS`."""
    return pd.DataFrame({name: share(ds, name, weight) for name in places.DEFINITIONS})


def share_in_year(
    ds: Dataset, definition: str = "regions", weight: str = "incidents", year: int = 2018
) -> float:
    """Share of one year's violence in Liptako-Gourma."""
    return float(share(ds, definition, weight).loc[year])


def _within(table: pd.DataFrame, km: np.ndarray, distances_km, years) -> pd.DataFrame:
    total = table.groupby("year")["weight"].sum()
    columns = {
        d: table["weight"].where(km <= d, 0).groupby(table["year"]).sum() for d in distances_km
    }
    return pd.DataFrame(columns).div(total, axis=0).reindex(years).rename_axis("year")


def share_within(ds: Dataset, distances_km=range(0, 501, 25), weight: str = "incidents"):
    """Share of violence within d km of the tripoint, for each year and d.

    Parameters
    ----------
    ds : Dataset
    distances_km : iterable of number
    weight : str

    Returns
    -------
    DataFrame
        0 to 1; index year, columns `distances_km`.

    Examples
    --------
    >>> from sahelkit import load
    >>> share_within(load(), [200, 500]).loc[2021].round(2).tolist()
    [0.35, 0.75]
    """
    table = positions(ds, weight)
    km = places.km_to_tripoint(table["latitude"], table["longitude"])
    return _within(table, km, distances_km, ds.years)


def share_near_border(ds: Dataset, distances_km=BORDER_DISTANCES_KM, weight: str = "incidents"):
    """Share of violence within d km of a border that two of the three countries share.

    Parameters and result as in `share_within`. The borders are those of the schematic outlines.

    Examples
    --------
    >>> from sahelkit import load
    >>> bool(share_near_border(load(), [50]).loc[2021, 50] > 0.3)
    True
    """
    table = positions(ds, weight)
    km = places.km_to_border(table["latitude"], table["longitude"])
    return _within(table, km, distances_km, ds.years)


def share_near_border_over(
    ds: Dataset, first: int, last: int, weight: str = "incidents", km: float = places.BORDER_KM
) -> float:
    """Share of all violence from year `first` to `last` within km of the shared borders, 0 to 1."""
    table = positions(ds, weight)
    table = table[table["year"].between(first, last)]
    near = places.km_to_border(table["latitude"], table["longitude"]) <= km
    return float(np.average(near, weights=table["weight"]))


def grid_differences(ds: Dataset) -> pd.Series:
    """What a table of cells loses: largest difference, over the years, from the events' values.

    Parameters
    ----------
    ds : Dataset
        With events. The cells are those of its own grid table, so that this measures only that
        incidents stand at the mean position of their cell.

    Returns
    -------
    Series
        Index: statistic with its unit. `GRID_DIFFERENCES` holds the result, without Diffa, for the
        event file that the shipped tables were computed from.
    """
    grid = replace(ds, events=None)

    def largest(statistic) -> float:
        return float(np.nanmax(np.abs(statistic(ds) - statistic(grid)).to_numpy()))

    def median_km(d):
        found = centre(d, kind="median")
        return pd.DataFrame(np.transpose(places.project(found["latitude"], found["longitude"])))

    return pd.Series(
        {
            "mean centre, degrees": largest(lambda d: centre(d)[["latitude", "longitude"]]),
            "median centre, km east or north": largest(median_km),
            "standard distance, km": largest(lambda d: ellipses(d)["standard_distance_km"]),
            "share within 200 km of the tripoint, points": 100
            * largest(lambda d: share(d, "radius")),
            "share within 50 km of shared borders, points": 100
            * largest(lambda d: share(d, "border")),
            "share of deaths within 50 km of shared borders, points": 100
            * largest(lambda d: share(d, "border", "deaths_best")),
        }
    )


__all__ = [
    "centre",
    "centre_region",
    "ellipses",
    "outline",
    "positions",
    "share",
    "share_by_definition",
    "share_in_year",
    "share_near_border",
    "share_near_border_over",
    "share_within",
    "shift_of_centre",
]
