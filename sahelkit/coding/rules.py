"""The written rules by which reports of one incident become one row: each a function with a test."""

import pandas as pd

from sahelkit import actors

TOTALS = ("all", "victims")
"""Scopes of a toll that speak of everyone killed, with or without the attackers."""
FORCES = ("security_forces", "peacekeepers", "foreign_forces")
"""Scopes of a toll that speak of a force alone."""
EVENT_DATA = ("ged", "candidate")
"""Kinds of reports that are rows of UCDP's events."""


def events_of(reports: pd.DataFrame) -> pd.DataFrame:
    """Reports that are rows of UCDP's events."""
    return reports[reports["kind"].isin(EVENT_DATA)]


def counted_events(reports: pd.DataFrame) -> pd.DataFrame:
    """Rows of UCDP's events without those that, as far as one can tell, count the same dead again."""
    events = events_of(reports)
    return events[events["covers"] != "again"]


def told_by_others(reports: pd.DataFrame) -> pd.DataFrame:
    """Reports that are neither rows of UCDP's events nor claims by a party."""
    return reports[~reports["kind"].isin([*EVENT_DATA, "party_claim"])]


def agreed_date(reports: pd.DataFrame) -> tuple:
    """First and last day and precision of an incident from its reports.

    UCDP's own days stand where it knows the day, unless at least two other reports agree on another
    first day and none supports it. Where UCDP is vaguer than a day, or has no report, the day that
    most reports give is taken, the earlier one of two with equal support. The precision follows the
    days (`precision_of`).
    """
    events = events_of(reports)
    others = reports[~reports["kind"].isin(EVENT_DATA) & reports["date_start"].notna()]
    votes = others["date_start"].value_counts()
    top = votes[votes == votes.max()].index.min() if len(votes) else None
    if len(events):
        start, end = events["date_start"].min(), events["date_end"].max()
        known = int(events["date_precision"].fillna(1).min())
        within = top is not None and start <= top <= end
        stands = top is None or within or votes[top] < 2 or (votes.index == start).any()
        if (known == 1 and stands) or (known > 1 and not within):
            return start, end, precision_of(start, end, known)
    last = others[others["date_start"] == top]["date_end"].dropna().max()
    last = top if pd.isna(last) else max(last, top)
    return top, last, precision_of(top, last)


def precision_of(start, end, known: int = 1) -> int:
    """UCDP's date_prec: never finer than the span of the days.

    >>> days = pd.to_datetime(["2013-02-18", "2013-02-26"])
    >>> precision_of(*days), precision_of(days[0], days[0], 2)
    (4, 2)
    """
    days = (end - start).days
    span = 1 if days == 0 else 2 if days < 7 else 3 if days == 7 else 4 if days <= 31 else 5
    return max(known, span)


def total_deaths(report, fought: bool = True) -> tuple:
    """Low and high number of all dead that one report supports, missing where it speaks of a part.

    A toll without the attackers is completed with the attackers' dead where the report gives them.
    Where it does not, it is a part in a fight, and the whole where only one side did the killing;
    there a toll of civilians is the whole, too.

    Parameters
    ----------
    report : Mapping
        One row of the raw sheet.
    fought : bool
        Whether both sides had arms, so that attackers may be among the dead.

    Examples
    --------
    >>> report = {"toll_scope": "victims", "deaths_low": pd.NA, "deaths_best": 38,
    ...           "deaths_high": pd.NA, "deaths_attackers": 15}
    >>> total_deaths(report)
    (53, 53)
    >>> total_deaths({**report, "deaths_attackers": pd.NA})
    (<NA>, <NA>)
    >>> total_deaths({**report, "toll_scope": "civilians"}, fought=False)
    (38, 38)
    """
    numbers = [report[f"deaths_{which}"] for which in ("low", "best", "high")]
    numbers = [int(n) for n in numbers if pd.notna(n)]
    scope = report["toll_scope"]
    if scope == "civilians" and not fought:
        return (min(numbers), max(numbers)) if numbers else (pd.NA, pd.NA)
    if scope not in TOTALS or not numbers:
        return pd.NA, pd.NA
    attackers = 0
    if scope == "victims":
        if pd.notna(report["deaths_attackers"]):
            attackers = int(report["deaths_attackers"])
        elif fought:
            return pd.NA, pd.NA
    return min(numbers) + attackers, max(numbers) + attackers


def sides_dead(reports: pd.DataFrame, perpetrator: str) -> tuple:
    """Dead among those who struck and among the armed side that they struck; missing where unknown.

    Of UCDP's rows by their sides, if one is the perpetrator's. Else the largest toll that other
    reports give apart; of a state's operation the armed group's dead are those struck.

    Returns
    -------
    (int or NA, int or NA)
        Attackers, defenders.
    """
    told = told_by_others(reports)
    told = told[told["covers"] == "incident"]
    striking = pd.concat(
        [told["deaths_attackers"], told.loc[told["toll_scope"] == "attackers", "deaths_best"]]
    ).max()
    forces = pd.concat(
        [told["deaths_defenders"], told.loc[told["toll_scope"].isin(FORCES), "deaths_best"]]
    ).max()
    found = (
        (forces, striking) if actors.family(perpetrator) in actors.STATES else (striking, forces)
    )
    events = counted_events(reports)
    sums = [_by_side(row, perpetrator) for row in events.itertuples()]
    known = [pair for pair in sums if pair is not None]
    if known and len(known) == len(sums):
        by_ucdp = tuple(sum(side) for side in zip(*known, strict=True))
        found = tuple(max(u, t) if pd.notna(t) else u for u, t in zip(by_ucdp, found, strict=True))
    return tuple(pd.NA if pd.isna(n) else int(n) for n in found)


