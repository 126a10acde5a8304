"""Shares of violence in Liptako-Gourma: against published or independently computed values."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up import dataset_of

import sahelkit
from sahelkit import geography, places, readings
from sahelkit.choices import NotCovered
from sahelkit.figures import shift as share_figures


@pytest.fixture(scope="module")
def shipped():
    return sahelkit.load()


def test_share_in_liptako_gourma_is_the_published_one_of_ged_24_1(shipped):
    share = 100 * geography.share(shipped)
    assert share.loc[[2016, 2018, 2023]].round(1).tolist() == [22.2, 80.7, 60.5]
    assert share.idxmax() == 2018


@pytest.mark.parametrize(
    ("year", "published"), [(2015, 1.75), (2017, 30.63), (2021, 37.36), (2023, 19.39)]
)
def test_share_within_200_km(shipped, ged, year, published):
    from_events, from_cells = (
        100 * geography.share_within(readings.without_diffa(ds), [200]).loc[year, 200]
        for ds in (ged, shipped)
    )
    assert from_events == pytest.approx(published, abs=0.005)
    assert from_cells == pytest.approx(from_events, abs=2)


def test_share_within_200_km_from_cells_alone(shipped):
    share = 100 * geography.share_within(readings.without_diffa(shipped), [200])[200]
    for year, published in {2015: 1.75, 2017: 30.63, 2021: 37.36, 2023: 19.39}.items():
        assert share[year] == pytest.approx(published, abs=2)


def test_shares_by_region_are_the_same_from_events_and_tables(shipped, ged):
    for definition in ("regions", "authority"):
        pd.testing.assert_series_equal(
            geography.share(shipped, definition), geography.share(ged, definition)
        )


def test_deaths_near_the_border_from_single_positions(shipped, ged):
    found = {
        name: 100 * geography.share_over(d, 2018, 2021, "border", "deaths_best")
        for name, d in {
            "events": readings.without_diffa(ged),
            "cells": readings.without_diffa(shipped),
        }.items()
    }
    assert {name: round(value) for name, value in found.items()} == {"events": 47, "cells": 43}


def largest(statistic, ged):
    """Largest difference over the years between events and the mean positions of their cells."""
    return float(
        np.nanmax(np.abs(statistic(ged) - statistic(replace(ged, events=None))).to_numpy())
    )


def median_km(ds):
    found = geography.centre(ds, kind="median")
    return pd.DataFrame(np.transpose(places.project(found["latitude"], found["longitude"])))


def test_what_the_table_of_cells_loses_is_as_the_notebook_says(ged):
    ds = readings.without_diffa(ged)
    assert largest(lambda d: geography.centre(d)[["latitude", "longitude"]], ds) < 1e-4
    assert largest(median_km, ds) < 3
    assert largest(lambda d: geography.ellipses(d)["standard_distance_km"], ds) < 0.4
    assert 100 * largest(lambda d: geography.share(d, "radius"), ds) < 1.6
    assert 100 * largest(lambda d: geography.share(d, "border"), ds) < 2
    assert 100 * largest(lambda d: geography.share(d, "border", "deaths_best"), ds) < 5.1


def test_shares_with_names_read_and_their_intervals(shipped):
    found = 100 * geography.doubt(shipped)
    assert found["share"].round(1).loc[[2018, 2020, 2023]].tolist() == [80.7, 74.5, 60.5]
    assert found.loc[2018, ["low", "high"]].tolist() == pytest.approx([72, 87.5], abs=1)
    assert found.loc[2023, ["low", "high"]].tolist() == pytest.approx([50.5, 70], abs=1)
    assert found["unknown"].loc[2020] == pytest.approx(3.6, abs=0.1)
    fall = geography.fall(shipped, 2018, 2023)
    assert fall["points"] == pytest.approx(20, abs=0.5) and fall["low"] > 5


def test_years_that_the_data_lack_are_refused(shipped):
    for call in (
        lambda: geography.share_over(shipped, 1997, 2021, "border"),
        lambda: geography.contribution(shipped, (2010, 2012), (2021, 2023)),
        lambda: geography.hot_spots(shipped, 2020, 2030),
    ):
        with pytest.raises(NotCovered, match="covers 2012 to 2023"):
            call()


@pytest.mark.parametrize("definition", places.DEFINITIONS)
@pytest.mark.parametrize("weight", ["incidents", "deaths_best"])
def test_country_shares_add_up_to_the_share(shipped, definition, weight):
    whole = geography.share(shipped, definition, weight)
    own = geography.share(shipped, definition, weight, by_country=True)
    if definition in ("regions", "authority"):
        table = shipped.region_month.assign(year=shipped.region_month["month"].dt.year)
    else:
        table = shipped.grid_year
    counts = table.groupby(["year", "country"], observed=True)[weight].sum().unstack()
    together = (own.fillna(0) * counts).sum(axis=1) / counts.sum(axis=1)
    np.testing.assert_allclose(together.astype(float), whole, rtol=1e-12)


def test_share_within_grows_with_distance_and_reaches_one(shipped):
    curve = geography.share_within(shipped, [0, 100, 200, 500, 3000])
    assert (curve.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert (curve[3000] == 1).all()
    np.testing.assert_allclose(curve[200], geography.share(shipped, "radius"))


def test_share_near_the_border_agrees_with_the_definition(shipped):
    yearly = geography.share(shipped, "border").loc[2012:2020]
    counts = geography.positions(shipped).groupby("year")["weight"].sum()
    mean = np.average(yearly, weights=counts.loc[2012:2020])
    assert geography.share_over(shipped, 2012, 2020, "border") == pytest.approx(mean)


def test_schematic_borders_are_good_to_two_points(ged, reference):
    import geopandas
    import shapely

    shapes = geopandas.read_file(reference("sahel3_adm0.geojson")).to_crs(places.PROJECTION)
    events = geography.positions(ged)
    points = shapely.points(*places.project(events["latitude"], events["longitude"]))
    # Within 50 km of a shared border: within 50 km of two countries at least.
    near = sum((shapely.distance(points, shape) <= 50).astype(int) for shape in shapes.geometry)
    detailed = (near >= 2).mean()
    assert geography.share_over(ged, 2012, 2023, "border") == pytest.approx(detailed, abs=0.02)


def test_a_share_below_the_least_asked_for_is_missing(shipped):
    own = geography.share(shipped, by_country=True, least=10)
    assert np.isnan(own.loc[2016, "BFA"])
    assert own.loc[2018, "BFA"] == geography.share(shipped, by_country=True).loc[2018, "BFA"]


def test_located_incidents_have_no_share_by_region(shipped):
    with pytest.raises(ValueError, match="weight"):
        geography.share(shipped, "regions", "incidents_located")


def test_a_source_without_low_deaths_gives_missing_shares():
    ds = dataset_of([14.0, 14.5], [0.0, 0.1], deaths_low=pd.NA)
    assert geography.share(ds, weight="deaths_low").isna().all()
    assert geography.centre(ds, "deaths_low").isna().all(axis=None)


def test_incidents_with_a_wrong_sign_are_kept(ged):
    ids = ged.incidents["incident_id"].isin(["501478", "479856"])
    assert ged.incidents.loc[ids, "longitude"].gt(2).all()
    assert geography.positions(ged)["weight"].sum() == 3999


def test_share_over_variants_falls_in_every_reading(shipped):
    tables = [
        readings.over_readings(
            shipped,
            lambda r, year=year: geography.share_in_year(r.ds, r.definition, r.weight, year),
        )
        for year in (2018, 2023)
    ]
    assert (tables[1]["value"] < tables[0]["value"]).all()
    assert tables[0]["value"].iloc[0] == pytest.approx(0.8067, abs=5e-5)


def test_figures_draw_their_tables(shipped):
    import matplotlib.pyplot as plt

    shares = readings.with_and_without_diffa(shipped, geography.share_by_definition)
    fig = share_figures.definitions(shares, shipped.label)
    drawn = fig.axes[1].lines[0].get_ydata()
    expected = 100 * geography.share(readings.without_diffa(shipped))
    np.testing.assert_allclose(drawn, expected)
    assert fig.sahelkit["Title"].startswith("Liptako-Gourma's share peaked in 2018 at 81 %")
    regions = readings.with_and_without_diffa(shipped, geography.centre_region, resamples=99)
    fig = share_figures.distance(regions, shipped.label)
    np.testing.assert_allclose(
        fig.axes[0].lines[0].get_ydata(), geography.centre(shipped)["km_to_tripoint"]
    )
    fig = share_figures.heat_map(geography.region_year(shipped), shipped.label)
    assert {text.get_text() for text in fig.axes[0].texts} >= {"119", "164"}
    plt.close("all")
