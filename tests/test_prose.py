"""Every number with a unit that is typed in a notebook, README.md or a data page is the data's.

`phrases` holds the phrases in which such numbers stand, computed; a number outside all of them fails.
"""

import re

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

import sahelkit
from sahelkit import coding, escalation, geography, interventions, places, readings, tracker
from sahelkit.escalation import tolls, trends
from sahelkit.geography.clustering import HIGH_PER_KM2
from sahelkit.models import LEVEL

UNITS = [
    "%",
    "km",
    "deaths",
    "dead",
    "incidents",
    "people",
    "killed",
    "events",
    "months",
    "years",
    "times",
    "points",
    "troops",
    "soldiers",
    "cells",
    "rows",
    "regions",
]
NUMBER = re.compile(
    rf"(?<![\w.])(?!20\d\d\b)\d[\d,.]*(?:\s(?:to|and|or)\s\d[\d,.]*)?\s?(?:{'|'.join(UNITS)})(?!\w)"
)
PAGES = [
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
    *(ROOT / name for name in ("README.md", "data/README.md", "data/datasheet.md")),
]


def prose(path) -> str:
    """A page's text in one line, without exercises and what is generated."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        parts = [c.source.split("## Try it")[0] for c in cells if c.cell_type == "markdown"]
        return " ".join(" ".join(parts).split())
    text = re.sub(
        r"<!-- generated.*?begin -->.*?<!-- generated.*?end -->",
        "",
        path.read_text(encoding="utf-8"),
        flags=re.S,
    )
    return " ".join(text.split())


def per_cent(share: float) -> str:
    return f"{100 * share:.0f} %"


@pytest.fixture(scope="module")
def phrases():
    """Page (or '' for any) -> the phrases in which its numbers stand."""
    ds = sahelkit.load()
    near = readings.without_diffa(ds)
    plain, without = geography.share(ds), geography.share(near)
    km = geography.centre(near)["km_to_tripoint"].min()
    km_diffa = geography.centre(ds)["km_to_tripoint"].idxmin()
    years = ds.count(freq="Y")["incidents"]
    deaths = ds.count(freq="Y", weight="deaths_best")["deaths_best"]
    official = ds.country_year.groupby("year")["deaths_best"].sum()
    toll = tolls.yearly_totals(ds).set_index(["country", "year"]).loc[("all", 2023)]
    struck = coding.who_killed_whom(ds.major)
    struck = struck.sum(axis=1) / struck.to_numpy().sum()
    border = geography.border_shares(ds)["2018-2021"]
    located = border["located to the district or better, without Diffa"]
    told = ds.reports.set_index("incident")
    delimane = told.loc["MLI-2019-11-01-in-delimane"]
    official_toll = delimane.query("kind == 'document'")["deaths_best"].item() - 1  # and a civilian
    soldiers = delimane.query("toll_scope == 'security_forces'")["deaths_best"].median()
    place = ds.incidents.set_index("incident_id").loc["MLI-2019-11-01-in-delimane"]
    bamako = places.project([12.65, place["latitude"]], [-8.0, place["longitude"]])
    diffa = places.km_to_tripoint([13.32], [12.61])[0]
    troops = interventions.reported_numbers().query("intervention_id == 'monclar'")["number"].max()
    published = pd.read_csv(ROOT / "data" / "claims.csv").set_index("id")["expected"]
    ends = ds.incidents.loc[ds.incidents["documents"] == "", "deaths_best"]
    series = ", ".join(f"{deaths[y]:,} in {y}" for y in range(2013, 2017))
    firsts = [2012, 2016, 2018, 2023]
    known = [per_cent(plain[y]) for y in firsts]
    low, high = without.loc[2014:2016].min(), without.loc[2014:2016].max()
    return {
        "": [
            f"{places.RADIUS_KM:.0f} km",
            f"{places.BORDER_KM:.0f} km",
            f"{ends.min()} deaths",
            "25 deaths",  # UCDP's own definition of a conflict
            "about 2 % of the places",  # of the rows rebuilt, by whoever rebuilt them
            per_cent(1 - LEVEL),
        ],
        "02_escalation": [
            f"Below {per_cent(escalation.THIN_PROBABILITY)}",
            f"over {trends.HAC_LAGS} months",
        ],
        "01_incident_data": [
            f"more than {np.floor(np.hypot(*np.diff(bamako)).item() / 100) * 100:,.0f} km away",
            f"Its {official_toll:.0f} soldiers and one civilian",
            f"cut to {soldiers:.0f} soldiers",
        ],
        "03_shift": [
            f"{np.floor(diffa / 100) * 100:,.0f} km from the point",
            f"without Diffa up to {per_cent(without.loc[2013:2016].max())} in {without.loc[2013:2016].idxmax()}",
            f"about {geography.fall(ds, 2018, 2023)['points']:.0f} points",
            f"{published['oecd-swac-01']} % of the ACLED events",
            f"Near the borders: {published['oecd-swac-01']} %",
            f"incidents to about {round(100 * located, -1):.0f} % in 2018-2021",
            f"deaths to {per_cent(border['deaths, without Diffa'])} from the cells",
            f"{years[2023] / years[2012]:.0f} times the incidents",
            f"{HIGH_PER_KM2} incidents",
            f"{geography.centre(ds)['km_to_tripoint'].min():.0f} km in {km_diffa}",
            f"nearer than {km:.0f} km",
            f"without Diffa {100 * low:.0f} to {per_cent(high)}",
        ],
        "06_displacement": [f"{troops:,.0f} troops"],
        "08_tracker": [f"at most {per_cent(tracker.UNUSUAL)}", f"{tracker.HISTORY} months"],
        "README": [
            f"Deaths per year were {deaths[2012]:,} in 2012, {series}, then rose to {deaths[2023]:,} in 2023",
            f"UCDP's total for 2024 is {official[2024]:,}",
            f"{toll['sum_low']:,.0f} to {toll['sum_high']:,.0f} for 2023",
            f"puts it at {toll['low']:,.0f} to {toll['high']:,.0f}",
            f"struck where {per_cent(struck['State and foreign forces'])} of the people died",
            f"for {per_cent(struck['unknown'])} nobody says",
            f"was {known[0]} in 2012, {known[1]} in 2016, {known[2]} in 2018 and {known[3]} in 2023",
            f"without Diffa {', '.join(per_cent(without[y])[:-2] for y in firsts[:3])} and {per_cent(without[2023])}",
            f"nearer than {km:.0f} km",
            f"major incidents** ({len(ds.incidents)})",
            f"interventions** ({len(interventions.read())})",
        ],
    }


def needs_events(ged) -> dict:
    """Phrases of numbers that need the events of the reference file."""
    near = readings.without_diffa(ged)
    share = geography.share_over(near, 2018, 2021, "border", "deaths_best")
    events = ged.events[ged.events["date_start"] >= "2012"]
    months = ged.region_month
    by_region = months.loc[places.in_diffa(months) & (months["month"].dt.year >= 2012), "incidents"]
    differ = abs(places.in_diffa(events).sum() - by_region.sum())
    return {
        "03_shift": [f"{per_cent(share)} from single positions"],
        "data/README": [f"the region Diffa ({differ} incidents differ)"],
    }


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_typed_numbers_are_the_datas(path, phrases, request):
    text, page = prose(path), path.stem if path.parent != ROOT / "data" else f"data/{path.stem}"
    own = phrases.get(page, [])
    if page in ("03_shift", "data/README"):
        own = [*own, *needs_events(request.getfixturevalue("ged"))[page]]
    missing = [phrase for phrase in own if phrase not in text]
    spans = [
        m.span() for phrase in [*phrases[""], *own] for m in re.finditer(re.escape(phrase), text)
    ]
    loose = [
        text[max(0, m.start() - 30) : m.end() + 10]
        for m in NUMBER.finditer(text)
        if not any(start <= m.start() and m.end() <= end for start, end in spans)
    ]
    assert (missing, loose) == ([], [])
