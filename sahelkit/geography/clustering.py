"""How densely violence stands: nearest neighbours, OECD/SWAC's indicator, hot spots."""

from functools import cache

import numpy as np
import pandas as pd

from sahelkit import places, readings
from sahelkit.choices import NotCovered
from sahelkit.dataset import GRID_KEYS, Dataset, grid_year, in_words, placed, years_covered
from sahelkit.geography.centrography import positions
from sahelkit.places import PRIO_DEGREES

HIGH_PER_KM2 = 0.0017
"""Incidents per km2 and year from which OECD/SWAC's indicator calls a cell's violence intense."""
OECD_DEGREES = 25 / 60
"""Side of a cell of OECD/SWAC's published maps."""
CLASSES = ("clustered high", "dispersed high", "clustered low", "dispersed low", "unclassified")
NEAREST = {
    "nearest_in_cell_km": ["year", "priogrid_gid"],
    "nearest_in_year_km": ["year"],
}
"""Columns of the shipped grid table -> among which incidents the nearest other is looked for."""
DISTINCT = ["positions", "nearest_position_km"]
"""Columns of the shipped grid table: different positions in the cell and year, and the sum of their
distances to the nearest other one."""
_STEPS = (-721, -720, -719, -1, 1, 719, 720, 721)
"""From a PRIO-GRID number to those of the eight cells around it (queen neighbours)."""


@cache
def cells() -> pd.DataFrame:
    """PRIO-GRID cells that the three countries touch, with their true areas.

    Returns
    -------
    DataFrame
        Index `priogrid_gid`; `latitude, longitude` of the middle (degrees), `area_km2` on the
        WGS 84 ellipsoid (2,985 at 14 N), `inside_km2` of it in the three countries (by
        the schematic outlines).

    Examples
    --------
    >>> bool(cells()["area_km2"].between(2700, 3060).all())
    True
    """
    import shapely

    west, south, east, north = places.outlines().total_bounds
    lows = [np.arange(np.floor(a * 2) / 2, b, 0.5) for a, b in ((south, north), (west, east))]
    latitude, longitude = (v.ravel() for v in np.meshgrid(*lows, indexing="ij"))
    land = shapely.union_all(places.outlines().geometry.to_numpy())
    part = shapely.intersection(land, _boxes(latitude, longitude))
    inside = _area_km2(part)
    frame = pd.DataFrame(
        {"latitude": latitude + 0.25, "longitude": longitude + 0.25, "inside_km2": inside},
        index=pd.Index(places.grid_cell(latitude, longitude), name="priogrid_gid"),
    )
    frame.insert(2, "area_km2", _area_km2(_boxes(latitude, longitude)))
    return frame[frame["inside_km2"] > 0]


def _boxes(latitude, longitude, degrees: float = PRIO_DEGREES):
    import shapely

    return shapely.box(longitude, latitude, longitude + degrees, latitude + degrees)


def _area_km2(shapes) -> np.ndarray:
    """Areas in the equal-area plane; edges cut into 0.05 degree, as a parallel is curved there."""
    import geopandas

    return (
        geopandas.GeoSeries(shapes, crs="EPSG:4326")
        .segmentize(0.05)
        .to_crs(places.PROJECTION)
        .area.to_numpy()
    )


def _cell_areas(gid: pd.Series, degrees: float) -> np.ndarray:
    """True areas, also of cells outside the three countries: they depend on latitude alone."""
    rows = (gid.to_numpy() - 1) // round(360 / degrees)
    wanted, where = np.unique(rows, return_inverse=True)
    return _area_km2(_boxes(wanted * degrees - 90, np.zeros(len(wanted)), degrees))[where]


@cache
def _area_of_study_km2() -> float:
    return float(_area_km2(places.outlines().geometry).sum())


