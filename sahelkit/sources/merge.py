"""Several files as one: yearly and candidate releases, or exports of several countries, nothing twice."""

from collections import Counter

import pandas as pd
from pandas.api.types import union_categoricals

from sahelkit.files import SourceError
from sahelkit.sources.source import ROWS_SHOWN, Provenance

UCDP = {"ucdp-ged", "ucdp-candidate"}
REPLACED = "in the period of a newer release"
REPEATED = "same incident in a newer file"


def coverage(release: str) -> tuple:
    """First and last day that a UCDP release replaces and the month it came out; None if unknown.

    Yearly 25.1 holds 1989 to 2024; 26.01.26.06 January to June 2026; 26.0.3 March 2026 alone.

    >>> [f"{day:%Y-%m}" for day in coverage("25.1")], coverage("unknown")
    (['1989-01', '2024-12', '2025-06'], None)
    """
    parts = release.split(".")
    if not all(part.isdigit() for part in parts) or len(parts) not in (2, 3, 4):
        return None
    year = 2000 + int(parts[0])
    if len(parts) == 2:
        return pd.Timestamp(1989, 1, 1), pd.Timestamp(year - 1, 12, 31), pd.Timestamp(year, 6, 1)
    month = int(parts[-1])
    if not 1 <= month <= 12:
        return None
    last = pd.Timestamp(year, month, 1) + pd.offsets.MonthEnd(0)
    first = pd.Timestamp(year, 1 if len(parts) == 4 else month, 1)
    return first, last, last + pd.Timedelta(days=1)


def merge(read: list) -> tuple:
    """One incidents frame, in order of the first day, then the id, and account from several.

    A newer UCDP release replaces what older ones say about the period and the countries that it
    covers; of an id that several files hold, the newest stays. A SourceError says that the files are
    of different sources, which count the same incidents.
    """
    sources = {provenance.source for _, provenance in read}
    if len(sources) > 1 and not sources <= UCDP:
        raise SourceError(
            f"{' and '.join(sorted(sources))} count the same incidents: together everything would "
            "be counted twice. Load them one at a time."
        )
    ranked = sorted(read, key=lambda pair: _age(pair[1]))
    total = _joined([provenance for _, provenance in ranked])
    kept = []
    for number, (frame, _) in enumerate(ranked):
        replaced, repeated = (pd.Series(False, index=frame.index) for _ in range(2))
        for other, account in ranked[number + 1 :]:
            replaced |= _covered(frame, other, account)
            repeated |= frame["incident_id"].isin(other["incident_id"])
        for reason, mask in ((REPLACED, replaced), (REPEATED, repeated & ~replaced)):
            total.dropped.update({reason: int(mask.sum())} if mask.any() else {})
        kept.append(frame[~replaced & ~repeated])
    merged = _concat(kept)
    known = {*merged["incident_id"], "file"}
    for name in ("warnings", "repairs"):
        left = {
            kind: [one for one in dict.fromkeys(ids) if one in known]
            for kind, ids in getattr(total, name).items()
        }
        setattr(total, name, {kind: ids for kind, ids in left.items() if ids})
    total.close(len(merged))
    return merged, total


def _age(provenance: Provenance) -> tuple:
    """Sort key: unknown releases first, then by publication, then by release, then by content."""
    span = coverage(provenance.source_version) if provenance.source in UCDP else None
    published = span[2] if span else pd.Timestamp.min
    consolidated = provenance.source_version.count(".") != 2
    return published, consolidated, provenance.source_version, provenance.sha256


def _covered(frame: pd.DataFrame, newer: pd.DataFrame, account: Provenance) -> pd.Series:
    """Incidents in the period and the countries that a newer UCDP release speaks for."""
    span = coverage(account.source_version) if account.source in UCDP else None
    if span is None:
        return pd.Series(False, index=frame.index)
    here = frame["country"].isin(newer["country"].unique())
    return here & frame["date_start"].between(span[0], span[1])


def _concat(frames: list) -> pd.DataFrame:
    merged = pd.concat(frames, ignore_index=True)
    for name in frames[0].select_dtypes("category"):
        merged[name] = union_categoricals([frame[name] for frame in frames])
    return merged.sort_values(["date_start", "incident_id"], kind="stable", ignore_index=True)


def _joined(accounts: list) -> Provenance:
    """The sum of the accounts of several files."""

    def join(values) -> str:
        return " + ".join(dict.fromkeys(filter(None, values)))

    mixed = len({account.source for account in accounts}) > 1
    accounts = sorted(accounts, key=lambda account: account.source == "ucdp-candidate")
    versions = [
        "candidate " * (mixed and account.source == "ucdp-candidate") + account.source_version
        for account in accounts
    ]
    total = Provenance(
        path=join(account.path for account in accounts),
        source="ucdp-ged" if mixed else accounts[0].source,
        source_version=join(versions),
        sha256=" + ".join(account.sha256 for account in accounts),
        rows_read=sum(account.rows_read for account in accounts),
        dropped=sum((account.dropped for account in accounts), Counter()),
        filters=join(account.filters for account in accounts),
        accessed=max(account.accessed for account in accounts),
    )
    for account in accounts:
        for name in ("warnings", "repairs", "rows"):
            for kind, ids in getattr(account, name).items():
                getattr(total, name).setdefault(kind, []).extend(ids)
    total.rows = {reason: rows[:ROWS_SHOWN] for reason, rows in total.rows.items()}
    return total
