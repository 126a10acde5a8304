"""Spread and clustering of violence: against published or independently computed values."""

import numpy as np
import pandas as pd
import pytest
from made_up import dataset_of, in_plane

import sahelkit
from sahelkit import geography, places, readings
from sahelkit.geography import clustering


@pytest.fixture(scope="module")
def shipped():
    return sahelkit.load()


def test_extent_of_a_known_sequence():
    ds = dataset_of(
        [14.1, 14.2, 14.7, 14.1, 15.2, 14.1],
        [0.1, 0.2, 0.1, 0.1, 0.1, 0.1],
        year=[2012, 2012, 2012, 2013, 2013, 2014],
    )
    found = geography.extent(ds)
    assert found["cells"].tolist() == [2, 2, 1]
    assert found["cells_new"].tolist()[1:] == [1, 0]
    assert found["cells_first"].tolist()[1:] == [1, 0]
    assert found["cells_ended"].tolist()[1:] == [1, 1]
    assert found["incidents"].tolist() == [3, 2, 1]
    assert found["regions"].tolist() == [1, 1, 1]


def test_extent_is_the_same_from_events_and_cells(shipped, ged):
    pd.testing.assert_frame_equal(geography.extent(shipped), geography.extent(ged))


def test_cells_hold_all_violence_and_no_more_land_than_they_have_room_for(shipped):
    cells = geography.cells()
    assert shipped.grid_year["priogrid_gid"].isin(cells.index).all()
    assert (cells["inside_km2"] <= cells["area_km2"] * 1.0001).all()


def test_cells_cover_the_area_of_the_three_countries(reference):
    import geopandas

    shapes = geopandas.read_file(reference("sahel3_adm0.geojson")).to_crs(places.PROJECTION)
    assert geography.cells()["inside_km2"].sum() == pytest.approx(shapes.area.sum(), rel=0.01)


def test_cell_areas_are_geodesic():
    from pyproj import Geod

    row = geography.cells().loc[149424]
    x, y = row["longitude"], row["latitude"]
    ring = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * 0.25 + [x, y]
    edge = np.vstack(
        [np.linspace(a, b, 200) for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True)]
    )
    area = abs(Geod(ellps="WGS84").polygon_area_perimeter(*edge.T)[0]) / 1e6
    assert row["area_km2"] == pytest.approx(area, rel=1e-4)


def test_nearest_neighbour_distances_are_those_computed_by_brute_force():
    points = np.random.default_rng(6).normal(0, 200, (80, 2))
    years = np.repeat([2019, 2020], 40)
    found = clustering.nearest_sums(dataset_of(*in_plane(points), year=years).events)
    for year, sums in found.groupby("year")["nearest_in_year_km"]:
        here = points[years == year]
        apart = np.hypot(*(here[:, None] - here[None]).transpose(2, 0, 1)) + np.diag([np.inf] * 40)
        assert sums.sum() == pytest.approx(apart.min(axis=1).sum(), rel=1e-4)


def test_scdi_classes_of_made_up_cells():
    middle = np.array([14.25, 0.25])
    corners = np.array([(-1, -1), (-1, 1), (1, -1), (1, 1), (0, 0), (0.9, 0)]) * 0.23
    tight = np.array([(k * 1e-3, 0) for k in range(6)])
    parts = {2014: corners, 2015: tight, 2016: corners[:4], 2017: tight[:2], 2018: tight[:1]}
    positions = np.vstack(list(parts.values())) + middle
    years = np.repeat(list(parts), [len(part) for part in parts.values()])
    found = geography.scdi(dataset_of(*positions.T, year=years)).set_index("year")
    assert found["type"].tolist() == [
        "dispersed high",
        "clustered high",
        "dispersed low",
        "clustered low",
        "unclassified",
    ]
    area = geography.cells().loc[found["priogrid_gid"].iloc[0], "area_km2"]
    assert found.loc[2014, "per_km2"] == pytest.approx(6 / area)
    counts = geography.scdi_counts(found.reset_index())
    assert (counts.sum(axis=1) == 1).all()


