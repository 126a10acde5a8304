"""Actors: from a source's name for a side to the armed group, and from a group to its family."""

import re
from functools import cache

import pandas as pd

from sahelkit.files import read_table

FAMILIES = (
    "JNIM and founders",
    "IS Sahel",
    "JNIM against IS Sahel",
    "Boko Haram factions",
    "Armed movements of the north",
    "Self-defence and communal",
    "State forces",
    "Other",
)
"""Group families, the values of the incidents frame's `group`."""
STATES = ("State forces", "Foreign forces")
"""Families of groups that are forces of a state or of several."""
_PRECEDENCE = FAMILIES[:2] + FAMILIES[3:6]
CIVILIANS = ("civilians", "civilian")
_YEARS = re.compile(r"\s*\(\d{4}-(\d{4})?\)")
IS_EAST_LONGITUDE = 10
"""UCDP calls both Islamic State branches 'IS': east of 10 E it is the Lake Chad one."""


def groups() -> pd.DataFrame:
    """All groups: id, name, family, founding and end, predecessors, names in each source."""
    return read_table("actors.csv")


def names() -> dict:
    """Group id -> name for readers, without brackets; of an armed group's long name the abbreviation.

    >>> names()["jnim"], names()["ansar_dine"], names()["mali_forces"]
    ('JNIM', 'Ansar Dine', 'Malian defence and security forces')
    """
    table = groups()
    long = (table["name"].str.len() > 26) & (table["abbreviation"] != "")
    long &= ~table["family"].isin(STATES)
    shown = table["name"].str.replace(r" \(.*\)", "", regex=True).mask(long, table["abbreviation"])
    return dict(zip(table["group_id"], shown, strict=True))


@cache
def _names() -> dict:
    """Group ids by name in lower case, years in brackets left out; several may share a name."""
    known = {}
    for row in groups().itertuples():
        listed = [row.group_id, row.name, row.abbreviation]
        for names in (row.names_ucdp, row.names_acled, row.names_gtd, row.names_press):
            listed += names.split("|")
        for name in filter(None, listed):
            ids = known.setdefault(_key(name), [])
            if row.group_id not in ids:
                ids.append(row.group_id)
    return known


def _key(name: str) -> str:
    return _YEARS.sub("", name).strip().lower()


@cache
def _spans() -> dict:
    """First and last day of each group, as far as known; a year or month counts as a whole."""
    table = groups()
    founded = pd.PeriodIndex(table["founded"].replace("", "1900"), freq="D").start_time
    ended = pd.PeriodIndex(table["ended"].replace("", "2999"), freq="D").end_time
    return dict(zip(table["group_id"], zip(founded, ended, strict=True), strict=True))


@cache
def family(group: str) -> str:
    """Family of a group as `actors.csv` has it; 'Other' of what is no group in it.

    >>> family("mali_forces"), family("french_forces"), family("unknown")
    ('State forces', 'Foreign forces', 'Other')
    """
    return groups().set_index("group_id")["family"].get(group, "Other")


def on(group: str, day) -> str:
    """The group of that day: after its end its successor, where it has exactly one.

    >>> on("macina", "2020-01-14"), on("macina", "2016-07-19"), on("csp", "2024-07-25")
    ('jnim', 'macina', 'csp_dpa')
    """
    successor = groups().set_index("group_id")["successor"].get(group, "")
    if not successor or "|" in successor or pd.Timestamp(day) <= _spans()[group][1]:
        return group
    return on(successor, day)


def group_of(name: str, longitude: float = 0.0, date=None) -> str:
    """Group id of a source's actor name; 'civilians' for civilians, 'other' for names not listed.

    The longitude (degrees east) tells the two branches apart that UCDP calls 'IS', the date the groups
    that share a name at different times, such as Boko Haram before and after the split of August
    2016; without it, the first listed.

    >>> group_of("JNIM"), group_of("IS", longitude=13), group_of("Civilians")
    ('jnim', 'iswap', 'civilians')
    >>> group_of("JAS", date="2015-02-06"), group_of("JAS", date="2019-01-01")
    ('boko_haram', 'jas')
    """
    key = _key(name)
    if key.startswith(CIVILIANS):
        return "civilians"
    found = _names().get(key, ["other"])
    if "is_sahel" in found:
        return "iswap" if longitude > IS_EAST_LONGITUDE else "is_sahel"
    if date is not None and len(found) > 1:
        day = pd.Timestamp(date)
        found = [g for g in found if _spans()[g][0] <= day <= _spans()[g][1]] or found
    return found[0]


