"""The doubt beside a number: one statistic over every reasonable reading of the data."""

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from sahelkit import places
from sahelkit.choices import NotCovered
from sahelkit.dataset import Dataset
from sahelkit.tables import COUNTS, complete, grid_year, region_month, toll_frequency

WEIGHTS = ("incidents", "deaths_best", "deaths_low", "deaths_high")
DIFFA = ("with Diffa", "without Diffa")


@dataclass(frozen=True)
class Reading:
    """One reasonable way to read the data: which incidents, which zone, what is counted."""

    name: str
    ds: Dataset
    definition: str = "regions"
    weight: str = "incidents"

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Rows of the region-month table that hold an incident, with `year`."""
        table = self.ds.region_month
        return table[table["incidents"] > 0].assign(year=lambda t: t["month"].dt.year)


def from_events(ds: Dataset, keep: pd.Series) -> Dataset:
    """The dataset with only the events that a mask keeps, its tables computed again.

    Raises `NotCovered` where the dataset has tables alone.

    >>> from sahelkit import load
    >>> ds = load()
    >>> from_events(ds, ds.incidents["deaths_best"] > 50)
    Traceback (most recent call last):
    sahelkit.choices.NotCovered: The shipped tables are sums: this needs a file of events.
    """
    if ds.events is None:
        raise NotCovered("The shipped tables are sums: this needs a file of events.")
    events = ds.events[keep]
    rows, cells = ds.region_month[:0], ds.grid_year[:0]
    if len(events):
        months = pd.PeriodIndex(ds.region_month["month"].unique())
        rows, cells = complete(region_month(events), months), grid_year(events)
        rows = rows[rows["month"].isin(months)]
    tolls = toll_frequency(events) if ds.tolls is not None else None
    parts = {"incidents": events, "events": events, "region_month": rows, "grid_year": cells}
    return replace(ds, **parts, tolls=tolls)


def without_diffa(ds: Dataset) -> Dataset:
    """The dataset without the Lake Chad war (`places.in_diffa`).

    >>> from sahelkit import load
    >>> ds = load()
    >>> int(ds.region_month["incidents"].sum() - without_diffa(ds).region_month["incidents"].sum())
    223
    """
    if ds.events is not None:
        return from_events(ds, ~places.in_diffa(ds.incidents))
    tables = {name: getattr(ds, name) for name in ("incidents", "region_month", "grid_year")}
    less = {name: table[~places.in_diffa(table)] for name, table in tables.items()}
    return replace(ds, **less, tolls=None)


def by_diffa(ds: Dataset) -> dict:
    """The dataset with and without the Lake Chad war, by name (`DIFFA`)."""
    return dict(zip(DIFFA, (ds, without_diffa(ds)), strict=True))


def without_largest(ds: Dataset) -> Dataset:
    """The dataset without the incident with most deaths.

    From the shipped tables the largest of the major incidents is taken out of its region and month
    and of its grid cell and year; from a file of events, the event itself.
    """
    rows = ds.major if ds.listed else ds.incidents
    largest = rows.sort_values("deaths_best", ascending=False, kind="stable").head(1)
    if ds.events is not None:
        return from_events(ds, ~ds.incidents["incident_id"].isin(largest["incident_id"]))
    row = largest.iloc[0]
    same = {"country": row["country"]}
    named = places.named_for_liptako_gourma(largest).iloc[0]
    unknown = places.UNKNOWN_INSIDE if named else places.UNKNOWN
    region = unknown if pd.isna(row["region"]) else row["region"]
    month = row["date_start"].to_period("M")
    in_region = {**same, "region": region, "month": month, "group": row["group"]}
    cell = places.grid_cell([row["latitude"]], [row["longitude"]])[0]
    in_cell = {**same, "priogrid_gid": cell, "year": row["date_start"].year}
    return replace(
        ds,
        incidents=ds.incidents.drop(largest.index),
        region_month=_minus(ds.region_month, in_region, row),
        grid_year=_minus(ds.grid_year, in_cell, row),
        tolls=None,
    )


def _minus(table: pd.DataFrame, where: dict, incident: pd.Series) -> pd.DataFrame:
    """A table less one incident; GED events that one incident covers all leave with it.

    GED may call violence combat that was coded as a massacre: it leaves where most of the dead are.
    """
    hit = pd.Series(True, index=table.index)
    for name, value in where.items():
        hit &= (table[name] == value).astype(bool)
    if not hit.any() or table.loc[hit, "deaths_best"].max() < incident["deaths_low"]:
        raise ValueError(f"{incident['incident_id']}: not in the table at {where}")
    hit, out = table.loc[hit, "deaths_best"].astype("float64").idxmax(), table.copy()
    events = max(1, len([e for e in incident["ged_ids"].split("|") if e]))
    for name in COUNTS:
        less = events if name == "incidents" else incident[name]
        left = out.at[hit, name]
        out.at[hit, name] = left if pd.isna(left) or pd.isna(less) else max(left - less, 0)
    return out


def readings(ds: Dataset) -> list:
    """All readings of a dataset, the plain one first.

    Counted by incidents and by low, best, high deaths; each definition of Liptako-Gourma; without
    Diffa; without the largest incident; and, from events, without vague locations.
    """
    less = without_largest(ds)
    known = [weight for weight in WEIGHTS[1:] if ds.region_month[weight].notna().any()]
    found = [
        Reading("all incidents, default zone", ds),
        *(Reading(weight.replace("_", ", "), ds, weight=weight) for weight in known),
        *(Reading(f"zone: {name}", ds, name) for name in places.DEFINITIONS[1:]),
        Reading("without Diffa", without_diffa(ds)),
        Reading("without the largest incident", less),
        Reading("deaths, without the largest incident", less, weight="deaths_best"),
    ]
    if ds.events is not None:
        for name, least in (("exact and near locations", 2), ("located to the district", 3)):
            found.append(Reading(name, from_events(ds, ds.events["location_precision"] <= least)))
    return found


def over_readings(ds: Dataset, statistic) -> pd.DataFrame:
    """A statistic, ``statistic(reading)`` -> number, over all readings of a dataset.

    `variant` (name of the reading), `value`, `difference` (from the first row).

    >>> from sahelkit import load
    >>> total = lambda reading: reading.ds.region_month[reading.weight].sum()
    >>> float(over_readings(load(), total)["value"].iloc[0])
    3999.0
    """
    table = pd.DataFrame([(r.name, float(statistic(r))) for r in readings(ds)])
    table.columns = ["variant", "value"]
    return table.assign(difference=table["value"] - table["value"].iloc[0])


def with_and_without_diffa(ds: Dataset, statistic, *args, **options) -> pd.DataFrame:
    """A yearly statistic of the dataset, and of the dataset without the Lake Chad war.

    ``statistic(ds, *args, **options)`` gives a Series or DataFrame per year; this, `reading` (one
    of `DIFFA`), `year`, and the statistic's columns.

    >>> from sahelkit import geography, load
    >>> found = with_and_without_diffa(load(), geography.share)
    >>> found.groupby("reading")["share"].max().round(2).tolist()
    [0.81, 0.86]
    """
    tables = {name: statistic(part, *args, **options) for name, part in by_diffa(ds).items()}
    return pd.concat(tables, names=["reading"]).reset_index()
