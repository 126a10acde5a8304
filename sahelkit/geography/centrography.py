"""The centre of violence and its scatter per year, from positions with weights."""

import numpy as np
import pandas as pd

from sahelkit import places, readings
from sahelkit.choices import one_of
from sahelkit.dataset import Dataset
from sahelkit.models import LEVEL, TAILS, resampled
from sahelkit.tables import COUNTS, placed

KINDS = ("mean", "median")
AXES = ("major_km", "minor_km", "bearing_degrees")


def positions(ds: Dataset, weight: str = "incidents") -> pd.DataFrame:
    """Positions with their weight: incidents of the events, or grid cells of the shipped table.

    The weight is `incidents`, a column of deaths, or `incidents_located` (incidents located to the
    district or better: location precision 1 to 3). One row per year and position: `year, country,
    priogrid_gid, latitude, longitude` (degrees), `weight` (greater than 0).

    >>> from sahelkit import load
    >>> int(positions(load())["weight"].sum())
    3999
    """
    one_of(weight, (*COUNTS, "incidents_located"), "weight")
    table = ds.grid_year
    if ds.events is not None:
        table = placed(ds.events)
        located = (table["location_precision"] <= 3).fillna(False).astype("int64")
        table = table.assign(incidents=1, incidents_located=located)
    keys = ["year", "country", "priogrid_gid", "latitude", "longitude"]
    table = table.assign(
        year=table["year"].astype("int64"),
        country=table["country"].astype("str"),
        weight=table[weight].astype("Float64").astype("float64"),
    )
    # Many incidents share a place: summed here, no later step sees a row for each.
    table = table.groupby(keys)["weight"].sum().reset_index()
    return table[table["weight"] > 0].reset_index(drop=True)


def _yearly(ds: Dataset, weight: str, statistic, columns: tuple) -> pd.DataFrame:
    """One row per calendar year from `statistic(rows of positions) -> values`; NaN where empty."""
    found = {year: statistic(rows) for year, rows in positions(ds, weight).groupby("year")}
    table = pd.DataFrame.from_dict(found, orient="index", columns=list(columns), dtype="float64")
    return table.reindex(ds.years).rename_axis("year")


def _plane(rows: pd.DataFrame) -> np.ndarray:
    return np.column_stack(places.project(rows["latitude"], rows["longitude"]))


def centre(ds: Dataset, weight: str = "incidents", kind: str = "mean") -> pd.DataFrame:
    """Centre of violence per year: `latitude`, `longitude` (degrees), `km_to_tripoint`.

    NaN in a year without violence. The 'mean' is that of latitude and longitude, as published maps
    have it; the 'median' is the point with the least sum of distances in the equal-area plane
    (`places.PROJECTION`), which a far cluster pulls less (Ebdon 1985, Statistics in Geography; by
    `pointpats.centrography`).

    >>> from sahelkit import load
    >>> centre(load()).loc[2018].round(2).tolist()
    [14.85, -1.13, 147.78]
    """
    one_of(kind, KINDS, "kind")

    def of_year(rows: pd.DataFrame) -> tuple:
        weights = rows["weight"].to_numpy()
        if kind == "mean":
            degrees = rows[["latitude", "longitude"]].to_numpy()
            return tuple(np.average(degrees, axis=0, weights=weights))
        from pointpats import euclidean_median  # takes two seconds to import

        points = np.repeat(_plane(rows), weights.astype(int), axis=0)
        return tuple(places.unproject(*euclidean_median(points)))

    out = _yearly(ds, weight, of_year, ("latitude", "longitude"))
    out["km_to_tripoint"] = places.km_to_tripoint(out["latitude"], out["longitude"])
    return out


def shift_of_centre(centres: pd.DataFrame) -> pd.DataFrame:
    """How far each year's `centre` lies from the first year's: km east, km north, km in all.

    >>> two = pd.DataFrame({"latitude": [15.0, 14.0], "longitude": [0.0, 0.0]})
    >>> shift_of_centre(two).round(0).iloc[1].tolist()
    [0.0, -111.0, 111.0]
    """
    x, y = places.project(centres["latitude"], centres["longitude"])
    first = np.flatnonzero(centres["latitude"].notna())[0]
    out = pd.DataFrame({"km_east": x - x[first], "km_north": y - y[first]}, index=centres.index)
    return out.assign(km=np.hypot(out["km_east"], out["km_north"]))


def _bearing(angle_radians: float) -> float:
    """Degrees clockwise from north, 0 to 180, of an axis given counter-clockwise from east."""
    return float((90 - np.degrees(angle_radians)) % 180)


