"""The account of what was read: which file, how many rows, and what became of each."""

from collections import Counter
from dataclasses import dataclass, field

ROWS_SHOWN = 10
"""Row numbers kept per reason for dropping."""


@dataclass
class Provenance:
    """What became of the rows of a file: ``rows_read == kept + sum(dropped.values())``.

    Attributes
    ----------
    path, source, source_version, sha256 : str
        Of several files, joined by ' + '; the hash is '' where nobody asked for it.
    rows_read, kept : int
    dropped : Counter
        Reason -> rows.
    warnings, repairs : dict
        Kind -> ids of the incidents concerned; of a doubt about the whole file, ['file'].
    rows : dict
        Reason for dropping -> the first rows concerned, as a spreadsheet numbers them.
    filters : str
        What the file was narrowed to on purpose, for the citation.
    accessed : str
        Day of the download (2026-01-31) where `sahelkit fetch` recorded it, else ''.
    """

    path: str
    source: str
    source_version: str
    sha256: str = ""
    rows_read: int = 0
    kept: int = 0
    dropped: Counter = field(default_factory=Counter)
    warnings: dict = field(default_factory=dict)
    repairs: dict = field(default_factory=dict)
    rows: dict = field(default_factory=dict)
    filters: str = "events in Mali, Burkina Faso and Niger"
    accessed: str = ""

    def drop(self, reason: str, rows) -> None:
        """Count rows as dropped; their numbers in the file are kept for the first few."""
        rows = [int(row) for row in rows]
        if rows:
            self.dropped[reason] += len(rows)
            self.rows[reason] = (self.rows.get(reason, []) + rows)[:ROWS_SHOWN]
