"""Positions to doubt, by the schematic outlines; with shapely alone, as geopandas takes a second."""

import json
from functools import cache

import numpy as np
import pandas as pd

from sahelkit import places
from sahelkit.files import data_dir


@cache
def _outlines() -> tuple:
    """(country, region) -> polygon, and country -> union of its regions."""
    import shapely

    with (data_dir() / "outlines.geojson").open(encoding="utf-8") as stream:
        features = json.load(stream)["features"]
    keys = [(f["properties"]["country"], f["properties"]["region"]) for f in features]
    shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in features])
    regions = dict(zip(keys, shapes, strict=True))
    countries = {
        country: shapely.union_all([s for (c, _), s in regions.items() if c == country])
        for country in dict.fromkeys(country for country, _ in keys)
    }
    for shape in (*regions.values(), *countries.values()):
        shapely.prepare(shape)
    return regions, countries


def doubtful_positions(frame: pd.DataFrame) -> dict:
    """Positions to doubt, by kind: wrong sign of the longitude, outside the named region, far away.

    Masks; a row is of one kind.

    >>> frame = pd.DataFrame({"country": ["MLI"], "region": ["Gao"]})
    >>> frame = frame.assign(latitude=16.3, longitude=30.0)
    >>> [kind for kind, mask in doubtful_positions(frame).items() if mask.any()]
    ['position far outside the three countries']
    """
    import shapely

    regions, countries = _outlines()
    latitude, longitude = (frame[n].to_numpy(float) for n in ("latitude", "longitude"))
    placed = np.isfinite(latitude) & np.isfinite(longitude)
    here, mirrored = shapely.points(longitude, latitude), shapely.points(-longitude, latitude)
    outside, flipped = np.zeros(len(frame), bool), np.zeros(len(frame), bool)
    units = [frame[name].astype(str).to_numpy() for name in ("country", "region")]
    groups = pd.Series(np.arange(len(frame))).groupby(units, dropna=False)
    for (country, region), rows in groups:
        rows = rows.to_numpy()[placed[rows]]
        shape = regions.get((country, region), countries[country])
        away = shapely.distance(here[rows], shape) > places.FAR_DEGREES
        back = shapely.distance(mirrored[rows], shape) <= places.FAR_DEGREES / 2
        home = shapely.distance(here[rows], countries[country]) <= places.FAR_DEGREES / 5
        flipped[rows] = away & back & ~home
        outside[rows] = away & ~flipped[rows]
    west, south, east, north = shapely.total_bounds(list(countries.values()))
    far = (latitude < south - 2) | (latitude > north + 2)
    far |= (longitude < west - 2) | (longitude > east + 2)
    far &= placed & ~flipped
    kinds = {
        "longitude has the wrong sign": flipped,
        "position outside the named region": outside & ~far,
        "position far outside the three countries": far,
    }
    return {kind: pd.Series(mask, index=frame.index) for kind, mask in kinds.items()}
