"""What every reader shares: opening and recognising files, text to values, and the account of what was read."""

import csv
import gzip
import hashlib
import io
import zipfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from sahelkit import actors, places, schema

MAX_UNPACKED = 4 * 2**30
"""Bytes that a zipped csv may unpack to; more is refused."""


class SourceError(ValueError):
    """A file cannot be read as incidents. The message says what is wrong, where, and what to do."""


@dataclass
class Provenance:
    """What became of the rows of one file: ``rows_read == kept + sum(dropped.values())``.

    `warnings` and `repairs` map a kind to the incident ids concerned.
    """

    path: str
    source: str
    source_version: str
    sha256: str
    rows_read: int = 0
    kept: int = 0
    dropped: Counter = field(default_factory=Counter)
    warnings: dict = field(default_factory=dict)
    repairs: dict = field(default_factory=dict)


def _sha256(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def open_bytes(path):
    """The bytes of a file, unpacked if it is zipped or gzipped, as a binary stream.

    Raises
    ------
    SourceError
        Missing, a folder, empty, an html page, or a damaged or ambiguous archive.
    """
    path = Path(path)
    if not path.exists():
        raise SourceError(f"{path}: no such file. Check the name and the folder.")
    if path.is_dir():
        raise SourceError(f"{path}: a folder, not a file. Name the csv or zip inside it.")
    with open(path, "rb") as raw:
        start = raw.read(512)
    if not start.strip():
        raise SourceError(f"{path}: the file is empty. Download or export it again.")
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise SourceError(
            f"{path}: a web page, not a table. The download was probably refused or asked for "
            "a login: open the file in a browser to see why, then download the csv again."
        )
    try:
        if start.startswith(b"PK"):
            with zipfile.ZipFile(path) as archive:
                with archive.open(_single_csv(archive, path)) as stream:
                    yield stream
        elif start.startswith(b"\x1f\x8b"):
            with gzip.open(path) as stream:
                yield stream
        else:
            with open(path, "rb") as stream:
                yield stream
    except (zipfile.BadZipFile, EOFError, gzip.BadGzipFile, zipfile.zlib.error) as error:
        raise SourceError(
            f"{path}: the archive is damaged or cut short ({error}). Download it again."
        ) from None


def _single_csv(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    members = [m for m in archive.infolist() if m.filename.lower().endswith((".csv", ".txt"))]
    members = [m for m in members if not m.filename.startswith("__MACOSX")]
    if len(members) != 1:
        found = ", ".join(m.filename for m in members) or "none"
        raise SourceError(
            f"{path}: one csv expected in the zip, found {found}. Unpack it and name the csv."
        )
    if members[0].file_size > MAX_UNPACKED:
        raise SourceError(
            f"{path}: {members[0].filename} would unpack to {members[0].file_size:,} bytes, over "
            f"the limit of {MAX_UNPACKED:,}. Unpack it yourself if you trust it."
        )
    return members[0]


def header_of(path) -> list:
    """Column names of a csv, as written."""
    with open_bytes(path) as stream:
        line = io.BufferedReader(stream).readline(1_000_000)
    text = line.decode("utf-8-sig", errors="replace").strip("\r\n")
    names = next(csv.reader([text]), [])
    if "\x00" in text or not any(name.strip() for name in names):
        raise SourceError(f"{path}: not a text table. Give a csv or a zip with one csv in it.")
    return names


def read_text(path, columns: dict, keep) -> tuple:
    """Stream a csv, all values as text, and keep the wanted rows.

    Parameters
    ----------
    path : str or Path
    columns : dict
        Name in the file -> name in the result.
    keep : callable
        Takes a pyarrow table with the renamed columns, returns a boolean mask of rows to keep.

    Returns
    -------
    (DataFrame of str, int, int)
        Kept rows, rows read, rows with a wrong number of fields (read, not kept).
    """
    import pyarrow as pa
    import pyarrow.csv as pacsv

    bad = []

    def skip(row):
        bad.append(row.number)
        return "skip"

    options = dict(
        read_options=pacsv.ReadOptions(block_size=8 << 20),
        parse_options=pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
        convert_options=pacsv.ConvertOptions(
            include_columns=list(columns), column_types={name: pa.string() for name in columns}
        ),
    )
    tables, total = [], 0
    try:
        with open_bytes(path) as stream, pacsv.open_csv(stream, **options) as reader:
            for batch in reader:
                total += batch.num_rows
                table = pa.Table.from_batches([batch]).rename_columns(list(columns.values()))
                tables.append(table.filter(keep(table)))
    except pa.ArrowInvalid as error:
        raise SourceError(
            f"{path}: not readable as a csv: {str(error).splitlines()[0]}. "
            "It may be cut short or not UTF-8: download or export it again."
        ) from None
    if total == 0 and not bad:
        raise SourceError(f"{path}: a header but no rows. Download or export it again.")
    frame = pa.concat_tables(tables).to_pandas().astype("str") if tables else pd.DataFrame()
    return frame, total + len(bad), len(bad)


def to_dates(text: pd.Series, path, column: str) -> pd.Series:
    """Days from text: ISO first, then month/day/year; what is neither is NaT.

    Raises
    ------
    SourceError
        Not one of the values is a date.
    """
    text = text.str.strip()
    days = pd.to_datetime(text.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    rest = days.isna()
    if rest.any():
        american = text[rest].str.split(" ").str[0]
        days[rest] = pd.to_datetime(american, format="%m/%d/%Y", errors="coerce")
    if len(days) and days.isna().all():
        raise SourceError(
            f"{path}: column {column}: none of {len(days)} values is a date (first: "
            f"{text.iloc[0]!r}). Expected 2019-11-01; a spreadsheet may have damaged the file."
        )
    return days.dt.as_unit("s")


def to_numbers(text: pd.Series, dtype: str) -> pd.Series:
    """Numbers from text; what is not a number is missing. Integer types round nothing: 2.5 is missing."""
    values = pd.to_numeric(text.str.strip(), errors="coerce").astype("float64")
    values = values.where(np.isfinite(values))
    if dtype == "float64":
        return values
    return values.where((values == values.round()) & (values.abs() < 2**31 - 1)).astype(dtype)


def finish(frame: pd.DataFrame, provenance: Provenance, unknown_region=None) -> tuple:
    """Add groups, check places and deaths, fill the account, and return the conforming frame.

    Warns, and keeps: order of low, best and high; a missing region; a region name that is not in
    places.csv (`unknown_region`, a mask); a position whose longitude has the wrong sign; a position
    outside the named region or outside the three countries.
    """
    frame = frame.copy()
    if unknown_region is None:
        unknown_region = pd.Series(False, index=frame.index)
    frame["group"] = actors.add_group(frame)
    frame = schema.conform(frame)
    schema.check(frame)
    low, best, high = (frame[f"deaths_{which}"] for which in ("low", "best", "high"))
    doubts = {
        "low, best, high out of order": ((low > best) | (best > high)).fillna(False).astype(bool),
        "deaths missing": frame["deaths_best"].isna(),
        "region missing": frame["region"].isna() & ~unknown_region.to_numpy(),
        "region name not known": unknown_region.reset_index(drop=True),
        "position missing": frame["latitude"].isna() | frame["longitude"].isna(),
        **places.doubtful_positions(frame),
    }
    for kind, mask in doubts.items():
        if mask.any():
            provenance.warnings[kind] = frame.loc[mask, "incident_id"].tolist()
    provenance.kept = len(frame)
    lost = provenance.rows_read - provenance.kept - sum(provenance.dropped.values())
    assert lost == 0, f"{lost} rows of {provenance.path} unaccounted for"
    return frame, provenance


def new_provenance(path, source: str, version: str) -> Provenance:
    """An account to fill, with the file's name and hash."""
    return Provenance(Path(path).name, source, version, _sha256(Path(path)))
