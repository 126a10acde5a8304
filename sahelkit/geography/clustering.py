"""How densely violence stands: nearest neighbours, OECD/SWAC's indicator, hot spots, pairs in time."""

from functools import cache

import numpy as np
import pandas as pd

from sahelkit import places, readings
from sahelkit.choices import NotCovered
from sahelkit.dataset import Dataset, shipped, years_covered
from sahelkit.geography.centrography import positions
from sahelkit.places import PRIO_DEGREES
from sahelkit.tables import GRID_KEYS, grid_year, in_words, placed

HIGH_PER_KM2 = 0.0017
"""Incidents per km2 and year from which OECD/SWAC's indicator calls a cell's violence intense."""
OECD_DEGREES = 25 / 60
"""Side of a cell of OECD/SWAC's published maps."""
CLASSES = ("clustered high", "dispersed high", "clustered low", "dispersed low", "unclassified")
NEAREST = {"nearest_in_cell_km": ["year", "priogrid_gid"], "nearest_in_year_km": ["year"]}
"""Columns of the shipped grid table -> among which incidents the nearest other is looked for."""
DISTINCT = ["positions", "nearest_position_km"]
"""Columns of the shipped grid table: different positions in the cell and year, and the sum of their
distances to the nearest other one."""
_STEPS = (0, -721, -720, -719, -1, 1, 719, 720, 721)
"""From a PRIO-GRID number to itself and those of the eight cells around it (queen neighbours)."""
FALSE_DISCOVERIES = 0.05
"""Share of the hot spots that may be none (Benjamini & Hochberg 1995)."""
KM = (0, 10, 50)
"""Upper edges of the distance bands of pairs: the same position, up to 10 km, up to 50 km."""
DAYS = (3, 7, 14, 30)
YEARS = (2017, 2023)
"""Of pairs."""


@cache
def cells() -> pd.DataFrame:
    """PRIO-GRID cells that the three countries touch, with their true areas.

    Index `priogrid_gid`; `latitude, longitude` of the middle (degrees), `area_km2` on the WGS 84
    ellipsoid (2,985 at 14 N), `inside_km2` of it in the three countries (by the schematic
    outlines).

    >>> bool(cells()["area_km2"].between(2700, 3060).all())
    True
    """
    import shapely

    west, south, east, north = places.outlines().total_bounds
    lows = [np.arange(np.floor(a * 2) / 2, b, 0.5) for a, b in ((south, north), (west, east))]
    latitude, longitude = (v.ravel() for v in np.meshgrid(*lows, indexing="ij"))
    land = shapely.union_all(places.outlines().geometry.to_numpy())
    boxes = _boxes(latitude, longitude)
    frame = pd.DataFrame(
        {
            "latitude": latitude + 0.25,
            "longitude": longitude + 0.25,
            "area_km2": _area_km2(boxes),
            "inside_km2": _area_km2(shapely.intersection(land, boxes)),
        },
        index=pd.Index(places.grid_cell(latitude, longitude), name="priogrid_gid"),
    )
    return frame[frame["inside_km2"] > 0]


def _boxes(latitude, longitude, degrees: float = PRIO_DEGREES):
    import shapely

    return shapely.box(longitude, latitude, longitude + degrees, latitude + degrees)


def _area_km2(shapes) -> np.ndarray:
    """Areas in the equal-area plane; edges cut into 0.05 degree, as a parallel is curved there."""
    import geopandas

    fine = geopandas.GeoSeries(shapes, crs="EPSG:4326").segmentize(0.05)
    return fine.to_crs(places.PROJECTION).area.to_numpy()


def _cell_areas(gid: pd.Series, degrees: float) -> np.ndarray:
    """True areas, also of cells outside the three countries: they depend on latitude alone."""
    rows = (gid.to_numpy() - 1) // round(360 / degrees)
    wanted, where = np.unique(rows, return_inverse=True)
    return _area_km2(_boxes(wanted * degrees - 90, np.zeros(len(wanted)), degrees))[where]


def _nearest_km(rows: pd.DataFrame, keys: list) -> np.ndarray:
    """Distance of each incident to the nearest other of its group; NaN where it is alone."""
    from scipy.spatial import cKDTree

    x, y = places.project(rows["latitude"], rows["longitude"])
    # A third coordinate sets groups far apart, so that one tree serves all.
    points = np.column_stack([x, y, rows.groupby(keys).ngroup().to_numpy() * 1e5])
    found = cKDTree(points, balanced_tree=False).query(points, k=2)[0][:, 1]
    return np.where(found < 5e4, found, np.nan)


