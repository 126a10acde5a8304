"""What all sources share: the account of every row that was read, and the way to a checked frame."""

from collections import Counter
from dataclasses import dataclass, field

import pandas as pd

from sahelkit import actors, schema
from sahelkit.countries import country_code
from sahelkit.files import SourceError
from sahelkit.sources.cells import to_numbers, why_no_date
from sahelkit.sources.positions import doubtful_positions
from sahelkit.sources.reading import Layout, Rows

ROWS_SHOWN = 10
"""Row numbers kept per reason for dropping."""


@dataclass
class Provenance:
    """What became of the rows of a file: ``rows_read == kept + sum(dropped.values())``.

    Attributes
    ----------
    path, source, source_version, sha256 : str
        Of several files, joined by ' + '.
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

    def account(self) -> pd.DataFrame:
        """What became of the rows, a line each: `rows`, `what`."""
        lines = [("read", self.rows_read), ("kept", self.kept)]
        lines += [(f"dropped: {reason}", count) for reason, count in self.dropped.items()]
        lines += [(f"repaired: {kind}", len(ids)) for kind, ids in self.repairs.items()]
        lines += [(f"doubted: {kind}", len(ids)) for kind, ids in self.warnings.items()]
        return pd.DataFrame(lines, columns=["what", "rows"]).set_index("what")

    def close(self, kept: int) -> None:
        """Note how many rows were kept; every other one must have been counted as dropped."""
        self.kept = kept
        lost = self.rows_read - kept - sum(self.dropped.values())
        assert lost == 0, f"{lost} rows of {self.path} unaccounted for"


def wanted_text(layout: Layout, rows: Rows, columns: list, provenance: Provenance) -> pd.DataFrame:
    """Text of the rows in the three countries; the others are counted in the account.

    Parameters
    ----------
    columns : list of str
        Those that the source may have.
    provenance : Provenance
        Filled: hash, rows read, rows dropped, doubts about the file.

    Returns
    -------
    DataFrame of str
        `columns`, empty where the file lacks one, and those that the user keeps; `country` holds
        ISO codes. The index is the row in the file.

    Raises
    ------
    SourceError
        No row is in one of the three countries.
    """
    provenance.rows_read, provenance.sha256 = rows.read, rows.sha256
    provenance.warnings.update(rows.notes)
    provenance.drop("wrong number of fields", rows.ragged)
    provenance.drop("HXL tags, not data", [2] * layout.tag_row)
    foreign = rows.read - layout.tag_row - len(rows.ragged) - len(rows.numbers)
    provenance.dropped.update({"another country": foreign} if foreign else {})
    if not len(rows.numbers):
        raise SourceError(
            f"{layout.path}: none of {rows.read} rows is in Mali, Burkina Faso or Niger. Download "
            "the global file or one of the three countries."
        )
    text = rows.text.to_pandas().set_axis(rows.numbers)
    text["country"] = text["country"].map(country_code)
    return text.reindex(columns=list(dict.fromkeys([*columns, *rows.keep])), fill_value="")


def position_columns(text: pd.DataFrame, precision: str, codes: dict) -> dict:
    """`latitude`, `longitude` and `location_precision` of the incidents frame.

    Parameters
    ----------
    text : DataFrame of str
        With `latitude` and `longitude`; what is no position on the earth is missing.
    precision : str
        Column with the source's code of precision.
    codes : dict of int to int
        The source's code -> `location_precision`; what is not in it is 4, the vaguest.
    """
    latitude, longitude = (to_numbers(text[name], "float64") for name in ("latitude", "longitude"))
    found = to_numbers(text[precision], "Int32").map(codes)
    return {
        "latitude": latitude.where(latitude.between(-90, 90)),
        "longitude": longitude.where(longitude.between(-180, 180)),
        "location_precision": found.fillna(4).astype("Int8"),
    }


def drop_rows(frame: pd.DataFrame, reasons: dict, provenance: Provenance) -> pd.DataFrame:
    """The frame without the rows that a reason takes out; a row is counted under its first reason.

    Parameters
    ----------
    frame : DataFrame
        The index is the row in the file.
    reasons : dict of str to Series of bool
    """
    keep = pd.Series(True, index=frame.index)
    for reason, mask in reasons.items():
        mask = mask.reindex(frame.index).fillna(False).astype(bool) & keep
        provenance.drop(reason, frame.index[mask])
        keep &= ~mask
    return frame[keep]


def unreadable_dates(frame: pd.DataFrame, text: pd.DataFrame, names: dict) -> dict:
    """Reasons for `drop_rows`: dates that are none, by what damaged them.

    Parameters
    ----------
    frame : DataFrame
        With the columns that are the values of `names`, dates.
    text : DataFrame
        As read.
    names : dict
        Column of `text` -> column of `frame`.
    """
    reasons = {}
    for column, name in names.items():
        why = why_no_date(text.loc[frame[name].isna(), column])
        for reason in why.unique():
            bad = frame.index.isin(why.index[why == reason])
            reasons[reason] = reasons.get(reason, pd.Series(False, index=frame.index)) | bad
    return reasons


def repeated_ids(frame: pd.DataFrame, order: list, provenance: Provenance) -> pd.Series:
    """Rows whose id another row has that ranks higher.

    Among rows with the same id the one that is last by the columns `order`, then by all others,
    stays, so that the order of the rows in the file does not matter.
    """
    again = frame["incident_id"].duplicated(keep=False)
    if not again.any():
        return again
    doubled = frame[again].drop_duplicates()
    keys = [*order, *(name for name in frame.columns if name not in order)]
    ranked = frame[again].sort_values(keys, kind="stable", na_position="first")
    stays = ranked.index[~ranked["incident_id"].duplicated(keep="last")]
    differ = doubled.loc[doubled["incident_id"].duplicated(keep=False), "incident_id"].unique()
    if len(differ):
        provenance.warnings["rows with the same id differ, one kept"] = differ.tolist()
    return again & ~frame.index.isin(stays)


def kept(text: pd.DataFrame) -> pd.DataFrame:
    """A source's own columns that the user keeps: numbers where every cell is one, else text.

    Raises
    ------
    SourceError
        One is called like a column of the incidents frame.
    """
    taken = sorted(set(text) & set(schema.NAMES))
    if taken:
        raise SourceError(f"keep={taken}: the incidents frame has columns of that name already.")
    out = text.copy()
    for name in text:
        numbers = pd.to_numeric(text[name].replace("", None), errors="coerce")
        if numbers.notna().equals(text[name] != ""):
            out[name] = numbers.convert_dtypes()
    return out


def checked(frame: pd.DataFrame, provenance: Provenance, region_names=None, may_lack=()) -> tuple:
    """Add source and group, check places and deaths, fill the account, and return the conforming frame.

    Warns, and keeps: order of low, best and high; a missing region; a region name that is not in
    places.csv (`region_names` as the source writes them, where it does); a position whose longitude
    has the wrong sign; a position outside the named region or outside the three countries.

    Raises
    ------
    SourceError
        A value breaks the schema.
    """
    if frame.empty:
        why = ", ".join(f"{count} {reason}" for reason, count in provenance.dropped.items())
        raise SourceError(
            f"{provenance.path}: nothing is left of {provenance.rows_read} rows ({why}). Export the "
            "file again with events of organised violence, all columns as they come."
        )
    named = pd.Series(False, index=frame.index)
    if region_names is not None:
        named = region_names[frame.index].str.strip() != ""
        release = {"source": provenance.source, "source_version": provenance.source_version}
        frame = frame.assign(**release)
    frame = frame.assign(group=actors.add_group(frame))
    frame = schema.conform(frame)
    try:
        schema.check(frame, may_lack)
    except ValueError as error:
        raise SourceError(f"{provenance.path}: {error} Correct it or rebuild the file.") from None
    low, best, high = (frame[f"deaths_{which}"] for which in ("low", "best", "high"))
    doubts = {
        "low, best, high out of order": ((low > best) | (best > high)).fillna(False).astype(bool),
        "deaths missing": frame["deaths_best"].isna(),
        "region missing": frame["region"].isna() & ~named.to_numpy(),
        "region name not known": frame["region"].isna() & named.to_numpy(),
        "position missing": frame["latitude"].isna() | frame["longitude"].isna(),
        **doubtful_positions(frame),
    }
    for kind, mask in doubts.items():
        if mask.any():
            provenance.warnings[kind] = frame.loc[mask, "incident_id"].tolist()
    provenance.close(len(frame))
    return frame, provenance
