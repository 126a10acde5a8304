"""The written rules by which reports of one incident in many sources become one row.

`data/raw/incident_reports.csv` holds one row per report, `data/raw/incident_coding.csv` one row per
incident with what was coded (target, tactic, perpetrator ...). `reconcile` turns the two into
`data/incidents.csv`; what its columns mean is in `data/datapackage.json`.
"""

import pandas as pd

from sahelkit import actors, schema
from sahelkit.files import SourceError, data_dir

VERSION = "1"
TOTALS = ("all", "victims")
"""Scopes of a toll that speak of everyone killed, with or without the attackers; others of a part."""
CODED = (
    "target",
    "tactic",
    "perpetrator",
    "attribution",
    "claimed",
    "groups",
    "place_kind",
)
EXTRA_DATES = ("date_earliest", "date_latest")
EXTRA_NUMBERS = ("n_reports", "n_publishers", "deaths_claimed")
EXTRA = (
    *("name", "ged_ids", "n_reports", "n_publishers", *EXTRA_DATES, "deaths_claimed", "agreement"),
    *(*CODED, "documents", "note"),
)
"""Columns of the list of major incidents after those of the incidents frame."""


def _sheet(name: str) -> pd.DataFrame:
    return pd.read_csv(data_dir() / "raw" / name, dtype="str", keep_default_na=False)


def read_reports() -> pd.DataFrame:
    """The raw sheet of reports, typed: dates as days, deaths as integers that may be missing."""
    frame = _sheet("incident_reports.csv")
    types = {name: "Int32" for name in (*schema.DEATHS, "deaths_attackers")}
    places = ("latitude", "longitude", "date_precision", "location_precision")
    types |= dict.fromkeys(places, "float64") | {"report": "int64"}
    for name, dtype in types.items():
        frame[name] = pd.to_numeric(frame[name].replace("", None)).astype(dtype)
    for name in ("date_start", "date_end"):
        days = pd.to_datetime(frame[name].replace("", None), format="%Y-%m-%d")
        frame[name] = days.dt.as_unit("s")
    return frame


def read_coding() -> pd.DataFrame:
    """The raw coding sheet, one row per incident, all text."""
    return _sheet("incident_coding.csv")


def agreed_date(reports: pd.DataFrame) -> tuple:
    """First and last day and precision of an incident from its reports.

    GED's own days stand where GED knows the day, unless at least two other reports agree on another
    first day and none supports GED's. Where GED is vaguer than a day, or has no report, the day that most reports
    give is taken, the earlier one of two with equal support.

    Parameters
    ----------
    reports : DataFrame
        Reports of one incident: `kind`, `date_start`, `date_end`, `date_precision`.

    Returns
    -------
    (Timestamp, Timestamp, int)
    """
    ged = reports[reports["kind"] == "ged"]
    others = reports[(reports["kind"] != "ged") & reports["date_start"].notna()]
    votes = others["date_start"].value_counts()
    top = votes[votes == votes.max()].index.min() if len(votes) else None
    if len(ged):
        start, end = ged["date_start"].min(), ged["date_end"].max()
        precision = int(ged["date_precision"].min())
        within = top is not None and start <= top <= end
        if precision == 1 and (
            top is None or within or votes[top] < 2 or (votes.index == start).any()
        ):
            return start, end, precision
        if precision > 1 and not within:
            return start, end, precision
    day = others[others["date_start"] == top]
    last = day["date_end"].dropna().max()
    return top, (top if pd.isna(last) else max(last, top)), 1


def total_deaths(report, fought: bool = True) -> tuple:
    """Low and high number of all dead that one report supports, missing where it speaks of a part.

    A toll without the attackers is completed with the attackers' dead where the report gives them.
    Where it does not, it is a part in a fight, and the whole where only one side did the killing.

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
    """
    numbers = [report[f"deaths_{which}"] for which in ("low", "best", "high")]
    numbers = [int(n) for n in numbers if pd.notna(n)]
    if report["toll_scope"] not in TOTALS or not numbers:
        return pd.NA, pd.NA
    attackers = 0
    if report["toll_scope"] == "victims":
        if pd.notna(report["deaths_attackers"]):
            attackers = int(report["deaths_attackers"])
        elif fought:
            return pd.NA, pd.NA
    return min(numbers) + attackers, max(numbers) + attackers


