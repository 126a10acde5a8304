"""What is reproduced is what is committed, and one changed digit is caught."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from conftest import ROOT

from sahelkit import figures, reproduce
from sahelkit.figures import looks_same
from sahelkit.files import data_dir
from tools import codebook

START = "00_start_here.ipynb"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Figures and tables made again: by the run of nbval, where `make test` says, or here."""
    if folder := os.environ.get("SAHELKIT_MADE"):
        folder = Path(folder)
    else:
        out = tmp_path_factory.mktemp("again")
        results, *_ = reproduce.reproduce(out)
        assert [r.error for r in results] == [""] * len(results)
        folder = out / "figures"
    reproduce.write_readme(folder)
    return folder


def same(a, b):
    if not (a.exists() and b.exists()):
        return False
    one, other = a.read_bytes(), b.read_bytes()
    return looks_same(one, other) if a.suffix == ".png" else one == other


def differing(made, stored, pattern):
    """Names of the files that differ or are missing on one side; pictures that differ to the eye."""
    names = {path.name for folder in (made, stored) for path in folder.glob(pattern)}
    pairs = {name: (made / name, stored / name) for name in sorted(names)}
    return [name for name, (a, b) in pairs.items() if not same(a, b)]


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["*.csv", "*.png", "README.md"])
def test_figures_and_their_tables_are_the_committed_ones(made, pattern):
    assert differing(made, ROOT / "figures", pattern) == []


def test_a_notebook_is_stored_as_it_was(tmp_path):
    results, *_ = reproduce.reproduce(tmp_path, only="00")
    assert [(r.error, r.changed) for r in results] == [("", False)]
    stored = (ROOT / "notebooks" / START).read_bytes()
    assert (tmp_path / "notebooks" / START).read_bytes() == stored


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("made up", encoding="utf-8")
    with pytest.raises(reproduce.NotebookError, match="is not empty"):
        reproduce.reproduce(tmp_path, only="00")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_other_data_are_refused_in_the_repository_itself():
    with pytest.raises(reproduce.NotebookError, match="holds the shipped results"):
        reproduce.reproduce(ROOT, source=[data_dir() / "incidents.csv"], only="00")


def test_a_notebook_that_was_edited_while_it_ran_is_left_alone(tmp_path):
    import nbformat

    path = tmp_path / "99_edited.ipynb"
    edit = f"open({str(path)!r}, 'a').write(' ')"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(edit)]), path)
    result = reproduce.execute(path, path, {}, lambda *_: None)
    assert "was edited while it ran" in result.error
    assert path.read_text(encoding="utf-8").endswith(" ")


TREND = """
import sys, pathlib, sahelkit
from sahelkit import figures
from sahelkit.escalation import trends
from sahelkit.figures import escalation as rising
ds = sahelkit.load()
counts = ds.count("country")
counts.insert(0, "all", counts.sum(axis=1))
fits = {code: trends.trend(counts[code], "2016-01") for code in counts}
pathlib.Path(sys.argv[1]).write_bytes(figures.png(rising.trend(fits, ds.label)))
"""


def test_a_picture_looks_the_same_on_a_processor_without_avx(tmp_path):
    # OpenBLAS rounds by the processor's instructions; a fit then differs in its last digits.
    kernel = {"OPENBLAS_CORETYPE": "Prescott", "MPLBACKEND": "agg"}
    subprocess.run(
        [sys.executable, "-c", TREND, tmp_path / "trend.png"],
        env={**os.environ, **kernel},
        check=True,
    )
    made, stored = (tmp_path / "trend.png").read_bytes(), ROOT / "figures" / "02_trend.png"
    assert looks_same(made, stored.read_bytes())


def test_a_changed_digit_in_a_picture_is_seen():
    def picture(text):
        fig, ax = plt.subplots()
        ax.plot([0, 1], [0, 1])
        ax.text(0.2, 0.8, text, fontsize=7)
        return figures.png(figures.caption(fig, "Title", "Subtitle", "Made up"))

    assert looks_same(picture("4,211"), picture("4,211"))
    assert not looks_same(picture("4,211"), picture("4,217"))


def strict_nbval(notebook):
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q"]
    command += [
        "-c",
        str(ROOT / "pyproject.toml"),
        "-o",
        "addopts=",
        "-o",
        "filterwarnings=default",
    ]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", str(notebook)], cwd=notebook.parent
    ).returncode


@pytest.mark.slow
def test_a_changed_digit_in_a_stored_output_is_caught(tmp_path):
    text = (ROOT / "notebooks" / START).read_text(encoding="utf-8")
    assert "     4211" in text
    (tmp_path / START).write_text(text.replace("     4211", "     4212", 1), encoding="utf-8")
    assert strict_nbval(tmp_path / START) == 1


def test_a_changed_digit_in_the_data_is_caught(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data_dir(), folder)
    stored = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert codebook.hashed(folder) == stored
    table = folder / "ucdp_region_month.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(",1,2,2,2,0", ",1,2,2,3,0", 1), encoding="utf-8")
    assert table.read_text(encoding="utf-8") != text
    assert codebook.hashed(folder) != stored


def test_a_changed_digit_in_a_figures_table_is_caught(tmp_path):
    folder = tmp_path / "figures"
    shutil.copytree(ROOT / "figures", folder)
    assert differing(folder, ROOT / "figures", "*.csv") == []
    table = folder / "00_country_totals.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("6122", "6123"), encoding="utf-8")
    assert differing(folder, ROOT / "figures", "*.csv") == ["00_country_totals.csv"]


def test_a_failing_notebook_is_named_with_its_cell(tmp_path):
    import nbformat

    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell("x = 1"), nbformat.v4.new_code_cell("1 / 0")]
    nbformat.write(notebook, tmp_path / "99_broken.ipynb")
    result = reproduce.execute(
        tmp_path / "99_broken.ipynb", tmp_path / "out.ipynb", {}, lambda done, total: None
    )
    assert result.error == "code cell 2: ZeroDivisionError: division by zero"
    assert not (tmp_path / "out.ipynb").exists()


def test_asking_for_a_notebook_that_is_not_there():
    with pytest.raises(reproduce.NotebookError, match="no notebook 77"):
        reproduce.notebooks("77")
