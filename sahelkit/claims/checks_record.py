"""Checks of published statements against the record of incidents and interventions.

An incident is checked against the shipped record of major incidents, or, with a user's own file,
against the incidents of that file near the recorded place and day. Reports by the documents
themselves and claims by a party to the fighting never count as evidence.
"""

from functools import cache

import pandas as pd

from sahelkit import actors, coding, places
from sahelkit.claims.reading import CannotCheck, Finding
from sahelkit.files import data_dir, read_table
from sahelkit.interventions import in_force
from sahelkit.sources import read_incidents

NEAR_KM, NEAR_DAYS = 30, 2
"""A user's incident is taken for a recorded one within this distance and time."""
DOCUMENT_IDS = ("tracker-2017", "zimmerer-2017", "baloi-2019", "thread-2020", "alert-2020")
RECORD = "the record"
DEATHS = ["deaths_low", "deaths_best", "deaths_high"]


@cache
def record() -> pd.DataFrame:
    """The shipped record of major incidents, indexed by id."""
    return read_incidents(data_dir() / "incidents.csv")[0].set_index("incident_id", drop=False)


@cache
def reports() -> pd.DataFrame:
    """Reports of incidents that count as evidence: neither documents nor claims by a party."""
    sheet = coding.read_reports()
    return sheet[~sheet["kind"].isin(["document", "party_claim"])]


def found_incidents(reading, incident: tuple) -> pd.DataFrame:
    """Incidents of a user's file near recorded ones in place and time, or the recorded ones.

    Returns
    -------
    DataFrame
        `schema.COLUMNS` and `basis`: label of the file, or 'the record'.
    """
    known = record().loc[list(incident)]
    if reading.ds.events is None:
        return known.assign(basis=RECORD)
    found = [_near(reading, row) for _, row in known.iterrows()]
    return pd.concat(found).drop_duplicates("incident_id")


def _near(reading, row: pd.Series) -> pd.DataFrame:
    events, slack = reading.ds.events, pd.Timedelta(days=NEAR_DAYS)
    days = events["date_start"].between(row["date_start"] - slack, row["date_end"] + slack)
    near = events[days & (events["country"] == row["country"])]
    x, y = places.project(near["latitude"], near["longitude"])
    here = places.project([row["latitude"]], [row["longitude"]])
    near = near[((x - here[0]) ** 2 + (y - here[1]) ** 2) ** 0.5 <= NEAR_KM]
    if near.empty:
        return record().loc[[row["incident_id"]]].assign(basis=RECORD)
    return near.assign(basis=reading.ds.label)


def _basis(reading, rows: pd.DataFrame) -> str:
    """Half a sentence that says where an incident is not in a user's file."""
    if reading.ds.events is None or not (rows["basis"] == RECORD).any():
        return ""
    return f"; not in {reading.ds.label}, so from the package's own record"


def toll(reading, incident, scope="") -> Finding:
    """Deaths of an incident; with `scope`, the median of the reports' tolls of a part.

    A file of incidents does not tell parts of the dead apart, so a scope is always looked up in
    the package's own sheet of reports.
    """
    incident = tuple(incident.split("|"))
    if scope:
        told = reports()
        told = told[told["incident"].isin(incident) & (told["covers"] == "incident")]
        tolls = told.loc[told["toll_scope"].isin([scope]), "deaths_best"].dropna()
        if tolls.empty:
            raise CannotCheck(f"no report gives a toll of {scope.replace('_', ' ')}")
        why = f"{scope.replace('_', ' ')} dead in {len(tolls)} reports: {_span(tolls)}"
        return Finding(float(tolls.median()), why, float(tolls.min()), float(tolls.max()))
    rows = found_incidents(reading, incident)
    low, best, high = (float(rows[n].sum()) if rows[n].notna().any() else None for n in DEATHS)
    if best is None:
        raise CannotCheck(f"{reading.ds.label} gives no deaths for it")
    named = ", ".join(dict.fromkeys(rows["place"].astype(str)))
    why = f"all dead, any attackers included, of {named}{_basis(reading, rows)}"
    return Finding(best, why, low, high)


def _span(values) -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"


def day(reading, incident) -> Finding:
    """First day of an incident; the other days that reports give are its others."""
    rows = found_incidents(reading, (incident,))
    main = rows.sort_values("deaths_best", ascending=False).iloc[0]
    value = str(main["date_start"].date())
    told = reports()
    days = told.loc[told["incident"] == incident, "date_start"].dropna()
    others = sorted({str(d.date()) for d in days} - {value})
    agreeing = int((days == main["date_start"]).sum())
    why = f"{main['place']}, {value}: {agreeing} of {len(days)} dated reports"
    why += _basis(reading, rows)
    return Finding(value, why, others=tuple(others))


