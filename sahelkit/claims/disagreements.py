"""Where a document and other reports of an incident disagree: day, place, toll, who says what."""

import pandas as pd

from sahelkit import coding
from sahelkit.claims import checks_record

COLUMNS = ["document", "incident", "what", "document says", "others say"]
SCOPES = {"all": "all dead", "victims": "dead without attackers", "unclear": "dead"}
CLAIM = {True: " relaying the group's claim", False: ""}


def differences() -> pd.DataFrame:
    """Statements of the documents on single incidents that other reports contradict.

    Returns
    -------
    DataFrame
        `COLUMNS`; one row per document, incident and kind of difference, in the order of the
        incidents. Reports agree on a toll where they give the same number of the same dead.
    """
    sheet = coding.read_reports()
    record = checks_record.record()
    rows = []
    for _, told in sheet[sheet["kind"] == "document"].iterrows():
        others = sheet[(sheet["incident"] == told["incident"]) & (sheet["kind"] != "document")]
        incident = record.loc[told["incident"]]
        for what, compare in (("day", _day), ("place", _place), ("toll", _toll)):
            found = compare(told, others, incident)
            if found:
                document = incident["documents"]
                name = f"{incident['place']}, {incident['date_start'].date()}"
                rows.append((document, name, what, *found))
    return pd.DataFrame(rows, columns=COLUMNS)


def _who(others: pd.DataFrame, values: pd.Series) -> str:
    """Values with the publishers that give them, the most frequent value first."""
    known = values.notna()
    groups = others.loc[known, "publisher"].groupby(values[known], sort=True)
    parts = sorted(
        ((value, list(names.unique())) for value, names in groups), key=lambda p: -len(p[1])
    )
    return "; ".join(f"{value} ({', '.join(names)})" for value, names in parts)


def _day(told, others, incident):
    if pd.isna(told["date_start"]) or told["date_start"] == incident["date_start"]:
        return None
    days = others["date_start"].dt.strftime("%Y-%m-%d")
    return str(told["date_start"].date()), _who(others, days)


def _place(told, others, incident):
    """A place in another region than the incident's, by the places that the project knows."""
    named = _region(told["place"])
    if named is None or named == incident["region"]:
        return None
    return told["place"], _who(others, others["place"].replace("", pd.NA))


def _region(place: str):
    from sahelkit import places

    for country in ("MLI", "BFA", "NER"):
        found = places.canonical_regions(pd.Series([country]), pd.Series([place])).iloc[0]
        if pd.notna(found):
            return found
    return None


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
