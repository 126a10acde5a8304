"""load(), the tables, and the published numbers they must give."""

import numpy as np
import pandas as pd
import pytest

import sahelkit
from sahelkit import places, tables
from sahelkit.geography import clustering


@pytest.fixture(scope="module")
def ds():
    return sahelkit.load()


def yearly(ds, column="incidents"):
    table = ds.region_month
    return table.groupby(["country", table["month"].dt.year], observed=True)[column].sum()


def test_shipped_totals(ds):
    assert ds.label == "UCDP GED 24.1"
    assert ds.region_month["incidents"].sum() == 3999
    assert yearly(ds)["MLI", 2022] == 408
    assert yearly(ds, "deaths_best")["MLI", 2022] == 3650
    assert yearly(ds)["BFA", 2023] == 595
    assert yearly(ds, "deaths_best")["BFA", 2023] == 6109
    assert yearly(ds, "deaths_low")["BFA", 2023] == 5800
    assert yearly(ds, "deaths_high")["BFA", 2023] == 7375


@pytest.mark.parametrize(("year", "share"), [(2016, 22.2), (2018, 80.7), (2023, 60.5)])
def test_share_in_liptako_gourma(ds, year, share):
    table = ds.region_month[ds.region_month["month"].dt.year == year]
    inside = places.in_liptako_gourma(table)
    found = 100 * table["incidents"][inside].sum() / table["incidents"].sum()
    assert round(found, 1) == share


def test_mean_position_of_2018(ds):
    grid = ds.grid_year[ds.grid_year["year"] == 2018]
    for part, expected in [(grid, (14.85, -1.13)), (grid[~places.in_diffa(grid)], (14.89, -1.62))]:
        mean = [np.average(part[c], weights=part["incidents"]) for c in ("latitude", "longitude")]
        assert mean == pytest.approx(expected, abs=0.006)


def test_the_calendar_is_complete(ds):
    table = ds.region_month
    months = table["month"].nunique()
    assert months == 144
    sizes = table.groupby(["country", "region"], observed=True).size()
    assert sizes.nunique() == 1
    assert (table["incidents"] == 0).any() and table["deaths_best"].notna().all()


def test_grid_and_region_tables_agree(ds):
    grid = ds.grid_year.groupby(["country", "year"])["deaths_best"].sum()
    region = yearly(ds, "deaths_best")
    assert grid[grid > 0].to_dict() == region[region > 0].to_dict()


def test_events_and_shipped_tables_are_the_same(ds, ged):
    pd.testing.assert_frame_equal(ds.region_month, ged.region_month, check_dtype=False)
    grid = ds.grid_year.drop(columns=[*clustering.NEAREST, *clustering.DISTINCT])
    pd.testing.assert_frame_equal(grid, ged.grid_year, check_dtype=False)


def test_most_published_country_years_equal_the_sums(ds):
    own = yearly(ds, "deaths_best").rename("own").rename_axis(["country", "year"]).reset_index()
    both = ds.country_year.merge(own, on=["country", "year"])
    assert len(both) == 36
    assert (both["own"] == both["deaths_best"]).sum() == 27
    assert (
        (both["own"] - both["deaths_best"]).abs() <= 0.04 * both["deaths_best"].clip(lower=700)
    ).all()


def test_the_environment_variable_puts_another_file_behind_load(monkeypatch, reference):
    monkeypatch.setenv("SAHELKIT_SOURCE", str(reference()))
    ds = sahelkit.load()
    assert ds.events is not None and ds.provenance.rows_read == 4211


def test_reference_account(ged):
    warnings = {kind: len(ids) for kind, ids in ged.provenance.warnings.items()}
    assert (ged.provenance.rows_read, ged.provenance.kept) == (4211, 4211)
    assert warnings["low, best, high out of order"] == 63
    assert warnings["region missing"] == 137
    wrong = ged.provenance.warnings["longitude has the wrong sign"]
    assert sorted(wrong) == ["479856", "501478"]


def test_citation_names_source_release_and_licence(ds):
    text = ds.cite()
    assert "UCDP GED 24.1" in text and "CC BY 4.0" in text and "Sundberg" in text


def test_an_empty_table_stays_empty():
    empty = pd.DataFrame(columns=[*tables.REGION_KEYS, *tables.COUNTS])
    assert tables.complete(empty).empty
