"""What is wrong with a file is named with its rows, counted or refused; nothing is repaired in silence."""

import zipfile

import pandas as pd
import pytest
from fixture_files import ACLED, FIXTURES, damaged

from sahelkit.sources import SourceError, read_incidents


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("00:00.0", "date shown as 00:00.0 by a spreadsheet"),
        ("#######", "date shown as #### by a spreadsheet"),
        ("2021-04-012021-04-01", "cell holds its text twice"),
        ("soon", "unreadable date"),
    ],
)
def test_damaged_dates_are_named_with_their_rows(cell, reason, tmp_path):
    frame, provenance = read_incidents(damaged(tmp_path, {(1, "date_start"): cell}))
    assert provenance.dropped[reason] == 1 and provenance.rows[reason] == [3]
    assert "900002" not in set(frame["incident_id"])


def test_a_file_whose_every_date_is_damaged_is_refused_by_name(tmp_path):
    path = damaged(tmp_path, {(row, "date_start"): "00:00.0" for row in range(5)})
    with pytest.raises(SourceError, match=r"date_start.*rows 2, 3, 4.*00:00\.0 by a spreadsheet"):
        read_incidents(path)


def test_ids_in_exponent_form_are_named(tmp_path):
    path = damaged(tmp_path, {(0, "eventid"): "2.01903E+11"}, "made_up_gtd.csv")
    assert read_incidents(path)[1].dropped["id in exponent form"] == 1
    path = damaged(
        tmp_path, {(row, "eventid"): "2.01903E+11" for row in range(5)}, "made_up_gtd.csv"
    )
    with pytest.raises(SourceError, match=r"eventid.*exponent form.*row"):
        read_incidents(path)


def test_one_id_in_exponent_form_is_dropped_from_ged_too(tmp_path):
    path = damaged(tmp_path, {(0, "id"): "9.00E+05"})
    assert read_incidents(path)[1].dropped["id in exponent form"] == 1


def test_what_moves_from_gao_to_menaka_is_in_the_account_of_any_source(tmp_path):
    path = damaged(tmp_path, {(0, "admin1"): "Gao", (0, "admin2"): "Menaka"}, ACLED[2])
    frame, provenance = read_incidents(path)
    assert frame["region"].iloc[0] == "Ménaka"
    assert list(provenance.repairs.values()) == [["MLI1"]]


def test_a_zip_of_two_tables_is_refused_by_their_names(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.csv", "a")
        archive.writestr("b.xlsx", "b")
    with pytest.raises(
        SourceError, match=r"one table .* expected in the zip, found a\.csv, b\.xlsx"
    ):
        read_incidents(tmp_path / "x.zip")


def test_days_and_months_swapped_in_some_rows_are_refused(tmp_path):
    changes = {(0, "date_start"): "13/03/2021", (1, "date_start"): "04/21/2021"}
    with pytest.raises(SourceError, match="swapped"):
        read_incidents(damaged(tmp_path, changes))


def test_a_repeated_id_counts_once_whatever_the_order(tmp_path):
    text = pd.read_csv(FIXTURES / "made_up_ged261.csv", dtype=str, keep_default_na=False)
    doubled = pd.concat([text, text.iloc[[0]].assign(best="8"), text.iloc[[1]]])
    found = []
    for order in (1, -1):
        doubled[::order].to_csv(tmp_path / "ged261.csv", index=False)
        frame, provenance = read_incidents(tmp_path / "ged261.csv")
        assert provenance.dropped["repeated id"] == 2
        assert provenance.warnings["rows with the same id differ, one kept"] == ["900001"]
        found.append(frame.sort_values("incident_id", ignore_index=True))
    pd.testing.assert_frame_equal(*found)


def test_a_table_of_sums_is_refused_with_the_reason(tmp_path):
    (tmp_path / "sums.csv").write_text(
        "Country,Admin1,Month,Year,Events,Fatalities\nMali,Gao,May,2020,3,1\n"
    )
    with pytest.raises(SourceError, match="a table of sums"):
        read_incidents(tmp_path / "sums.csv")


def test_quotes_that_break_the_rules_are_read_and_reported(tmp_path):
    text = (FIXTURES / "made_up_acled_2018_30_columns.csv").read_text()
    (tmp_path / "x.csv").write_text(
        text.replace("Made-up road", 'a 5" road').replace("Made-up camp", 'a 6" camp')
    )
    frame, provenance = read_incidents(tmp_path / "x.csv")
    assert frame["place"].tolist()[1:3] == ['a 5" road', 'a 6" camp']
    assert provenance.rows_read == 10
    assert any("quotes" in kind for kind in provenance.warnings)
