"""Several files: merged without counting twice, compared, and cited."""

import shutil

import pandas as pd
import pytest
from fixture_files import ACLED, ALL, FIXTURES, damaged, read

from sahelkit import citations, compare, schema
from sahelkit.sources import SourceError, read_incidents


def test_candidates_of_two_months_and_both_together():
    names = ["made_up_GEDEvent_v26_0_1.csv", "made_up_GEDEvent_v26_0_2.csv"]
    months, account = read_incidents([FIXTURES / name for name in names])
    # 910001 is in both months; the later release moved it to February.
    assert sorted(months["incident_id"]) == ["910001", "910002", "910003", "910004"]
    assert months.set_index("incident_id").loc["910001", "deaths_best"] == 9
    assert account.dropped == {"same incident in a newer file": 1}
    names.insert(0, "made_up_GEDEvent_v26_01_26_02.csv")
    whole, account = read_incidents([FIXTURES / name for name in names])
    # January to February of Mali and Niger come from the joint release; Burkina Faso is not in it.
    assert sorted(whole["incident_id"]) == ["910001", "910002", "910003"]
    assert whole.set_index("incident_id").loc["910003", "deaths_best"] == 5
    assert account.rows_read == 7 == account.kept + sum(account.dropped.values())


def test_the_order_of_the_files_does_not_matter():
    names = [f"made_up_GEDEvent_v26_{n}.csv" for n in ("0_1", "0_2", "01_26_02")] + [
        "made_up_ged261.csv"
    ]
    one, _ = read_incidents([FIXTURES / name for name in names])
    other, _ = read_incidents([FIXTURES / name for name in reversed(names)])
    pd.testing.assert_frame_equal(one, other)
    assert one["incident_id"].is_unique


def test_yearly_and_candidate_are_one_source():
    frame, account = read_incidents(
        [FIXTURES / "made_up_ged261.csv", FIXTURES / "made_up_GEDEvent_v26_0_1.csv"]
    )
    assert account.source == "ucdp-ged" and account.source_version == "26.1 + candidate 26.0.1"
    assert account.kept == 7 and account.warnings["low, best, high out of order"] == ["900005"]
    assert "Candidate" in citations.cite([account])
    schema.check(frame)


def test_a_yearly_release_replaces_the_candidates_of_its_years(tmp_path):
    shutil.copy(
        FIXTURES / "made_up_GEDEvent_v24_0_1_no_header.csv", tmp_path / "GEDEvent_v21_0_3.csv"
    )
    text = pd.read_csv(FIXTURES / "made_up_ged261.csv", dtype=str, keep_default_na=False)
    text[text["id"] != "900001"].to_csv(tmp_path / "ged221.csv", index=False)
    frame, account = read_incidents([tmp_path / "ged221.csv", tmp_path / "GEDEvent_v21_0_3.csv"])
    assert "900001" not in set(frame["incident_id"])
    assert account.dropped["in the period of a newer release"] == 4


def test_acled_exports_of_two_days_the_newer_row_stays(tmp_path):
    text = pd.read_csv(FIXTURES / ACLED[2], dtype=str, keep_default_na=False)
    newer = text[text["event_id_cnty"] == "MLI1"].assign(fatalities="9", timestamp="1700000000")
    newer.to_csv(tmp_path / "newer.csv", index=False)
    for order in (1, -1):
        frame, account = read_incidents([FIXTURES / ACLED[2], tmp_path / "newer.csv"][::order])
        assert frame.set_index("incident_id").loc["MLI1", "deaths_best"] == 9
        assert account.kept == 6


def test_sources_that_count_the_same_are_not_added_up():
    with pytest.raises(SourceError, match="counted twice"):
        read_incidents([FIXTURES / "made_up_ged261.csv", FIXTURES / ACLED[2]])


def test_compare_adds_up(tmp_path):
    changes = {(1, "best"): "20", (2, "date_start"): "2020-12-30", (4, "id"): "900009"}
    path = damaged(tmp_path, changes)
    found = compare.compare(FIXTURES / "made_up_ged261.csv", path)
    assert found.added["incident_id"].tolist() == ["900009"]
    assert found.removed["incident_id"].tolist() == ["900005"]
    assert found.revised["incident_id"].tolist() == ["900002", "900003"]
    assert found.revised["columns"].tolist() == ["deaths_best", "date_start"]
    table = found.by_country_year.set_index(["country", "year"])
    parts = table["deaths_added"] + table["deaths_removed"] + table["deaths_revised"]
    assert (table["deaths_new"] - table["deaths_old"]).tolist() == parts.tolist()
    assert table["deaths_moved"].to_dict() == {
        ("BFA", 2021): 8,
        ("MLI", 2021): 40,
        ("NER", 2020): 4,
        ("NER", 2021): 4,
    }
    assert compare.as_dict(found)["revised"][0]["deaths_new"] == 20
    assert "incidents added 1, removed 1, revised 2" in compare.as_text(found)


def test_compare_with_itself_finds_nothing():
    path = FIXTURES / "made_up_ged261.csv"
    found = compare.compare(path, path)
    assert len(found.added) == len(found.removed) == len(found.revised) == 0
    assert len(compare.as_text(found).splitlines()) == 1


def test_compare_refuses_two_sources():
    with pytest.raises(SourceError, match="one source"):
        compare.compare(FIXTURES / "made_up_ged261.csv", FIXTURES / ACLED[2])


@pytest.mark.parametrize("name", ALL)
def test_citations_name_release_filters_and_licence(name):
    _, provenance = read(name)
    text = citations.cite([provenance], accessed="2026-01-31")
    for part in (provenance.source_version, "accessed 2026-01-31", "Niger", "Licence: "):
        assert part in text
    bibtex = citations.cite([provenance], style="bibtex")
    assert bibtex.count("@") == len(text.splitlines())
    assert bibtex.count("{") == bibtex.count("}")
    assert "not recorded" in bibtex


def test_citing_checks_its_arguments():
    _, provenance = read("made_up_ged261.csv")
    with pytest.raises(ValueError, match="style"):
        citations.cite([provenance], style="apa")
    with pytest.raises(ValueError, match="not a day"):
        citations.cite([provenance], accessed="yesterday")
