"""The coding sheet: what each source says of an incident, what was coded, and one row made of both.

`data/raw/incident_reports.csv` holds a row per report, `data/raw/incident_coding.csv` a row per incident
with what was coded. `build` makes `data/incidents.csv` of the two by the rules of `coding.rules`.
"""

import pandas as pd

from sahelkit import actors, places, schema
from sahelkit.coding import rules
from sahelkit.files import SourceError, read_table

VERSION = "2"
COVERED = ("2012-01-01", "2026-04-30")
"""First and last day of the list of major incidents."""
PROVISIONAL_FROM = "2024-01-01"
"""From this day on no yearly release of UCDP's events has been read: incidents may still change."""
CODED = (
    *("target", "tactic", "weapon", "perpetrator", "attribution", "claimed", "groups"),
    *("place_kind", "aggregate", "linked", "district", "district_pcode", "former_id"),
)
EXTRA_DATES = ("date_earliest", "date_latest")
EXTRA_NUMBERS = (
    *("n_reports", "n_publishers", "deaths_attackers", "deaths_defenders", "deaths_claimed"),
    *("wounded", "abducted", "priogrid_gid"),
)
EXTRA = (
    *("ged_ids", *EXTRA_NUMBERS, *EXTRA_DATES, "agreement", "provisional"),
    *(*CODED, "documents", "note"),
)
"""Columns of the list of major incidents after those of the incidents frame."""


def read_reports() -> pd.DataFrame:
    """The raw sheet of reports, typed: dates as days, deaths as integers that may be missing."""
    frame = read_table("raw/incident_reports.csv")
    counts = ("deaths_attackers", "deaths_defenders", "deaths_a", "deaths_b", "wounded", "abducted")
    types = {name: "Int32" for name in (*schema.DEATHS, *counts)}
    measured = ("latitude", "longitude", "date_precision", "location_precision")
    types |= dict.fromkeys(measured, "float64") | {"report": "int64"}
    for name, dtype in types.items():
        frame[name] = pd.to_numeric(frame[name].replace("", None)).astype(dtype)
    for name in ("date_start", "date_end"):
        days = pd.to_datetime(frame[name].replace("", None), format="%Y-%m-%d")
        frame[name] = days.dt.as_unit("s")
    return frame


def read_coding() -> pd.DataFrame:
    """The raw coding sheet, one row per incident, all text."""
    return read_table("raw/incident_coding.csv")


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
    shown = {"Other": "unknown"} | dict.fromkeys(actors.STATES, "State and foreign forces")
    return incidents["perpetrator"].map(actors.family).replace(shown)


def who_killed_whom(incidents: pd.DataFrame, weight: str = "deaths_best") -> pd.DataFrame:
    """Deaths, or incidents, by the side that struck (rows) and by whom it struck (columns).

    The dead of an incident are all its dead, attackers included, so that a row says what an attack
    cost, not whom each shot killed.

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


def _violence(events: pd.DataFrame, coding: pd.Series) -> str:
    if coding["tactic"] == "massacre":
        return "civilians"
    if (events["event_type"] != "").any():
        return "civilians" if (events["event_type"] == "one-sided violence").all() else "combat"
    return "civilians" if coding["target"].startswith(VICTIMS["civilians"]) else "combat"


def reconcile(reports: pd.DataFrame, coding: pd.DataFrame) -> pd.DataFrame:
    """One row per incident from the two raw sheets, as `read_reports` and `read_coding` give them.

    A SourceError names a report without a coded incident, or the other way round.
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
    events = rules.events_of(reports)
    start, end, date_precision = rules.agreed_date(reports)
    violence = _violence(events, coding)
    perpetrator = actors.on(coding["perpetrator"], start)
    groups = [actors.on(group, start) for group in coding["groups"].split("|") if group]
    deaths = rules.agreed_deaths(reports, violence == "combat", perpetrator)
    publishers = rules.publishers(reports)
    placed = events[events["latitude"].notna()]
    main = placed.sort_values("deaths_best", ascending=False, kind="stable").head(1)
    position = main.iloc[0] if len(main) else coding
    sides = [", ".join(dict.fromkeys(filter(None, events[s]))) for s in ("actor_a", "actor_b")]
    if not any(sides):
        sides = [perpetrator, ", ".join(group for group in groups if group != perpetrator)]
    latitude, longitude = (
        float(position[name]) if position[name] != "" else float("nan")
        for name in ("latitude", "longitude")
    )
    precision = pd.NA if position["location_precision"] == "" else position["location_precision"]
    exact = pd.notna(precision) and int(precision) < 4
    return {
        "incident_id": coding["incident"],
        "source": "coded",
        "source_version": VERSION,
        "date_start": start,
        "date_end": end,
        "date_precision": date_precision,
        "violence": violence,
        "event_type": ", ".join(dict.fromkeys(filter(None, events["event_type"]))) or pd.NA,
        "actor_a": sides[0],
        "actor_b": sides[1],
        "country": coding["country"],
        "region": position["region"] or pd.NA,
        "place": coding["name"] or pd.NA,
        "latitude": latitude,
        "longitude": longitude,
        "location_precision": pd.NA if pd.isna(precision) else int(precision),
        **deaths,
        "ged_ids": "|".join(events["ged_id"]),
        "n_reports": len(reports),
        "n_publishers": publishers,
        "wounded": reports["wounded"].max(),
        "abducted": reports["abducted"].max(),
        "priogrid_gid": places.grid_cell([latitude], [longitude])[0] if exact else pd.NA,
        "date_earliest": reports["date_start"].min(),
        "date_latest": reports["date_start"].max(),
        "agreement": rules.agreement(deaths["deaths_low"], deaths["deaths_high"], publishers),
        "provisional": "yes" if start >= pd.Timestamp(PROVISIONAL_FROM) else "no",
        **{name: coding[name] for name in (*CODED, "documents", "note")},
        "perpetrator": perpetrator,
        "groups": "|".join(dict.fromkeys(groups)),
    }


def build() -> pd.DataFrame:
    """`data/incidents.csv` from the raw sheets: reconciled, with the group family of each incident."""
    from sahelkit.sources.source import Provenance, checked

    frame = reconcile(read_reports(), read_coding())
    frame = frame[[name for name in (*schema.NAMES, *EXTRA) if name in frame]]
    provenance = Provenance("incident_reports.csv", "coded", VERSION, rows_read=len(frame))
    return checked(frame, provenance)[0]
