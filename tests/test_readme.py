"""Numbers typed in README.md are the data's."""

import pytest
from conftest import ROOT

import sahelkit
from sahelkit import coding, geography, readings
from sahelkit.escalation import tolls

TEXT = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def ds():
    return sahelkit.load()


def test_deaths_per_year(ds):
    deaths = ds.count(freq="Y", weight="deaths_best")["deaths_best"]
    official = ds.country_year.groupby("year")["deaths_best"].sum()
    series = ", ".join(f"{deaths[y]:,} in {y}" for y in range(2013, 2017))
    assert f"Deaths per year were {deaths[2012]:,} in 2012, {series}, then rose to" in TEXT
    assert f"{deaths[2023]:,} in 2023; UCDP's total for 2024 is {official[2024]:,}" in TEXT
    found = tolls.yearly_totals(ds).set_index(["country", "year"]).loc[("all", 2023)]
    assert f"{found['sum_low']:,.0f} to {found['sum_high']:,.0f} for 2023" in TEXT
    assert f"puts it at {found['low']:,.0f} to {found['high']:,.0f}" in TEXT


def test_who_struck(ds):
    table = coding.who_killed_whom(ds.incidents)
    share = table.sum(axis=1) / table.to_numpy().sum()
    assert f"struck where {share['State and foreign forces']:.0%}".replace("%", " %") in TEXT
    assert f"for {share['unknown']:.0%}".replace("%", " %") in TEXT


def test_shares(ds):
    years = [2012, 2016, 2018, 2023]
    plain, near = (
        (100 * geography.share(one)).loc[years].round().astype(int).tolist()
        for one in (ds, readings.without_diffa(ds))
    )
    first, *rest = plain
    assert f"was {first} % in 2012" in TEXT
    assert all(f"{n} % in {year}" in TEXT for n, year in zip(rest, years[1:], strict=True))
    assert f"without Diffa {', '.join(map(str, near[:3]))} and {near[3]} %" in TEXT


def test_counts_of_what_is_shipped(ds):
    assert f"major incidents** ({len(ds.incidents)})" in TEXT
    assert f"interventions** ({len(sahelkit.interventions.read())})" in TEXT
    km = geography.centre(readings.without_diffa(ds))["km_to_tripoint"].min()
    assert f"nearer than {km:.0f} km" in TEXT
