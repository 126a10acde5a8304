"""Every notebook runs on a user's file, and says what that file cannot show."""

import pytest
from conftest import ROOT

from sahelkit import reproduce


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["made_up_GEDEvent_v26_0_1.csv", "made_up_gtd.csv", "made_up_acled_2024_population.csv"]
)
def test_every_notebook_runs_on_a_file_that_cannot_feed_it(tmp_path, name):
    results, figures, _ = reproduce.reproduce(tmp_path, ROOT / "tests" / "fixtures" / name)
    assert {r.name: r.error for r in results if r.error} == {}
    assert figures > 25
    text = (tmp_path / "notebooks" / "06_displacement.ipynb").read_text(encoding="utf-8")
    assert "is left out" in text


@pytest.mark.slow
def test_every_notebook_runs_on_the_reference_file(tmp_path, reference):
    results, *_ = reproduce.reproduce(tmp_path, reference())
    assert {r.name: r.error for r in results if r.error} == {}
    stored = {path.name for path in (ROOT / "figures").glob("*.png")}
    assert {path.name for path in (tmp_path / "figures").glob("*.png")} == stored
