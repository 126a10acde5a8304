"""Checks of published statements on single groups: who they are, where and whom they strike."""

import pandas as pd

from sahelkit import actors
from sahelkit.claims.reading import CannotCheck, Finding, covered, events_from_before


def predecessors(reading, group) -> Finding:
    """Groups that merged into a group, ids in alphabetical order, separated by |."""
    table = actors.groups().set_index("group_id")
    if "predecessors" not in table or not table.loc[group, "predecessors"]:
        raise CannotCheck("the table of groups gives no predecessors")
    value = "|".join(sorted(table.loc[group, "predecessors"].split("|")))
    return Finding(value, table.loc[group, "name"])


def _of_group(reading, group: str, start: str, end: str) -> pd.DataFrame:
    """Incidents of a user's file in which one group takes part, between two days."""
    ds = reading.ds
    if ds.events is None:
        raise CannotCheck(
            "the shipped tables count group families, not single groups; needs a file of incidents"
        )
    covered(reading, start[:7], end[:7])
    events = ds.events[ds.events["date_start"].between(start, end)]
    sides = events[["actor_a", "actor_b"]].fillna("")
    takes_part = [
        group in actors.groups_of(a) + actors.groups_of(b) for a, b in sides.itertuples(index=False)
    ]
    events = events[takes_part]
    if events.empty:
        raise CannotCheck(f"{ds.label} has no incident of {group} in the period")
    return events


def group_share(reading, group, start, end, region, country=None) -> Finding:
    """Per cent of one group's incidents that lie in given regions."""
    events = _of_group(reading, group, start, end)
    events = events[events["country"].isin(country)] if country else events
    inside = events["region"].isin(region)
    by = events["region"].value_counts()
    named = ", ".join(f"{name} {n}" for name, n in by[by > 0].head(4).items())
    return Finding(100 * float(inside.mean()), f"{len(events)} incidents: {named}")


def opponent_share(reading, group, start, end, opponents) -> Finding:
    """Per cent of one group's incidents in which a side's name contains given words."""
    events = _of_group(reading, group, start, end)
    sides = events["actor_a"].fillna("") + " / " + events["actor_b"].fillna("")
    hits = sides.str.contains(opponents, regex=True)
    return Finding(100 * float(hits.mean()), f"{hits.sum()} of {len(events)} incidents")


def against(reading, start, end, opponents) -> Finding:
    """Number of incidents in which a side's name contains one of given words."""
    events = reading.ds.events
    if events is None:
        raise CannotCheck("the shipped tables name no sides; needs a file of incidents")
    covered(reading, start[:7], end[:7])
    events = events[events["date_start"].between(start, end)]
    sides = events["actor_a"].fillna("") + " / " + events["actor_b"].fillna("")
    hits = int(sides.str.contains(opponents, regex=True).sum())
    return Finding(float(hits), f"{hits} of {len(events)} incidents")


def first_seen(reading, group, country) -> Finding:
    """Year of a group's first incident in a country, in a file that reaches back far enough."""
    events = events_from_before(reading, 2004)
    rows = events[events["country"].isin(country)]
    sides = rows["actor_a"].fillna("") + "," + rows["actor_b"].fillna("")
    rows = rows[[group in actors.groups_of(text) for text in sides]]
    if rows.empty:
        raise CannotCheck(f"{reading.ds.label} has no incident of {group} there")
    return Finding(float(rows["date_start"].min().year), f"{len(rows)} incidents in all")