def _by_side(row, perpetrator: str) -> tuple | None:
    """Attackers' and defenders' dead of one UCDP row; None where it does not tell which is which."""
    if pd.isna(row.deaths_a) or pd.isna(row.deaths_b):
        return None
    dead, family = (int(row.deaths_a), int(row.deaths_b)), actors.family(perpetrator)
    for side, pair in ((row.actor_a, dead), (row.actor_b, dead[::-1])):
        groups = actors.groups_of(side, row.longitude)
        kin = family != "Other" and family in map(actors.family, groups)
        if perpetrator in groups or kin:
            return pair
    return None


def agreed_deaths(reports: pd.DataFrame, fought: bool, perpetrator: str = "unknown") -> dict:
    """Best, low and high deaths of an incident across its reports.

    Best is UCDP's, summed over its events, because it divides a battle's dead among pairs of sides
    and villages (an event that counts the same dead again is added to the high alone); without UCDP
    the median of the other totals; without such the dead of one side and the attackers that it says
    it killed, and then the low is the first alone. Low and high span UCDP's own range and the
    totals of the other reports; a toll of a part of the dead (soldiers only, say) or of a part
    of the incident can raise the high, never lower the low; a toll that covers more than the
    incident (two attacks, a whole operation) counts for neither. The high covers the dead of both
    sides together. Claims by a party are kept apart.

    Returns
    -------
    dict
        `deaths_best`, `deaths_low`, `deaths_high`, `deaths_civilians`, `deaths_attackers`,
        `deaths_defenders`, `deaths_claimed`.
    """
    events = counted_events(reports)
    own = reports[(reports["kind"] == "party_claim") & (reports["covers"] == "incident")]
    others = told_by_others(reports)
    others = others[others["covers"] != "more"]
    totals = [
        total_deaths(row, fought) if row["covers"] == "incident" else (pd.NA, pd.NA)
        for _, row in others.iterrows()
    ]
    lows = [low for low, _ in totals if pd.notna(low)]
    highs = [high for _, high in totals if pd.notna(high)]
    parts = others.loc[[pd.isna(low) for low, _ in totals], "deaths_best"].dropna().tolist()
    if len(events):
        best = int(events["deaths_best"].sum())
        low, high = (events[n].fillna(events["deaths_best"]) for n in ("deaths_low", "deaths_high"))
        lows.append(min(int(low.sum()), best))
        again = events_of(reports).drop(events.index)["deaths_best"].sum()
        highs.append(max(int(high.sum()), best) + int(again))
    elif highs:
        best = int(pd.Series(highs).median())
    elif parts:
        of_attackers = own.loc[own["toll_scope"] == "attackers", "deaths_best"]
        struck_back = pd.concat([of_attackers, own["deaths_attackers"]]).max()
        lows.append(int(max(parts)))
        best = lows[-1] + (0 if pd.isna(struck_back) else int(struck_back))
    else:
        best = int(own["deaths_best"].max())
    attackers, defenders = sides_dead(reports, perpetrator)
    both = attackers + defenders if pd.notna(attackers) and pd.notna(defenders) else 0
    return {
        "deaths_best": best,
        "deaths_low": min([*lows, best]),
        "deaths_high": max([*highs, *parts, best, both]),
        "deaths_civilians": civilian_deaths(reports, fought),
        "deaths_attackers": attackers,
        "deaths_defenders": defenders,
        "deaths_claimed": own["deaths_best"].max() if len(own) else pd.NA,
    }


def civilian_deaths(reports: pd.DataFrame, fought: bool):
    """Civilians among the dead: UCDP's number, else the largest that another report gives.

    Where only one side did the killing, UCDP's 0 is a number that was not coded, not zero.
    """
    given = counted_events(reports)["deaths_civilians"].dropna()
    if len(given) and (fought or given.sum() > 0):
        return int(given.sum())
    told = told_by_others(reports)
    told = told[(told["covers"] == "incident") & (told["toll_scope"] == "civilians")]
    most = pd.concat([told["deaths_best"], told["deaths_high"]]).max()
    return pd.NA if pd.isna(most) else int(most)


def agreement(low, high, publishers: int) -> str:
    """How far the reports of an incident agree on its dead, from the low and high that are shown.

    >>> agreement(38, 40, 3), agreement(25, 40, 3), agreement(5, 40, 3), agreement(5, 9, 1)
    ('agree', 'differ', 'differ widely', 'one report')
    """
    if publishers < 2:
        return "one report"
    if pd.isna(high) or high == 0:
        return "agree"
    gap = (high - low) / high
    return "agree" if gap <= 0.1 else "differ" if gap <= 0.5 else "differ widely"


def publishers(reports: pd.DataFrame) -> int:
    """Publishers of independent reports: reprints of one agency's text count once, claims not at all.

    >>> rows = {"kind": "press", "publisher": ["A", "B", "C"], "agency": ["AFP", "AFP", ""]}
    >>> publishers(pd.DataFrame(rows))
    2
    """
    told = reports[reports["kind"] != "party_claim"]
    return int(told["agency"].where(told["agency"] != "", told["publisher"]).nunique())
