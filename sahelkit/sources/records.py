"""The records of a csv that may be wanted, found while the libraries that will read them load.

A global file holds a hundred rows for each that is wanted. Its bytes are cut into pieces that end
where a record ends; threads find the records of a piece by their line ends and quotes and match
them against the country names. Nothing is parsed here, and nothing is lost: every record is
counted, and whatever may be wanted is handed on (`rows`).
"""

import codecs
import os
import queue
import re
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from sahelkit.countries import COUNTRIES
from sahelkit.sources.layout import Layout, open_utf8
from sahelkit.sources.opening import SourceError

PIECE_BYTES = 8 << 20
WORKERS = min(4, os.cpu_count() or 1)
MOST_HELD = 64 << 20
"""Bytes of pieces being searched, and of found records that wait to be taken."""
LONGEST_RECORD = 64 << 20
"""Bytes; a record that is longer is a quote that was never closed."""
_NEWLINE, _QUOTE, _RETURN = 10, 34, 13


class Unusual(Exception):
    """Quotes that do not follow RFC 4180: records cannot be told apart by them."""


@dataclass
class Found:
    """What one piece of a file holds.

    Attributes
    ----------
    records : list of bytes
        Those that may be wanted, with their line ends.
    numbers : array of int
        Which each is, counting the records of the piece from 1.
    count : int
        Records in the piece; blank lines are none.
    last : bool
        The end of a file that does not end with a line break; all its records are given.
    open : bool
        The last record ends inside quotes.
    """

    records: list
    numbers: np.ndarray
    count: int
    last: bool = False
    open: bool = False


