"""Several files as one: yearly and candidate releases, or exports of several countries, nothing
twice."""

from collections import Counter

import pandas as pd

from sahelkit.files import SourceError
from sahelkit.sources.source import ROWS_SHOWN, Provenance

UCDP = {"ucdp-ged", "ucdp-candidate"}
REPLACED = "in the period of a newer release"
REPEATED = "same incident in a newer file"


def coverage(release: str) -> tuple:
    """Period that a UCDP release replaces and the month it came out.

    Parameters
    ----------
    release : str
        Yearly 25.1 holds 1989 to 2024; 26.01.26.06 January to June 2026; 26.0.3 March 2026 alone.

    Returns
    -------
    (Timestamp, Timestamp, Timestamp) or None
        First day, last day, month of publication; None for an unknown release.

    Examples
    --------
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
    """One incidents frame from several.

    A newer UCDP release replaces what older ones say about the period and the countries that it
    covers; of an id that several files hold, the newest stays.

    Parameters
    ----------
    read : list of (DataFrame, Provenance)
        One per file.

    Returns
    -------
    (DataFrame, Provenance)
        In order of the first day, then the id.

    Raises
    ------
    SourceError
        The files are of different sources, which count the same incidents.
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
        newer = ranked[number + 1 :]
        replaced = pd.Series(False, index=frame.index)
        for other, account in newer:
            replaced |= _covered(frame, other, account)
        later = [other["incident_id"] for other, _ in newer]
        repeated = frame["incident_id"].isin(pd.concat(later) if later else []) & ~replaced
        for reason, mask in ((REPLACED, replaced), (REPEATED, repeated)):
            if mask.any():
                total.dropped[reason] += int(mask.sum())
        kept.append(frame[~replaced & ~repeated])
    merged = _concat(kept)
    ids = set(merged["incident_id"])
    for account in (total.warnings, total.repairs):
        for kind, concerned in list(account.items()):
            account[kind] = [i for i in dict.fromkeys(concerned) if i in ids or i == "file"]
            if not account[kind]:
                del account[kind]
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
    for name in ("source", "source_version", "country", "region", "violence", "group"):
        categories = [frame[name].cat.categories for frame in frames]
        union = categories[0]
        for other in categories[1:]:
            union = union.union(other, sort=False)
        values = pd.concat([frame[name].astype(object) for frame in frames], ignore_index=True)
        merged[name] = pd.Categorical(values, categories=union)
    return merged.sort_values(["date_start", "incident_id"], kind="stable").reset_index(drop=True)


def _joined(accounts: list) -> Provenance:
    """The sum of the accounts of several files."""

    def join(values) -> str:
        return " + ".join(dict.fromkeys(filter(None, values)))

    sources = {account.source for account in accounts}
    mixed = len(sources) > 1
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
                joined = getattr(total, name).setdefault(kind, [])
                joined += ids
    for reason, rows in total.rows.items():
        total.rows[reason] = rows[:ROWS_SHOWN]
    return total
