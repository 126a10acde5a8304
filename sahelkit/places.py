"""Places: regions and their spellings, the definitions of Liptako-Gourma, distances, grid cells."""

import unicodedata
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd

from sahelkit.choices import NotCovered, one_of
from sahelkit.countries import COUNTRIES, country_code
from sahelkit.files import data_dir, read_table

COUNTRY_NAMES = {name: code for code, name in COUNTRIES.items()}
TRIPOINT = (14.995, 0.235)
"""Latitude, longitude of the point where the three countries meet."""
PROJECTION = "+proj=laea +lat_0=14.5 +lon_0=0 +datum=WGS84 +units=km"
"""Lambert azimuthal equal-area, centred near the middle of the three countries, in km."""
DEFINITIONS = ("regions", "authority", "radius", "border")
RADIUS_KM = 200
BORDER_KM = 50
UNKNOWN = "unknown"
"""Region, in the tables, of incidents that the source places in no region."""
UNKNOWN_INSIDE = "unknown, in Liptako-Gourma"
"""Region, in the tables, of those among them whose place is named for the area."""
UNKNOWNS = (UNKNOWN, UNKNOWN_INSIDE)
DIFFA_LONGITUDE = 10
"""Niger east of 10 E is the Lake Chad war."""
PRIO_DEGREES = 0.5
"""Side of a cell of PRIO-GRID."""
FAR_DEGREES = 0.5
"""A position farther than this from its named region is doubted; the outlines are generalised."""
_INSIDE = r"(?i)\bgourma\b|\bliptako\b"
_WORDS = ("region of ", "région de ", "région du ", " region", " région")
MENAKA_CERCLES = ("menaka", "anderamboukane", "inekar", "tidermene")


@cache
def bare_name(text: str) -> str:
    """Spelling without case, accents, hyphens and the word region, for comparing names.

    >>> bare_name("Centre-Nord region") == bare_name("centre nord")
    True
    """
    text = text.lower().strip()
    for word in _WORDS:
        text = text.replace(word, "")
    text = unicodedata.normalize("NFKD", text.replace("-", " ").replace("’", "'"))
    return "".join(c for c in text if not unicodedata.combining(c)).strip()


def regions() -> pd.DataFrame:
    """The 32 first-level units: country, ISO 3166-2 code, names, membership in the definitions.

    `counted_as` is the unit that the tables count it in: Taoudénit, split off in 2016, in Tombouctou.

    Examples
    --------
    >>> len(regions())
    32
    """
    return read_table("places.csv")


@cache
def _spellings() -> dict:
    known = {}
    for row in regions().itertuples():
        names = [row.region, row.iso_3166_2]
        names += [n for n in (row.spellings + "|" + row.names_2025).split("|") if n]
        for name in names:
            known[row.country, bare_name(name)] = row.counted_as
    return known


def canonical_regions(country: pd.Series, names: pd.Series) -> pd.Series:
    """Canonical region per row, missing where the name is empty or unknown.

    >>> canonical_regions(pd.Series(["BFA", "BFA"]), pd.Series(["Kuilsé", "Centre Nord region"])).tolist()
    ['Centre-Nord', 'Centre-Nord']
    """
    pairs = zip(country, names.fillna(""), strict=True)
    found = [_spellings().get((code, bare_name(name))) for code, name in pairs]
    return pd.Series(found, index=names.index, dtype="str")


def in_split_region(region: pd.Series, district: pd.Series) -> pd.Series:
    """Rows that name Gao and a district that became Ménaka region in 2016-17.

    >>> in_split_region(pd.Series(["Gao"]), pd.Series(["Ménaka cercle"])).tolist()
    [True]
    """
    names = [bare_name(name).replace("cercle", "").strip() for name in district.fillna("")]
    return ((region == "Gao") & pd.Series(names, region.index).isin(MENAKA_CERCLES)).astype(bool)


@cache
def outlines():
    """Schematic outlines of the regions, a GeoDataFrame: country, region, geometry (EPSG:4326)."""
    import geopandas

    return geopandas.read_file(data_dir() / "outlines.geojson")


@cache
def countries():
    """Schematic outlines of the countries: the union of their regions."""
    return outlines().dissolve("country").reset_index()[["country", "geometry"]]


@cache
def shared_borders():
    """The lines that two of the three countries share, projected (`PROJECTION`), in km."""
    import geopandas
    import shapely

    pairs = combinations(countries().geometry, 2)
    lines = [shapely.intersection(*pair) for pair in pairs]
    lines = geopandas.GeoSeries(lines, crs="EPSG:4326").segmentize(0.05).to_crs(PROJECTION)
    return shapely.line_merge(shapely.unary_union(list(lines)))