def agreed_deaths(reports: pd.DataFrame, fought: bool) -> dict:
    """Best, low and high deaths of an incident across its reports.

    Best is GED's (summed over its events, because GED divides a battle's dead among pairs of
    sides); without GED the median of the other totals. Low and high span GED's own range and
    the totals of the other reports; a toll of a part of the dead (soldiers only, say) or of a part
    of the incident can raise the high, never lower the low; a toll that covers more than the
    incident (two attacks, a whole operation) counts for neither. Claims by a party are kept apart.

    Returns
    -------
    dict
        `deaths_best`, `deaths_low`, `deaths_high`, `deaths_civilians`, `deaths_claimed`.
    """
    ged = reports[reports["kind"] == "ged"]
    own = reports[(reports["kind"] == "party_claim") & (reports["covers"] == "incident")]
    others = reports[~reports["kind"].isin(["ged", "party_claim"])]
    others = others[others["covers"] != "more"]
    totals = [
        total_deaths(row, fought) if row["covers"] == "incident" else (pd.NA, pd.NA)
        for _, row in others.iterrows()
    ]
    lows = [low for low, _ in totals if pd.notna(low)]
    highs = [high for _, high in totals if pd.notna(high)]
    parts = others.loc[[pd.isna(low) for low, _ in totals], "deaths_best"].dropna().tolist()
    if len(ged):
        best = int(ged["deaths_best"].sum())
        lows.append(min(int(ged["deaths_low"].sum()), best))
        highs.append(max(int(ged["deaths_high"].sum()), best))
        civilians = int(ged["deaths_civilians"].sum())
    else:
        best = int(pd.Series(highs).median()) if highs else max(parts, default=pd.NA)
        civilians = others["deaths_civilians"].max()
    highs += parts
    low = min(lows) if lows else best
    return {
        "deaths_best": best,
        "deaths_low": low,
        "deaths_high": max(highs) if highs else best,
        "deaths_civilians": civilians,
        "deaths_claimed": own["deaths_best"].max() if len(own) else pd.NA,
    }


def agreement(low, high, publishers: int) -> str:
    """How far the reports of an incident agree on its dead.

    >>> agreement(38, 40, 3), agreement(25, 40, 3), agreement(5, 40, 3), agreement(5, 9, 1)
    ('agree', 'differ', 'differ widely', 'one report')
    """
    if publishers < 2:
        return "one report"
    if pd.isna(high) or high == 0:
        return "agree"
    gap = (high - low) / high
    return "agree" if gap <= 0.1 else "differ" if gap <= 0.5 else "differ widely"


VICTIMS = {
    "civilians": ("civilians", "displaced", "religious", "school", "public", "government"),
    "state and allied forces": ("army", "police", "un_mission", "french", "foreign"),
    "armed groups": ("armed_group", "self_defence"),
}
"""Whom an incident struck, by the beginnings of the codes of `target`; others are unknown or mixed."""


def perpetrators(incidents: pd.DataFrame) -> pd.Series:
    """The side that struck in each coded incident, by family; state and foreign forces as one.

    >>> from sahelkit import load
    >>> "State and foreign forces" in set(perpetrators(load().incidents))
    True
    """
    families = actors.groups().set_index("group_id")["family"]
    found = incidents["perpetrator"].map(families).fillna("unknown")
    forces = found.isin(["State forces", "Foreign forces"])
    return found.mask(forces, "State and foreign forces").mask(found == "Other", "unknown")


def who_killed_whom(incidents: pd.DataFrame, weight: str = "deaths_best") -> pd.DataFrame:
    """Deaths, or incidents, by the side that struck (rows) and by whom it struck (columns).

    The dead of an incident are all its dead, attackers included, so that a row says what an attack
    cost, not whom each shot killed.

    Parameters
    ----------
    incidents : DataFrame
        Coded incidents, as `Dataset.incidents` of the shipped data.
    weight : str
        'deaths_best' or 'incidents'.

    Examples
    --------
    >>> from sahelkit import load
    >>> found = who_killed_whom(load().incidents)
    >>> bool(found.loc["State and foreign forces", "civilians"] > 1000)
    True
    """
    kinds = [(start, name) for name, starts in VICTIMS.items() for start in starts]
    victims = incidents["target"].map(
        lambda code: next((n for start, n in kinds if code.startswith(start)), "mixed or unknown")
    )
    values = 1 if weight == "incidents" else incidents[weight].astype("float64")
    table = pd.DataFrame({"by": perpetrators(incidents), "victims": victims, "n": values})
    wide = table.pivot_table(index="by", columns="victims", values="n", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=[*VICTIMS, "mixed or unknown"], fill_value=0).astype("int64")
    order = wide.sum(axis=1).sort_values(ascending=False, kind="stable").index
    known = [name for name in order if name != "unknown"]
    return wide.loc[[*known, *(["unknown"] if "unknown" in wide.index else [])]]