def test_scdi_on_cells_of_25_arc_minutes_calls_four_incidents_intense(shipped, ged):
    found = geography.scdi(ged, degrees=geography.OECD_DEGREES)
    assert found.loc[found["intensity"] == "high", "incidents"].min() == 4
    assert found["area_km2"].between(1900, 2150).all() and found["incidents"].sum() > 3900
    with pytest.raises(sahelkit.NotCovered, match="PRIO-GRID"):
        geography.scdi(shipped, degrees=geography.OECD_DEGREES)


def test_scdi_is_the_same_from_events_and_cells(shipped, ged):
    pd.testing.assert_frame_equal(geography.scdi(shipped), geography.scdi(ged), check_dtype=False)


def test_nearly_all_intense_cells_are_clustered(shipped):
    counts = geography.scdi_counts(geography.scdi(shipped)).loc[2023]
    assert counts[["clustered high", "dispersed high"]].tolist() == [65, 5]


def test_half_of_that_is_made_by_incidents_at_one_position(shipped):
    counts = geography.scdi_counts(geography.scdi(shipped, distinct=True)).loc[2023]
    assert counts["clustered high"] == 35


def test_hot_spots_with_a_cells_own_count_in_it(shipped):
    near = readings.without_diffa(shipped)
    periods = [(2012, 2015), (2016, 2019), (2020, 2023)]
    found = [geography.hot_spots(near, *years)["hot"].sum() for years in periods]
    assert found == pytest.approx([0, 35, 67], abs=3)


def test_spread_at_equal_numbers_of_incidents(shipped):
    found = geography.rarefied(shipped, 44)
    assert found["rarefied"].loc[[2012, 2023]].round(1).tolist() == [22.0, 36.6]


def test_gi_star_is_the_textbook_formula(shipped):
    found = geography.hot_spots(shipped, 2018, 2023, permutations=99)
    values = found["value"]
    n, mean, deviation = len(values), values.mean(), values.std(ddof=0)
    for gid in (147237, 149424):
        near = [g for s in (-720, 0, 720) for g in (gid + s - 1, gid + s, gid + s + 1)]
        near = [g for g in near if g in values.index]
        w = len(near)
        expected = (values[near].sum() - w * mean) / (deviation * np.sqrt((n * w - w**2) / (n - 1)))
        assert found.loc[gid, "z"] == pytest.approx(expected)


def test_violence_at_random_has_no_hot_spots_but_a_cluster_is_found():
    cells = geography.cells()
    rng = np.random.default_rng(7)
    chosen = cells.iloc[rng.integers(0, len(cells), 600)]
    quiet = dataset_of(chosen["latitude"].to_numpy(), chosen["longitude"].to_numpy())
    assert geography.hot_spots(quiet, 2020, 2020, permutations=1999)["hot"].sum() <= 3
    latitude = [*chosen["latitude"], *np.repeat([14.25, 14.75, 15.25], 30)]
    longitude = [*chosen["longitude"], *np.repeat([-0.25, 0.25, 0.75], 30)]
    found = geography.hot_spots(dataset_of(latitude, longitude), 2020, 2020, permutations=4999)
    assert found.loc[places.grid_cell([14.75], [0.25])[0], "hot"]


def test_contributions_add_up_to_the_rise(shipped):
    table = geography.contribution(shipped, (2012, 2014), (2021, 2023))
    yearly = geography.region_year(shipped).sum()
    rise = yearly.loc[2021:2023].mean() - yearly.loc[2012:2014].mean()
    assert table["change"].sum() == pytest.approx(rise)
    assert table["share"].sum() == pytest.approx(1)


def test_regions_and_years_add_up_to_all_incidents(shipped):
    table = geography.region_year(shipped)
    assert table.to_numpy().sum() == 3999
    assert table.loc[("BFA", "Sahel"), 2023] == 119


def test_incidents_are_not_independent(shipped, ged):
    found = geography.knox(sahelkit.load())
    pd.testing.assert_frame_equal(geography.knox(ged), found, check_dtype=False)
    ratio = found.set_index(["km", "days"])["ratio"]
    assert ratio[0, 3] == pytest.approx(6.4, abs=0.1) and ratio[10, 3] == pytest.approx(
        6.8, abs=0.1
    )