def region_of(reading, incident) -> Finding:
    """Region of an incident."""
    rows = found_incidents(reading, (incident,))
    main = rows.sort_values("deaths_best", ascending=False).iloc[0]
    if pd.isna(main["region"]):
        raise CannotCheck(f"{reading.ds.label} gives no region for it")
    longitude = f"{abs(main['longitude']):.2f} {'E' if main['longitude'] >= 0 else 'W'}"
    why = f"{main['place']}, {main['latitude']:.2f} N {longitude}{_basis(reading, rows)}"
    return Finding(str(main["region"]), why)


def perpetrator(reading, incident, by="") -> Finding:
    """Group that started an incident; of a user's file the armed group that it names.

    With ``by=record`` always the one that the package's own record names.
    """
    rows = record().loc[[incident]].assign(basis=RECORD)
    rows = rows if by == "record" else found_incidents(reading, (incident,))
    main = rows.sort_values("deaths_best", ascending=False).iloc[0]
    if main["basis"] == RECORD:
        why = f"{main['attribution']}; claim of responsibility: {main['claimed']}"
        return Finding(main["perpetrator"], why)
    sides = [
        group
        for side in ("actor_a", "actor_b")
        for group in actors.groups_of(str(main[side]), main["longitude"])
    ]
    armed = [g for g in sides if not g.endswith("_forces") and g not in ("civilians", "other")]
    if not armed:
        raise CannotCheck(f"{reading.ds.label} names no armed group")
    why = f"{reading.ds.label} names {main['actor_a']} and {main['actor_b']}"
    return Finding(armed[0], why, others=tuple(armed[1:]))


def claimed(reading, incident) -> Finding:
    """Whether a claim of responsibility is reported: yes, no, unknown."""
    row = record().loc[incident]
    if row["claimed"] == "unknown":
        raise CannotCheck("the record does not settle whether the attack was claimed")
    return Finding(row["claimed"], f"record of {row['place']}, {row['date_start'].date()}")


def inside_zone(reading, incident) -> Finding:
    """Whether incidents lie inside Liptako-Gourma, under the reading's definition."""
    rows = found_incidents(reading, tuple(incident.split("|")))
    inside = places.in_liptako_gourma(rows, reading.definition)
    km = places.km_to_tripoint(rows["latitude"], rows["longitude"])
    value = "inside" if inside.all() else "outside" if not inside.any() else "part inside"
    named = ", ".join(f"{p} {d:.0f} km" for p, d in zip(rows["place"], km, strict=True))
    return Finding(value, f"distance from the point where the three countries meet: {named}")


def border_km(reading, incident) -> Finding:
    """Largest distance of incidents to a border that the three countries share, km."""
    rows = found_incidents(reading, tuple(incident.split("|")))
    km = places.km_to_border(rows["latitude"], rows["longitude"])
    named = ", ".join(f"{p} {d:.0f} km" for p, d in zip(rows["place"], km, strict=True))
    return Finding(
        float(km.max()), f"{named}, by the schematic outlines", float(km.min()), float(km.max())
    )


def days_between(reading, first, second) -> Finding:
    """Days from one incident to another."""
    start, end = (pd.Timestamp(day(reading, which).value) for which in (first, second))
    return Finding(float((end - start).days), f"{start.date()} to {end.date()}")


def major(reading, start, end, country=None, what="deaths", **where) -> Finding:
    """Deaths (or number) of recorded major incidents between two days, by coded columns.

    The list holds incidents with at least 20 deaths and those that a document names: a lower bound.
    """
    rows = record()
    rows = rows[rows["date_start"].between(start, end)]
    rows = rows[rows["country"].isin(country)] if country else rows
    for name, values in where.items():
        rows = rows[rows[name].isin(values.split("|"))]
    named = ", ".join(f"{p} {d}" for p, d in zip(rows["place"], rows["deaths_best"], strict=True))
    why = f"{len(rows)} major incidents" + (f": {named}" if len(rows) <= 6 and named else "")
    if what == "number":
        return Finding(float(len(rows)), why)
    low, best, high = (float(rows[name].sum()) for name in DEATHS)
    return Finding(best, why, low, high)


def major_share(reading, start, end, column, values, country=None, perpetrators="") -> Finding:
    """Per cent of given groups' major incidents whose coded column is among values."""
    rows = record()
    rows = rows[rows["date_start"].between(start, end)]
    rows = rows[rows["country"].isin(country)] if country else rows
    rows = rows[rows["perpetrator"].isin(perpetrators.split("|"))] if perpetrators else rows
    if rows.empty:
        raise CannotCheck("the record has no major incident of the kind")
    hits = rows[column].isin(values.split("|"))
    return Finding(100 * float(hits.mean()), f"{hits.sum()} of {len(rows)} major incidents")


