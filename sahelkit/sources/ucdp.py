"""UCDP Georeferenced Event Dataset (GED), yearly csv or zip, to incidents.

Columns and meanings follow the GED codebook (Sundberg & Melander 2013, Journal of Peace Research
50(4)). Both the official 49 columns and the 47 of the country extracts, whose deaths are called
``best_est``, ``high_est``, ``low_est``, are read.
"""

import re
from pathlib import Path

import pandas as pd

from sahelkit import places
from sahelkit.sources.common import (
    SourceError,
    finish,
    header_of,
    new_provenance,
    read_text,
    to_dates,
    to_numbers,
)

NEEDED = (
    "id",
    "type_of_violence",
    "side_a",
    "side_b",
    "where_prec",
    "latitude",
    "longitude",
    "country",
    "date_prec",
    "date_start",
    "date_end",
    "best",
    "high",
    "low",
)
WANTED = ("deaths_civilians", "where_coordinates", "adm_1", "adm_2")
RENAMED = {"best_est": "best", "high_est": "high", "low_est": "low"}
MARKS = {"type_of_violence", "side_a", "side_b"}
"""Columns that no other format has: a header with these is GED, complete or not."""
EVENT_TYPES = {
    1: "state-based conflict",
    2: "non-state conflict",
    3: "one-sided violence",
}
LOCATION_PRECISION = {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 4, 7: 4}
"""UCDP where_prec -> location_precision: 5 is a linear or fuzzy feature, 6 country, 7 waters."""


def recognises(header: list) -> bool:
    """Whether a header is GED's."""
    return MARKS <= {name.strip().lower() for name in header}


def _columns(path) -> dict:
    columns = {}
    for name in header_of(path):
        plain = name.strip().lower()
        plain = RENAMED.get(plain, plain)
        if plain in NEEDED + WANTED:
            columns[name] = plain
    missing = [name for name in NEEDED if name not in columns.values()]
    if missing:
        raise SourceError(
            f"{path}: UCDP GED without column {', '.join(missing)}. Download the csv again from "
            "ucdp.uu.se/downloads and do not delete columns."
        )
    return columns


def release_of(path) -> str:
    """Release as the file name gives it, such as 24.1 for ``ged241-csv.zip``; else 'unknown'.

    >>> release_of("GEDEvent_v24_1.csv"), release_of("ged251-csv.zip"), release_of("events.csv")
    ('24.1', '25.1', 'unknown')
    """
    match = re.search(r"(?:ged|v)[_ ]?(\d{2})[._]?(\d)(?!\d)", Path(path).name, re.IGNORECASE)
    return f"{match[1]}.{match[2]}" if match else "unknown"


def read(path) -> tuple:
    """Incidents of Mali, Burkina Faso and Niger in a GED file.

    Parameters
    ----------
    path : str or Path
        The csv, or a zip with it; global or an extract.

    Returns
    -------
    (DataFrame, Provenance)

    Raises
    ------
    SourceError
        A needed column is missing, or no date can be read.

    Examples
    --------
    >>> release_of("ucdp_ged_24.1_sahel.csv")
    '24.1'
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    provenance = new_provenance(path, "ucdp-ged", release_of(path))
    wanted = pa.array(list(places.COUNTRY_NAMES))
    text, provenance.rows_read, ragged = read_text(
        path, _columns(path), lambda table: pc.is_in(table["country"], value_set=wanted)
    )
    foreign = provenance.rows_read - ragged - len(text)
    provenance.dropped.update({"another country": foreign} if foreign else {})
    provenance.dropped.update({"wrong number of fields": ragged} if ragged else {})
    if text.empty:
        raise SourceError(
            f"{path}: none of {provenance.rows_read} rows is in Mali, Burkina Faso or Niger "
            "(column country). Download the global file or one of the three countries."
        )
    text = text.reset_index(drop=True).reindex(columns=[*NEEDED, *WANTED], fill_value="")
    frame, violence = _values(text, path)
    reasons = {
        "unreadable date": frame["date_start"].isna() | frame["date_end"].isna(),
        "end before start": frame["date_end"] < frame["date_start"],
        "unknown type of violence": ~violence.isin(EVENT_TYPES),
        "no id": frame["incident_id"].str.strip() == "",
        "repeated id": frame["incident_id"].duplicated(),
        "negative deaths": (frame[["deaths_best", "deaths_low", "deaths_high"]] < 0).any(axis=1),
    }
    keep = pd.Series(True, index=frame.index)
    for reason, mask in reasons.items():
        mask = mask.fillna(False).astype(bool) & keep
        if mask.any():
            provenance.dropped[reason] += int(mask.sum())
            keep &= ~mask
    frame = frame[keep].reset_index(drop=True)
    moved = places.in_split_region(frame["region"], text.loc[keep.to_numpy(), "adm_2"])
    if moved.any():
        provenance.repairs["Gao before the split, in a cercle of Ménaka: region set to Ménaka"] = (
            frame.loc[moved, "incident_id"].tolist()
        )
        frame.loc[moved, "region"] = "Ménaka"
    frame["source"] = provenance.source
    frame["source_version"] = provenance.source_version
    unknown = frame["region"].isna() & (text.loc[keep.to_numpy(), "adm_1"].to_numpy() != "")
    return finish(frame, provenance, unknown)


def _values(text: pd.DataFrame, path) -> tuple:
    """Typed columns of the incidents frame from GED's text, and the type of violence."""
    violence = to_numbers(text["type_of_violence"], "Int32")
    country = text["country"].map(places.COUNTRY_NAMES)
    latitude = to_numbers(text["latitude"], "float64")
    longitude = to_numbers(text["longitude"], "float64")
    precision = to_numbers(text["where_prec"], "Int32").map(LOCATION_PRECISION)
    date_precision = to_numbers(text["date_prec"], "Int8")
    frame = pd.DataFrame(
        {
            "incident_id": text["id"].str.strip(),
            "date_start": to_dates(text["date_start"], path, "date_start"),
            "date_end": to_dates(text["date_end"], path, "date_end"),
            "date_precision": date_precision.where(date_precision.between(1, 5), 5),
            "violence": violence.map({1: "combat", 2: "combat", 3: "civilians"}),
            "event_type": violence.map(EVENT_TYPES),
            "actor_a": text["side_a"],
            "actor_b": text["side_b"],
            "country": country,
            "region": places.canonical_regions(country, text["adm_1"]),
            "place": text["where_coordinates"].replace("", pd.NA),
            "latitude": latitude.where(latitude.between(-90, 90)),
            "longitude": longitude.where(longitude.between(-180, 180)),
            "location_precision": precision.fillna(4).astype("Int8"),
        }
    )
    for name in ("best", "low", "high"):
        frame[f"deaths_{name}"] = to_numbers(text[name], "Int32")
    frame["deaths_civilians"] = to_numbers(text["deaths_civilians"], "Int32")
    return frame, violence
