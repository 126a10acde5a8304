"""Files: where the shipped data lie, how a file from anywhere is opened, how a table is written."""

import gzip
import hashlib
import io
import json
import zipfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sahelkit.choices import one_of

MAX_UNPACKED = 4 * 2**30
"""Bytes that an archive may unpack to; more is refused."""
MAX_RATIO = 200
"""Unpacked size over packed size; incident tables reach about 15, a zip bomb a thousand."""
_PAGE = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<script")
_KINDS = {b"PAR1": "parquet", b"\xd0\xcf\x11\xe0": "Excel", b"<stata_dta>": "Stata"}
_TABLES = (".csv", ".txt", ".xlsx", ".xls")
PACKAGE = Path(__file__).resolve().parent


class SourceError(ValueError):
    """A file cannot be read as incidents. The message says what is wrong, where, and what to do."""


def data_dir() -> Path:
    """Folder of the shipped data.

    >>> (data_dir() / "places.csv").exists()
    True
    """
    installed = PACKAGE / "_data"
    return installed if installed.is_dir() else PACKAGE.parent / "data"


@cache
def _read(name: str):
    import pandas as pd

    return pd.read_csv(data_dir() / name, dtype="str", keep_default_na=False)


def read_table(name: str):
    """A shipped reference table, all text, empty where nothing is given.

    >>> list(read_table("places.csv").columns[:3])
    ['country', 'iso_3166_2', 'region']
    """
    return _read(name).copy()


def plain(frame):
    """A table in types that every program reads: months and days as dates, categories as text.

    >>> import pandas as pd
    >>> plain(pd.DataFrame({"month": pd.period_range("2023-01", periods=1, freq="M")}))["month"][0]
    Timestamp('2023-01-01 00:00:00')
    """
    import pandas as pd

    out = frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()
    out = out.rename(columns=str)
    for name, values in out.items():
        if isinstance(values.dtype, pd.PeriodDtype):
            out[name] = values.dt.start_time.astype("datetime64[s]")
        elif isinstance(values.dtype, pd.CategoricalDtype):
            out[name] = values.astype("str")
    return out


def write_csv(frame, path) -> None:
    """Write a table the same way everywhere: UTF-8, line feeds, dates as days, empty for missing."""
    import pandas as pd

    out = frame.copy()
    for name, values in out.items():
        if isinstance(values.dtype, pd.PeriodDtype):
            out[name] = values.astype("str")
        elif pd.api.types.is_datetime64_any_dtype(values):
            out[name] = values.dt.strftime("%Y-%m-%d")
    Path(path).write_bytes(out.to_csv(index=False, lineterminator="\n").encode("utf-8"))


def write(table, path) -> Path:
    """Write a table in the format of the name's ending; an existing file is replaced once all is written.

    Months become their first day, or ``2023-01`` in csv; an index that says something, a column.

    Parameters
    ----------
    path : str or Path
        .csv, .parquet, .xlsx (Excel), .dta (Stata), .json (rows), or .gpkg (points, EPSG:4326; rows
        without a position are left out).

    Raises
    ------
    ValueError
        Another ending, or positions are asked of a table that has none.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(pd.DataFrame({"deaths": [3]}), Path(folder) / "made_up.dta").name
    'made_up.dta'
    """
    import pandas as pd

    path, made_by = Path(path), _WRITERS[ending(path)]
    table = table if isinstance(table.index, pd.RangeIndex) else table.reset_index()
    with TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        made = Path(folder) / path.name
        made_by(table, made)
        made.replace(path)
    return path


def ending(path) -> str:
    """Ending of a file to be written, if `write` knows it; else a ValueError."""
    return one_of(Path(path).suffix.lower(), tuple(_WRITERS), f"ending of {Path(path).name}")


def _write_stata(table, path) -> None:
    table = plain(table)
    for name, values in table.items():
        if values.dtype.kind in "OUST" or str(values.dtype).startswith("str"):
            table[name] = values.astype(object).where(values.notna(), "")
        elif str(values.dtype).startswith(("Int", "Float")):
            table[name] = values.astype("float64")
    long = {name: "strl" for name in table if table[name].astype("str").str.len().max() > 2000}
    table.to_stata(path, write_index=False, version=118, convert_strl=list(long))


def _write_geopackage(table, path) -> None:
    import geopandas

    from sahelkit.choices import NotCovered

    if "latitude" not in table:
        raise NotCovered("A GeoPackage needs the columns latitude and longitude.")
    rows = plain(table).dropna(subset=["latitude", "longitude"])
    points = geopandas.points_from_xy(rows["longitude"], rows["latitude"], crs="EPSG:4326")
    geopandas.GeoDataFrame(rows, geometry=points).to_file(path, driver="GPKG")


