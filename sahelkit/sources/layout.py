"""How a table is written down: encoding, delimiter, column names; found out from the file, not
assumed."""

import codecs
import csv
import io
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sahelkit.sources.opening import SourceError, first_bytes, is_workbook, open_bytes

GED_COLUMNS = tuple(
    word
    for line in (
        "id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id",
        "conflict_name dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a",
        "side_b_dset_id side_b_new_id side_b number_of_sources source_article source_office",
        "source_date source_headline source_original where_prec where_coordinates",
        "where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id",
        "region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians",
        "deaths_unknown best high low gwnoa gwnob",
    )
    for word in line.split()
)
"""GED's 49 columns in their order, for releases that lack the header row (candidate 24.0.1)."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t|"
_HEAD_BYTES = 1 << 18


@dataclass(frozen=True)
class Layout:
    """How one file is written down.

    Attributes
    ----------
    kind : {'csv', 'xlsx', 'parquet'}
    names : tuple of str
        Column names as written.
    encoding : str
        Of a csv; 'utf-8' is a guess that the reader gives up where the bytes say otherwise.
    delimiter : str
    headerless : bool
        The first row is data and `names` is what the format's rows hold.
    tag_row : bool
        The second row holds HXL tags (``#date+occurred``), not data.
    """

    path: Path
    kind: str
    names: tuple
    encoding: str = "utf-8"
    delimiter: str = ","
    headerless: bool = False
    tag_row: bool = False


class _Recoded:
    """A binary stream in UTF-8 with line feeds, from one in another encoding."""

    def __init__(self, stream, encoding: str):
        self.stream = stream
        decoder = codecs.getincrementaldecoder(encoding)()
        self.decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        self.closed = False

    def read(self, size=1 << 20):
        while True:
            data = self.stream.read(size)
            text = self.decoder.decode(data, final=not data)
            if text or not data:
                return text.encode("utf-8")


@contextmanager
def open_utf8(path, encoding: str = "utf-8"):
    """A csv's bytes in UTF-8 without byte order mark.

    Raises
    ------
    SourceError
        As `open_bytes`, and where the bytes are not in the encoding.
    """
    try:
        with open_bytes(path) as stream:
            yield stream if encoding == "utf-8" else _Recoded(stream, encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: not readable as {encoding} at byte {error.start}. The file is damaged or cut "
            "short: download or export it again."
        ) from None


def layout_of(path) -> Layout:
    """Find out how a file is written down.

    Raises
    ------
    SourceError
        The file is missing, empty, damaged, or not a table.
    """
    path = Path(path)
    if first_bytes(path).startswith(b"PAR1"):
        return Layout(path, "parquet", _parquet_names(path))
    if is_workbook(path):
        from sahelkit.sources.workbook import first_row

        return Layout(path, "xlsx", first_row(path))
    with open_bytes(path) as stream:
        head = stream.read(_HEAD_BYTES)
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")
    text = head[: len(head) // 2 * 2].decode(encoding, errors="replace").lstrip("\ufeff")
    if "\r" in text and "\n" not in text and encoding == "utf-8":
        encoding = "latin-1" if "�" in text else "utf-8-sig"
    text = text.lstrip("\r\n")
    line = text.partition("\n")[0]
    if not line.strip() or any(ord(c) < 32 and c not in "\t\r" for c in line.partition("\r")[0]):
        raise SourceError(f"{path}: not a text table. Give a csv, or a zip with one csv in it.")
    delimiter = max(_DELIMITERS, key=lambda d: len(_records(line, d, 1)[0]))
    records = _records(text, delimiter, 2)
    names = tuple(name.strip() for name in records[0])
    if not any(names):
        raise SourceError(f"{path}: not a text table: its first row is empty.")
    layout = Layout(path, "csv", names, encoding, delimiter)
    if _is_ged_row(names):
        return replace(layout, names=GED_COLUMNS, headerless=True)
    tags = [cell for cell in records[1] if cell]
    return replace(layout, tag_row=bool(tags) and all(cell.startswith("#") for cell in tags))


def _records(text: str, delimiter: str, count: int) -> list:
    """The first records of a text; empty ones where there are fewer."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found = [record for record, _ in zip(filter(None, reader), range(count), strict=False)]
    except csv.Error:
        found = []
    return found + [[]] * (count - len(found))


def _is_ged_row(cells: tuple) -> bool:
    """Whether the first row of a file is a GED event, not column names."""
    if len(cells) != len(GED_COLUMNS):
        return False
    row = dict(zip(GED_COLUMNS, cells, strict=True))
    return (
        row["id"].isdigit() and row["year"].isdigit() and row["type_of_violence"] in ("1", "2", "3")
    )


def _parquet_names(path) -> tuple:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise SourceError(
            f"{path}: the parquet file is damaged ({reason}). Write it again."
        ) from None


def header_of(path) -> list:
    """Column names of a table, as written.

    >>> from sahelkit.files import data_dir
    >>> header_of(data_dir() / "places.csv")[:2]
    ['country', 'iso_3166_2']
    """
    return list(layout_of(path).names)
