"""The exercises of the notebooks: what a solution prints is what it says."""

import doctest
import json

import pytest
from conftest import ROOT

HEADING = "## Try it"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells(path, kind):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == kind]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_solution_runs_after_the_imports_and_prints_what_it_says(path):
    (text,) = [source for source in cells(path, "markdown") if source.startswith(HEADING)]
    blocks = text.split("```python\n")[1:]
    assert len(blocks) == text.count("<summary>") == text.count("</details>") >= 2
    setup = {}
    exec(cells(path, "code")[0], setup)
    for number, block in enumerate(blocks, 1):
        code = block.split("```")[0]
        test = doctest.DocTestParser().get_doctest(code, dict(setup), path.stem, str(path), number)
        assert test.examples
        said = []
        doctest.DocTestRunner(verbose=False).run(test, out=said.append)
        assert said == [], "".join(said)
