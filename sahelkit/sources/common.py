"""What every reader shares: the account of what was read, and the last checks of an incidents
frame."""

import pandas as pd

from sahelkit import actors, places, schema
from sahelkit.sources.account import Provenance
from sahelkit.sources.layout import Layout
from sahelkit.sources.opening import SourceError
from sahelkit.sources.positions import doubtful_positions
from sahelkit.sources.records import Search
from sahelkit.sources.rows import RAGGED, read_rows
from sahelkit.sources.values import why_no_date


def choose_columns(layout: Layout, aliases: dict, needed, what: str) -> dict:
    """Which column of the file is which of the source's.

    Parameters
    ----------
    layout : Layout
    aliases : dict
        Name in the source's documentation -> names that exports use, the first one found counts;
        () for the name itself. Case and blanks do not matter.
    needed : iterable of str
    what : str
        The format, for the message.

    Returns
    -------
    dict
        Name in the file -> name in the documentation.

    Raises
    ------
    SourceError
        A needed column is missing.
    """
    written = {}
    for name in layout.names:
        written.setdefault(name.strip().lower().replace(" ", "_"), name)
    found = {}
    for name, others in aliases.items():
        alias = next((alias for alias in others or (name,) if alias in written), None)
        if alias is not None:
            found[written[alias]] = name
    missing = [name for name in needed if name not in found.values()]
    if missing:
        raise SourceError(
            f"{layout.path}: {what} without column {', '.join(missing)}. Download or export the "
            f"file "
            "again with all columns."
        )
    return found


def read_wanted(search: Search, columns: dict, provenance: Provenance) -> pd.DataFrame:
    """Text of the rows in the three countries; the others are counted in the account.

    Parameters
    ----------
    search : Search
    columns : dict
        As `choose_columns` gives it; one of the values is 'country'.
    provenance : Provenance
        Filled: rows read, rows dropped, doubts about the file.

    Returns
    -------
    DataFrame of str
        The index is the row in the file. `country` holds ISO codes.

    Raises
    ------
    SourceError
        No row is in one of the three countries.
    """
    country = next(name for name, plain in columns.items() if plain == "country")
    layout, rows = search.layout, read_rows(search, columns, country)
    text = pd.DataFrame(rows.columns, index=rows.numbers, dtype="str")
    provenance.rows_read = rows.read
    provenance.warnings.update(rows.notes)
    provenance.drop(RAGGED, rows.ragged)
    tags = int(layout.tag_row)
    provenance.drop("HXL tags, not data", [2] * tags)
    foreign = rows.read - tags - len(rows.ragged) - len(text)
    provenance.dropped.update({"another country": foreign} if foreign else {})
    if text.empty:
        raise SourceError(
            f"{layout.path}: none of {rows.read} rows is in Mali, Burkina Faso or Niger (column "
            f"{country}). Download the global file or one of the three countries."
        )
    names = {name.casefold(): code for name, code in places.COUNTRY_NAMES.items()}
    text["country"] = text["country"].str.split().str.join(" ").str.casefold().map(names).fillna("")
    return text


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


def finish(frame: pd.DataFrame, provenance: Provenance, unknown_region=None, may_lack=()) -> tuple:
    """Add groups, check places and deaths, fill the account, and return the conforming frame.

    Warns, and keeps: order of low, best and high; a missing region; a region name that is not in
    places.csv (`unknown_region`, a mask); a position whose longitude has the wrong sign; a position
    outside the named region or outside the three countries.

    Raises
    ------
    SourceError
        A value breaks the schema.
    """
    frame = frame.copy()
    if unknown_region is None:
        unknown_region = pd.Series(False, index=frame.index)
    frame["group"] = actors.add_group(frame)
    frame = schema.conform(frame)
    verify(frame, provenance.path, may_lack)
    low, best, high = (frame[f"deaths_{which}"] for which in ("low", "best", "high"))
    doubts = {
        "low, best, high out of order": ((low > best) | (best > high)).fillna(False).astype(bool),
        "deaths missing": frame["deaths_best"].isna(),
        "region missing": frame["region"].isna() & ~unknown_region.to_numpy(),
        "region name not known": unknown_region.reset_index(drop=True),
        "position missing": frame["latitude"].isna() | frame["longitude"].isna(),
        **doubtful_positions(frame),
    }
    for kind, mask in doubts.items():
        if mask.any():
            provenance.warnings[kind] = frame.loc[mask, "incident_id"].tolist()
    provenance.kept = len(frame)
    lost = provenance.rows_read - provenance.kept - sum(provenance.dropped.values())
    assert lost == 0, f"{lost} rows of {provenance.path} unaccounted for"
    return frame, provenance


def verify(frame: pd.DataFrame, path: str, may_lack=()) -> None:
    """The checks of `schema.check` without pandera, whose import takes longer than reading a file.

    Raises
    ------
    SourceError
        With the incident and the column of the first value that breaks the schema.
    """
    for column in schema.COLUMNS:
        values = frame[column.name]
        bad = (
            values.isna()
            if column.required and column.name not in may_lack
            else pd.Series(False, frame.index)
        )
        if column.allowed:
            bad |= ~values.astype(object).isin(column.allowed) & values.notna()
        if column.name in schema.DEATHS:
            bad |= (values < 0).fillna(False)
        limit = {"latitude": 90, "longitude": 180}.get(column.name)
        if limit:
            bad |= values.abs() > limit
        if column.name == "incident_id":
            bad |= values.duplicated()
        if column.name == "date_end":
            bad |= values < frame["date_start"]
        if bad.any():
            row = frame[bad].iloc[0]
            raise SourceError(
                f"{path}: incident {row['incident_id']}: column {column.name}: "
                f"{row[column.name]!r} is not "
                f"allowed ({column.meaning.rstrip('.')}). Correct it or rebuild the file."
            )
