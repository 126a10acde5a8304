"""The incidents frame."""

import pandas as pd
import pytest

from sahelkit import schema


def row(**changes):
    values = {
        "incident_id": "1",
        "source": "ucdp-ged",
        "source_version": "24.1",
        "date_start": pd.Timestamp("2019-11-01"),
        "date_end": pd.Timestamp("2019-11-01"),
        "date_precision": 1,
        "violence": "combat",
        "country": "MLI",
        "group": "IS Sahel",
        "deaths_best": 50,
    }
    return schema.conform(pd.DataFrame([values | changes]))


def test_conform_orders_columns_and_keeps_further_ones_after_them():
    frame = row(note="x")
    assert list(frame.columns) == [*schema.NAMES, "note"]


def test_missing_deaths_are_missing_not_zero():
    assert row(deaths_best=None)["deaths_best"].isna().all()


def test_a_good_row_passes():
    schema.check(row())


@pytest.mark.parametrize(
    "changes",
    [
        {"country": "NGA"},
        {"violence": "protest"},
        {"deaths_best": -1},
        {"latitude": 95.0},
        {"date_precision": 7},
        {"date_end": pd.Timestamp("2019-10-01")},
    ],
)
def test_a_bad_value_is_refused(changes):
    column = next(iter(changes))
    with pytest.raises(ValueError, match=f"incident 1: column {column}: .* is not allowed"):
        schema.check(row(**changes))


def test_a_repeated_id_is_refused():
    with pytest.raises(ValueError, match="incident 1: column incident_id"):
        schema.check(pd.concat([row(), row()], ignore_index=True))
