"""The exercises of the notebooks: what a solution prints is what it says, in the finished notebook."""

import doctest

import matplotlib.pyplot as plt
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
    monkeypatch.setattr(figures, "save", lambda figure, *_: plt.close(figure))
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