def nearest_sums(incidents: pd.DataFrame, degrees: float = PRIO_DEGREES) -> pd.DataFrame:
    """Sums of each incident's distance to the nearest other, which a table of cells cannot give.

    Of incidents (`schema.COLUMNS`) in cells of so many degrees: `GRID_KEYS`, the sums of `NEAREST`,
    km, missing where an incident is alone, and `DISTINCT`, where a position counts with the first
    of its incidents.
    """
    frame = placed(incidents, degrees)
    for name, keys in NEAREST.items():
        frame[name] = _nearest_km(frame, keys)
    first = ~frame.duplicated(["year", "priogrid_gid", "latitude", "longitude"])
    frame["positions"] = first.astype("int64")
    frame.loc[first, "nearest_position_km"] = _nearest_km(frame[first], ["year", "priogrid_gid"])
    columns = [*NEAREST, *DISTINCT]
    sums = frame.groupby(GRID_KEYS, observed=True)[columns].sum(min_count=1).round(3)
    return in_words(sums.reset_index(), GRID_KEYS)


def scdi(ds: Dataset, distinct: bool = False, degrees: float = PRIO_DEGREES) -> pd.DataFrame:
    """OECD/SWAC's Spatial Conflict Dynamics indicator per grid cell and year.

    Intensity is high from so many incidents per km2 on; concentration is the nearest-neighbour
    ratio within the cell, clustered below 1. A cell with one incident is unclassified. Published
    maps use cells of 25 arc minutes (about 1,935 km2 at 14 N) and all ACLED events: with ACLED's
    file, `degrees=OECD_DEGREES` gives these. By default cells are of 0.5 degree with their true
    areas (2,800 to 3,040 km2), so that the cut lies at 5 or 6 incidents instead of 4.

    `year, priogrid_gid, incidents, area_km2, per_km2, intensity` ('high', 'low', 'unclassified'),
    `ratio`, `concentration` ('clustered', 'dispersed'), `type` (one of `CLASSES`). Of other cells
    than PRIO-GRID's the number stands in `cell`.

    OECD/SWAC (2020). The Geography of Conflict in North and West Africa, chapter 3; Walther, O.,
    Radil, S., Russell, D. & Trémolières, M. (2023). Introducing the Spatial Conflict Dynamics
    indicator of political violence. Terrorism and Political Violence 35(3).

    Parameters
    ----------
    distinct : bool
        Take the concentration from the different positions of a cell: incidents that the source
        places at one town or one centroid then make no cluster.
    degrees : float
        Size of a cell; another than `PRIO_DEGREES` needs a file of events (`NotCovered`).

    Examples
    --------
    >>> from sahelkit import load
    >>> found = scdi(load())
    >>> int(found.loc[found["intensity"] == "high", "incidents"].min())
    5
    """
    points, sums = DISTINCT if distinct else ("incidents", "nearest_in_cell_km")
    table = ds.grid_year
    if ds.events is not None:
        table = table if degrees == PRIO_DEGREES else grid_year(ds.events, degrees)
        table = table.merge(nearest_sums(ds.events, degrees), on=GRID_KEYS)
    elif degrees != PRIO_DEGREES:
        raise NotCovered("The shipped tables hold PRIO-GRID cells: others need a file of events.")
    table = table.groupby(["year", "priogrid_gid"])
    out = table[["incidents"]].sum()
    number, km = table[points].sum(), table[sums].sum()
    mean_km = (km / number).where(number >= 2).to_numpy()
    out = out.assign(points=number).reset_index()
    out["area_km2"] = _cell_areas(out["priogrid_gid"], degrees)
    out["per_km2"] = out["incidents"] / out["area_km2"]
    level = np.where(out["per_km2"] >= HIGH_PER_KM2, "high", "low")
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
    ds: Dataset, first: int, last: int, permutations: int = 4999, seed: int = 0
) -> pd.DataFrame:
    """Cells that together with their eight neighbours hold more incidents than chance puts there.

    Getis-Ord Gi*: the sum over a cell and its neighbours, the cell's own count in it. Its p is the
    share of permutations in which the counts of all cells, dealt out anew over all of them, give
    the cell as large a sum; the false discovery rate is held at `FALSE_DISCOVERIES`. (Permutations
    that leave a cell its own count, as libraries offer them, test the neighbours alone.) With
    another seed a few cells at the edge of a hot spot change. A long period with more incidents
    finds more: periods with different totals are not to be compared cell by cell.

    Both years are included; `NotCovered` where the data do not reach over them. Index
    `priogrid_gid`, every cell; `latitude, longitude` of its middle, `value` (sum over the period),
    `z` (standardised Gi*), `p`, `hot` (bool).

    Ord, J. & Getis, A. (1995). Local spatial autocorrelation statistics. Geographical Analysis
    27(4); Caldas de Castro, M. & Singer, B. (2006). Controlling the false discovery rate. Ibid.
    38(2).

    >>> from sahelkit import load
    >>> found = hot_spots(load(), 2018, 2023, permutations=499)
    >>> bool(found.loc[found["hot"], "value"].mean() > found["value"].mean())
    True
    """
    from scipy.stats import false_discovery_control

    years_covered(ds, first, last)
    rows = positions(ds)
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
    return out.assign(z=z, p=p, hot=false_discovery_control(p) <= FALSE_DISCOVERIES)


