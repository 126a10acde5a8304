"""The doubt beside a number: one statistic over every reasonable reading of the data."""

from dataclasses import dataclass, replace

import pandas as pd

from sahelkit import places
from sahelkit.dataset import COUNTS, UNKNOWN, Dataset, complete, grid_year, region_month

WEIGHTS = ("incidents", "deaths_best", "deaths_low", "deaths_high")


@dataclass(frozen=True)
class Variant:
    """One reading: a dataset, a definition of Liptako-Gourma, and what is counted."""

    name: str
    dataset: Dataset
    definition: str = "regions"
    weight: str = "incidents"


def from_events(ds: Dataset, keep: pd.Series) -> Dataset:
    """The dataset with only the incidents that a mask keeps, its tables computed again."""
    events = ds.incidents[keep]
    if events.empty:
        return replace(
            ds, incidents=events, region_month=ds.region_month[:0], grid_year=ds.grid_year[:0]
        )
    return replace(
        ds,
        incidents=events,
        region_month=complete(region_month(events)),
        grid_year=grid_year(events),
    )


def without_diffa(ds: Dataset) -> Dataset:
    """The dataset without the Lake Chad war (`places.in_diffa`).

    >>> from sahelkit import load
    >>> ds = load()
    >>> int(ds.region_month["incidents"].sum() - without_diffa(ds).region_month["incidents"].sum())
    223
    """
    if not ds.shipped:
        return from_events(ds, ~places.in_diffa(ds.incidents))
    return replace(
        ds,
        incidents=ds.incidents[~places.in_diffa(ds.incidents)],
        region_month=ds.region_month[~places.in_diffa(ds.region_month)],
        grid_year=ds.grid_year[~places.in_diffa(ds.grid_year)],
    )


def without_largest(ds: Dataset) -> Dataset:
    """The dataset without the incident with most deaths.

    From the shipped tables the largest of the major incidents is taken out of its region and month
    and of its grid cell and year; from a file of events, the event itself.
    """
    largest = ds.incidents.sort_values("deaths_best", ascending=False, kind="stable").head(1)
    if not ds.shipped:
        return from_events(ds, ~ds.incidents["incident_id"].isin(largest["incident_id"]))
    row = largest.iloc[0]
    same = {"country": row["country"], "violence": row["violence"]}
    region = UNKNOWN if pd.isna(row["region"]) else row["region"]
    month = row["date_start"].to_period("M")
    in_region = {**same, "region": region, "month": month, "group": row["group"]}
    cell = places.grid_cell([row["latitude"]], [row["longitude"]])[0]
    in_cell = {**same, "priogrid_gid": cell, "year": row["date_start"].year}
    return replace(
        ds,
        incidents=ds.incidents.drop(largest.index),
        region_month=_minus(ds.region_month, in_region, row),
        grid_year=_minus(ds.grid_year, in_cell, row),
    )


def _minus(table: pd.DataFrame, where: dict, incident: pd.Series) -> pd.DataFrame:
    """A table less one incident; GED events that one incident covers all leave with it."""
    hit = pd.Series(True, index=table.index)
    for name, value in where.items():
        hit &= (table[name] == value).astype(bool)
    if hit.sum() != 1:
        raise ValueError(f"{incident['incident_id']}: not in the table at {where}")
    out = table.copy()
    events = max(1, len([e for e in incident["ged_ids"].split("|") if e]))
    for name in COUNTS:
        less = events if name == "incidents" else incident[name]
        out.loc[hit, name] = (out.loc[hit, name] - less).clip(lower=0)
    return out


def located(ds: Dataset, at_most: int = 2) -> Dataset | None:
    """The dataset with only incidents located at least that well; None where only tables are shipped."""
    return None if ds.shipped else from_events(ds, ds.incidents["location_precision"] <= at_most)


def variants(ds: Dataset) -> list:
    """All variants of a dataset, the first being the plain reading.

    Returns
    -------
    list of Variant
        Counted by incidents and by low, best, high deaths; each definition of Liptako-Gourma;
        without Diffa; without the largest incident; and, from events, without vague locations.
    """
    plain = Variant("all incidents, default zone", ds)
    found = [plain]
    found += [
        Variant(w.replace("_", ", "), ds, weight=w)
        for w in WEIGHTS[1:]
        if ds.region_month[w].notna().any()
    ]
    found += [Variant(f"zone: {d}", ds, definition=d) for d in places.DEFINITIONS[1:]]
    found.append(Variant("without Diffa", without_diffa(ds)))
    found.append(Variant("without the largest incident", without_largest(ds)))
    found.append(
        Variant("deaths, without the largest incident", without_largest(ds), weight="deaths_best")
    )
    if not ds.shipped:
        found.append(Variant("exact and near locations", located(ds, 2)))
        found.append(Variant("located to the district", located(ds, 3)))
    return found


def over_variants(ds: Dataset, statistic) -> pd.DataFrame:
    """A statistic over the variants of a dataset.

    Parameters
    ----------
    ds : Dataset
    statistic : callable
        ``statistic(dataset, definition=..., weight=...)`` -> number.

    Returns
    -------
    DataFrame
        `variant`, `value`, `difference` (from the first row).

    Examples
    --------
    >>> from sahelkit import load
    >>> total = lambda ds, definition, weight: float(ds.region_month[weight].sum())
    >>> float(over_variants(load(), total)["value"].iloc[0])
    3999.0
    """
    rows = [
        {
            "variant": v.name,
            "value": float(statistic(v.dataset, definition=v.definition, weight=v.weight)),
        }
        for v in variants(ds)
    ]
    table = pd.DataFrame(rows)
    table["difference"] = table["value"] - table["value"].iloc[0]
    return table


__all__ = ["Variant", "located", "over_variants", "variants", "without_diffa", "without_largest"]
