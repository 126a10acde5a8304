"""Every notebook runs on a user's file, and says what that file cannot show."""

import pandas as pd
import pytest
from conftest import ROOT
from fixture_files import FIXTURES

from sahelkit import reproduce


def run(source, out):
    """Run all notebooks; the text of each by name."""
    results, *_ = reproduce.reproduce(out, source)
    assert {r.name: r.error for r in results if r.error} == {}
    return {r.name: (out / "notebooks" / f"{r.name}.ipynb").read_text("utf-8") for r in results}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["made_up_GEDEvent_v26_0_1.csv", "made_up_gtd.csv"])
def test_a_short_file(tmp_path, name):
    texts = run(FIXTURES / name, tmp_path)
    assert "is left out" in texts["06_displacement"] and "is left out" in texts["04_interventions"]
    assert "are left out" in texts["05_leadership_losses"]


@pytest.mark.slow
def test_nine_years_of_one_country_without_positions(tmp_path):
    row = pd.read_csv(FIXTURES / "made_up_acled_2024_population.csv", dtype=str).iloc[[1]]
    days = pd.date_range("2015-01-03", "2023-12-20", freq="9D")
    rows = pd.concat([row] * len(days)).assign(
        event_id_cnty=[f"MADEUP{i}" for i in range(len(days))],
        event_date=days.strftime("%Y-%m-%d"),
        latitude="",
        longitude="",
        admin1=[("Est", "Sahel", "Nord")[i % 3] for i in range(len(days))],
    )
    rows.to_csv(tmp_path / "made_up.csv", index=False)
    texts = run(tmp_path / "made_up.csv", tmp_path / "out")
    assert "gives no positions" in texts["03_shift"]
    assert "No incident in Mali" in texts["00_start_here"]
    assert "has no incident in Mali" in texts["07_claims"]


@pytest.mark.slow
def test_the_reference_file(tmp_path, reference):
    run(reference(), tmp_path)
    stored = {path.name for path in (ROOT / "figures").glob("*.png")}
    assert {path.name for path in (tmp_path / "figures").glob("*.png")} == stored
