"""The rows of a table that name a wanted country, as text; all others are only counted.

A global file holds a hundred rows for each that is wanted. Records are found by their line ends and
quotes, matched against the country names, and only those that match are parsed (`_Survivors`). A
file whose quotes do not follow RFC 4180 is parsed whole instead, more slowly (`_parse_all`).
"""

import codecs
import csv
import io
import re
from dataclasses import dataclass, field

import numpy as np

from sahelkit.sources.layout import Layout, open_utf8
from sahelkit.sources.opening import SourceError

BLOCK_BYTES = 4 << 20
_NEWLINE, _QUOTE, _RETURN = 10, 34, 13
RAGGED = "wrong number of fields"
LONGEST_RECORD = 64 << 20
"""Bytes; a record that is longer is a quote that was never closed."""


@dataclass
class Rows:
    """Wanted rows of one file, and the account of the others.

    Attributes
    ----------
    columns : dict
        Name -> list of str, one per wanted row.
    numbers : list of int
        Row of each in the file as a spreadsheet counts them: the header is row 1.
    read : int
        Rows in the file.
    ragged : list of int
        Rows with a wrong number of fields.
    notes : dict
        What is doubtful about the file as a whole: kind -> list of str.
    """

    columns: dict
    numbers: list
    read: int = 0
    ragged: list = field(default_factory=list)
    notes: dict = field(default_factory=dict)


class _Unusual(Exception):
    """Quotes that do not follow RFC 4180: records cannot be told apart by them."""


def read_rows(layout: Layout, columns: dict, country: str, wanted) -> Rows:
    """Read the rows whose country is wanted.

    Parameters
    ----------
    layout : Layout
    columns : dict
        Name in the file -> name in the result.
    country : str
        Name in the file of the column with the country.
    wanted : iterable of str
        Country names, matched whole and without regard to case: Niger is not Nigeria.

    Returns
    -------
    Rows

    Raises
    ------
    SourceError
        Not readable, cut short, or without rows.
    """
    if layout.kind == "xlsx":
        from sahelkit.sources.workbook import read_rows as read_workbook

        rows = read_workbook(layout, columns, country, wanted)
    else:
        rows = _read_csv(layout, columns, country, wanted)
    if rows.read == 0:
        raise SourceError(f"{layout.path}: a header but no rows. Download or export it again.")
    return rows


def _read_csv(layout, columns, country, wanted) -> Rows:
    def attempt(encoding):
        parser = _Survivors(layout, columns, country, wanted)
        try:
            with open_utf8(layout.path, encoding) as stream:
                return _scan(stream, layout, parser)
        except _Unusual:
            with open_utf8(layout.path, encoding) as stream:
                return _parse_all(stream, layout, parser)

    try:
        return attempt(layout.encoding)
    except UnicodeError:
        rows = attempt("cp1252")
        rows.notes["text is not UTF-8, read as Windows-1252"] = ["file"]
        return rows


def _pattern(layout, country, wanted) -> str:
    """RE2 pattern of a record that may hold a wanted country."""
    delimiter = re.escape(layout.delimiter)
    before = "^" if layout.names.index(country) == 0 and not layout.headerless else delimiter
    names = "|".join(re.escape(name) for name in wanted)
    return f'{before}\\s*"?(?i:\\s*(?:{names}))+\\s*["\\s{delimiter}]'


class _Survivors:
    """Parses the records that may be wanted, in batches, and keeps those that are."""

    def __init__(self, layout, columns, country, wanted):
        self.layout, self.names = layout, columns
        self.pattern = _pattern(layout, country, wanted)
        self.country = columns[country]
        self.wanted = {name.casefold() for name in wanted}
        self.texts, self.numbers, self.size = [], [], 0
        self.batches, self.kept, self.ragged = [], [], []

    def add(self, records, numbers) -> None:
        """Take records (a pyarrow binary array) with their row numbers."""
        self.texts.append(b"".join(records.to_pylist()))
        self.numbers.extend(numbers)
        self.size += len(self.texts[-1])
        if self.size > 4 * BLOCK_BYTES:
            self.parse()

    def parse(self) -> None:
        """Parse what has come together."""
        data = b"".join(self.texts)
        numbers, self.texts, self.numbers, self.size = self.numbers, [], [], 0
        if data:
            table, bad = self.table(data)
            self.ragged += [numbers[i] for i in bad]
            self.keep(table, np.delete(np.asarray(numbers), bad))

    def keep(self, table, numbers) -> None:
        import pyarrow.compute as pc

        names = pc.unique(table[self.country]).to_pylist()
        same = [name for name in names if _plain(name) in self.wanted]
        mask = pc.is_in(table[self.country], value_set=_strings(same))
        if len(table) != len(numbers):
            raise _Unusual
        self.batches.append(table.filter(mask))
        self.kept += numbers[mask.to_numpy(zero_copy_only=False)].tolist()

    def table(self, data: bytes) -> tuple:
        """Parse records without header: the wanted columns, and the indices of ragged rows."""
        import pyarrow as pa
        import pyarrow.csv as pacsv

        bad = []

        def skip(row):
            bad.append(row.number - 1)
            return "skip"

        unique = [f"c{i}" for i in range(len(self.layout.names))]
        chosen = {unique[self.layout.names.index(name)]: new for name, new in self.names.items()}
        try:
            table = pacsv.read_csv(
                io.BytesIO(data),
                read_options=pacsv.ReadOptions(
                    column_names=unique, use_threads=False, block_size=len(data) + 1
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self.layout.delimiter,
                    newlines_in_values=True,
                    invalid_row_handler=skip,
                ),
                convert_options=pacsv.ConvertOptions(
                    include_columns=list(chosen), column_types=dict.fromkeys(chosen, pa.string())
                ),
            )
        except pa.ArrowInvalid as error:
            if "UTF8" in str(error) or "utf8" in str(error).lower():
                raise UnicodeError from None
            raise SourceError(
                f"{self.layout.path}: not readable as a csv: {str(error).splitlines()[0]}. It is "
                "damaged or cut short: download or export it again."
            ) from None
        return table.rename_columns(list(chosen.values())), bad

    def finish(self, read: int, notes: dict) -> Rows:
        """The account, with every wanted row as lists of text."""
        self.parse()
        columns = {name: [] for name in self.names.values()}
        for batch in self.batches:
            for name, values in columns.items():
                values.extend(batch[name].to_pylist())
        return Rows(columns, self.kept, read, self.ragged, notes)