def major_ratio(reading, period, base, **where) -> Finding:
    """Number of major incidents in a period over that of an earlier one, ``a..b`` in days."""
    found = [major(reading, *span.split(".."), what="number", **where) for span in (period, base)]
    if not found[1].value:
        raise CannotCheck(f"the record has no major incident of the kind in {base}")
    why = f"{found[0].value:.0f} major incidents in {period}, {found[1].value:.0f} in {base}"
    return Finding(found[0].value / found[1].value, why)


@cache
def interventions() -> pd.DataFrame:
    """The shipped table of interventions, all text, indexed by id."""
    return read_table("interventions.csv").set_index("intervention_id", drop=False)


def started(reading, intervention, which="start") -> Finding:
    """Day (or month, year) on which an intervention or event began, or ended."""
    row = interventions().loc[intervention]
    length = {"year": 4, "month": 7}.get(row[f"{which}_precision"], 10)
    return Finding(row[which][:length], row["note"].rstrip(".") or row["name"])


def within_zone(reading, intervention) -> Finding:
    """Whether the area of an intervention lies inside Liptako-Gourma (definition by regions)."""
    units = [
        tuple(u.split(":")) for u in interventions().loc[intervention, "area_units"].split("|") if u
    ]
    if not units:
        raise CannotCheck("the table gives no area for it")
    inside = [unit in places.members("regions") for unit in units]
    value = "inside" if all(inside) else "part inside" if any(inside) else "outside"
    return Finding(value, ", ".join(f"{c} {r}" for c, r in units))


def months_between(reading, first, second, unit="months") -> Finding:
    """Months (or years, days) from the start of one event to that of another, or to a day."""
    table = interventions()
    start = pd.Timestamp(table.loc[first, "start"])
    end = pd.Timestamp(table.loc[second, "start"] if second in table.index else second)
    days = (end - start).days
    value = days / {"days": 1, "months": 30.4375, "years": 365.25}[unit]
    return Finding(value, f"{start.date()} to {end.date()}")


def under_way(reading, intervention, date) -> Finding:
    """Whether an operation was under way on a day: yes or no."""
    row = interventions().loc[intervention]
    there = set(in_force(date, kinds=None)["intervention_id"])
    value = "yes" if intervention in there else "no"
    return Finding(value, f"{row['name']}: {row['start']} to {row['end'] or 'after the period'}")


def members_of(reading, intervention) -> Finding:
    """Countries of an intervention, in alphabetical order of their codes, separated by |."""
    row = interventions().loc[intervention]
    return Finding("|".join(sorted(row["countries"].split("|"))), row["name"])


def begun(reading, kind, start, end, country=None) -> Finding:
    """Number of interventions of a kind that began between two days."""
    rows = interventions()
    rows = rows[(rows["kind"] == kind) & (rows["start"] >= start) & (rows["start"] <= end)]
    if country:
        rows = rows[[bool(set(country) & set(text.split("|"))) for text in rows["countries"]]]
    return Finding(float(len(rows)), ", ".join(rows["name"]) or "none in the table")


def stated_number(reading, intervention, measure, first, last) -> Finding:
    """Strength or losses of an intervention in a period, by sources other than the documents."""
    table = read_table("intervention_numbers.csv")
    rows = table[(table["intervention_id"] == intervention) & (table["measure"] == measure)]
    # A date known to the year counts in each of its months.
    begin, end = (
        rows["date"].str[:7].str.ljust(7, "-").str.replace("---", m) for m in ("-01", "-12")
    )
    rows = rows[(begin <= last) & (end >= first)]
    rows = rows[~rows["source"].str.startswith(DOCUMENT_IDS)]
    if rows.empty:
        raise CannotCheck(f"the table has no other source for {measure} between {first} and {last}")
    numbers = rows["number"].astype(float)
    why = "; ".join(
        f"{n:,.0f} in {d} ({s.split(',')[0]})"
        for n, d, s in zip(numbers, rows["date"], rows["source"], strict=True)
    )
    return Finding(float(numbers.median()), why, float(numbers.min()), float(numbers.max()))


def strength_sum(reading, missions, first, last) -> Finding:
    """Sum of the largest strengths that the table gives for several missions in a period."""
    found = []
    for name in missions.split("|"):
        try:
            found.append((name, stated_number(reading, name, "strength", first, last)))
        except CannotCheck:
            continue
    if not found:
        raise CannotCheck("the table has no strength for any of them")
    why = "largest strengths: " + ", ".join(
        f"{interventions().loc[n, 'name']} {f.high:,.0f}" for n, f in found
    )
    return Finding(sum(f.high for _, f in found), why, sum(f.low for _, f in found))
