"""Every notebook runs on any file: what the file cannot feed is left out, and why is said in its place.

All run in this process, which pays for the imports once.
"""

import re

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from fixture_files import FIXTURES
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import sahelkit
from sahelkit import reproduce
from sahelkit.schema import COUNTRIES

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.slow]
NOTEBOOKS = reproduce.notebooks()
NOTHING = re.compile(r"\b(nan|inf|None|NaT)\b")


def says_no_more_than_it_holds(words, ds):
    """A figure of the file names no country, year or source that it does not have, no empty value."""
    text = f"{words['Title']} {words['Description']}"
    if not words["Source"].startswith(ds.label):  # interventions, UCDP's published totals
        return
    assert not NOTHING.search(text), text
    for code, name in COUNTRIES.items():
        assert code in ds.countries or not re.search(rf"\b{name}\b", text), text
    assert {int(year) for year in re.findall(r"\b20[0-2]\d\b", text)} <= {
        *ds.years,
        *(day.year for day in ds.covered),
    }, text
    assert "UCDP" in ds.label or "UCDP" not in text, text


@pytest.fixture
def run(monkeypatch):
    """Run all notebooks on a file; what each shows, by name."""
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    drawn = []
    monkeypatch.setattr("sahelkit.figures.style.png", lambda fig: drawn.append(fig.sahelkit) or b"")
    shell = InteractiveShell.instance()
    monkeypatch.chdir(ROOT / "notebooks")

    def run(source, figures):
        monkeypatch.setenv("SAHELKIT_SOURCE", str(source))
        monkeypatch.setenv("SAHELKIT_FIGURES", str(figures))
        ds, texts = sahelkit.load(), {}
        for path in NOTEBOOKS:
            notebook = nbformat.read(path, as_version=4)
            reproduce.leave_out(notebook, ds)
            shell.reset()
            texts[path.stem] = ""
            for cell in notebook.cells:
                texts[path.stem] += cell.source if cell.cell_type == "markdown" else ""
                if cell.cell_type == "code":
                    with capture_output() as said:
                        done = shell.run_cell(cell.source, store_history=True)
                    assert done.success, f"{path.stem}, {cell['id']}: {done.error_in_exec}"
                    shown = [str(output.data.get("text/plain")) for output in said.outputs]
                    texts[path.stem] += said.stdout + "".join(shown)
        for words in drawn:
            says_no_more_than_it_holds(words, ds)
        return texts

    return run


def made_up(days, **columns):
    """ACLED-like rows of the first fixture's row on these days."""
    row = pd.read_csv(FIXTURES / "made_up_acled_2024_population.csv", dtype=str).iloc[[1]]
    return pd.concat([row] * len(days)).assign(
        event_id_cnty=[f"MADEUP{i}" for i in range(len(days))],
        event_date=pd.DatetimeIndex(days).strftime("%Y-%m-%d"),
        **columns,
    )


def written(rows, folder):
    rows.to_csv(folder / "made_up.csv", index=False)
    return folder / "made_up.csv"


@pytest.mark.parametrize("name", ["made_up_GEDEvent_v26_0_1.csv", "made_up_gtd.csv"])
def test_a_short_file(tmp_path, name, run):
    texts = run(FIXTURES / name, tmp_path)
    assert "Left out: the file covers less than three years" in texts["03_shift"]
    assert "Left out: the file has few incidents inside or outside" in texts["06_displacement"]
    others = [text for name, text in texts.items() if name != "07_claims"]  # which names sources
    assert "UCDP GED 24.1" not in "".join(others)


def test_nine_years_of_one_country_without_positions(tmp_path, run):
    days = pd.date_range("2015-01-03", "2023-12-20", freq="9D")
    regions = [("Est", "Sahel", "Nord")[i % 3] for i in range(len(days))]
    rows = made_up(days, latitude="", longitude="", admin1=regions)
    texts = run(written(rows, tmp_path), tmp_path / "figures")
    assert "Left out: the file gives no positions" in texts["03_shift"]
    assert "Left out: the file does not hold all three countries" in texts["07_claims"]
    assert "Burkina Faso" in texts["00_start_here"]


def test_a_file_without_deaths_and_regions(tmp_path, run):
    days = pd.date_range("2016-01-01", "2021-12-31", freq="4D")
    countries = [("Mali", "Niger", "Burkina Faso")[i % 3] for i in range(len(days))]
    rows = made_up(days, fatalities="", admin1="", country=countries)
    texts = run(written(rows, tmp_path), tmp_path / "figures")
    assert "Left out: the file gives no deaths" in texts["02_escalation"]
    assert "Left out: the file names no regions" in texts["03_shift"]


def test_a_file_that_ends_on_the_first_of_august(tmp_path, run):
    rng = np.random.default_rng(1)
    all_days = pd.date_range("2014-01-01", "2020-08-01")
    weight = 1.3 ** ((all_days - all_days[0]).days.to_numpy() / 365)
    days = np.sort(rng.choice(all_days, 2500, p=weight / weight.sum()))
    days[-1] = np.datetime64("2020-08-01")
    countries = rng.choice(["Mali", "Niger", "Burkina Faso"], len(days))
    texts = run(written(made_up(days, country=countries), tmp_path), tmp_path / "figures")
    assert "1 August 2020" in texts["00_start_here"]
    ds = sahelkit.load(tmp_path / "made_up.csv")
    ratio = sahelkit.escalation.ratios(ds.region_month).loc[2020]
    months = ds.count().loc["2019-01":"2019-07", "incidents"].sum()
    assert ratio["base_total"] == months
    with pytest.raises(sahelkit.NotCovered, match="2020-08"):
        sahelkit.tracker.content(ds, "2020-08")


def test_the_reference_file(tmp_path, reference, run):
    texts = run(reference(), tmp_path)
    assert not NOTHING.search(texts["02_escalation"].split("## Try it")[0].replace("None of", ""))