def _nearest_km(rows: pd.DataFrame, groups: np.ndarray) -> np.ndarray:
    """Distance of each incident to the nearest other of its group; infinite where it is alone."""
    from scipy.spatial import cKDTree

    x, y = places.project(rows["latitude"], rows["longitude"])
    # A third coordinate sets groups far apart, so that one tree serves all.
    points = np.column_stack([x, y, groups * 1e5])
    found = cKDTree(points, balanced_tree=False).query(points, k=2)[0][:, 1]
    return np.where(found < 5e4, found, np.inf)


def nearest_sums(
    incidents: pd.DataFrame, within=tuple(NEAREST), degrees: float = PRIO_DEGREES
) -> pd.DataFrame:
    """Sums of each incident's distance to the nearest other, which a table of cells cannot give.

    Parameters
    ----------
    incidents : DataFrame
        `schema.COLUMNS`.
    within : iterable of str
        Of `NEAREST`: the nearest of the same cell and year, or of the same year.
    degrees : float
        Size of a cell.

    Returns
    -------
    DataFrame
        `GRID_KEYS`, `within`, km, missing where an incident is alone, and `DISTINCT`, where a
        position counts with the first of its incidents.
    """
    frame = placed(incidents, degrees)
    for name in within:
        groups = frame.groupby(NEAREST[name]).ngroup().to_numpy()
        km = _nearest_km(frame, groups)
        frame[name] = np.where(np.isfinite(km), km, np.nan)
    first = ~frame.duplicated(["year", "priogrid_gid", "latitude", "longitude"])
    alone = frame[first]
    km = _nearest_km(alone, alone.groupby(["year", "priogrid_gid"]).ngroup().to_numpy())
    frame["positions"] = first.astype("int64")
    frame.loc[first, "nearest_position_km"] = np.where(np.isfinite(km), km, np.nan)
    columns = [*within, *DISTINCT]
    sums = frame.groupby(GRID_KEYS, observed=True)[columns].sum(min_count=1).round(3)
    return in_words(sums.reset_index(), GRID_KEYS)


def _with_nearest(ds: Dataset, name: str, degrees: float = PRIO_DEGREES) -> pd.DataFrame:
    """The grid table with one of `NEAREST`, which the shipped one holds."""
    if ds.events is not None:
        table = ds.grid_year if degrees == PRIO_DEGREES else grid_year(ds.events, degrees)
        return table.merge(nearest_sums(ds.events, [name], degrees), on=GRID_KEYS)
    if degrees != PRIO_DEGREES:
        raise NotCovered("The shipped tables hold PRIO-GRID cells: others need a file of events.")
    return ds.grid_year


def nearest_neighbour(ds: Dataset) -> pd.DataFrame:
    """Average nearest-neighbour ratio per year over the area of the three countries.

    Parameters
    ----------
    ds : Dataset
        From the shipped table a neighbour may be an incident that was taken out of it since, such as
        one east of 10 E: near that line a distance is then too short.

    Returns
    -------
    DataFrame
        Index year; `incidents`, `mean_km` to the nearest other incident, `expected_km` of as many
        incidents placed at random, `ratio` (below 1 clustered), `z` (standard normal if random).
        Incidents at one position are 0 km apart. NaN with fewer than 2.

    References
    ----------
    Clark, P. & Evans, F. (1954). Distance to nearest neighbor as a measure of spatial
    relationships in populations. Ecology 35(4).
    """
    name = "nearest_in_year_km"
    out = _with_nearest(ds, name).groupby("year")[["incidents", name]].sum()
    out["mean_km"] = (out.pop(name) / out["incidents"]).where(out["incidents"] >= 2)
    out["expected_km"] = 0.5 / np.sqrt(out["incidents"] / _area_of_study_km2())
    out["ratio"] = out["mean_km"] / out["expected_km"]
    error = 0.26136 * np.sqrt(_area_of_study_km2()) / out["incidents"]
    out["z"] = (out["mean_km"] - out["expected_km"]) / error
    return out.reindex(ds.years).rename_axis("year")


