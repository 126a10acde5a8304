"""Every notebook runs on a user's file, and says what that file cannot show.

All run in this process, which pays for the imports once.
"""

import json

import pandas as pd
import pytest
from conftest import ROOT
from fixture_files import FIXTURES
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

pytestmark = pytest.mark.filterwarnings("default")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


@pytest.fixture
def run(monkeypatch):
    """Run all notebooks on a file; what each prints and shows, by name."""
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    shell = InteractiveShell.instance()
    monkeypatch.chdir(ROOT / "notebooks")

    def run(source, figures):
        monkeypatch.setenv("SAHELKIT_SOURCE", str(source))
        monkeypatch.setenv("SAHELKIT_FIGURES", str(figures))
        texts = {}
        for path in NOTEBOOKS:
            shell.reset()
            texts[path.stem] = ""
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                if cell["cell_type"] == "code":
                    with capture_output() as said:
                        done = shell.run_cell("".join(cell["source"]), store_history=True)
                    assert done.success, f"{path.stem}, {cell['id']}: {done.error_in_exec}"
                    shown = [str(output.data.get("text/plain")) for output in said.outputs]
                    texts[path.stem] += said.stdout + "".join(shown)
        return texts

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", ["made_up_GEDEvent_v26_0_1.csv", "made_up_gtd.csv"])
def test_a_short_file(tmp_path, name, run):
    texts = run(FIXTURES / name, tmp_path)
    assert "is left out" in texts["06_displacement"] and "is left out" in texts["04_interventions"]
    assert "are left out" in texts["05_leadership_losses"]


@pytest.mark.slow
def test_nine_years_of_one_country_without_positions(tmp_path, run):
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
    texts = run(tmp_path / "made_up.csv", tmp_path / "figures")
    assert "gives no positions" in texts["03_shift"]
    assert "No incident in Mali" in texts["00_start_here"]
    assert "has no incident in Mali" in texts["07_claims"]


@pytest.mark.slow
def test_the_reference_file(tmp_path, reference, run):
    run(reference(), tmp_path)
    stored = {path.name for path in (ROOT / "figures").glob("*.png")}
    assert {path.name for path in tmp_path.glob("*.png")} == stored
