"""Rebuild the shipped files from the official downloads and from the coding sheet.

python -m tools.rebuild [--ged FILE] [--country-year FILE] [--outlines FILE]
                        [--districts FILE] [--country-month FILE --candidate-year FILE] [--out FOLDER]

With no file, what comes from the coding sheet alone: the list of major incidents, the codebook, the
hashes in `datapackage.json`, the numbers in the datasheet.
"""

import argparse
import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from sahelkit import coding, dataset, geography, places, sources, tables
from sahelkit.files import SourceError, data_dir, write_csv
from sahelkit.geography.clustering import nearest_sums
from sahelkit.sources.reading import layout_of
from tools import codebook

OUTLINE_STEP = 0.05
"""Degrees: outlines are drawn on a grid of this step, which leaves no gap and no overlap."""
OUTLINE_TOLERANCE = 0.12
"""Degrees: tolerance of the coverage simplification (Visvalingam-Whyatt, area = its square)."""
COUNTRY_YEAR_COLUMNS = {
    "deaths_best": "cumulative_total_deaths_in_orgvio_best_cy",
    "deaths_low": "cumulative_total_deaths_in_orgvio_low_cy",
    "deaths_high": "cumulative_total_deaths_in_orgvio_high_cy",
    "state_based_best": "sb_total_deaths_best_cy",
    "non_state_best": "ns_total_deaths_best_cy",
    "one_sided_best": "os_total_deaths_best_cy",
}


def country_year(path) -> pd.DataFrame:
    """UCDP's published totals per country and year from its organized-violence country-year csv.

    Parameters
    ----------
    path : str or Path
        ``organizedviolencecy`` csv, any release.

    Returns
    -------
    DataFrame
        One row per country and year from 2012: deaths best, low, high (persons), by type of
        violence (best), and the release.

    Raises
    ------
    SourceError
        Not a country-year file.
    """
    names = [name.lower() for name in layout_of(path).names]
    needed = ["country_cy", "year_cy", "version", *COUNTRY_YEAR_COLUMNS.values()]
    missing = [name for name in needed if name not in names]
    if missing:
        raise SourceError(
            f"{path}: not UCDP's country-year file, column {missing[0]} is missing. Download "
            "'UCDP Country-Year Dataset on Organized Violence within Country Borders'."
        )
    table = pd.read_csv(path, encoding="utf-8-sig").rename(columns=str.lower)
    table["country"] = table["country_cy"].map(places.COUNTRY_NAMES)
    table = table[table["country"].notna() & (table["year_cy"] >= 2012)]
    out = table[["country", "year_cy"]].rename(columns={"year_cy": "year"})
    for name, official in COUNTRY_YEAR_COLUMNS.items():
        out[name] = table[official].fillna(0).astype("int64")
    out["release"] = table["version"].astype("str")
    return out.sort_values(["country", "year"]).reset_index(drop=True)


def country_month(first, later) -> pd.DataFrame:
    """Deaths per country and month from 2024 on: as first released, and as the newest file has them.

    Parameters
    ----------
    first : str or Path
        csv with `month, country, deaths_best, vintage`: sums over the events that begin and end in a
        month, of the yearly release for 2024, then of each monthly candidate release.
    later : str or Path
        A UCDP candidate file of a whole year with `date`, `country` and `best`.

    Returns
    -------
    DataFrame
        `country, month, deaths, release, deaths_first, release_first`.
    """
    table = pd.read_csv(first, dtype=str).rename(columns={"deaths_best": "deaths_first"})
    table = table.rename(columns={"vintage": "release_first"})
    events = pd.read_csv(later)
    events["country"] = events["country"].map(places.COUNTRY_NAMES)
    newest = events.groupby([events["country"], events["date"].str[:7].rename("month")])["best"]
    table = table.merge(newest.sum().rename("newest").reset_index(), how="left")
    table["deaths"] = table["newest"].astype("Int64").astype(str).replace("<NA>", None)
    version = re.search(r"\d+\.\d+\.\d+\.\d+", Path(later).name)
    if version is None:
        raise SourceError(
            f"{later}: its name tells no release such as 25.01.25.12. Keep UCDP's name."
        )
    release = f"UCDP Candidate {version[0]}"
    table["release"] = table["release_first"].mask(table["deaths"].notna(), release)
    table["deaths"] = table["deaths"].fillna(table["deaths_first"])
    yearly = table["release_first"].str.contains("GED")
    table.loc[yearly, ["deaths_first", "release_first"]] = ""
    wanted = ["country", "month", "deaths", "release", "deaths_first", "release_first"]
    return table.sort_values(["country", "month"])[wanted]