def scdi(
    ds: Dataset,
    distinct: bool = False,
    degrees: float = PRIO_DEGREES,
    high: float = HIGH_PER_KM2,
) -> pd.DataFrame:
    """OECD/SWAC's Spatial Conflict Dynamics indicator per grid cell and year.

    Intensity is high from so many incidents per km2 on; concentration is the nearest-neighbour
    ratio within the cell, clustered below 1. A cell with one incident is unclassified. Published
    maps use cells of 25 arc minutes (about 1,935 km2 at 14 N) and all ACLED events: with ACLED's
    file, `degrees=OECD_DEGREES` gives these. By default cells are of 0.5 degree with their true areas
    (2,800 to 3,040 km2), so that the cut lies at 5 or 6 incidents instead of 4.

    Parameters
    ----------
    ds : Dataset
    distinct : bool
        Take the concentration from the different positions of a cell: incidents that the source
        places at one town or one centroid then make no cluster.
    degrees : float
        Size of a cell; another than `PRIO_DEGREES` needs a file of events.
    high : float
        Incidents per km2 and year from which intensity is high.

    Returns
    -------
    DataFrame
        `year, priogrid_gid, incidents, area_km2, per_km2, intensity` ('high', 'low',
        'unclassified'), `ratio`, `concentration` ('clustered', 'dispersed'), `type` (one of
        `CLASSES`). Of other cells than PRIO-GRID's the number stands in `cell`.

    Raises
    ------
    NotCovered
        Other cells than PRIO-GRID's, and only tables are there.

    References
    ----------
    OECD/SWAC (2020). The Geography of Conflict in North and West Africa, chapter 3; Walther, O.,
    Radil, S., Russell, D. & Trémolières, M. (2023). Introducing the Spatial Conflict Dynamics
    indicator of political violence. Terrorism and Political Violence 35(3).

    Examples
    --------
    >>> from sahelkit import load
    >>> found = scdi(load())
    >>> int(found.loc[found["intensity"] == "high", "incidents"].min())
    5
    """
    points, sums = DISTINCT if distinct else ("incidents", "nearest_in_cell_km")
    table = _with_nearest(ds, "nearest_in_cell_km", degrees).groupby(["year", "priogrid_gid"])
    out = table[["incidents"]].sum()
    number, km = table[points].sum(), table[sums].sum()
    mean_km = (km / number).where(number >= 2).to_numpy()
    out = out.assign(points=number).reset_index()
    out["area_km2"] = _cell_areas(out["priogrid_gid"], degrees)
    out["per_km2"] = out["incidents"] / out["area_km2"]
    level = np.where(out["per_km2"] >= high, "high", "low")
    out["intensity"] = np.where(out["incidents"] < 2, "unclassified", level)
    out["ratio"] = mean_km / (0.5 / np.sqrt(out.pop("points") / out["area_km2"]))
    label = pd.Series(np.where(out["ratio"] < 1, "clustered", "dispersed"))
    out["concentration"] = label.where(out["ratio"].notna(), None)
    out["type"] = (out["concentration"] + " " + out["intensity"]).fillna("unclassified")
    return out if degrees == PRIO_DEGREES else out.rename(columns={"priogrid_gid": "cell"})


def scdi_counts(found: pd.DataFrame) -> pd.DataFrame:
    """Cells per year and class.

    >>> from sahelkit import load
    >>> scdi_counts(scdi(load())).loc[2023, "clustered high"].item()
    65
    """
    counts = found.groupby(["year", "type"]).size().unstack(fill_value=0)
    return counts.reindex(columns=list(CLASSES), fill_value=0).rename_axis(columns=None)


