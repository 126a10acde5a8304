"""What changed between two releases: incidents added, removed, revised, and how many deaths moved."""

from dataclasses import dataclass

import pandas as pd

from sahelkit import schema
from sahelkit.files import records
from sahelkit.sources import SourceError, read_incidents
from sahelkit.sources.merge import UCDP

LABELS = ("incident_id", "source", "source_version", "group")
COMPARED = [name for name in schema.NAMES if name not in LABELS]
"""Columns whose change makes an incident revised."""
KEYS = ["country", "year"]


@dataclass(frozen=True)
class Comparison:
    """Two releases side by side: whence they are, and the incidents that only one of them has.

    Attributes
    ----------
    revised : DataFrame
        `incident_id`, `deaths_old`, `deaths_new` (best estimate), `columns` (what changed,
        separated by commas).
    by_country_year : DataFrame
        Per country and year, incidents (a revised one counts in its new year) and deaths; those
        added, removed and revised sum to ``deaths_new - deaths_old``, `deaths_moved` is all that
        came or went.
    """

    old: object
    new: object
    added: pd.DataFrame
    removed: pd.DataFrame
    revised: pd.DataFrame
    by_country_year: pd.DataFrame


def compare(old, new, political_only: bool = True) -> Comparison:
    """Compare two files of one source, incident by incident; of ACLED, political violence alone.

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
            "do with each other. Compare two releases of one source."
        )
    return Comparison(was, now, *compare_frames(before, after))


def compare_frames(before: pd.DataFrame, after: pd.DataFrame) -> tuple:
    """`added`, `removed`, `revised` and `by_country_year` of `Comparison` from two incidents frames."""
    before, after = (
        frame.set_index("incident_id").assign(
            country=frame["country"].astype("str").to_numpy(),
            year=frame["date_start"].dt.year.to_numpy(),
            deaths=frame["deaths_best"].fillna(0).astype("int64").to_numpy(),
        )
        for frame in (before, after)
    )
    same = after.index.intersection(before.index, sort=False)
    added, removed = after.drop(same), before.drop(same)
    old, new = before.loc[same], after.loc[same]
    changed = pd.DataFrame({name: _differ(old[name], new[name]) for name in COMPARED}, index=same)
    revised = pd.DataFrame(
        {
            "deaths_old": old["deaths_best"],
            "deaths_new": new["deaths_best"],
            "columns": [", ".join(changed.columns[row]) for row in changed.to_numpy()],
        }
    )[changed.any(axis=1)]
    stayed = same[(old[KEYS] == new[KEYS]).all(axis=1)]
    difference = (new.loc[stayed, "deaths"] - old.loc[stayed, "deaths"]).abs()
    moved = pd.concat(
        [new.loc[stayed].assign(deaths=difference), before.drop(stayed), after.drop(stayed)]
    )
    both = {"incidents_old": before, "incidents_new": after, "added": added, "removed": removed}
    counts = {n: rows.groupby(KEYS).size() for n, rows in both.items()}
    counts["revised"] = after.loc[revised.index].groupby(KEYS).size()
    sums = {
        f"deaths_{name.removeprefix('incidents_')}": rows.groupby(KEYS)["deaths"].sum()
        for name, rows in (both | {"moved": moved}).items()
    }
    table = pd.DataFrame(counts | sums).fillna(0).astype("int64")
    table["deaths_removed"] *= -1
    came = table["deaths_new"] - table["deaths_old"]
    revision = came - table["deaths_added"] - table["deaths_removed"]
    table.insert(table.columns.get_loc("deaths_moved"), "deaths_revised", revision)
    table = table.rename_axis(KEYS).reset_index()
    return added.reset_index(), removed.reset_index(), revised.reset_index(), table


def _differ(old: pd.Series, new: pd.Series) -> pd.Series:
    """Rows where two columns differ; missing equals missing."""
    old, new = old.astype(object), new.astype(object)
    return ((old != new) & ~(old.isna() & new.isna())).fillna(True).astype(bool)


def as_dict(found: Comparison) -> dict:
    """What `compare --json` prints."""
    revised = found.revised.assign(columns=found.revised["columns"].str.split(", "))
    return {
        side: {"file": p.path, "source": p.source, "source_version": p.source_version}
        for side, p in (("old", found.old), ("new", found.new))
    } | {
        "added": found.added["incident_id"].tolist(),
        "removed": found.removed["incident_id"].tolist(),
        "revised": records(revised),
        "by_country_year": found.by_country_year.to_dict("records"),
    }


def as_text(found: Comparison) -> str:
    """What `compare` prints: one line on the whole, then the country-years in which something changed."""
    table = found.by_country_year
    moved = table[table[["added", "removed", "revised", "deaths_moved"]].any(axis=1)]
    names = [f"{p.source} {p.source_version}" for p in (found.old, found.new)]
    lines = [
        f"{names[0]} -> {names[1]}: incidents added {len(found.added):,}, removed "
        f"{len(found.removed):,}, revised {len(found.revised):,}; deaths (best) {table['deaths_old'].sum():,} -> "
        f"{table['deaths_new'].sum():,}, {table['deaths_moved'].sum():,} moved"
    ]
    if len(moved):
        lines.append(moved.to_string(index=False))
    return "\n".join(lines)
