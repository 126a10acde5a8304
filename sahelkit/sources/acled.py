"""ACLED exports of every generation to incidents: political violence, not all rows.

Columns as ACLED has given them since 20 March 2023 (31, and the population columns), before that
(``data_id ... iso3``), and in older files with 30 columns and no ``sub_event_type``; names may be
in
capitals, and a row of HXL tags may follow. Meanings: ACLED codebook; the political-violence subset
is that of ACLED's own event categories (battles, explosions, violence against civilians, mob
violence, excessive force against protesters).
"""

import pandas as pd

from sahelkit import places
from sahelkit.sources.cells import EXPONENT, to_dates, to_ids, to_numbers
from sahelkit.sources.formats import ACLED
from sahelkit.sources.source import (
    Provenance,
    checked,
    drop_rows,
    kept,
    position_columns,
    repeated_ids,
    unreadable_dates,
    wanted_text,
)

DATE_PRECISION = {1: 1, 2: 3, 3: 4}
"""ACLED: 1 day, 2 week, 3 month."""
LOCATION_PRECISION = {1: 1, 2: 2, 3: 4}
"""ACLED: 1 exact, 2 near, 3 a larger region."""
COMBAT = ("battle", "explosion", "remote violence")
CIVILIANS = ("violence against civilians",)
OTHER = {
    "protest": "protest",
    "riot": "riot",
    "riots/protests": "riot or protest",
    "strategic": "strategic development",
    "non-violent": "strategic development",
    "nonviolent": "strategic development",
    "headquarters": "strategic development",
}
"""Beginning of an event type outside the political-violence subset -> what it is counted as."""
MOB, FORCE = "mob violence", "excessive force against protesters"


def classify(event_type: pd.Series, sub_event_type: pd.Series, civilians: pd.Series) -> pd.Series:
    """What kind of violence an event is: combat, civilians, or what keeps it out of the subset.

    Parameters
    ----------
    event_type, sub_event_type : Series of str
        Labels of any generation, in any case; the second may be empty.
    civilians : Series of bool
        Whether the second actor is civilians; decides for mob violence.

    Returns
    -------
    Series of str
        'combat', 'civilians', a value of `OTHER`, or 'unknown event type'.

    Examples
    --------
    >>> types = pd.Series(["Battle-No change of territory", "Riots", "Protests"])
    >>> subtypes = pd.Series(["", "Mob violence", "Peaceful protest"])
    >>> classify(types, subtypes, pd.Series([False, True, False])).tolist()
    ['combat', 'civilians', 'protest']
    """
    main = event_type.str.strip().str.lower()
    sub = sub_event_type.str.strip().str.lower()
    kind = pd.Series("unknown event type", index=main.index, dtype="str")
    for start, name in OTHER.items():
        kind[main.str.startswith(start)] = name
    kind[main.str.startswith(COMBAT)] = "combat"
    kind[main.str.startswith(CIVILIANS) | (sub == FORCE)] = "civilians"
    kind[(sub == MOB) & civilians] = "civilians"
    kind[(sub == MOB) & ~civilians] = "combat"
    return kind


def read(layout, rows, political_only: bool = True) -> tuple:
    """Incidents of Mali, Burkina Faso and Niger in an ACLED export.

    Parameters
    ----------
    layout : Layout
    rows : Rows
    political_only : bool
        Keep the political-violence subset alone; protests, riots and strategic developments are
        dropped and counted. Otherwise they are kept, with `violence` missing.

    Returns
    -------
    (DataFrame, Provenance)
        `deaths_low`, `deaths_high` and `deaths_civilians` are missing: ACLED gives one number.

    Raises
    ------
    SourceError
        No row is in the three countries, or no date can be read.
    """
    path = layout.path
    provenance = Provenance(path.name, "acled", "")
    text = wanted_text(layout, rows, ACLED.columns, provenance)
    frame = _values(text, path, provenance.warnings)
    provenance.source_version = _version(text, frame)
    second = text["actor2"].str.lower() + " " + text["inter2"].str.strip().str.lower()
    kind = classify(
        text["event_type"],
        text["sub_event_type"],
        second.str.contains(r"civilians| 7$", regex=True),
    )
    frame["violence"] = kind.where(kind.isin(["combat", "civilians"]))
    provenance.filters += ", political violence" if political_only else ", all event types"
    _note_riots(text, kind, political_only, provenance)
    frame = _dropped(frame, text, kind, political_only, provenance)
    may_lack = () if political_only else ("violence",)
    return checked(frame.join(kept(text[rows.keep])), provenance, text["admin1"], may_lack)


