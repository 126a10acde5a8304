"""Checks of published statements that need a user's file of incidents: groups, sides, all years."""

import pandas as pd

from sahelkit import actors
from sahelkit.claims.reading import CannotCheck, Finding, covered, per_cent

ALL_YEARS = 1992
"""A file of all of UCDP's years, since 1989, reaches back before this one."""


def _sides(events: pd.DataFrame) -> pd.Series:
    return events["actor_a"].fillna("") + "," + events["actor_b"].fillna("")


def _between(reading, start, end, lacking: str) -> pd.DataFrame:
    """Incidents of a user's file between two days."""
    events = reading.ds.events
    if events is None:
        raise CannotCheck(f"the shipped tables {lacking}; needs a file of incidents")
    covered(reading, start[:7], end[:7])
    return events[events["date_start"].between(start, end)]


def _with_group(events: pd.DataFrame, group: str, none: str) -> pd.DataFrame:
    """Incidents in which a group takes part."""
    rows = events[[group in actors.groups_of(sides) for sides in _sides(events)]]
    if rows.empty:
        raise CannotCheck(none)
    return rows


def _of_group(reading, group, start, end) -> pd.DataFrame:
    events = _between(reading, start, end, "count group families, not single groups")
    return _with_group(
        events, group, f"{reading.ds.label} has no incident of {group} in the period"
    )


def group_share(reading, group, start, end, region, country) -> Finding:
    """Per cent of one group's incidents in a country that lie in given regions."""
    events = _of_group(reading, group, start, end)
    events = events[events["country"].isin(country)]
    by = events["region"].value_counts()
    named = ", ".join(f"{name} {n}" for name, n in by[by > 0].head(4).items())
    value = 100 * float(events["region"].isin(region).mean())
    return Finding(value, f"{len(events)} incidents: {named}")


def opponent_share(reading, group, start, end, opponents) -> Finding:
    """Per cent of one group's incidents in which a side's name contains given words."""
    events = _of_group(reading, group, start, end)
    hits = _sides(events).str.contains(opponents, regex=True).sum()
    return per_cent(hits, len(events), "incidents")


def against(reading, start, end, opponents) -> Finding:
    """Number of incidents in which a side's name contains one of given words."""
    events = _between(reading, start, end, "name no sides")
    hits = _sides(events).str.contains(opponents, regex=True).sum()
    return Finding(float(hits), f"{hits} of {len(events)} incidents")


def _from_before(reading, year: int) -> pd.DataFrame:
    """Incidents of a file that reaches back before a year; of any other, `CannotCheck`."""
    events = reading.ds.events
    if events is None or events.empty or events["date_start"].min().year >= year:
        raise CannotCheck(f"needs a file of incidents that reaches back before {year}")
    return events


def first_seen(reading, group, country) -> Finding:
    """Year of a group's first incident in a country, in a file that reaches back far enough."""
    events = _from_before(reading, 2004)
    none = f"{reading.ds.label} has no incident of {group} there"
    rows = _with_group(events[events["country"].isin(country)], group, none)
    return Finding(float(rows["date_start"].min().year), f"{len(rows)} incidents in all")


def rows_read(reading) -> Finding:
    """Rows of the file that the tables were computed from."""
    if reading.ds.events is not None:
        _from_before(reading, ALL_YEARS)
    provenance = reading.ds.provenance
    return Finding(float(provenance.rows_read), f"{provenance.path}, all years")


def precise_share(reading, column, at_most) -> Finding:
    """Per cent of incidents whose date or place is known at least so well."""
    events = _from_before(reading, ALL_YEARS)
    value = 100 * float((events[column] <= int(at_most)).mean())
    return Finding(value, f"{len(events):,} incidents in {reading.ds.label}, all years")