def _violence(ged: pd.DataFrame, coding: pd.Series) -> str:
    if coding["tactic"] == "massacre":
        return "civilians"
    if len(ged):
        return "civilians" if (ged["event_type"] == "one-sided violence").all() else "combat"
    return "civilians" if coding["target"].startswith(VICTIMS["civilians"]) else "combat"


def reconcile(reports: pd.DataFrame, coding: pd.DataFrame) -> pd.DataFrame:
    """One row per incident from the two raw sheets.

    Parameters
    ----------
    reports, coding : DataFrame
        As `read_reports` and `read_coding` give them.

    Returns
    -------
    DataFrame
        Columns of `schema.COLUMNS` (without `group`, which `build` adds), then `EXTRA`.

    Raises
    ------
    SourceError
        A report without a coded incident, or the other way round.
    """
    strays = set(reports["incident"]) ^ set(coding["incident"])
    if strays:
        raise SourceError(
            f"incident {min(strays)}: in only one of incident_reports.csv and incident_coding.csv."
        )
    by_incident = dict(tuple(reports.sort_values(["incident", "report"]).groupby("incident")))
    rows = [_incident(by_incident[code["incident"]], code) for _, code in coding.iterrows()]
    return pd.DataFrame(rows).sort_values(["date_start", "incident_id"]).reset_index(drop=True)


def _incident(reports: pd.DataFrame, coding: pd.Series) -> dict:
    ged = reports[reports["kind"] == "ged"]
    start, end, date_precision = agreed_date(reports)
    violence = _violence(ged, coding)
    deaths = agreed_deaths(reports, fought=violence == "combat")
    claimed = deaths.pop("deaths_claimed")
    publishers = reports["publisher"].nunique()
    main = ged.sort_values("deaths_best", ascending=False, kind="stable").head(1)
    position = main.iloc[0] if len(main) else coding
    sides = [" / ".join(dict.fromkeys(ged[side])) for side in ("actor_a", "actor_b")]
    if not len(ged):
        sides = [coding["perpetrator"], ", ".join(coding["groups"].split("|")[1:])]
    return {
        "incident_id": coding["incident"],
        "source": "coded",
        "source_version": VERSION,
        "date_start": start,
        "date_end": end,
        "date_precision": date_precision,
        "violence": violence,
        "event_type": coding["tactic"],
        "actor_a": sides[0].replace(" / ", ", "),
        "actor_b": sides[1].replace(" / ", ", "),
        "country": position["country"],
        "region": position["region"] or pd.NA,
        "place": coding["name"],
        "latitude": float(position["latitude"]),
        "longitude": float(position["longitude"]),
        "location_precision": int(position["location_precision"]),
        **deaths,
        "name": coding["name"],
        "ged_ids": "|".join(ged["ged_id"]),
        "n_reports": len(reports),
        "n_publishers": publishers,
        "date_earliest": reports["date_start"].min(),
        "date_latest": reports["date_start"].max(),
        "deaths_claimed": claimed,
        "agreement": agreement(deaths["deaths_low"], deaths["deaths_high"], publishers),
        **{name: coding[name] for name in (*CODED, "documents", "note")},
    }


def build() -> pd.DataFrame:
    """`data/incidents.csv` from the raw sheets: reconciled, with the group family of each incident."""
    from sahelkit.sources.source import Provenance, checked

    frame = reconcile(read_reports(), read_coding())
    provenance = Provenance("incident_reports.csv", "coded", VERSION, rows_read=len(frame))
    return checked(frame, provenance)[0]
