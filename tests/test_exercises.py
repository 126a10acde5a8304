"""The exercises of the notebooks: what a solution prints is what it says, in the finished notebook."""

import doctest
import re

import nbformat
import pytest

from sahelkit import figures, reproduce

HEADING = "## Try it"
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in reproduce.notebooks()}
WITH_EXERCISES = [
    name
    for name, notebook in NOTEBOOKS.items()
    if any(HEADING in cell.source for cell in notebook.cells)
]


def test_every_notebook_of_the_course_has_exercises():
    assert set(NOTEBOOKS) - set(WITH_EXERCISES) == {"10_recipes"}


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", WITH_EXERCISES)
def test_solutions_run_one_after_another_in_the_finished_notebook(name, monkeypatch):
    monkeypatch.setattr(figures, "save", lambda *_: None)
    space, solved = {}, 0
    for cell in NOTEBOOKS[name].cells:
        if cell.cell_type == "code":
            exec(cell.source, space)
        elif HEADING in cell.source:
            blocks = cell.source.split("```python\n")[1:]
            assert len(blocks) == cell.source.count("<summary>") >= 2
            for number, block in enumerate(blocks, 1):
                code = block.split("```")[0]
                test = doctest.DocTestParser().get_doctest(code, space, name, name, number)
                said = []
                runner = doctest.DocTestRunner(verbose=False)
                runner.run(test, out=said.append, clear_globs=False)
                assert test.examples and said == [], "".join(said)
                space |= test.globs
                solved += 1
    assert solved >= 2


def test_cells_are_one_thought():
    sizes = []
    for name, notebook in NOTEBOOKS.items():
        for cell in notebook.cells:
            if cell.cell_type == "code":
                lines = [line.strip() for line in cell.source.splitlines() if line.strip()]
                sizes.append(len(lines))
                words = {line.split()[0] for line in lines}
                assert not words & {"if", "def", "while", "try:"}, name
                assert not re.search(r"print\((f[\"']|.*,)", cell.source), name
    assert sorted(sizes)[len(sizes) // 2] <= 4 and max(sizes) <= 12
