"""Places: names, zones, distances, cells, outlines."""

import numpy as np
import pandas as pd
import pytest

from sahelkit import places
from sahelkit.sources.positions import doubtful_positions


@pytest.mark.parametrize(
    ("country", "name", "canonical"),
    [
        ("BFA", "Centre Nord region", "Centre-Nord"),
        ("BFA", "Hauts Bassins region", "Hauts-Bassins"),
        ("MLI", "Segou region", "Ségou"),
        ("MLI", "Ménaka region", "Ménaka"),
        ("MLI", "Taoudénit", "Tombouctou"),
        ("MLI", "Timbuktu", "Tombouctou"),
        ("BFA", "Tapoa", "Est"),
        ("BFA", "Goulmou", "Est"),
        ("BFA", "Yaadga", "Nord"),
        ("BFA", "BF-12", "Sahel"),
        ("NER", "Tillabery", "Tillabéri"),
    ],
)
def test_spellings_splits_and_renamings_become_one_name(country, name, canonical):
    assert places.canonical_regions(pd.Series([country]), pd.Series([name])).tolist() == [canonical]


def test_an_unknown_region_is_missing():
    found = places.canonical_regions(pd.Series(["MLI", "MLI"]), pd.Series(["Timetrine region", ""]))
    assert found.isna().all()


def test_every_region_has_a_code_and_the_countries_have_theirs():
    table = places.regions()
    assert table["iso_3166_2"].is_unique
    assert table.groupby("country").size().to_dict() == {"BFA": 13, "MLI": 11, "NER": 8}


def test_outlines_are_a_clean_coverage_and_countries_are_the_union_of_their_regions():
    import shapely

    shapes = places.outlines()
    assert shapely.coverage_is_valid(shapes.geometry.to_numpy())
    assert shapes.is_valid.all()
    units = places.regions()
    assert set(zip(shapes["country"], shapes["region"], strict=True)) == set(
        zip(units["country"], units["counted_as"], strict=True)
    )
    for row in places.countries().itertuples():
        parts = shapes[shapes["country"] == row.country].geometry.union_all()
        assert row.geometry.symmetric_difference(parts).area < 1e-9
        assert len(row.geometry.interiors) == 0


def test_outlines_have_about_the_true_areas():
    areas = places.countries().set_index("country").to_crs(places.PROJECTION).area
    assert areas["MLI"] == pytest.approx(1_240_000, rel=0.03)
    assert areas["NER"] == pytest.approx(1_267_000, rel=0.07)
    assert areas["BFA"] == pytest.approx(274_000, rel=0.03)


def test_the_tripoint_lies_on_the_shared_borders():
    assert places.km_to_border([places.TRIPOINT[0]], [places.TRIPOINT[1]])[0] < 10


def test_distance_of_one_degree_north():
    assert places.km_to_tripoint([15.995], [0.235])[0] == pytest.approx(110.6, abs=0.3)


def test_projection_there_and_back():
    latitude, longitude = places.unproject(*places.project([14.5, 20.0], [0.0, -4.0]))
    np.testing.assert_allclose(latitude, [14.5, 20.0])
    np.testing.assert_allclose(longitude, [0.0, -4.0], atol=1e-9)


def test_definitions_of_the_zone():
    frame = pd.DataFrame(
        {
            "country": ["MLI", "MLI", "NER"],
            "region": ["Ménaka", "Kayes", "Dosso"],
            "latitude": [15.5, 14.4, 12.0],
            "longitude": [1.0, -11.4, 3.4],
        }
    )
    inside = {d: places.in_liptako_gourma(frame, d).tolist() for d in places.DEFINITIONS}
    assert inside == {
        "regions": [True, False, True],
        "authority": [True, False, True],
        "radius": [True, False, False],
        "border": [True, False, False],
    }


def test_an_unknown_definition_is_refused():
    with pytest.raises(ValueError, match=r"is not known\. Choices"):
        places.in_liptako_gourma(pd.DataFrame(), "elsewhere")


def test_diffa_is_niger_east_of_ten():
    frame = pd.DataFrame({"country": ["NER", "NER", "MLI"], "longitude": [12.6, 9.0, 12.0]})
    assert places.in_diffa(frame).tolist() == [True, False, False]


def test_a_longitude_with_the_wrong_sign_is_found():
    frame = pd.DataFrame(
        {
            "country": ["BFA", "BFA", "BFA"],
            "region": ["Boucle du Mouhoun"] * 3,
            "latitude": [12.5, 12.5, 48.8],
            "longitude": [-3.4, 3.4, 2.3],
        }
    )
    found = doubtful_positions(frame)
    assert found["longitude has the wrong sign"].tolist() == [False, True, False]
    assert found["position far outside the three countries"].tolist() == [False, False, True]


def test_grid_cells_are_prio_grids(reference):
    table = pd.read_csv(reference(), usecols=["latitude", "longitude", "priogrid_gid"])
    cells = places.grid_cell(table["latitude"], table["longitude"])
    assert (cells == table["priogrid_gid"]).all()
