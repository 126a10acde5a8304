"""The rows of a table that name a wanted country, as text; all others are only counted.

Records that may be wanted (`records.Search`) are parsed, and those that are wanted kept. A file whose
quotes do not follow RFC 4180 is parsed whole instead, more slowly (`_parse_all`).
"""

import csv
import io
from dataclasses import dataclass, field, replace

import numpy as np

from sahelkit.countries import COUNTRIES
from sahelkit.sources.layout import open_utf8
from sahelkit.sources.opening import SourceError
from sahelkit.sources.records import Search, Unusual

BATCH_BYTES = 16 << 20
RAGGED = "wrong number of fields"
WANTED = {name.casefold() for name in COUNTRIES.values()}


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


def read_rows(search: Search, columns: dict, country: str) -> Rows:
    """Read the rows whose country is wanted: matched whole and without regard to case.

    Parameters
    ----------
    search : Search
    columns : dict
        Name in the file -> name in the result.
    country : str
        Name in the file of the column with the country.

    Returns
    -------
    Rows

    Raises
    ------
    SourceError
        Not readable, cut short, or without rows.
    """
    layout = search.layout
    if layout.kind == "xlsx":
        from sahelkit.sources.workbook import read_rows as read_workbook

        rows = read_workbook(layout, columns, country)
    else:
        rows = _read_csv(search, columns, country)
    if rows.read == 0:
        raise SourceError(f"{layout.path}: a header but no rows. Download or export it again.")
    return rows


def _read_csv(search: Search, columns: dict, country: str) -> Rows:
    layout = search.layout
    parser = _Survivors(layout, columns, country)
    try:
        try:
            return parser.read(search)
        except Unusual:
            with open_utf8(layout.path, layout.encoding) as stream:
                return _parse_all(stream, parser)
    except UnicodeError:
        with Search(replace(layout, encoding="cp1252")) as again:
            rows = _read_csv(again, columns, country)
        rows.notes["text is not UTF-8, read as Windows-1252"] = ["file"]
        return rows


class _Survivors:
    """Parses the records that may be wanted, in batches, and keeps those that are."""

    def __init__(self, layout, columns: dict, country: str):
        self.layout, self.names, self.country = layout, columns, columns[country]
        self.header = 0 if layout.headerless else 1
        self.texts, self.numbers, self.size = [], [], 0
        self.batches, self.kept, self.ragged = [], [], []

    def read(self, search: Search) -> Rows:
        """Take all that a search finds."""
        row, notes = 0, {}
        for found in search:
            self.add(found.records, found.numbers + row)
            row += found.count
            if found.last:
                if found.open:
                    raise _cut_short(self.layout.path, row + 1)
                self.parse()
                if row in self.ragged:
                    raise _cut_short(self.layout.path, row)
                kind = "no line break after the last row: the file may be cut short"
                notes[kind] = [f"row {row}"]
        return self.finish(row - self.header, notes)

    def add(self, records: list, numbers) -> None:
        """Take records with their row numbers, the header not."""
        data = numbers > self.header
        records = [record for record, wanted in zip(records, data, strict=True) if wanted]
        self.texts += records
        self.numbers += numbers[data].tolist()
        self.size += sum(map(len, records))
        if self.size > BATCH_BYTES:
            self.parse()

    def parse(self) -> None:
        """Parse what has come together."""
        data, numbers = b"".join(self.texts), self.numbers
        self.texts, self.numbers, self.size = [], [], 0
        if data:
            table, bad = self.table(data)
            self.ragged += [numbers[i] for i in bad]
            self.keep(table, np.delete(np.asarray(numbers), bad))

    def keep(self, table, numbers) -> None:
        import pyarrow.compute as pc

        names = pc.unique(table[self.country]).to_pylist()
        same = [name for name in names if plain(name) in WANTED]
        mask = pc.is_in(table[self.country], value_set=_strings(same))
        if len(table) != len(numbers):
            raise Unusual
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


def plain(name: str) -> str:
    """A country name for comparing; a name that a cell holds twice counts as the name."""
    name = " ".join(name.casefold().split())
    half = name[: len(name) // 2]
    return half if half and half * 2 == name else name


def _strings(values):
    import pyarrow as pa

    return pa.array(values, pa.string())


def _cut_short(path, row: int) -> SourceError:
    return SourceError(
        f"{path}: the last row ({row}) is cut short, so the file is not complete. Download or "
        "export it again."
    )


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


def _parse_all(stream, parser) -> Rows:
    """Parse every record of a file whose quotes are unusual."""
    layout, header = parser.layout, parser.header
    places = {new: layout.names.index(old) for old, new in parser.names.items()}
    rows, number = Rows({name: [] for name in places}, []), 0
    text = io.TextIOWrapper(io.BufferedReader(_Raw(stream)), encoding="utf-8-sig", newline="")
    try:
        for number, cells in enumerate(
            filter(None, csv.reader(text, delimiter=layout.delimiter)), 1
        ):
            if number <= header:
                continue
            if len(cells) != len(layout.names):
                rows.ragged.append(number)
            elif plain(cells[places[parser.country]]) in WANTED:
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