class Search:
    """The search through one csv; it starts at once and hands on what it finds, in order.

    Parameters
    ----------
    layout : Layout
        Of another kind than csv, nothing is searched.

    Examples
    --------
    >>> from sahelkit.files import data_dir
    >>> from sahelkit.sources.layout import layout_of
    >>> with Search(layout_of(data_dir() / "ucdp_country_year.csv")) as search:
    ...     sum(found.count for found in search) > 30
    True
    """

    def __init__(self, layout: Layout):
        self.layout = layout
        self._pattern = _pattern(layout)
        self._found = queue.SimpleQueue()
        self._held, self._changed, self._closed = 0, threading.Condition(), False
        if layout.kind == "csv":
            threading.Thread(target=self._feed, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """Stop searching; what was found and not taken is forgotten."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __iter__(self):
        """`Found` per piece.

        Raises
        ------
        SourceError, UnicodeError, Unusual
            The file cannot be read, or not be cut into records.
        """
        while future := self._found.get():
            found = future.result()
            self._hold(-sum(map(len, found.records)))
            yield found

    def _hold(self, size: int) -> None:
        with self._changed:
            self._held += size
            self._changed.notify_all()

    def _feed(self) -> None:
        """Give the pieces to the workers, no faster than their finds are taken."""
        layout = self.layout
        try:
            with (
                ThreadPoolExecutor(WORKERS) as pool,
                open_utf8(layout.path, layout.encoding) as stream,
            ):
                for piece, last in _pieces(stream, layout.path):
                    with self._changed:
                        self._changed.wait_for(lambda: self._closed or self._held < MOST_HELD)
                        if self._closed:
                            return
                    self._hold(len(piece))
                    self._found.put(pool.submit(self._find, piece, last))
        except BaseException as error:  # the thread that takes the finds raises it, whatever it is
            failed = Future()
            failed.set_exception(error)
            self._found.put(failed)
        finally:
            self._found.put(None)

    def _find(self, piece: bytes, last: bool) -> Found:
        found = find(piece, self._pattern, ord(self.layout.delimiter), last)
        self._hold(sum(map(len, found.records)) - len(piece))
        return found


def _pattern(layout: Layout) -> str:
    """RE2 pattern of a record that may hold a wanted country.

    Starting with one plain character makes the search twice as fast.
    """
    delimiter = re.escape(layout.delimiter)
    first = layout.names[0].strip().lower() in ("country", "country_txt")
    start = "^" if first else delimiter
    names = "|".join(re.escape(name) for name in COUNTRIES.values())
    return f'{start}\\s*"?(?i:\\s*(?:{names}))+\\s*["\\s{delimiter}]'


def _pieces(stream, path):
    """Cut a stream after line ends that are outside quotes; (bytes, whether it is what is left)."""
    rest = None
    while block := stream.read(PIECE_BYTES):
        if b"\x00" in block:
            raise SourceError(f"{path}: holds zero bytes, is damaged. Download it again.")
        data = block.removeprefix(codecs.BOM_UTF8) if rest is None else rest + block
        cut = data.rfind(b"\n") + 1
        if np.count_nonzero(np.frombuffer(data, np.uint8, cut) == _QUOTE) % 2:
            cut = 0
        if cut:
            yield memoryview(data)[:cut], False
        rest = data[cut:]
        if len(rest) > LONGEST_RECORD:
            raise Unusual
    if rest and rest.strip():
        yield rest + b"\n", True


def find(piece, pattern: str, delimiter: int, last: bool = False) -> Found:
    """The records of a piece that match.

    Parameters
    ----------
    piece : bytes-like
        Starts where a record starts; ends with a line end.
    pattern : str
        RE2.
    delimiter : int
    last : bool
        Give all records.

    Raises
    ------
    Unusual
    """
    octets = np.frombuffer(piece, np.uint8)
    ends = np.flatnonzero(octets == _NEWLINE)
    inside = _inside_quotes(octets, ends)
    if inside.any():
        _check_quotes(octets, delimiter)
        ends = ends[~inside]
    starts = np.zeros(len(ends) + 1, np.int64)
    starts[1:] = ends + 1
    lengths = np.diff(starts)
    filled = (lengths > 2) | ((lengths == 2) & (octets[starts[:-1]] != _RETURN))
    hit = filled if last else filled & _matches(piece, starts, pattern)
    numbers = np.cumsum(filled)
    spans = zip(starts[:-1][hit].tolist(), starts[1:][hit].tolist(), strict=True)
    kept = [bytes(piece[start:end]) for start, end in spans]
    count = int(numbers[-1]) if len(numbers) else 0
    return Found(kept, numbers[hit], count, last, bool(starts[-1] < len(octets)))


def _matches(piece, starts, pattern: str) -> np.ndarray:
    """Which records match. pyarrow's own ways to and from numpy import pandas, which is awaited."""
    import pyarrow as pa
    import pyarrow.compute as pc

    buffers = [None, pa.py_buffer(starts), pa.py_buffer(piece)]
    records = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(starts) - 1, buffers)
    bits = np.frombuffer(pc.match_substring_regex(records, pattern).buffers()[1], np.uint8)
    return np.unpackbits(bits, count=len(records), bitorder="little").astype(bool)


def _inside_quotes(octets, ends) -> np.ndarray:
    """Whether each line end lies inside quotes: the number of quotes before it is odd."""
    bits = np.packbits(octets == _QUOTE, bitorder="little")
    words = np.zeros(len(bits) // 8 + 1, "<u8")
    words.view(np.uint8)[: len(bits)] = bits
    before = np.zeros(len(words), np.int64)
    np.cumsum(np.bitwise_count(words[:-1]), out=before[1:])
    word, bit = ends >> 6, (ends & 63).astype(np.uint64)
    within = np.bitwise_count(words[word] & ((np.uint64(1) << bit) - np.uint64(1)))
    return (before[word] + within) % 2 == 1


def _check_quotes(octets, delimiter: int) -> None:
    """Every quote that opens must follow a delimiter, a line end or another quote."""
    opening = np.flatnonzero(octets == _QUOTE)[0::2]
    before = octets[opening[opening > 0] - 1]
    if not ((before == delimiter) | (before == _NEWLINE) | (before == _QUOTE)).all():
        raise Unusual