def km_to_tripoint(latitude, longitude) -> np.ndarray:
    """Geodesic distance to the tripoint, km; NaN where a coordinate is.

    >>> float(km_to_tripoint([14.995], [0.235])[0])
    0.0
    """
    from pyproj import Geod

    latitude, longitude = np.asarray(latitude, float), np.asarray(longitude, float)
    known = np.isfinite(latitude) & np.isfinite(longitude)
    out = np.full(latitude.shape, np.nan)
    there = np.ones(known.sum())
    out[known] = Geod(ellps="WGS84").inv(
        longitude[known], latitude[known], there * TRIPOINT[1], there * TRIPOINT[0]
    )[2]
    return out / 1000


def project(latitude, longitude) -> tuple:
    """x, y in km in `PROJECTION`, arrays of the input's shape."""
    from pyproj import Transformer

    to_plane = Transformer.from_crs("EPSG:4326", PROJECTION, always_xy=True)
    return to_plane.transform(np.asarray(longitude, float), np.asarray(latitude, float))


def unproject(x, y) -> tuple:
    """Latitude, longitude of points in `PROJECTION`."""
    from pyproj import Transformer

    to_sphere = Transformer.from_crs(PROJECTION, "EPSG:4326", always_xy=True)
    longitude, latitude = to_sphere.transform(np.asarray(x, float), np.asarray(y, float))
    return latitude, longitude


def km_to_border(latitude, longitude) -> np.ndarray:
    """Distance to the nearest border that the three share, km, by the schematic outlines."""
    import shapely

    points = shapely.points(*project(latitude, longitude))
    with np.errstate(invalid="ignore"):  # a missing position has no distance
        return shapely.distance(points, shared_borders())


def members(definition: str) -> set:
    """(country, region) pairs of a definition by regions.

    >>> ("MLI", "Ménaka") in members("regions"), ("NER", "Tahoua") in members("authority")
    (True, False)
    """
    table = regions()
    inside = table[f"lg_{definition}"] == "yes"
    return set(zip(table.loc[inside, "country"], table.loc[inside, "counted_as"], strict=True))


def in_liptako_gourma(frame: pd.DataFrame, definition: str = "regions") -> pd.Series:
    """Whether each row lies in Liptako-Gourma by one of `DEFINITIONS`.

    Parameters
    ----------
    frame : DataFrame
        With `country` and `region` for the definitions 'regions' and 'authority'; with `latitude`
        and `longitude` for 'radius' (within 200 km of the tripoint) and 'border' (within 50 km of
        a border that the three share). A row without a region is inside if its `place`, where the
        frame has that, is named for the area (`named_for_liptako_gourma`); else it is not.

    Examples
    --------
    >>> frame = pd.DataFrame({"country": ["MLI", "MLI"], "region": ["Mopti", "Kayes"]})
    >>> in_liptako_gourma(frame).tolist()
    [True, False]
    """
    one_of(definition, DEFINITIONS, "definition")
    if definition in ("regions", "authority"):
        inside = members(definition) | {(code, UNKNOWN_INSIDE) for code in COUNTRIES}
        pairs = zip(frame["country"].astype(object), frame["region"].astype(object), strict=True)
        found = pd.Series([pair in inside for pair in pairs], index=frame.index, dtype=bool)
        return found | named_for_liptako_gourma(frame) if "place" in frame else found
    if definition == "radius":
        near = km_to_tripoint(frame["latitude"], frame["longitude"]) <= RADIUS_KM
    else:
        near = km_to_border(frame["latitude"], frame["longitude"]) <= BORDER_KM
    return pd.Series(near, index=frame.index, dtype=bool)


def inside_outlines(latitude, longitude) -> np.ndarray:
    """Whether positions lie in the outlines of Liptako-Gourma's regions.

    >>> inside_outlines([14.0, 20.0], [0.0, 0.0]).tolist()
    [True, False]
    """
    import shapely

    shapes = outlines()
    area = shapely.union_all(shapes.geometry[in_liptako_gourma(shapes)].to_numpy())
    shapely.prepare(area)
    return shapely.contains_xy(area, np.asarray(longitude, float), np.asarray(latitude, float))


