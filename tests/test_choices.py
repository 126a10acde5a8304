"""A misspelt argument ends in one line that names the choices; what is not covered says so."""

import pytest

import sahelkit
from sahelkit import geography, places, tracker
from sahelkit.figures import maps
from sahelkit.interventions import intervention


@pytest.fixture(scope="module")
def ds():
    return sahelkit.load()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda ds: ds.count(weight="fatalities"), "'incidents', 'deaths_best'"),
        (lambda ds: ds.count(weight="deathz"), "did you mean 'deaths_best'?"),
        (lambda ds: ds.count(years=2020), "'area', 'inside', 'group'"),
        (lambda ds: ds.count("contry"), "did you mean 'country'?"),
        (lambda ds: ds.count(freq="month"), "'D', 'W', 'M', 'Q', 'Y'"),
        (lambda ds: ds.count(area="Gaoo"), "did you mean 'MLI:Gao'?"),
        (lambda ds: ds.count(area="liptako"), "'BFA:Sahel'"),
        (lambda ds: ds.count(group="JNIM"), "'JNIM and founders'"),
        (lambda ds: geography.share(ds, "region"), "did you mean 'regions'?"),
        (lambda ds: geography.share(ds, weight="fatalities"), "'deaths_best'"),
        (lambda ds: geography.share(ds, "radius", weight="fatalities"), "'incidents_located'"),
        (lambda ds: geography.centre(ds, kind="medain"), "did you mean 'median'?"),
        (lambda ds: geography.region_year(ds, "killed"), "'deaths_best'"),
        (lambda ds: places.in_area(ds.incidents, "Menake"), "did you mean"),
        (lambda ds: tracker.content(ds, "march"), "2017-03"),
        (lambda ds: tracker.content(ds, "2017-03", "Mali"), "'MLI'"),
        (lambda ds: ds.cite("latex"), "'bibtex'"),
        (lambda ds: maps.incident_map(ds.major, "x", by="actor"), "'perpetrator'"),
        (lambda ds: sahelkit.write(ds.major, "made_up.xls"), "did you mean '.xlsx'?"),
    ],
)
def test_a_misspelt_argument_is_answered_with_the_choices(ds, call, says):
    with pytest.raises(ValueError, match=r"\w") as caught:
        call(ds)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_an_unknown_intervention_names_the_nearest():
    with pytest.raises(KeyError, match="did you mean 'barkhane'"):
        intervention("Barkhane")


def test_what_the_shipped_tables_lack_is_said_in_one_line(ds):
    for call in (
        lambda: ds.count(freq="D"),
        lambda: ds.count(area="radius"),
        lambda: sahelkit.readings.from_events(ds, ds.incidents["deaths_best"] > 50),
        lambda: sahelkit.load(keep=["adm_2"]),
    ):
        with pytest.raises(sahelkit.NotCovered):
            call()


def test_the_same_area_by_any_spelling(ds):
    wanted = places.in_area(ds.incidents, "MLI:Ménaka")
    for name in ("Menaka", "ménaka", "Région de Ménaka", "MLI:menaka"):
        assert places.in_area(ds.incidents, name).equals(wanted)
    assert places.in_area(ds.incidents, "Mali").sum() == (ds.incidents["country"] == "MLI").sum()
