"""What changed between two releases: incidents added, removed, revised, and how many deaths
moved."""

from dataclasses import dataclass

import pandas as pd

from sahelkit.sources import SourceError, read_incidents
from sahelkit.sources.merge import UCDP

COMPARED = (
    "date_start",
    "date_end",
    "date_precision",
    "violence",
    "event_type",
    "actor_a",
    "actor_b",
    "country",
    "region",
    "place",
    "latitude",
    "longitude",
    "location_precision",
    "deaths_best",
    "deaths_low",
    "deaths_high",
    "deaths_civilians",
)
"""Columns whose change makes an incident revised."""
KEYS = ["country", "year"]


@dataclass(frozen=True)
class Comparison:
    """Two releases side by side.

    Attributes
    ----------
    old, new : Provenance
    added, removed : DataFrame
        Incidents that only one of the two has.
    revised : DataFrame
        `incident_id`, `country` and `year` before and after, `deaths_old`, `deaths_new` (best
        estimate), `columns`
        (what changed, separated by commas).
    by_country_year : DataFrame
        `country`, `year`, `incidents_old`, `incidents_new`, `added`, `removed`, `revised`
        (incidents; a revised
        one counts in its new year), `deaths_old`, `deaths_new`, and `deaths_added`,
        `deaths_removed`, `deaths_revised`,
        which sum to ``deaths_new - deaths_old``, and `deaths_moved`, all that came or went.
    """

    old: object
    new: object
    added: pd.DataFrame
    removed: pd.DataFrame
    revised: pd.DataFrame
    by_country_year: pd.DataFrame


def compare(old, new, political_only: bool = True) -> Comparison:
    """Compare two releases of one source, incident by incident.

    Parameters
    ----------
    old, new : str or Path
        Files that `sources.read_incidents` knows.
    political_only : bool
        Of ACLED, political violence alone.

    Returns
    -------
    Comparison

    Raises
    ------
    SourceError
        A file cannot be read, or the two are of different sources.

    Examples
    --------
    >>> from sahelkit.files import data_dir
    >>> path = data_dir() / "incidents.csv"
    >>> len(compare(path, path).revised)
    0
    """
    (before, was), (after, now) = (read_incidents(path, political_only) for path in (old, new))
    if was.source != now.source and not {was.source, now.source} <= UCDP:
        raise SourceError(
            f"{was.path} is {was.source}, {now.path} is {now.source}: their ids have nothing to "
            f"do with each "
            "other. Compare two releases of one source."
        )
    return Comparison(was, now, *compare_frames(before, after))


def compare_frames(before: pd.DataFrame, after: pd.DataFrame) -> tuple:
    """`added`, `removed`, `revised` and `by_country_year` of `Comparison` from two incidents
    frames."""
    added = after[~after["incident_id"].isin(before["incident_id"])].reset_index(drop=True)
    removed = before[~before["incident_id"].isin(after["incident_id"])].reset_index(drop=True)
    same = after.loc[after["incident_id"].isin(before["incident_id"]), "incident_id"]
    old = before.set_index("incident_id").loc[same]
    new = after.set_index("incident_id").loc[same]
    changed = pd.DataFrame(
        {name: _differ(old[name], new[name]) for name in COMPARED}, index=new.index
    )
    hit = changed.any(axis=1)
    revised = pd.DataFrame(
        {
            "country_old": old["country"].astype("str"),
            "country": new["country"].astype("str"),
            "year_old": old["date_start"].dt.year,
            "year": new["date_start"].dt.year,
            "deaths_old": old["deaths_best"],
            "deaths_new": new["deaths_best"],
            "columns": [", ".join(changed.columns[row]) for row in changed.to_numpy()],
        }
    )[hit].reset_index()
    return added, removed, revised, _by_country_year(before, after, added, removed, revised)


def _differ(old: pd.Series, new: pd.Series) -> pd.Series:
    """Rows where two columns differ; missing equals missing."""
    old, new = old.astype(object), new.astype(object)
    return ((old != new) & ~(old.isna() & new.isna())).fillna(True).astype(bool)