def hot_spots(
    ds: Dataset,
    first: int,
    last: int,
    weight: str = "incidents",
    alpha: float = 0.05,
    permutations: int = 4999,
    seed: int = 0,
) -> pd.DataFrame:
    """Cells that together with their eight neighbours hold more violence than chance puts there.

    Getis-Ord Gi*: the sum over a cell and its neighbours, the cell's own count in it. Its p is the
    share of permutations in which the counts of all cells, dealt out anew over all of them, give
    the cell as large a sum; the false discovery rate is held at `alpha`. (Permutations that leave
    a cell its own count, as libraries offer them, test the neighbours alone.) With another seed a
    few cells at the edge of a hot spot change. A long period with more incidents finds more:
    periods with different totals are not to be compared cell by cell.

    Parameters
    ----------
    first, last : int
        Years, both included.
    alpha : float
        False discovery rate (Benjamini & Hochberg 1995).

    Returns
    -------
    DataFrame
        Index `priogrid_gid`, every cell; `latitude, longitude` of its middle, `value` (sum over
        the period), `z` (standardised Gi*), `p`, `hot` (bool).

    Raises
    ------
    NotCovered
        The data do not reach over these years.

    References
    ----------
    Ord, J. & Getis, A. (1995). Local spatial autocorrelation statistics. Geographical Analysis
    27(4); Caldas de Castro, M. & Singer, B. (2006). Controlling the false discovery rate. Ibid.
    38(2).

    Examples
    --------
    >>> from sahelkit import load
    >>> found = hot_spots(load(), 2018, 2023, permutations=499)
    >>> bool(found.loc[found["hot"], "value"].mean() > found["value"].mean())
    True
    """
    from scipy.stats import false_discovery_control

    years_covered(ds, first, last)
    rows = positions(ds, weight)
    sums = rows[rows["year"].between(first, last)].groupby("priogrid_gid")["weight"].sum()
    out = cells()[["latitude", "longitude"]].assign(value=sums).fillna({"value": 0.0})
    values, near = out["value"].to_numpy(), _neighbourhoods()
    found, size = near @ values, near.sum(axis=1)
    rng = np.random.default_rng(seed)
    as_high = np.zeros(len(values))
    for block in np.array_split(np.arange(permutations), max(1, permutations // 500)):
        dealt = rng.permuted(np.tile(values, (len(block), 1)), axis=1)
        as_high += (near @ dealt.T >= found[:, None] - 1e-9).sum(axis=1)
    n, spread = len(values), values.std()
    z = (found - size * values.mean()) / (spread * np.sqrt((n * size - size**2) / (n - 1)))
    p = (1 + as_high) / (permutations + 1)
    return out.assign(z=z, p=p, hot=false_discovery_control(p) <= alpha)


def _neighbourhoods():
    """Sparse matrix over `cells`: one for the cell itself and each of its queen neighbours."""
    from scipy.sparse import csr_array

    place = {gid: i for i, gid in enumerate(cells().index)}
    pairs = [
        (i, place[gid + step])
        for gid, i in place.items()
        for step in (0, *_STEPS)
        if gid + step in place
    ]
    rows, columns = zip(*pairs, strict=True)
    shape = (len(place), len(place))
    return csr_array((np.ones(len(pairs)), (rows, columns)), shape=shape)


def hot_spots_by_period(ds: Dataset, periods: int = 3) -> dict:
    """`hot_spots` with and without Diffa in periods of years of about equal length.

    Returns
    -------
    dict
        {(reading, 'first-last'): table}.

    Examples
    --------
    >>> from sahelkit import load
    >>> list(hot_spots_by_period(load(), 1))
    [('with Diffa', '2012-2023'), ('without Diffa', '2012-2023')]
    """
    parts = {"with Diffa": ds, "without Diffa": readings.without_diffa(ds)}
    spans = np.array_split(list(ds.years), min(periods, len(ds.years)))
    return {
        (name, f"{years[0]}-{years[-1]}"): hot_spots(part, int(years[0]), int(years[-1]))
        for name, part in parts.items()
        for years in spans
    }
