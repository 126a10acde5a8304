"""Checks of published statements in one table: incidents, interventions, groups, UCDP's totals.

An incident is checked against the shipped record of major incidents, or, with a user's own file,
against the incidents of that file near the recorded place and day. Reports by the documents
themselves and claims by a party to the fighting never count as evidence.
"""

from functools import cache

import pandas as pd

from sahelkit import actors, coding, places
from sahelkit.claims.reading import CannotCheck, Finding, per_cent, total
from sahelkit.files import data_dir, read_table
from sahelkit.interventions import in_force
from sahelkit.sources import read_incidents

NEAR_KM, NEAR_DAYS = 30, 2
"""A user's incident is taken for a recorded one within this distance and time."""
DOCUMENTS = {
    "tracker-2017": "R. Lyammouri, monthly tracker, 24 April 2017",
    "zimmerer-2017": "M. Zimmerer, 24 August 2017",
    "baloi-2019": "A.-M. Baloi, Grey Dynamics, December 2019",
    "thread-2020": "Thread on JNIM, 6 April 2020",
    "alert-2020": "Security alert, 13 November 2020",
}
"""The five documents; every other source of a claim is a publication with numbers."""
RECORD = "the record"
DEATHS = ["deaths_low", "deaths_best", "deaths_high"]


@cache
def record() -> pd.DataFrame:
    """The shipped record of major incidents, indexed by id; `basis` tells it from a user's rows."""
    table = read_incidents(data_dir() / "incidents.csv")[0].set_index("incident_id", drop=False)
    return table.assign(basis=RECORD)


@cache
def reports() -> pd.DataFrame:
    """Reports of incidents that count as evidence: neither documents nor claims by a party."""
    sheet = coding.read_reports()
    return sheet[~sheet["kind"].isin(["document", "party_claim"])]


@cache
def interventions() -> pd.DataFrame:
    """The shipped table of interventions, all text, indexed by id."""
    return read_table("interventions.csv").set_index("intervention_id", drop=False)


def found_incidents(reading, incident: str) -> tuple:
    """Incidents of a user's file near recorded ones in place and time, or the recorded ones; and half
    a sentence that says where an incident is not in the file.
    """
    known = record().loc[incident.split("|")]
    if reading.ds.events is None:
        return known, ""
    rows = pd.concat([_near(reading.ds, row) for _, row in known.iterrows()])
    rows = rows.drop_duplicates("incident_id")
    missing = f"; not in {reading.ds.label}, so from the package's own record"
    return rows, missing if (rows["basis"] == RECORD).any() else ""


def _near(ds, row: pd.Series) -> pd.DataFrame:
    slack = pd.Timedelta(days=NEAR_DAYS)
    days = ds.events["date_start"].between(row["date_start"] - slack, row["date_end"] + slack)
    near = ds.events[days & (ds.events["country"] == row["country"])]
    x, y = places.project(near["latitude"], near["longitude"])
    here = places.project([row["latitude"]], [row["longitude"]])
    near = near[((x - here[0]) ** 2 + (y - here[1]) ** 2) ** 0.5 <= NEAR_KM]
    return record().loc[[row["incident_id"]]] if near.empty else near.assign(basis=ds.label)


def _main(rows: pd.DataFrame) -> pd.Series:
    """The incident with most deaths."""
    return rows.sort_values("deaths_best", ascending=False).iloc[0]


def where_inside(flags) -> str:
    """Whether all, some or none of several lie inside."""
    return "inside" if all(flags) else "part inside" if any(flags) else "outside"


def kilometres(rows: pd.DataFrame, distance) -> tuple:
    """Places with their distances in words, and the distances, by a function of `places`."""
    km = distance(rows["latitude"], rows["longitude"])
    return ", ".join(f"{p} {d:.0f} km" for p, d in zip(rows["place"], km, strict=True)), km


def toll(reading, incident, scope="") -> Finding:
    """Deaths of an incident; with `scope`, the median of the reports' tolls of a part.

    A file of incidents does not tell parts of the dead apart, so a scope is always looked up in
    the package's own sheet of reports.
    """
    if scope:
        part, told = scope.replace("_", " "), reports()
        told = told[told["incident"].isin(incident.split("|")) & (told["covers"] == "incident")]
        tolls = told.loc[told["toll_scope"] == scope, "deaths_best"].dropna()
        if tolls.empty:
            raise CannotCheck(f"no report gives a toll of {part}")
        low, high = tolls.min(), tolls.max()
        span = f"{low}" if low == high else f"{low} to {high}"
        why = f"{part} dead in {len(tolls)} reports: {span}"
        return Finding(float(tolls.median()), why, float(low), float(high))
    rows, missing = found_incidents(reading, incident)
    low, best, high = (float(rows[n].sum()) if rows[n].notna().any() else None for n in DEATHS)
    if best is None:
        raise CannotCheck(f"{reading.ds.label} gives no deaths for it")
    named = ", ".join(dict.fromkeys(rows["place"].astype(str)))
    return Finding(best, f"all dead, any attackers included, of {named}{missing}", low, high)


