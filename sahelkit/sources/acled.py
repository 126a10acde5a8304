"""ACLED exports of every generation to incidents: political violence, not all rows.

Columns as ACLED has given them since 20 March 2023 (31, and the population columns), before that
(``data_id ... iso3``), and in older files with 30 columns and no ``sub_event_type``; names may be
in
capitals, and a row of HXL tags may follow. Meanings: ACLED codebook; the political-violence subset
is that of ACLED's own event categories (battles, explosions, violence against civilians, mob
violence, excessive force against protesters).
"""

import pandas as pd

from sahelkit.sources.cells import to_numbers
from sahelkit.sources.formats import ACLED
from sahelkit.sources.source import begun, checked, drop_rows, kept, repair_menaka, undamaged

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
    """Incidents and their account from an ACLED export.

    `deaths_low`, `deaths_high` and `deaths_civilians` are missing: ACLED gives one number.

    Parameters
    ----------
    political_only : bool
        Keep the political-violence subset alone; protests, riots and strategic developments are
        dropped and counted. Otherwise they are kept, with `violence` missing.
    """
    provenance, text, frame = begun(layout, rows, ACLED)
    changed = to_numbers(text["timestamp"], "float64")
    provenance.source_version = _version(changed, frame["date_start"])
    provenance.filters += ", political violence" if political_only else ", all event types"
    frame["incident_id"] = _ids(frame["incident_id"], text["country"])
    frame["date_end"] = frame["date_start"]
    labels = text["event_type"].str.strip().str.cat(text["sub_event_type"].str.strip(), sep=": ")
    frame["event_type"] = labels.str.removesuffix(": ")
    second = text["actor2"].str.lower() + " " + text["inter2"].str.strip().str.lower()
    civilians = second.str.contains(r"civilians| 7$", regex=True)
    kind = classify(text["event_type"], text["sub_event_type"], civilians)
    frame["violence"] = kind.where(kind.isin(["combat", "civilians"]))
    if political_only:  # old files call all riots and protests one type
        old = (kind == "riot or protest") & (text["sub_event_type"] == "")
        doubt = "riots without sub-event type: mob violence among them left out"
        provenance.doubt(doubt, frame, old)
    order = ["timestamp", "date_start", "deaths_best"]
    frame = frame.assign(timestamp=changed)
    frame = undamaged(frame, {"date_start": text["event_date"]}, order, provenance)
    outside = sorted(set(OTHER.values())) if political_only else []
    kinds = {name: kind == name for name in (*outside, "unknown event type")}
    frame = drop_rows(frame, kinds, provenance).drop(columns="timestamp")
    repair_menaka(frame, text["admin2"], provenance)
    may_lack = () if political_only else ("violence",)
    return checked(frame.join(kept(text[rows.keep])), provenance, text["admin1"], may_lack)


def _version(changed: pd.Series, days: pd.Series) -> str:
    """ACLED has no releases: the day of the newest change, or if that is not given, of the last event."""
    newest = changed.max()
    if pd.notna(newest):
        return f"{pd.Timestamp(newest, unit='s'):%Y-%m-%d}"
    return f"up to {days.max():%Y-%m-%d}"


def _ids(ids: pd.Series, country: pd.Series) -> pd.Series:
    """Ids; a number that counts within its country gets the country before it, no id at all the row."""
    if (ids == "").all():
        return pd.Series([f"row {row}" for row in ids.index], index=ids.index, dtype="str")
    return ids.mask(ids.str.fullmatch(r"\d+"), country + ids)