def outlines(path):
    """Schematic outlines of the regions from detailed boundaries: gap-free, overlap-free, coarse.

    Each cell of a 0.05 degree grid goes to the region that holds its middle; slivers between
    sources go to the nearest region; the cells' edges are simplified as one coverage, so that
    neighbours keep a common line.

    Parameters
    ----------
    path : str or Path
        GeoJSON of first-level units with `country` and `name`.

    Returns
    -------
    GeoDataFrame
        `country`, `region`, `geometry`, in EPSG:4326, coordinates to 0.001 degree.
    """
    import geopandas
    import shapely
    from scipy import ndimage

    units = geopandas.read_file(path)
    country = units["country"].map(places.COUNTRY_NAMES)
    region = places.canonical_regions(country, units["name"])
    west, south, east, north = units.total_bounds
    steps = [
        np.arange(np.floor(a) - 1, b + 1, OUTLINE_STEP) for a, b in ((west, east), (south, north))
    ]
    x, y = np.meshgrid(*(s + OUTLINE_STEP / 2 for s in steps))
    owner = np.full(x.shape, -1)
    for number, shape in enumerate(units.geometry):
        shapely.prepare(shape)
        owner[shapely.contains_xy(shape, x, y) & (owner < 0)] = number
    closed = ndimage.binary_fill_holes(ndimage.binary_closing(owner >= 0, iterations=2))
    loose = closed & (owner < 0)
    for number in range(len(units)):
        parts, count = ndimage.label(owner == number)
        if count > 1:
            largest = 1 + np.argmax(ndimage.sum_labels(owner == number, parts, range(1, count + 1)))
            loose |= (parts > 0) & (parts != largest)
    nearest = ndimage.distance_transform_edt(
        loose | (owner < 0), return_distances=False, return_indices=True
    )
    owner = np.where(loose, owner[tuple(nearest)], owner)
    cells = shapely.box(*(np.round(v, 4) for v in (x - 0.025, y - 0.025, x + 0.025, y + 0.025)))
    shapes = [shapely.union_all(cells[owner == number]) for number in range(len(units))]
    shapes = shapely.set_precision(
        shapely.coverage_simplify(shapes, OUTLINE_TOLERANCE), 0.001, mode="pointwise"
    )
    if not shapely.coverage_is_valid(shapes):
        raise ValueError("outlines: neighbours overlap or leave gaps after simplification")
    frame = geopandas.GeoDataFrame(
        {"country": country, "region": region}, geometry=list(shapes), crs="EPSG:4326"
    )
    return frame.sort_values(["country", "region"]).reset_index(drop=True)


def write_outlines(path, target) -> None:
    """Write the outlines as GeoJSON with a note, one region per line."""
    import shapely

    features = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {"country": row.country, "region": row.region},
                "geometry": json.loads(shapely.to_geojson(row.geometry)),
            },
            ensure_ascii=False,
        )
        for row in outlines(path).itertuples()
    ]
    note = (
        "Schematic, strongly generalised; boundaries imply no judgement on the status of any "
        "territory. Drawn by `python -m tools.rebuild --outlines FILE` from OCHA COD-AB (Mali, Niger; CC "
        "BY-IGO) and geoBoundaries (Burkina Faso; CC BY 4.0)."
    )
    head = json.dumps({"type": "FeatureCollection", "note": note}, ensure_ascii=False)[:-1]
    text = head + ', "features": [\n' + ",\n".join(features) + "\n]}\n"
    Path(target).write_text(text, encoding="utf-8")