def ellipses(ds: Dataset, weight: str = "incidents") -> pd.DataFrame:
    """Scatter per year in the equal-area plane: standard distance, standard deviational ellipse.

    Index year; `latitude, longitude` of the centre in the plane, `standard_distance_km`, `major_km,
    minor_km` (semi-axes), `bearing_degrees` of the major axis (clockwise from north). The semi-axes
    are the square root of 2 times the standard deviations, so that the ellipse holds 63 % of a
    normal scatter (Levine's CrimeStat correction, without degrees of freedom, which a table of
    cells cannot give).

    Yuill, R. (1971). The standard deviational ellipse. Geografiska Annaler B 53(1); Levine, N.
    (2010), CrimeStat III, chapter 4; by `pointpats.centrography.ellipse`.

    >>> from sahelkit import load
    >>> row = ellipses(load()).loc[2018]
    >>> bool(row["major_km"] > row["minor_km"])
    True
    """
    from pointpats import ellipse

    def of_year(rows: pd.DataFrame) -> tuple:
        points, weights = _plane(rows), rows["weight"].to_numpy()
        middle = np.average(points, axis=0, weights=weights)
        latitude, longitude = places.unproject(*middle)
        spread = np.average(((points - middle) ** 2).sum(axis=1), weights=weights)
        major, minor, angle = ellipse(points, weights, method="yuill", degfreedCorr=False)
        return latitude, longitude, np.sqrt(spread), major, minor, _bearing(angle)

    columns = ("latitude", "longitude", "standard_distance_km", *AXES)
    return _yearly(ds, weight, of_year, columns)


def centre_region(
    ds: Dataset, weight: str = "incidents", resamples: int = 1999, seed: int = 0
) -> pd.DataFrame:
    """Region of confidence (95 %) of the mean centre per year, by a bootstrap of grid cells.

    Whole cells are drawn with replacement, each with all its incidents: incidents of one place are
    not independent of one another, and drawing them one by one would make the region too small.

    Index year; `latitude, longitude, km_to_tripoint` of the mean centre, `major_km, minor_km,
    bearing_degrees` of the ellipse, and `km_low, km_high`, the percentile interval of its distance
    to the tripoint.

    Efron, B. & Tibshirani, R. (1993). An Introduction to the Bootstrap, on clusters; Field, C. &
    Welsh, A. (2007). Bootstrapping clustered data. JRSS B 69(3).

    >>> from sahelkit import load
    >>> row = centre_region(load(), resamples=199).loc[2018]
    >>> bool(row["km_low"] < 147.8 < row["km_high"])
    True
    """
    from scipy.stats import chi2

    rng = np.random.default_rng(seed)

    def of_year(rows: pd.DataFrame) -> tuple:
        sums = rows[["latitude", "longitude"]].mul(rows["weight"], axis=0)
        sums = sums.assign(weight=rows["weight"]).groupby(rows["priogrid_gid"]).sum().to_numpy()
        drawn = resampled(sums, resamples, rng)
        latitude, longitude = drawn[:, 0] / drawn[:, 2], drawn[:, 1] / drawn[:, 2]
        variances, axes = np.linalg.eigh(np.cov(*places.project(latitude, longitude)))
        minor, major = np.sqrt(np.clip(variances, 0, None) * chi2.ppf(LEVEL, 2))
        low, high = np.quantile(places.km_to_tripoint(latitude, longitude), TAILS)
        total = sums.sum(axis=0)
        bearing = _bearing(np.arctan2(axes[1, 1], axes[0, 1]))
        return total[0] / total[2], total[1] / total[2], major, minor, bearing, low, high

    columns = ("latitude", "longitude", *AXES, "km_low", "km_high")
    out = _yearly(ds, weight, of_year, columns)
    out["km_to_tripoint"] = places.km_to_tripoint(out["latitude"], out["longitude"])
    return out


def outline(row: pd.Series, points: int = 90) -> tuple:
    """Latitudes and longitudes along an ellipse, a row of `ellipses` or `centre_region`, for drawing."""
    turn = np.linspace(0, 2 * np.pi, points)
    angle = np.radians(90 - row["bearing_degrees"])
    along, across = row["major_km"] * np.cos(turn), row["minor_km"] * np.sin(turn)
    x, y = places.project(row["latitude"], row["longitude"])
    return places.unproject(
        x + along * np.cos(angle) - across * np.sin(angle),
        y + along * np.sin(angle) + across * np.cos(angle),
    )


def moves(ds: Dataset) -> pd.DataFrame:
    """How far the last year's centre lies from each earlier year's, with and without Diffa.

    Index first year; columns (reading, 'km east' or 'km north'), km.

    >>> from sahelkit import load
    >>> bool((moves(load())["without Diffa", "km north"] < 0).all())
    True
    """
    moved = {}
    for name, part in readings.by_diffa(ds).items():
        away = shift_of_centre(centre(part)).drop(columns="km")
        moved[name] = (away.iloc[-1] - away.iloc[:-1]).rename(columns=lambda c: c.replace("_", " "))
    return pd.concat(moved, axis=1).rename_axis(f"to {ds.years[-1]} from")


def centres_compared(ds: Dataset) -> pd.DataFrame:
    """Distance of several centres from the tripoint per year, km, with and without Diffa.

    Index year; columns (centre, reading): mean and median of incidents, mean of deaths.

    >>> from sahelkit import load
    >>> centres_compared(load())["mean", "with Diffa"].idxmin()
    2017
    """
    kinds = {"mean": {}, "median": {"kind": "median"}, "deaths": {"weight": "deaths_best"}}
    parts = readings.by_diffa(ds)
    return pd.DataFrame(
        {
            (kind, name): centre(part, **options)["km_to_tripoint"]
            for kind, options in kinds.items()
            for name, part in parts.items()
        }
    )
