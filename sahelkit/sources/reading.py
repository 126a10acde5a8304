"""Any file that came from anywhere -> the rows that name a wanted country, as text.

A file is opened once to find out how it is written down (`layout_of`) and once to read it
(`read_rows`): csv and text in any encoding, zipped or gzipped, streamed through pyarrow; Excel
workbooks through calamine. Every row is counted, and none is lost in silence.
"""

import codecs
import csv
import gzip
import hashlib
import io
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path

import numpy as np

from sahelkit.countries import country_code
from sahelkit.files import MAX_UNPACKED, SourceError, opened, sha256, too_big

BLOCK_BYTES = 4 << 20
"""Parsed at a time; no record may be longer."""
HEAD_BYTES = 1 << 18
_MARKS = {codecs.BOM_UTF8: "utf8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_QUOTE = 34


@dataclass(frozen=True)
class Layout:
    """How one file is written down.

    Attributes
    ----------
    tag_row : bool
        The second row holds HXL tags (``#date+occurred``), not data.
    headerless : bool
        The first row is data; the names are the format's (`formats.recognise`).
    sheet : iterator of list
        Of any other kind of file: the rows after the header.
    skip : int
        Lines above the header of a csv.
    """

    path: Path
    names: tuple
    encoding: str = "utf8"
    delimiter: str = ","
    tag_row: bool = False
    headerless: bool = False
    sheet: object = None
    skip: int = 0


@dataclass
class Rows:
    """Wanted rows of one file, and the account of the others.

    Attributes
    ----------
    text : pyarrow Table of str
    numbers, ragged
        Rows in the file of these, and of those with a wrong number of fields, as a spreadsheet
        counts them: the header is row 1.
    notes : dict
        What is doubtful about the file as a whole: kind -> list of str.
    keep : list of str
        Columns of the user's own choice among those of `text`.
    """

    text: object
    numbers: np.ndarray
    read: int
    ragged: list = field(default_factory=list)
    notes: dict = field(default_factory=dict)
    sha256: str = ""
    keep: list = field(default_factory=list)


def layout_of(path) -> Layout:
    """Find out how a file is written down; a SourceError says why it is no table.

    >>> from sahelkit.files import data_dir
    >>> layout_of(data_dir() / "places.csv").names[:2]
    ('country', 'iso_3166_2')
    """
    path = Path(path)
    with opened(path) as (kind, stream):
        head = stream.read(HEAD_BYTES) if kind == "csv" else b""
        if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["):
            kind, stream = "JSON", io.BytesIO(head + stream.read(MAX_UNPACKED))
        if kind != "csv":
            sheet = _table(path, kind, stream)
            names = [as_text(value).strip() for value in next(sheet, ())]
            while names and not names[-1]:
                names.pop()
            if not names:
                raise SourceError(f"{path}: the first sheet is empty. Save the table as csv.")
            return Layout(path, tuple(names), sheet=sheet)
    if head.startswith((b"X\n\x00", b"RDX", b"A\n")):
        raise SourceError(
            f"{path}: an R file. In R: write.csv(table, 'table.csv', row.names = FALSE)."
        )
    encoding = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "utf8")
    text = head[: len(head) // 2 * 2].decode(encoding, errors="replace").lstrip("\ufeff\r\n")
    skip, told = _title_lines(text)
    text = "\n".join(text.splitlines()[skip:]) if skip else text
    line = text.partition("\n")[0].partition("\r")[0]
    if not line.strip(' ",;|\t') or any(ord(c) < 32 and c != "\t" for c in line):
        raise SourceError(f"{path}: not a text table. Give a csv, or a zip with one csv in it.")
    delimiter = told or max(",;\t|", key=lambda d: len(_records(line, d)[0]))
    header, second = _records(text, delimiter)
    if len(second) == len(header) + 1 and second[0].strip('"').isdigit():
        header = ["", *header]  # R's write.table names no column of row names
    names = tuple(name.strip() for name in header)
    tags = "".join(cell[:1] for cell in second)
    return Layout(path, names, encoding, delimiter, bool(tags) and set(tags) == {"#"}, skip=skip)


def _title_lines(text: str) -> tuple:
    """Lines above the header (``sep=;``, titles, blank ones), and the delimiter that one of them tells."""
    lines = text.splitlines()[:12]
    filled = [len([c for c in re.split(r"[,;\t|]", line) if c.strip(' "')]) for line in lines]
    told = re.fullmatch(r'"?sep=(.)"?[,;\t|]*', lines[0].strip(), re.IGNORECASE) if lines else None
    skip = 1 if told else 0
    while skip < len(lines) - 2 and filled[skip] <= 2 < max(filled[skip + 1 :]):
        skip += 1
    return skip, told[1] if told else None


def _records(text: str, delimiter: str) -> list:
    """The first two records of a text; empty ones where there are fewer."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found = [record for record, _ in zip(filter(None, reader), range(2), strict=False)]
    except csv.Error:
        found = []
    return found + [[]] * (2 - len(found))


def _table(path, kind: str, stream):
    """Header and rows of a file that is no csv, as lists of values."""
    try:
        if kind == "parquet":
            import pyarrow.parquet as pq

            table = pq.read_table(stream)
            yield table.column_names
            for batch in table.to_batches(4096):
                yield from zip(*batch.to_pydict().values(), strict=True)
        elif kind == "Stata":
            import pandas as pd

            table = pd.read_stata(stream, convert_categoricals=False)
            yield list(table)
            yield from table.itertuples(index=False, name=None)
        elif kind == "JSON":
            rows = _events(json.loads(stream.read().decode("utf-8-sig")))
            names = list(dict.fromkeys(name for row in rows for name in row))
            yield names
            yield from ([row.get(name) for name in names] for row in rows)
        else:  # the first sheet that has a table, of three columns
            from python_calamine import CalamineWorkbook

            book = CalamineWorkbook.from_filelike(stream)
            sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
            wide = (sheet for sheet in sheets if sheet.total_height > 1 and sheet.total_width > 2)
            yield from next(wide, sheets[0]).iter_rows()
    except ImportError:
        raise SourceError(
            f"{path}: reading .xlsx needs python-calamine: pip install python-calamine, or save the "
            "sheet as csv."
        ) from None
    except Exception as error:  # readers raise whatever a broken part of the file makes fail
        reason = (str(error).splitlines() or [""])[0]
        raise SourceError(
            f"{path}: the {kind} file is damaged ({type(error).__name__}: {reason}). Export it "
            "again, or save the table as csv."
        ) from None


def _events(found) -> list:
    """Rows of a provider's JSON answer or of GeoJSON."""
    if isinstance(found, dict):
        lists = [found[k] for k in ("data", "Result", "features", "results") if k in found]
        found = lists[0] if lists else []
    rows = [row.get("properties", row) for row in found if isinstance(row, dict)]
    if not rows:
        raise ValueError("no list of events")
    return rows


def read_rows(layout: Layout, columns: dict) -> Rows:
    """Read the rows whose country is wanted: matched whole and without regard to case.

    `columns` says which are read: name in the file -> name in the result, one of them 'country'. A
    SourceError says that the file is not readable, cut short, or without rows.
    """
    path = layout.path
    if layout.sheet is not None:
        rows = _read_sheet(layout, columns)
    else:
        with opened(path) as (_, stream):
            passing = _Passing(stream, layout)
            rows = _read_csv(passing, layout, columns)
            if isinstance(stream, io.BufferedReader):  # the file itself, not what it unpacks to
                rows.sha256 = passing.digest.hexdigest()
    if rows.read == 0:
        raise SourceError(f"{path}: a header but no rows. Download or export it again.")
    rows.sha256 = rows.sha256 or sha256(path)
    return rows


class _Passing:
    """What pyarrow reads a csv from: hashes, limits and looks at the bytes as they pass."""

    closed = False

    def __init__(self, stream, layout: Layout):
        self.stream, self.layout = stream, layout
        self.digest = hashlib.sha256()
        self.given, self.last, self.odd_quotes = 0, b"", False

    def read(self, size=-1) -> bytes:
        data = self.stream.read(BLOCK_BYTES if size is None or size < 0 else size)
        self.given += len(data)
        if self.given > MAX_UNPACKED and isinstance(self.stream, gzip.GzipFile):
            raise SourceError(too_big(self.layout.path, f"more than {MAX_UNPACKED:,}"))
        self.digest.update(data)
        if self.layout.encoding == "utf8":
            if b"\x00" in data:
                raise SourceError(f"{self.layout.path}: holds zero bytes. Download it again.")
            self.odd_quotes = self.odd_quotes or self._odd_quotes(data)
        self.last = (self.last + data[-2:])[-2:]
        return data

    def _odd_quotes(self, data: bytes) -> bool:
        """Whether a quote stands inside a text, neither beside a delimiter, a line end nor a quote."""
        octets = np.frombuffer(data, np.uint8)
        at = np.flatnonzero(octets[1:-1] == _QUOTE) + 1
        edges = [_QUOTE, 10, 13, ord(self.layout.delimiter)]
        return bool((~np.isin(octets[at - 1], edges) & ~np.isin(octets[at + 1], edges)).any())


def _read_csv(stream: _Passing, layout: Layout, columns: dict) -> Rows:
    """Stream a csv; rows are parsed as bytes, so that one bad character costs no other row."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pacsv

    numbered = [f"c{i}" for i in range(len(layout.names))]
    chosen = {numbered[layout.names.index(name)]: new for name, new in columns.items()}
    types = dict.fromkeys(chosen, pa.binary())
    ragged, kept, numbers, row = [], [], [], 0

    def skip(bad):
        ragged.append(bad.number)
        return "skip"

    try:
        batches = pacsv.open_csv(
            stream,
            pacsv.ReadOptions(
                column_names=numbered,
                skip_rows=layout.skip,
                block_size=BLOCK_BYTES,
                encoding=layout.encoding,
                use_threads=False,
            ),
            pacsv.ParseOptions(
                delimiter=layout.delimiter, newlines_in_values=True, invalid_row_handler=skip
            ),
            pacsv.ConvertOptions(include_columns=chosen, column_types=types),
        )
        for batch in batches:
            batch = batch.rename_columns(list(chosen.values()))
            at = np.arange(row + 1, row + 1 + len(batch) + len(ragged))
            at = at[~np.isin(at, ragged)][: len(batch)]
            row = int(at[-1]) if len(at) else row
            names = pc.unique(batch["country"]).to_pylist()
            wanted = [name for name in names if country_code(name.decode("utf8", "replace"))]
            mask = pc.is_in(batch["country"], value_set=pa.array(wanted, pa.binary()))
            kept.append(batch.filter(mask))
            numbers.append(at[mask.to_numpy(zero_copy_only=False)])
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise SourceError(
            f"{layout.path}: not readable as a csv after row {row}: {str(error).splitlines()[0]}. "
            "A quote was never closed, or the file is damaged: download or export it again."
        ) from None
    last = max([row, *ragged])
    if last in ragged:
        raise SourceError(
            f"{layout.path}: the last row ({last}) is cut short, so the file is not complete. "
            "Download or export it again."
        )
    notes = {}
    if not set(stream.last) & {10, 13}:
        notes["no line break after the last row: the file may be cut short"] = [f"row {last}"]
    if stream.odd_quotes:
        notes["quotes break the rules of csv: rows may be joined wrongly"] = ["file"]
    table = pa.Table.from_batches(kept) if kept else pa.table({n: [] for n in chosen.values()})
    text = _decoded(table, layout.path, notes)
    at = np.concatenate(numbers) if numbers else np.zeros(0, int)
    return Rows(text, at, last - (not layout.headerless), ragged, notes)


def _decoded(table, path, notes: dict):
    """Cells as text: UTF-8, or where they are not, Windows-1252 throughout."""
    import pyarrow as pa

    schema = pa.schema([(name, pa.string()) for name in table.column_names])
    try:
        return table.cast(schema)
    except pa.ArrowInvalid:
        notes["text is not UTF-8, read as Windows-1252"] = ["file"]
    try:
        cells = {n: [c.decode("cp1252") for c in table[n].to_pylist()] for n in schema.names}
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: not readable as {error.encoding}: {error.reason}. Download or export it again."
        ) from None
    return pa.table(cells, schema)


def as_text(value) -> str:
    """A cell as a csv would hold it: whole numbers without decimals, days as 2019-11-01."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return "" if value is None or value != value else str(value)


def _read_sheet(layout: Layout, columns: dict) -> Rows:
    import pyarrow as pa

    at = {new: layout.names.index(old) for old, new in columns.items()}
    found, numbers, read = {name: [] for name in at}, [], 0
    for number, row in enumerate(layout.sheet, 2):
        if not any(value not in (None, "") for value in row):
            continue
        read += 1
        if country_code(as_text(row[at["country"]])):
            numbers.append(number)
            for name, place in at.items():
                found[name].append(as_text(row[place]))
    schema = pa.schema([(name, pa.string()) for name in found])
    return Rows(pa.table(found, schema), np.array(numbers, int), read)