def groups_of(names: str, longitude: float = 0.0, date=None) -> list:
    """Group ids of a side that may name several actors, separated by commas.

    >>> groups_of("GATIA, MSA")
    ['gatia', 'msa']
    """
    if _key(names) in _names():
        return [group_of(names, longitude, date)]
    return [group_of(part, longitude, date) for part in names.split(",") if part.strip()]


def family_of(sides: list) -> str:
    """Family an incident belongs to, from the group ids of all who took part.

    A jihadist group comes before a movement of the north, that before a militia, that before state
    forces; JNIM fighting IS Sahel is a family of its own.

    >>> family_of(["mali_forces", "jnim"]), family_of(["is_sahel", "jnim"])
    ('JNIM and founders', 'JNIM against IS Sahel')
    """
    found = {family(group) for group in sides if group != "civilians"}
    if {"JNIM and founders", "IS Sahel"} <= found:
        return "JNIM against IS Sahel"
    first = next((one for one in _PRECEDENCE if one in found), None)
    if first:
        return first
    if found & set(STATES) and "Other" not in found:
        return "State forces"
    return "Other"


def add_group(frame: pd.DataFrame) -> pd.Series:
    """Family per incident, categorical over `FAMILIES`, from `actor_a`, `actor_b` and `longitude`."""
    east = (frame["longitude"] > IS_EAST_LONGITUDE).fillna(False).astype(bool)
    sides = pd.DataFrame(
        {"a": frame["actor_a"].fillna(""), "b": frame["actor_b"].fillna(""), "east": east}
    )
    found = {}
    for row in sides.drop_duplicates().itertuples(index=False):
        longitude = IS_EAST_LONGITUDE + 1.0 if row.east else 0.0
        found[tuple(row)] = family_of(groups_of(row.a, longitude) + groups_of(row.b, longitude))
    families = [found[tuple(row)] for row in sides.itertuples(index=False)]
    return pd.Series(pd.Categorical(families, categories=FAMILIES), index=frame.index)


def lineage(last: str = "2026-04-30") -> pd.DataFrame:
    """Groups with a known founding that descend from another or have descendants, for drawing.

    Parameters
    ----------
    last : str
        Day until which groups still active are drawn.

    Returns
    -------
    DataFrame
        `group_id, label, family, start, end` (decimal years), `predecessors` (list of ids); by
        family, then by founding.

    Examples
    --------
    >>> "jnim" in lineage()["group_id"].tolist()
    True
    """
    table = groups()
    table = table[(table["founded"] != "") & table["family"].isin(_PRECEDENCE[:-1])].copy()
    table["predecessors"] = [[i for i in ids.split("|") if i] for ids in table["predecessors"]]
    parents = table.set_index("group_id")["predecessors"].explode().dropna()
    spans = [_spans()[group] for group in table["group_id"]]
    for name, days in zip(("start", "end"), zip(*spans, strict=True), strict=True):
        days = pd.DatetimeIndex(days).where(pd.DatetimeIndex(days) < last, pd.Timestamp(last))
        table[name] = (days.year + (days.day_of_year - 1) / 365).round(2)
    long = (table["name"].str.len() > 22) & (table["abbreviation"] != "")
    table["label"] = table["name"].mask(long, table["abbreviation"])
    table["order"] = table["family"].map(_PRECEDENCE.index)
    table = table[table["group_id"].isin({*parents, *parents.index})]
    columns = ["group_id", "label", "family", "start", "end", "predecessors"]
    return table.sort_values(["order", "start", "group_id"], ignore_index=True)[columns]