def day(reading, incident) -> Finding:
    """First day of an incident; the other days that reports give are its others."""
    rows, missing = found_incidents(reading, incident)
    main, told = _main(rows), reports()
    value = str(main["date_start"].date())
    days = told.loc[told["incident"] == incident, "date_start"].dropna()
    others = sorted({str(d.date()) for d in days} - {value})
    agreeing = (days == main["date_start"]).sum()
    why = f"{main['place']}, {value}: {agreeing} of {len(days)} dated reports{missing}"
    return Finding(value, why, others=tuple(others))


def region_of(reading, incident) -> Finding:
    """Region of an incident."""
    rows, missing = found_incidents(reading, incident)
    main = _main(rows)
    if pd.isna(main["region"]):
        raise CannotCheck(f"{reading.ds.label} gives no region for it")
    longitude = f"{abs(main['longitude']):.2f} {'E' if main['longitude'] >= 0 else 'W'}"
    why = f"{main['place']}, {main['latitude']:.2f} N {longitude}{missing}"
    return Finding(str(main["region"]), why)


def perpetrator(reading, incident, by="") -> Finding:
    """Group that started an incident; of a user's file the armed group that it names.

    With ``by=record`` always the one that the package's own record names.
    """
    own = by == "record"
    main = record().loc[incident] if own else _main(found_incidents(reading, incident)[0])
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


def border_km(reading, incident) -> Finding:
    """Largest distance of incidents to a border that the three countries share, km."""
    rows, _ = found_incidents(reading, incident)
    named, km = kilometres(rows, places.km_to_border)
    low, high = float(km.min()), float(km.max())
    return Finding(high, f"{named}, by the schematic outlines", low, high)


def days_between(reading, first, second) -> Finding:
    """Days from one incident to another."""
    start, end = (pd.Timestamp(day(reading, which).value) for which in (first, second))
    return Finding(float((end - start).days), f"{start.date()} to {end.date()}")


def _major(start, end, country=None, **where) -> pd.DataFrame:
    """Recorded major incidents between two days, by coded columns."""
    rows = record()
    rows = rows[rows["date_start"].between(start, end)]
    wanted = {name: values.split("|") for name, values in where.items()}
    for name, values in (wanted | ({"country": country} if country else {})).items():
        rows = rows[rows[name].isin(values)]
    return rows


def major(reading, **where) -> Finding:
    """Deaths of recorded major incidents between two days, by coded columns.

    The list holds incidents with at least 20 deaths and those that a document names: a lower bound.
    """
    rows = _major(**where)
    named = ", ".join(f"{p} {d}" for p, d in zip(rows["place"], rows["deaths_best"], strict=True))
    why = f"{len(rows)} major incidents" + (f": {named}" if len(rows) <= 6 and named else "")
    low, best, high = (float(rows[name].sum()) for name in DEATHS)
    return Finding(best, why, low, high)


def major_share(reading, column, values, perpetrators, **where) -> Finding:
    """Per cent of given groups' major incidents whose coded column is among values."""
    rows = _major(**where, perpetrator=perpetrators)
    if rows.empty:
        raise CannotCheck("the record has no major incident of the kind")
    hits = rows[column].isin(values.split("|")).sum()
    return per_cent(hits, len(rows), "major incidents")


def major_ratio(reading, period, base, **where) -> Finding:
    """Number of major incidents in a period over that of an earlier one, ``a..b`` in days."""
    after, before = (len(_major(*span.split(".."), **where)) for span in (period, base))
    if not before:
        raise CannotCheck(f"the record has no major incident of the kind in {base}")
    return Finding(after / before, f"{after} major incidents in {period}, {before} in {base}")


def started(reading, intervention, which="start") -> Finding:
    """Day (or month, year) on which an intervention or event began, or ended."""
    row = interventions().loc[intervention]
    length = {"year": 4, "month": 7}.get(row[f"{which}_precision"], 10)
    return Finding(row[which][:length], row["note"].rstrip(".") or row["name"])


def within_zone(reading, intervention) -> Finding:
    """Whether the area of an intervention lies inside Liptako-Gourma (definition by regions)."""
    named = filter(None, interventions().loc[intervention, "area_units"].split("|"))
    units = [tuple(unit.split(":")) for unit in named]
    if not units:
        raise CannotCheck("the table gives no area for it")
    value = where_inside([unit in places.members("regions") for unit in units])
    return Finding(value, ", ".join(f"{c} {r}" for c, r in units))