def _plain(name: str) -> str:
    """A country name for comparing; a name that a cell holds twice counts as the name."""
    name = " ".join(name.casefold().split())
    half = name[: len(name) // 2]
    return half if half and half * 2 == name else name


def _strings(values):
    import pyarrow as pa

    return pa.array(values, pa.string())


def _scan(stream, layout, parser) -> Rows:
    """Cut a stream into records, count them, and give those that may be wanted to the parser."""
    row, rest, notes = 0, None, {}
    header = 0 if layout.headerless else 1
    while block := stream.read(BLOCK_BYTES):
        if b"\x00" in block:
            raise SourceError(f"{layout.path}: holds zero bytes, is damaged. Download it again.")
        data = block.removeprefix(codecs.BOM_UTF8) if rest is None else rest + block
        row, rest = _records(data, row, header, parser)
        if len(rest) > LONGEST_RECORD:
            raise _Unusual
    if rest and rest.strip():
        row, last = _records(rest + b"\n", row, header, parser, all_of_them=True)
        if last.strip():
            raise _cut_short(layout.path, row + 1)
        parser.parse()
        if row in parser.ragged:
            raise _cut_short(layout.path, row)
        notes["no line break after the last row: the file may be cut short"] = [f"row {row}"]
    return parser.finish(row - header, notes)


def _cut_short(path, row: int) -> SourceError:
    return SourceError(
        f"{path}: the last row ({row}) is cut short, so the file is not complete. Download or "
        "export it again."
    )


def _records(data: bytes, row: int, header: int, parser, all_of_them=False) -> tuple:
    """Give the records that may be wanted to the parser; the last row number and what is left
    over."""
    import pyarrow as pa
    import pyarrow.compute as pc

    octets = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(octets == _NEWLINE)
    quotes = np.flatnonzero(octets == _QUOTE)
    if len(quotes):
        ends = ends[(np.searchsorted(quotes, ends) & 1) == 0]
        _check_quotes(octets, quotes, ord(parser.layout.delimiter))
    if not len(ends):
        return row, data
    starts = np.empty(len(ends) + 1, np.int64)
    starts[0], starts[1:] = 0, ends + 1
    lengths = np.diff(starts)
    filled = (lengths > 2) | ((lengths == 2) & (octets[starts[:-1]] != _RETURN))
    records = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(ends), [None, pa.py_buffer(starts), pa.py_buffer(data)]
    )
    hit = pc.match_substring_regex(records, parser.pattern).to_numpy(zero_copy_only=False) & filled
    if all_of_them:
        hit = filled.copy()
    numbers = row + np.cumsum(filled)
    hit &= numbers > header
    if hit.any():
        parser.add(records.filter(pa.array(hit)), numbers[hit].tolist())
    return int(numbers[-1]), data[starts[-1] :]


def _check_quotes(octets, quotes, delimiter: int) -> None:
    """Every quote that opens must follow a delimiter, a line end or another quote."""
    opening = quotes[0::2]
    before = octets[opening[opening > 0] - 1]
    good = (before == delimiter) | (before == _NEWLINE) | (before == _QUOTE)
    if not good.all():
        raise _Unusual


class _Raw(io.RawIOBase):
    """What TextIOWrapper needs of a stream that can only read."""

    def __init__(self, stream):
        self.stream = stream

    def readable(self):
        return True

    def readinto(self, buffer):
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _parse_all(stream, layout, parser) -> Rows:
    """Parse every record of a file whose quotes are unusual."""
    places = {new: layout.names.index(old) for old, new in parser.names.items()}
    rows, number = Rows({name: [] for name in places}, []), 0
    header = 0 if layout.headerless else 1
    text = io.TextIOWrapper(io.BufferedReader(_Raw(stream)), encoding="utf-8-sig", newline="")
    try:
        for number, cells in enumerate(
            filter(None, csv.reader(text, delimiter=layout.delimiter)), 1
        ):
            if number <= header:
                continue
            if len(cells) != len(layout.names):
                rows.ragged.append(number)
            elif _plain(cells[places[parser.country]]) in parser.wanted:
                rows.numbers.append(number)
                for name, place in places.items():
                    rows.columns[name].append(cells[place])
    except UnicodeDecodeError:
        raise UnicodeError from None
    except csv.Error as error:
        raise SourceError(
            f"{layout.path}: not readable as a csv after row {number}: {error}. A quote was never "
            "closed, or the file is damaged: download or export it again."
        ) from None
    if number in rows.ragged:
        raise _cut_short(layout.path, number)
    rows.read = number - header
    rows.notes["quotes break the rules of csv: rows may be joined wrongly"] = ["file"]
    return rows