def _note_riots(text, kind, political_only: bool, provenance) -> None:
    """Old files call all riots and protests one type: mob violence in them cannot be told apart."""
    old = (kind == "riot or protest") & (text["sub_event_type"] == "")
    if political_only and old.any():
        provenance.warnings["riots without sub-event type: mob violence among them left out"] = (
            text.loc[old, "event_id_cnty"].tolist()
        )


def _dropped(frame, text, kind, political_only: bool, provenance) -> pd.DataFrame:
    damaged = {
        "no id": frame["incident_id"] == "",
        "id in exponent form": frame["incident_id"].str.fullmatch(EXPONENT),
        **unreadable_dates(frame, text, {"event_date": "date_start"}),
        "negative deaths": frame["deaths_best"] < 0,
    }
    frame = drop_rows(frame, damaged, provenance)
    dated = frame.assign(timestamp=to_numbers(text["timestamp"], "float64"))
    again = repeated_ids(dated, ["timestamp", "date_start", "deaths_best"], provenance)
    outside = sorted(set(OTHER.values())) if political_only else []
    kinds = {name: kind == name for name in (*outside, "unknown event type")}
    return drop_rows(frame, {"repeated id": again, **kinds}, provenance)


def _version(text: pd.DataFrame, frame: pd.DataFrame) -> str:
    """ACLED has no releases: the day of the newest change, or where that is not given, of the last
    event."""
    seconds = to_numbers(text["timestamp"], "float64").max()
    if pd.notna(seconds):
        return f"{pd.Timestamp(seconds, unit='s'):%Y-%m-%d}"
    return f"up to {frame['date_start'].max():%Y-%m-%d}"


def _ids(text: pd.DataFrame, path) -> pd.Series:
    """Ids; a number that counts within its country gets the country before it."""
    if (text["event_id_cnty"] == "").all():  # no such column: the row is the id
        return pd.Series([f"row {row}" for row in text.index], index=text.index, dtype="str")
    ids = to_ids(text["event_id_cnty"], path, "event_id_cnty")
    bare = ids.str.fullmatch(r"\d+")
    return ids.where(~bare, text["country"] + ids) if bare.any() else ids


def _values(text: pd.DataFrame, path, doubts: dict) -> pd.DataFrame:
    """Typed columns of the incidents frame from ACLED's text."""
    days = to_dates(text["event_date"], path, "event_date", month_first=False, doubts=doubts)
    when = to_numbers(text["time_precision"], "Int32").map(DATE_PRECISION)
    labels = text["event_type"].str.strip().str.cat(text["sub_event_type"].str.strip(), sep=": ")
    region = places.canonical_regions(text["country"], text["admin1"])
    moved = places.in_split_region(region, text["admin2"])
    return pd.DataFrame(
        {
            "incident_id": _ids(text, path),
            "date_start": days,
            "date_end": days,
            "date_precision": when.fillna(5).astype("Int8"),
            "event_type": labels.str.removesuffix(": "),
            "actor_a": text["actor1"],
            "actor_b": text["actor2"].replace("", pd.NA),
            "country": text["country"],
            "region": region.mask(moved, "Ménaka"),
            "place": text["location"].replace("", pd.NA),
            **position_columns(text, "geo_precision", LOCATION_PRECISION),
            "deaths_best": to_numbers(text["fatalities"], "Int32"),
        }
    )