def named_for_liptako_gourma(frame: pd.DataFrame) -> pd.Series:
    """Rows in no region whose place says Gourma or Liptako: "the Gourma", "Malian part of Liptako".

    >>> frame = pd.DataFrame({"region": [None, None, "Gao"], "place": ["the Gourma", "Mali", "Gourma"]})
    >>> named_for_liptako_gourma(frame).tolist()
    [True, False, False]
    """
    named = frame["place"].astype("str").str.contains(_INSIDE, regex=True, na=False)
    return frame["region"].isna() & named.astype(bool)


def neighbours(area) -> tuple:
    """Regions that touch an area and lie outside it, as `in_area` takes them.

    >>> "MLI:Kidal" in neighbours("regions")
    True
    """
    shapes = outlines()
    inside = in_area(shapes, area)
    edge = shapes.geometry[inside].union_all()
    near = shapes[~inside & shapes.geometry.touches(edge)]
    return tuple(near["country"] + ":" + near["region"])


def in_diffa(frame: pd.DataFrame) -> pd.Series:
    """Rows of the Lake Chad war: Niger east of 10 E, or region Diffa where there is no position.

    >>> in_diffa(pd.DataFrame({"country": ["NER"], "region": ["Diffa"]})).tolist()
    [True]
    """
    niger = (frame["country"] == "NER").astype(bool)
    if "longitude" in frame:
        return niger & (frame["longitude"] > DIFFA_LONGITUDE)
    return niger & (frame["region"] == "Diffa").fillna(False).astype(bool)


def in_area(frame: pd.DataFrame, area="all") -> pd.Series:
    """Which rows lie in an area.

    Parameters
    ----------
    frame : DataFrame
        `country`, `region`; for 'radius' and 'border' also `latitude`, `longitude`.
    area : str or collection of str
        'all'; 'Liptako-Gourma', or one of its definitions; or countries and regions, by name in any
        known spelling or by code: 'Mali', 'MLI', 'Menaka', 'MLI:Gao', 'BF-12'.

    Raises
    ------
    NotCovered
        The area needs positions and the frame has none.
    ValueError
        A name is not known, or two countries have a region of that name.

    Examples
    --------
    >>> frame = pd.DataFrame({"country": ["MLI", "NER"], "region": ["Ménaka", "Diffa"]})
    >>> in_area(frame, "menaka").tolist(), in_area(frame, ["Niger", "MLI:Gao"]).tolist()
    ([True, False], [False, True])
    """
    names = [area] if isinstance(area, str) else area
    if names == ["all"]:
        return pd.Series(True, index=frame.index)
    if names == [area] and (area in DEFINITIONS or bare_name(area) == "liptako gourma"):
        if area in ("radius", "border") and "latitude" not in frame:
            raise NotCovered(f"area={area!r} needs positions; the table by region has none.")
        return in_liptako_gourma(frame, area if area in DEFINITIONS else DEFINITIONS[0])
    wanted = {_unit(name) for name in names}
    pairs = zip(frame["country"].astype(object), frame["region"].astype(object), strict=True)
    found = [(code, None) in wanted or (code, name) in wanted for code, name in pairs]
    return pd.Series(found, index=frame.index, dtype=bool)


def _unit(name: str) -> tuple:
    """(country code, region as counted) of a name; region None for a whole country."""
    head, _, rest = name.partition(":")
    country = country_code(head)
    if country and not rest:
        return country, None
    wanted, known = bare_name(rest if country else name), _spellings()
    codes = [code for code in ([country] if country else COUNTRIES) if (code, wanted) in known]
    # Since 2025 Burkina Faso's region Sahel is called Liptako, which others take for the zone.
    if len(codes) == 1 and (country or wanted != "liptako"):
        return codes[0], known[codes[0], wanted]
    if codes:
        return one_of(name, [f"{code}:{known[code, wanted]}" for code in codes], "area")
    units = sorted({f"{code}:{unit}" for (code, _), unit in known.items()})
    return one_of(name, ["all", *DEFINITIONS, *COUNTRIES, *units], "area")


def grid_cell(latitude, longitude, degrees: float = PRIO_DEGREES) -> np.ndarray:
    """PRIO-GRID cell number (0.5 degree, numbered from the south-west; Tollefsen et al. 2012).

    With another size of cell, the number in a grid made likewise.

    >>> int(grid_cell([12.370278], [-1.524722])[0])
    147237
    """
    row = np.floor((np.asarray(latitude, float) + 90) / degrees)
    column = np.floor((np.asarray(longitude, float) + 180) / degrees)
    return (row * round(360 / degrees) + column + 1).astype("int64")
