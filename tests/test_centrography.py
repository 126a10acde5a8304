"""Centre and scatter of violence: against published or independently computed values."""

import numpy as np
import pandas as pd
import pytest
from made_up import dataset_of, in_plane

import sahelkit
from sahelkit import geography, places, readings

POINTPATS_EXAMPLE = [
    (66.22, 32.54), (22.52, 22.39), (31.01, 81.21), (9.47, 31.02), (30.78, 60.10), (75.21, 58.93),
    (79.26, 7.68), (8.23, 39.93), (98.73, 77.17), (89.78, 42.53), (65.19, 92.08),
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped():
    return sahelkit.load()


def test_mean_centre_is_the_published_one_of_ged_24_1(shipped):
    with_diffa = geography.centre(shipped).loc[2018, ["latitude", "longitude"]]
    without = geography.centre(readings.without_diffa(shipped)).loc[2018, ["latitude", "longitude"]]
    assert with_diffa.round(2).tolist() == [14.85, -1.13]
    assert without.round(2).tolist() == [14.89, -1.62]


@pytest.mark.parametrize("diffa", ["with", "without"])
def test_mean_centre_from_cells_equals_that_from_events(ged, shipped, diffa):
    keep = readings.without_diffa if diffa == "without" else lambda ds: ds
    names = ["latitude", "longitude"]
    gap = geography.centre(keep(ged))[names] - geography.centre(keep(shipped))[names]
    assert gap.loc[2012:2023].abs().to_numpy().max() < 0.01


def test_weights_of_one_death_equal_no_weights():
    rng = np.random.default_rng(1)
    ds = dataset_of(rng.uniform(12, 16, 40), rng.uniform(-4, 3, 40))
    for kind in ("mean", "median"):
        pd.testing.assert_frame_equal(
            geography.centre(ds, kind=kind), geography.centre(ds, "deaths_best", kind)
        )


def test_weighted_mean_equals_the_mean_of_repeated_points():
    latitude, longitude, deaths = [13.0, 14.0, 15.5], [-1.0, 0.0, 2.0], [1, 3, 2]
    weighted = dataset_of(latitude, longitude, deaths_best=deaths)
    repeated = dataset_of(np.repeat(latitude, deaths), np.repeat(longitude, deaths))
    pd.testing.assert_frame_equal(
        geography.centre(weighted, "deaths_best"), geography.centre(repeated)
    )


def test_moving_every_point_moves_the_centre_alike():
    points = np.random.default_rng(2).normal(0, 150, (60, 2))
    centres = [
        geography.centre(dataset_of(*in_plane(points + step)), kind="median").loc[2020]
        for step in ([0, 0], [40, -70])
    ]
    moved = geography.shift_of_centre(pd.DataFrame(centres)).iloc[1]
    assert moved[["km_east", "km_north"]].tolist() == pytest.approx([40, -70], abs=0.2)


def test_median_centre_is_the_least_sum_of_distances_and_resists_a_far_cluster():
    points = np.random.default_rng(3).normal(0, 80, (50, 2))
    ds = dataset_of(*in_plane(points))
    found = geography.centre(ds, kind="median").loc[2020]
    x, y = places.project(found["latitude"], found["longitude"])
    here = np.hypot(*(points - [x, y]).T).sum()
    for step in ([3, 0], [-3, 0], [0, 3], [0, -3]):
        assert here < np.hypot(*(points - [x, y] - step).T).sum()
    far = dataset_of(*in_plane(np.vstack([points, np.full((10, 2), [1300, -100])])))
    move = {
        kind: np.hypot(
            *np.subtract(
                places.project(*geography.centre(far, kind=kind).loc[2020].iloc[:2]),
                places.project(*geography.centre(ds, kind=kind).loc[2020].iloc[:2]),
            )
        )
        for kind in ("median", "mean")
    }
    assert move["median"] < 0.25 * move["mean"]


def test_a_year_without_violence_has_no_centre():
    ds = dataset_of([14.0, 14.5], [0.0, 0.0], year=[2018, 2020])
    assert geography.centre(ds).isna().all(axis=1).loc[[2018, 2019, 2020]].tolist() == [
        False,
        True,
        False,
    ]


def test_unknown_kind_is_refused(shipped):
    with pytest.raises(ValueError, match="did you mean 'mean'"):
        geography.centre(shipped, kind="mode")


def test_ellipse_is_that_of_the_pointpats_documentation():
    found = geography.ellipses(dataset_of(*in_plane(POINTPATS_EXAMPLE))).loc[2020]
    # Published with the degrees-of-freedom correction sqrt(n / (n - 2)), which a table of cells
    # cannot know; the angle counter-clockwise from east.
    correction = np.sqrt(11 / 9)
    assert found["major_km"] * correction == pytest.approx(50.13029459102783, rel=1e-3)
    assert found["minor_km"] * correction == pytest.approx(37.95222670267865, rel=1e-3)
    assert 90 - found["bearing_degrees"] == pytest.approx(np.degrees(0.3465582095042642), abs=0.1)
    assert found["standard_distance_km"] == pytest.approx(40.21575987282547, rel=1e-3)


def test_ellipse_has_the_axes_of_the_covariance():
    rng = np.random.default_rng(4)
    points = rng.multivariate_normal([0, 0], [[40000, 15000], [15000, 10000]], 400)
    found = geography.ellipses(dataset_of(*in_plane(points))).loc[2020]
    values, axes = np.linalg.eigh(np.cov(points.T, bias=True))
    assert found["major_km"] == pytest.approx(np.sqrt(2 * values[1]), rel=1e-4)
    assert found["minor_km"] == pytest.approx(np.sqrt(2 * values[0]), rel=1e-4)
    east, north = axes[:, 1]
    assert found["bearing_degrees"] == pytest.approx(np.degrees(np.arctan2(east, north)) % 180)
    assert found["standard_distance_km"] == pytest.approx(np.sqrt(values.sum()), rel=1e-4)


def test_outline_of_an_ellipse_lies_at_its_semi_axes():
    row = pd.Series(dict(latitude=14.5, longitude=0.0, major_km=300, minor_km=100))
    x, y = places.project(*geography.outline(pd.concat([row, pd.Series({"bearing_degrees": 0.0})])))
    assert np.abs(y).max() == pytest.approx(300, rel=0.001)
    assert np.abs(x).max() == pytest.approx(100, rel=0.01)


def test_bootstrap_region_of_independent_points_is_the_normal_one():
    # One incident per cell: drawing cells is drawing incidents, and the interval is known.
    south, west = np.meshgrid(np.arange(12, 17, 0.5), np.arange(-4, 4, 0.5))
    latitude, longitude = south.ravel() + 0.25, west.ravel() + 0.25
    found = geography.centre_region(dataset_of(latitude, longitude), resamples=4999).loc[2020]
    points = np.transpose(places.project(latitude, longitude))
    spread_km = np.sqrt(np.linalg.eigvalsh(np.cov(points.T))[1] / len(points))
    assert found["major_km"] == pytest.approx(spread_km * np.sqrt(5.991), rel=0.06)
    assert found["km_low"] < found["km_to_tripoint"] < found["km_high"]


def test_bootstrap_depends_on_its_seed_alone(shipped):
    one, same, other = (
        geography.centre_region(shipped, resamples=99, seed=seed).loc[2018, "km_low"]
        for seed in (1, 1, 2)
    )
    assert one == same != other