def months_between(reading, first, second, unit="months") -> Finding:
    """Months (or years, days) from the start of one event to that of another, or to a day."""
    starts = interventions()["start"]
    start, end = pd.Timestamp(starts[first]), pd.Timestamp(starts.get(second, second))
    value = (end - start).days / {"days": 1, "months": 30.4375, "years": 365.25}[unit]
    return Finding(value, f"{start.date()} to {end.date()}")


def under_way(reading, intervention, date) -> Finding:
    """Whether an operation was under way on a day: yes or no."""
    row = interventions().loc[intervention]
    there = set(in_force(date, kinds=None)["intervention_id"])
    value = "yes" if intervention in there else "no"
    return Finding(value, f"{row['name']}: {row['start']} to {row['end'] or 'after the period'}")


def predecessors(reading, group) -> Finding:
    """Groups that merged into a group, ids in alphabetical order, separated by |."""
    row = actors.groups().set_index("group_id").loc[group]
    if not row["predecessors"]:
        raise CannotCheck("the table of groups gives no predecessors")
    return Finding("|".join(sorted(row["predecessors"].split("|"))), row["name"])


def members_of(reading, intervention) -> Finding:
    """Countries of an intervention, in alphabetical order of their codes, separated by |."""
    row = interventions().loc[intervention]
    return Finding("|".join(sorted(row["countries"].split("|"))), row["name"])


def begun(reading, kind, start, end, country) -> Finding:
    """Number of interventions of a kind that began between two days."""
    rows = interventions()
    rows = rows[(rows["kind"] == kind) & rows["start"].between(start, end)]
    rows = rows[[not set(country).isdisjoint(text.split("|")) for text in rows["countries"]]]
    return Finding(float(len(rows)), ", ".join(rows["name"]) or "none in the table")


def stated_number(reading, intervention, measure, first, last) -> Finding:
    """Strength or losses of an intervention in a period, by sources other than the documents."""
    table = read_table("intervention_numbers.csv")
    rows = table[(table["intervention_id"] == intervention) & (table["measure"] == measure)]
    # A date known to the year counts in each of its months.
    begin, end = ((rows["date"].str[:7] + month).str[:7] for month in ("-01", "-12"))
    rows = rows[(begin <= last) & (end >= first)]
    rows = rows[~rows["source"].str.startswith(tuple(DOCUMENTS))]
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
    found = {}
    for name in missions.split("|"):
        try:
            found[name] = stated_number(reading, name, "strength", first, last)
        except CannotCheck:
            continue
    if not found:
        raise CannotCheck("the table has no strength for any of them")
    named = ", ".join(f"{interventions().at[n, 'name']} {f.high:,.0f}" for n, f in found.items())
    low, high = (sum(getattr(f, end) for f in found.values()) for end in ("low", "high"))
    return Finding(high, f"largest strengths: {named}", low)


def official(reading, year, column="deaths_best", country=None) -> Finding:
    """UCDP's published deaths of a year, summed over countries; low and high are UCDP's own."""
    rows, ds = _official(reading.ds, year, country), reading.ds
    value, why = float(rows[column].sum()), f"country-year table, release {rows['release'].iloc[0]}"
    if column != "deaths_best":
        return Finding(value, f"{why}, {column.removesuffix('_best').replace('_', '-')}")
    if int(year) in ds.years:
        own = total(reading, column, start=f"{year}-01", end=f"{year}-12", country=country)
        why += f"; the incidents in {ds.label} sum to {own:,.0f}"
    return Finding(value, why, float(rows["deaths_low"].sum()), float(rows["deaths_high"].sum()))


def official_ratio(reading, year, base, country=None) -> Finding:
    """Deaths of a year over those of an earlier one in UCDP's published country-year table."""
    now, then = (_official(reading.ds, which, country)[DEATHS].sum() for which in (year, base))
    if not then["deaths_best"]:
        raise CannotCheck(f"no deaths in {base}")
    why = f"{now['deaths_best']:,.0f} deaths in {year}, {then['deaths_best']:,.0f} in {base}"
    ends = zip(DEATHS, reversed(DEATHS), strict=True)
    low, best, high = (float(now[one] / then[other]) for one, other in ends)
    return Finding(best, why, low, high)


def official_share(reading, year, country) -> Finding:
    """Per cent of the three countries' deaths that fall on one, in UCDP's country-year table."""
    part, whole = (_official(reading.ds, year, c)["deaths_best"].sum() for c in (country, None))
    return per_cent(part, whole, f"deaths in {year}")


def _official(ds, year, country) -> pd.DataFrame:
    table = ds.country_year
    rows = table[table["year"].astype(int) == int(year)]
    rows = rows[rows["country"].isin(country)] if country else rows
    if rows.empty:
        raise CannotCheck(f"UCDP's country-year table has no {year}")
    return rows