def districts(path) -> pd.DataFrame:
    """The coding sheet with the second-level unit of every place that is known to one or better.

    Parameters
    ----------
    path : str or Path
        GeoJSON of second-level units with `country`, `name` and `pcode`.

    Returns
    -------
    DataFrame
        `raw/incident_coding.csv` with `district` and `district_pcode`, empty where a place is vaguer
        or lies in none.
    """
    import geopandas

    units = geopandas.read_file(path)[["country", "name", "pcode", "geometry"]]
    units["country"] = units["country"].map(places.COUNTRY_NAMES)
    rows = coding.build().query("location_precision <= 3")[
        ["incident_id", "country", "latitude", "longitude"]
    ]
    points = geopandas.points_from_xy(rows["longitude"], rows["latitude"], crs=units.crs)
    found = geopandas.GeoDataFrame(rows, geometry=points).sjoin(units)
    found = found[found["country_left"].astype("str") == found["country_right"]]
    found = found.drop_duplicates("incident_id").set_index("incident_id")
    sheet = coding.read_coding()
    for column, name in (("district", "name"), ("district_pcode", "pcode")):
        sheet[column] = sheet["incident"].map(found[name]).fillna("")
    return sheet


def from_ged(path) -> dict:
    """The tables computed from a GED file, and the record of that file for `provenance.json`.

    Parameters
    ----------
    path : str or Path
        GED csv or zip.

    Returns
    -------
    dict
        `region_month`, `grid_year`, `toll_frequency`, `pairs` (DataFrames) and `record` (dict).
    """
    incidents, provenance = sources.read_incidents(path)
    if provenance.source != "ucdp-ged":
        raise SourceError(f"{path}: not a UCDP GED file; the shipped tables are computed from GED.")
    return {
        "region_month": tables.region_month(incidents),
        "grid_year": tables.grid_year(incidents).merge(
            nearest_sums(incidents), on=tables.GRID_KEYS
        ),
        "toll_frequency": tables.toll_frequency(incidents),
        "pairs": geography.knox(dataset.load(path)),
        "record": asdict(provenance),
    }


def rebuild(
    target, ged=None, totals=None, boundaries=None, second=None, first=None, later=None
) -> list:
    """Write the shipped files that can be computed from what is given; the coding sheet's always.

    In the data folder itself, codebook and datapackage are written anew too.

    Parameters
    ----------
    target : Path
        The data folder.
    ged, totals, boundaries, second : str or Path, optional
        GED csv or zip; UCDP's country-year csv; GeoJSON of first-level and of second-level units.
    first, later : str or Path, optional
        As for `country_month`.

    Returns
    -------
    list of str
        Names of the files written.
    """
    target, written = Path(target), []
    if ged:
        made = from_ged(ged)
        tables = [
            f"ucdp_{name}.csv" for name in ("region_month", "grid_year", "toll_frequency", "pairs")
        ]
        for name in tables:
            write_csv(made[name[5:-4]], target / name)
        text = json.dumps({"ged": made["record"]}, indent=1, ensure_ascii=False) + "\n"
        (target / "provenance.json").write_text(text, encoding="utf-8")
        written += [*tables, "provenance.json"]
    if totals:
        write_csv(country_year(totals), target / "ucdp_country_year.csv")
        written.append("ucdp_country_year.csv")
    if first and later:
        write_csv(country_month(first, later), target / "ucdp_country_month.csv")
        written.append("ucdp_country_month.csv")
    if boundaries:
        write_outlines(boundaries, target / "outlines.geojson")
        written.append("outlines.geojson")
    if second:
        write_csv(districts(second), target / "raw" / "incident_coding.csv")
        written.append("raw/incident_coding.csv")
    write_csv(coding.build(), target / "incidents.csv")
    written.append("incidents.csv")
    if target.resolve() == data_dir().resolve():
        written += codebook.write(target)
    return written


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ged", help="UCDP GED csv or zip")
    parser.add_argument("--country-year", help="UCDP's country-year csv")
    parser.add_argument("--outlines", help="GeoJSON of first-level units with country and name")
    parser.add_argument("--country-month", help="deaths per country and month as first released")
    parser.add_argument("--candidate-year", help="candidate file of a whole year")
    parser.add_argument("--districts", help="GeoJSON of second-level units with name and pcode")
    parser.add_argument("--out", type=Path, default=data_dir(), help="folder; default data/")
    options = parser.parse_args()
    if bool(options.country_month) != bool(options.candidate_year):
        parser.error("--country-month and --candidate-year are read together: give both.")
    files = (options.ged, options.country_year, options.outlines, options.districts)
    files += (options.country_month, options.candidate_year)
    written = rebuild(options.out, *files)
    print(f"{options.out}: {', '.join(written)}")


if __name__ == "__main__":
    main()
