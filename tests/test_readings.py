"""Variants: what each leaves out."""

import pytest

import sahelkit
from sahelkit import readings


def incidents(ds, definition, weight):
    return float(ds.region_month[weight].sum())


@pytest.mark.parametrize("which", ["shipped", "events"])
def test_leaving_out_the_largest_takes_its_deaths(which, request):
    ds = sahelkit.load() if which == "shipped" else request.getfixturevalue("ged")
    less = readings.without_largest(ds)
    for table in ("region_month", "grid_year"):
        before, after = getattr(ds, table), getattr(less, table)
        assert before["deaths_best"].sum() - after["deaths_best"].sum() == 313
        assert before["incidents"].sum() - after["incidents"].sum() == 1


def test_diffa_can_be_left_out(ged):
    assert incidents(readings.without_diffa(sahelkit.load()), "", "incidents") == 3999 - 223
    east = readings.without_diffa(ged).incidents
    assert (east.loc[east["country"] == "NER", "longitude"] <= 10).all()


def test_the_first_row_is_the_plain_reading():
    table = readings.over_readings(
        sahelkit.load(), lambda r: incidents(r.ds, r.definition, r.weight)
    )
    assert table["difference"].iloc[0] == 0
    assert table["variant"].is_unique
    assert (
        table.set_index("variant").loc["deaths, low", "value"]
        < table.set_index("variant").loc["deaths, best", "value"]
    )
