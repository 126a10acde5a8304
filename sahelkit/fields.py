"""What each column of the shipped tables means; codebook and datapackage are generated from it."""

from sahelkit import coding as coded
from sahelkit import schema
from sahelkit.dataset import COUNTS

KEYS = {
    "country": "ISO 3166-1 alpha-3.",
    "region": "First-level unit, canonical spelling; 'unknown' where the source names none.",
    "month": "Month of the first day, YYYY-MM.",
    "year": "Calendar year (of the first day, where computed from incidents).",
    "violence": "combat or civilians.",
    "group": "Group family.",
    "priogrid_gid": "PRIO-GRID cell, 0.5 degree (Tollefsen et al. 2012).",
    "incidents": "Number of incidents.",
    "deaths_best": "Deaths, best estimate, persons.",
    "deaths_low": "Deaths, low estimate, persons.",
    "deaths_high": "Deaths, high estimate, persons.",
    "deaths_civilians": "Civilians among the dead, persons.",
}
COUNTED_FIELDS = {name: KEYS[name] for name in COUNTS}
REBUILD_GED = "sahelkit rebuild --ged FILE"
TABLES = {
    "incidents.csv": {
        "title": "Major incidents, one row each: at least 20 deaths, or named by a source document",
        "rebuild": "sahelkit rebuild",
        "fields": {c.name: c.meaning for c in schema.COLUMNS} | coded.EXTRA,
    },
    "raw/incident_reports.csv": {
        "title": "The coding sheet of reports: one row is one incident in one source",
        "rebuild": "coded by hand",
        "fields": {
            "incident": "Incident the report speaks of.",
            "report": "Number of the report within the incident.",
            "kind": "Kind of source (codes below).",
            "publisher": "Who published it.",
            "published": "Date of publication, as far as shown.",
            "title": "Title or document number; in brackets a description where the page showed none.",
            "url": "Address.",
            "ged_id": "Event id in UCDP GED 24.1.",
            "date_start": "First day as the report gives it.",
            "date_end": "Last day as the report gives it.",
            "date_precision": "UCDP date_prec, GED reports only.",
            "country": "GED reports only.",
            "region": "GED reports only, canonical spelling.",
            "place": "Place as the report gives it.",
            "latitude": "Degrees north, GED reports only.",
            "longitude": "Degrees east, GED reports only.",
            "location_precision": "1 exact to 4 vague, GED reports only.",
            "event_type": "Type of violence, GED reports only.",
            "actor_a": "First side, GED reports only.",
            "actor_b": "Second side, GED reports only.",
            "deaths_low": "Lower end, where the report gives a range.",
            "deaths_best": "Number of dead the report gives, for the scope below.",
            "deaths_high": "Upper end, where the report gives a range.",
            "deaths_civilians": "Civilians among the dead, GED reports only.",
            "toll_kind": "How the number is meant (codes below).",
            "toll_scope": "Whom it counts (codes below).",
            "covers": "Whether it speaks of the incident, a part, or more (codes below).",
            "attackers_counted": "Whether dead attackers are included (codes below).",
            "deaths_attackers": "Dead among the attackers, where given apart.",
            "stated_by": "Who stated the toll.",
            "note": "Remark.",
        },
    },
    "raw/incident_coding.csv": {
        "title": "What was coded per incident",
        "rebuild": "coded by hand",
        "fields": {
            "incident": "Identifier: country, date, place.",
            "name": "Short name.",
            "country": "ISO 3166-1 alpha-3.",
            "region": "Only where GED has no event.",
            "latitude": "Only where GED has no event.",
            "longitude": "Only where GED has no event.",
            "location_precision": "Only where GED has no event.",
            **coded.CODED,
            "documents": "Source documents that name it.",
            "note": "Remark.",
        },
    },
    "raw/incident_recoding.csv": {
        "title": "Second, blind codings of random tenths, beside the first",
        "rebuild": "coded by hand",
        "fields": {
            "round": "1 before, 2 after the definitions were sharpened.",
            "incident": "Incident.",
            "field": "Coded field.",
            "first": "First coding, at that time.",
            "second": "Second coding.",
        },
    },
    "raw/codes.csv": {
        "title": "The codes and their definitions",
        "rebuild": "written by hand",
        "fields": {"field": "Coded field.", "code": "Value.", "definition": "When it applies."},
    },
    "ucdp_region_month.csv": {
        "title": "Incidents and deaths in UCDP GED per region and month; months without violence are left out",
        "rebuild": REBUILD_GED,
        "fields": {k: KEYS[k] for k in ("country", "region", "month", "violence", "group")}
        | COUNTED_FIELDS,
    },
    "ucdp_grid_year.csv": {
        "title": "Incidents and deaths in UCDP GED per PRIO-GRID cell and year",
        "rebuild": REBUILD_GED,
        "fields": {k: KEYS[k] for k in ("priogrid_gid", "year", "country", "violence")}
        | COUNTED_FIELDS
        | {
            "incidents_located": "Incidents located to the district or better.",
            "latitude": "Mean latitude of the cell's incidents, degrees.",
            "longitude": "Mean longitude of the cell's incidents, degrees.",
            "nearest_in_cell_km": "Sum over the incidents of the distance to the nearest other one "
            "of the cell and year, km; empty where it is alone.",
            "nearest_in_year_km": "The same, to the nearest other one of the year anywhere.",
        },
    },
    "ucdp_country_year.csv": {
        "title": "UCDP's published deaths in organised violence per country and year",
        "rebuild": "sahelkit rebuild --country-year FILE",
        "fields": {
            k: KEYS[k] for k in ("country", "year", "deaths_best", "deaths_low", "deaths_high")
        }
        | {
            "state_based_best": "Of these in state-based conflict.",
            "non_state_best": "Of these in non-state conflict.",
            "one_sided_best": "Of these in one-sided violence.",
            "release": "UCDP release.",
        },
    },
    "interventions.csv": {
        "title": "Operations, missions, accords, summits, coups, mergers, leadership losses",
        "rebuild": "coded by hand",
        "fields": {
            "intervention_id": "Identifier.",
            "name": "Name in English.",
            "name_local": "Name in French or as used locally.",
            "kind": "Kind of intervention or event.",
            "lead": "Lead actor.",
            "start": "First day; the first of the month or year where less is known.",
            "start_precision": "day, month or year.",
            "end": "Last day; empty where it has none or goes on.",
            "end_precision": "day, month, year or none.",
            "countries": "ISO 3166-1 alpha-3, separated by |.",
            "area": "Area in words.",
            "area_units": "First-level units of an area operation, country:region, separated by |.",
            "documents": "Source documents that name it.",
            "confirmed": "yes: dates read in an independent source.",
            "note": "Remark.",
            "sources": "Publisher (date): title <address>, separated by ' ; '.",
        },
    },
    "intervention_numbers.csv": {
        "title": "Troop strength and own losses of interventions over time, as sources give them",
        "rebuild": "coded by hand",
        "fields": {
            "intervention_id": "Identifier in interventions.csv.",
            "measure": "strength or losses, persons.",
            "date": "Date the value speaks of: year, month or day.",
            "number": "Persons.",
            "source": "Where it was read.",
        },
    },
    "actors.csv": {
        "title": "Armed groups and forces: lineage and names in each source",
        "rebuild": "coded by hand",
        "fields": {
            "group_id": "Identifier.",
            "name": "Name.",
            "name_fr": "Name in French.",
            "abbreviation": "Abbreviation.",
            "family": "Group family.",
            "founded": "Founding: year, month or day.",
            "founded_precision": "day, month, year or none.",
            "ended": "End or merger into another group.",
            "ended_precision": "day, month, year or none.",
            "successor": "Group it went into.",
            "predecessors": "Groups it came from, separated by |.",
            "event": "How it began: founding, merger, split, renamed.",
            "names_ucdp": "Names in UCDP, separated by |.",
            "names_acled": "Names in ACLED; years in brackets may follow.",
            "names_gtd": "Names in GTD.",
            "names_press": "Names in the press.",
            "confirmed": "yes: dates or names read in an independent source.",
            "note": "Remark.",
            "sources": "Publisher (date): title <address>, separated by ' ; '.",
        },
    },
    "places.csv": {
        "title": "First-level units: codes, spellings, splits, renamings, membership in Liptako-Gourma",
        "rebuild": "coded by hand",
        "fields": {
            "country": KEYS["country"],
            "iso_3166_2": "ISO 3166-2 code.",
            "region": "Canonical French spelling.",
            "counted_as": "Unit that the tables count it in.",
            "created": "Day it began to work, where split off since 2012.",
            "split_from": "Unit it was split from.",
            "spellings": "Other spellings met, separated by |.",
            "names_2025": "Names of its parts since the decrees of July 2025.",
            "renamed": "Day of the renaming.",
            "lg_regions": "In Liptako-Gourma by the default definition.",
            "lg_authority": "In the area of the Liptako-Gourma Authority, by its own list of members.",
        },
    },
    "claims.csv": {
        "title": "Statements of the documents and of the literature, and the check of each",
        "rebuild": "coded by hand",
        "fields": {
            "id": "Identifier: source and number.",
            "claim": "The statement, in the package's words.",
            "source": "Document (`claims.DOCUMENTS`) or publication.",
            "date": "Day of publication.",
            "place": "Where in the source: paragraph, table, page.",
            "kind": "count, trend, geography, incident fact, actor, intervention, causal or prediction.",
            "check": "Function of `sahelkit.claims.checks`, `checks_groups` or `checks_record` that "
            "finds the value; empty where nothing can.",
            "parameters": "Its arguments: name=value, separated by ;.",
            "expected": "Value that the statement gives: a number, a day, a range, or > and <.",
            "tolerance": "How far the value found may lie off and still agree; empty: the default.",
            "checkable_with": "Data that can check it: shipped, ged, acled, separated by |.",
            "note": "What the check takes for granted.",
            "url": "Where the statement was read.",
        },
    },
}
INTEGERS = {"round", "year", "priogrid_gid", "incidents", "incidents_located", "report", "number"}
INTEGERS |= {
    "date_precision",
    "location_precision",
    "n_reports",
    "n_publishers",
    "deaths_claimed",
    "deaths_attackers",
}
INTEGERS |= {"state_based_best", "non_state_best", "one_sided_best", *schema.DEATHS}
NUMBERS = {"latitude", "longitude"}
DATES = {"date_start", "date_end", "date_earliest", "date_latest", "start", "end"}