def _by_country_year(before, after, added, removed, revised) -> pd.DataFrame:
    def count(frame, deaths, incidents, sign=1) -> pd.DataFrame:
        keyed = frame.assign(
            country=frame["country"].astype("str"), year=frame["date_start"].dt.year
        )
        groups = keyed.groupby(KEYS)["deaths_best"]
        return pd.DataFrame({incidents: groups.size(), deaths: sign * groups.sum()})

    went = revised.groupby(["country_old", "year_old"])["deaths_old"].sum().rename_axis(KEYS)
    came = revised.groupby(KEYS)["deaths_new"].sum()
    moved = pd.concat([_moved(revised, here=True), _moved(revised, here=False)])
    table = pd.concat(
        [
            count(before, "deaths_old", "incidents_old"),
            count(after, "deaths_new", "incidents_new"),
            count(added, "deaths_added", "added"),
            count(removed, "deaths_removed", "removed", -1),
            revised.groupby(KEYS).size().rename("revised"),
            came.sub(went, fill_value=0).rename("deaths_revised"),
            moved.groupby(KEYS)["deaths_moved"].sum(),
        ],
        axis=1,
    )
    table = table.fillna(0).astype("int64")
    table["deaths_moved"] += table["deaths_added"] - table["deaths_removed"]
    order = [
        *("incidents_old", "incidents_new", "added", "removed", "revised"),
        *(
            "deaths_old",
            "deaths_new",
            "deaths_added",
            "deaths_removed",
            "deaths_revised",
            "deaths_moved",
        ),
    ]
    return table[order].rename_axis(KEYS).sort_index().reset_index()


def _moved(revised: pd.DataFrame, here: bool) -> pd.DataFrame:
    """Deaths that revision moved: the difference within a country-year, all of them between two."""
    old, new = (revised[name].fillna(0).astype("int64") for name in ("deaths_old", "deaths_new"))
    stayed = (revised["country"] == revised["country_old"]) & (
        revised["year"] == revised["year_old"]
    )
    if here:
        return revised[KEYS].assign(deaths_moved=(new - old).abs().where(stayed, new))
    left = revised[["country_old", "year_old"]].set_axis(KEYS, axis=1)
    return left.assign(deaths_moved=old)[~stayed]


def as_dict(found: Comparison) -> dict:
    """What `compare --json` prints."""
    return {
        "old": {
            "file": found.old.path,
            "source": found.old.source,
            "source_version": found.old.source_version,
        },
        "new": {
            "file": found.new.path,
            "source": found.new.source,
            "source_version": found.new.source_version,
        },
        "added": found.added["incident_id"].tolist(),
        "removed": found.removed["incident_id"].tolist(),
        "revised": [
            {
                "incident_id": row["incident_id"],
                "deaths_old": None if pd.isna(row["deaths_old"]) else int(row["deaths_old"]),
                "deaths_new": None if pd.isna(row["deaths_new"]) else int(row["deaths_new"]),
                "columns": row["columns"].split(", "),
            }
            for row in found.revised.to_dict("records")
        ],
        "by_country_year": found.by_country_year.to_dict("records"),
    }


def as_text(found: Comparison) -> str:
    """What `compare` prints: one line on the whole, then the country-years in which something
    changed."""
    table = found.by_country_year
    moved = table[
        (table["added"] + table["removed"] + table["revised"] + table["deaths_moved"]) > 0
    ]
    names = [f"{p.source} {p.source_version}" for p in (found.old, found.new)]
    lines = [
        f"{names[0]} -> {names[1]}: incidents added {len(found.added):,}, removed "
        f"{len(found.removed):,}, "
        f"revised {len(found.revised):,}; deaths (best) {table['deaths_old'].sum():,} -> "
        f"{table['deaths_new'].sum():,}, {table['deaths_moved'].sum():,} moved"
    ]
    if len(moved):
        lines.append(moved.to_string(index=False))
    return "\n".join(lines)