_WRITERS = {
    ".csv": write_csv,
    ".parquet": lambda table, path: plain(table).to_parquet(path, index=False),
    ".xlsx": lambda table, path: plain(table).to_excel(path, index=False),
    ".dta": _write_stata,
    ".json": lambda table, path: plain(table).to_json(
        path, orient="records", date_format="iso", indent=1, force_ascii=False
    ),
    ".gpkg": _write_geopackage,
}


def records(frame) -> list:
    """Rows of a table as dicts for JSON, None for missing.

    >>> import pandas as pd
    >>> records(pd.DataFrame({"deaths": pd.array([1, None], dtype="Int64")}))
    [{'deaths': 1}, {'deaths': None}]
    """
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def record_of(path) -> Path:
    """Where `sahelkit fetch` notes beside a download where it came from, when, and its hash."""
    path = Path(path)
    return path.with_name(path.name + ".download.json")


def download_record(path) -> dict:
    """What lies beside a download: `url`, `accessed` (day), `sha256`; {} where nothing can be read."""
    try:
        found = json.loads(record_of(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def sha256(path) -> str:
    """Hash of a file's bytes, hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def opened(path):
    """A file that is there and holds something: its kind, and its bytes, unpacked.

    Yields
    ------
    (str, stream)
        'csv', 'Excel', 'parquet' or 'Stata'; a binary stream.

    Raises
    ------
    SourceError
        Missing, a folder, empty, a web page, or a damaged, ambiguous or exploding archive.
    """
    path = Path(path)
    try:
        with path.open("rb") as raw:
            start = raw.read(512)
            raw.seek(0)
            if not start.strip():
                raise SourceError(f"{path}: the file is empty. Download or export it again.")
            if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_PAGE):
                raise SourceError(
                    f"{path}: a web page, not a table. The download was probably refused or asked "
                    "for a login: open the file in a browser to see why, then download the csv again."
                )
            if start.startswith(b"PK"):
                with _unzipped(path, raw) as found:
                    yield found
            elif start.startswith(b"\x1f\x8b"):
                with gzip.open(raw) as stream:
                    yield "csv", stream
            else:
                yield next((k for mark, k in _KINDS.items() if start.startswith(mark)), "csv"), raw
    except FileNotFoundError:
        raise SourceError(f"{path}: no such file. Check the name and the folder.") from None
    except IsADirectoryError:
        raise SourceError(f"{path}: a folder, not a file. Name the csv or zip inside it.") from None
    except (zipfile.BadZipFile, EOFError, gzip.BadGzipFile, zipfile.zlib.error) as error:
        raise SourceError(
            f"{path}: the archive is damaged or cut short ({error}). Download it again."
        ) from None
    except (RuntimeError, NotImplementedError, OSError) as error:
        raise SourceError(f"{path}: cannot be opened or unpacked ({error}).") from None


@contextmanager
def _unzipped(path: Path, raw):
    """Kind and bytes of a workbook, which is a zip itself, or of the one table in a zip."""
    with zipfile.ZipFile(raw) as archive:
        members = archive.infolist()
        if "xl/workbook.xml" in archive.namelist():
            _check_size(path, members)
            raw.seek(0)
            yield "Excel", raw
            return
        members = [m for m in members if m.filename.lower().endswith(_TABLES)]
        members = [m for m in members if not m.filename.startswith("__MACOSX")]
        if len(members) != 1:
            found = ", ".join(m.filename for m in members[:5]) or "none"
            raise SourceError(
                f"{path}: one table ({', '.join(_TABLES)}) expected in the zip, found {found}. "
                "Unpack it and name the table."
            )
        _check_size(path, members)
        with archive.open(members[0]) as stream:
            if not members[0].filename.lower().endswith((".xlsx", ".xls")):
                yield "csv", stream
                return
            book = io.BytesIO(stream.read())
        if zipfile.is_zipfile(book):
            _check_size(path, zipfile.ZipFile(book).infolist())
        book.seek(0)
        yield "Excel", book


def _check_size(path, members) -> None:
    """Refuse what would unpack to too much; zipfile gives no more bytes than a header announces."""
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED or unpacked > max(MAX_RATIO * packed, 2**20):
        raise SourceError(too_big(path, f"{unpacked:,}"))


def too_big(path, size) -> str:
    """The message of what is refused as too big."""
    return (
        f"{path}: would unpack to {size} bytes, over the limit of {MAX_UNPACKED:,} bytes or "
        f"{MAX_RATIO} times its size. Unpack it yourself if you trust it."
    )
