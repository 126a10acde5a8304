"""What all sources share: the account of every row that was read, and the way to a checked frame."""

from collections import Counter
from dataclasses import dataclass, field

import pandas as pd

from sahelkit import actors, places, schema
from sahelkit.countries import country_code
from sahelkit.files import SourceError
from sahelkit.sources.cells import EXPONENT, to_dates, to_ids, to_numbers, why_no_date
from sahelkit.sources.formats import Source, labels
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

    @property
    def label(self) -> str:
        """Source and release, for captions: 'UCDP GED 24.1'."""
        return f"{labels()[self.source]} {self.source_version}"

    def drop(self, reason: str, rows) -> None:
        """Count rows as dropped; their numbers in the file are kept for the first few."""
        rows = [int(row) for row in rows]
        if rows:
            self.dropped[reason] += len(rows)
            self.rows[reason] = (self.rows.get(reason, []) + rows)[:ROWS_SHOWN]

    def doubt(self, kind: str, frame: pd.DataFrame, mask) -> None:
        """Note the incidents of a frame that a mask doubts, if any."""
        if mask.any():
            self.warnings[kind] = frame.loc[mask, "incident_id"].tolist()

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


def begun(layout: Layout, rows: Rows, source: Source, version: str = "") -> tuple:
    """Account, text and typed columns of the rows in the three countries; the others are counted.

    Returns
    -------
    (Provenance, DataFrame of str, DataFrame)
        The text has all columns of the source's record, empty where the file lacks one, and those
        that the user keeps; `country` holds ISO codes. Both are indexed by the row in the file.

    Raises
    ------
    SourceError
        No row is in one of the three countries, or no date can be read.
    """
    provenance = Provenance(layout.path.name, next(iter(source.labels)), version, rows.sha256)
    provenance.rows_read = rows.read
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
    columns = source.columns or text.columns
    text = text.reindex(columns=list(dict.fromkeys([*columns, *rows.keep])), fill_value="")
    return provenance, text, _typed(text, source, layout.path, provenance.warnings)


def _typed(text: pd.DataFrame, source: Source, path, doubts: dict) -> pd.DataFrame:
    """Columns of the incidents frame from a source's text, as its record and the schema say."""
    made_of = {name: name for name in text} | source.frame
    frame = pd.DataFrame(index=text.index)
    for column in schema.COLUMNS:
        name, cells = column.name, text.get(made_of.get(column.name))
        if cells is None:
            continue
        if name == "incident_id":
            frame[name] = to_ids(cells, path, made_of[name])
        elif name == "region":
            frame[name] = places.canonical_regions(text["country"], cells)
        elif name in source.codes:
            codes = to_numbers(cells, "Int32").map(source.codes[name])
            frame[name] = codes.fillna(max(column.allowed)).astype(column.dtype)
        elif column.dtype.startswith("datetime"):
            frame[name] = to_dates(cells, path, made_of[name], source.month_first, doubts)
        elif column.dtype in ("str", "category"):
            frame[name] = cells.replace("", pd.NA)
        else:
            frame[name] = to_numbers(cells, column.dtype)
        if name in ("latitude", "longitude"):
            frame[name] = frame[name].where(frame[name].between(*schema.LIMITS[name]))
    return frame


def undamaged(frame, dates: dict, order: list, provenance: Provenance, further=None):
    """The frame without damaged rows and, of rows with the same id, all but one.

    Parameters
    ----------
    frame : DataFrame
        The index is the row in the file.
    dates : dict
        Column of the frame -> the text that it was read from.
    order : list of str
        Among rows with the same id the one that is last by these columns, then by all others, stays,
        so that the order of the rows in the file does not matter.
    further : dict, optional
        The source's own reasons for dropping rows -> mask.
    """
    reasons = {
        "no id": frame["incident_id"] == "",
        "id in exponent form": frame["incident_id"].str.fullmatch(EXPONENT),
    }
    for name, text in dates.items():
        why = why_no_date(text[frame[name].isna()])
        for reason in why.unique():
            bad = pd.Series(frame.index.isin(why.index[why == reason]), frame.index)
            reasons[reason] = reasons.get(reason, False) | bad
    reasons["end before start"] = frame["date_end"] < frame["date_start"]
    reasons["negative deaths"] = (frame.filter(like="deaths_") < 0).any(axis=1)
    frame = drop_rows(frame, reasons | (further or {}), provenance)
    again = frame["incident_id"].duplicated(keep=False)
    if not again.any():
        return frame
    keys = [*order, *(name for name in frame.columns if name not in order)]
    ranked = frame[again].sort_values(keys, kind="stable", na_position="first")
    differ = frame[again].drop_duplicates()["incident_id"]
    differ = differ[differ.duplicated()].unique().tolist()
    if differ:
        provenance.warnings["rows with the same id differ, one kept"] = differ
    stays = ranked.index[~ranked["incident_id"].duplicated(keep="last")]
    again &= ~frame.index.isin(stays)
    return drop_rows(frame, {"repeated id": again}, provenance)


def drop_rows(frame: pd.DataFrame, reasons: dict, provenance: Provenance) -> pd.DataFrame:
    """The frame without the rows that a reason (-> mask) takes out, counted under their first reason."""
    keep = pd.Series(True, index=frame.index)
    for reason, mask in reasons.items():
        mask = mask.reindex(frame.index).fillna(False).astype(bool) & keep
        provenance.drop(reason, frame.index[mask])
        keep &= ~mask
    return frame[keep]


def repair_menaka(frame: pd.DataFrame, district: pd.Series, provenance: Provenance) -> None:
    """Set the region of incidents in the cercles that became Ménaka; in place, and in the account."""
    moved = places.in_split_region(frame["region"], district[frame.index])
    if moved.any():
        provenance.repairs["Gao before the split, in a cercle of Ménaka: region set to Ménaka"] = (
            frame.loc[moved, "incident_id"].tolist()
        )
        frame.loc[moved, "region"] = "Ménaka"


def kept(text: pd.DataFrame) -> pd.DataFrame:
    """A source's own columns that the user keeps: numbers where every cell is one, else text.

    A SourceError says that one is called like a column of the incidents frame.
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
    """Add source and group, check against the schema, note what is doubtful, close the account.

    Returns
    -------
    (DataFrame, Provenance)
        The conforming frame; `region_names` are the regions as the source writes them.

    Raises
    ------
    SourceError
        Nothing is left, or a value breaks the schema.
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
    frame = schema.conform(frame.assign(group=actors.add_group(frame)))
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
        provenance.doubt(kind, frame, mask)
    provenance.close(len(frame))
    return frame, provenance
