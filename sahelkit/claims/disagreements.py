"""Where a document and other reports of an incident disagree: day, place, toll, who says what."""

import pandas as pd

from sahelkit import coding, places
from sahelkit.claims import checks_record
from sahelkit.schema import COUNTRIES

COLUMNS = ["document", "incident", "what", "document says", "others say"]
SCOPES = {"all": "all dead", "victims": "dead without attackers", "unclear": "dead"}
CLAIM = {True: " relaying the group's claim", False: ""}


def discrepancies() -> pd.DataFrame:
    """What the five documents say of an incident, where other reports say otherwise.

    Returns
    -------
    DataFrame
        `document, incident, what` (day, place, toll), `document says`, `others say` (with how
        many reports and who), one row per difference. From the raw sheet of reports, which agree on
        a toll where they give the same number of the same dead.

    Examples
    --------
    >>> sorted(discrepancies()["what"].unique())
    ['day', 'place', 'toll']
    """
    sheet = coding.read_reports()
    record = checks_record.record()
    documents = sheet["kind"] == "document"
    rows = []
    for _, told in sheet[documents].iterrows():
        others = sheet[(sheet["incident"] == told["incident"]) & ~documents]
        incident = record.loc[told["incident"]]
        name = f"{incident['place']}, {incident['date_start'].date()}"
        for what, compare in (("day", _day), ("place", _place), ("toll", _toll)):
            found = compare(told, others, incident)
            if found:
                rows.append((incident["documents"], name, what, *found))
    return pd.DataFrame(rows, columns=COLUMNS)


def _who(others: pd.DataFrame, values: pd.Series) -> str:
    """Values with the publishers that give them, the most frequent value first."""
    known = values.notna()
    groups = others.loc[known, "publisher"].groupby(values[known], sort=True)
    named = {value: list(names.unique()) for value, names in groups}
    first = sorted(named, key=lambda value: -len(named[value]))
    return "; ".join(f"{value} ({', '.join(named[value])})" for value in first)


def _day(told, others, incident):
    if pd.isna(told["date_start"]) or told["date_start"] == incident["date_start"]:
        return None
    days = others["date_start"].dt.strftime("%Y-%m-%d")
    return str(told["date_start"].date()), _who(others, days)


def _place(told, others, incident):
    """A place in another region than the incident's, by the places that the project knows."""
    named = places.canonical_regions(pd.Series(list(COUNTRIES)), pd.Series([told["place"]] * 3))
    if named.isna().all() or named.dropna().iloc[0] == incident["region"]:
        return None
    return told["place"], _who(others, others["place"].replace("", pd.NA))


def _toll(told, others, incident):
    if pd.isna(told["deaths_best"]) or (
        told["toll_kind"] == "at_least" and told["deaths_best"] == 1
    ):
        return None  # names one of the dead and gives no toll
    given = others[others["deaths_best"].notna()]
    if given.empty or (given["deaths_best"] == told["deaths_best"]).all():
        return None
    tolls = given.apply(_words, axis=1)
    party = given["kind"] == "party_claim"
    return _words(told), _who(given.assign(publisher=given["publisher"] + party.map(CLAIM)), tolls)


def _words(report) -> str:
    """A toll in words: 'security forces at least 20'."""
    scope = SCOPES.get(report["toll_scope"], report["toll_scope"].replace("_", " "))
    bound = {"at_least": "at least ", "about": "about "}.get(report["toll_kind"], "")
    more = ", with other incidents" if report["covers"] == "more" else ""
    return f"{scope} {bound}{report['deaths_best']}{more}"