def _neighbourhoods():
    """Sparse matrix over `cells`: one for the cell itself and each of its queen neighbours."""
    from scipy.sparse import csr_array

    index = cells().index
    found = np.stack([index.get_indexer(index + step) for step in _STEPS])
    step, row = np.nonzero(found >= 0)
    ones = np.ones(len(row))
    return csr_array((ones, (row, found[step, row])), shape=(len(index), len(index)))


def hot_spots_by_period(ds: Dataset, periods: int = 3) -> dict:
    """`hot_spots` with and without Diffa in periods of years of about equal length.

    {(reading, 'first-last'): table}.

    >>> from sahelkit import load
    >>> list(hot_spots_by_period(load(), 1))
    [('with Diffa', '2012-2023'), ('without Diffa', '2012-2023')]
    """
    spans = np.array_split(list(ds.years), min(periods, len(ds.years)))
    return {
        (name, f"{years[0]}-{years[-1]}"): hot_spots(part, int(years[0]), int(years[-1]))
        for name, part in readings.by_diffa(ds).items()
        for years in spans
    }


def knox(ds: Dataset, permutations: int = 199, seed: int = 0) -> pd.DataFrame:
    """Pairs of incidents close in space and time, observed over expected (Knox 1964).

    Incidents of `YEARS` known to the day or within six days, and exactly or nearly placed, without
    Diffa. Expected: the mean over permutations that deal the days of each year out anew among its
    places, so that neither season nor growth makes a pair. A ratio above 1 says that incidents are
    not independent of one another, which is why tests that suppose it are too sure. It needs
    events; from the shipped tables the stored result is read.

    A row per band of distance (`km`, upper edge) and of time (`days`, upper edge; each band begins
    at 0 days): `observed`, `expected` pairs, `ratio`, `p` (share of permutations with as many
    pairs).

    >>> from sahelkit import load
    >>> found = knox(load()).set_index(["km", "days"])["ratio"]
    >>> found[[(0, 3), (10, 3)]].round(1).tolist()
    [6.4, 6.7]
    """
    if ds.events is None:
        return shipped("ucdp_pairs.csv")
    from scipy.spatial import cKDTree

    events = placed(ds.events[~places.in_diffa(ds.events)])
    sure = (events["location_precision"] <= 2) & (events["date_precision"] <= 2)
    events = events[events["year"].between(*YEARS) & sure.fillna(False)]
    points = np.column_stack(places.project(events["latitude"], events["longitude"]))
    pairs = cKDTree(points).query_pairs(KM[-1], output_type="ndarray")
    km = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    bands = np.searchsorted(KM, np.round(km, 6), side="left") == np.arange(len(KM))[:, None]
    days = events["date_start"].to_numpy().astype("datetime64[D]").astype("int64")
    years, rng = events["year"].to_numpy(), np.random.default_rng(seed)

    def counts(days: np.ndarray) -> np.ndarray:
        """Pairs per band of distance (rows) up to each number of days apart (columns)."""
        apart = np.abs(days[pairs[:, 0]] - days[pairs[:, 1]])
        return np.array([[(band & (apart <= d)).sum() for d in DAYS] for band in bands])

    observed, drawn = counts(days), []
    for _ in range(permutations):
        dealt = days.copy()
        for year in np.unique(years):
            rows = np.flatnonzero(years == year)
            dealt[rows] = days[rng.permutation(rows)]
        drawn.append(counts(dealt))
    expected = np.mean(drawn, axis=0)
    p = (1 + (np.array(drawn) >= observed).sum(axis=0)) / (permutations + 1)
    table = {"observed": observed, "expected": expected, "ratio": observed / expected, "p": p}
    index = pd.MultiIndex.from_product([KM, DAYS], names=["km", "days"])
    out = pd.DataFrame({name: values.ravel() for name, values in table.items()}, index=index)
    return out.round(3).reset_index()
