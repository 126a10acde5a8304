"""The repository itself: notebooks' hygiene, agreeing environments, no traces of a machine."""

import json
import re
import subprocess
from statistics import median

import pytest
import yaml
from conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CONDA = {"matplotlib": "matplotlib-base", "jupyter-client": "jupyter_client"}


def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_hygiene(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert "version" not in notebook["metadata"]["language_info"]
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    lines = [sum(bool(line.strip()) for line in "".join(c["source"]).splitlines()) for c in code]
    assert median(lines) <= 4 and max(lines) <= 12
    assert all(re.fullmatch(r"[\w-]+", cell["id"]) for cell in notebook["cells"])
    for cell in code:
        source = "".join(cell["source"])
        assert not re.search(r"^\s*(def|class|if|for) ", source, re.MULTILINE), "not for a notebook"
        assert "print(" not in source.replace("print(ds.cite())", "")
        assert "execution" not in cell["metadata"], "timings"
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr"
            text = "".join(output.get("text", "")) + json.dumps(
                output.get("data", {}).get("text/plain", "")
            )
            assert not re.search(r" at 0x[0-9a-f]+|/(home|tmp|root|work|Users)/", text)
    closing = "".join(code[-1]["source"])
    assert "assert " in closing or path.stem == "10_recipes"


def test_there_are_notebooks():
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{n:02d}" for n in range(11)]


def test_pyproject_and_environment_agree():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    split = [re.match(r"([\w.-]+)(.*)", text).groups() for text in wanted]
    expected = {CONDA.get(name, name) + bound for name, bound in split}
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = [text for text in listed[-1]["pip"] if re.match(r"[\w-]+>=", text)]
    found = {*by_pip, *(text for text in listed if isinstance(text, str))} - {
        "pip",
        "python" + project["requires-python"],
    }
    assert found == expected


def test_every_dependency_is_in_the_lock_file_with_hashes_and_no_index():
    import tomllib

    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    for wanted in [*project["dependencies"], *(name for extra in extras for name in extra)]:
        name = re.match(r"[\w.-]+", wanted)[0].lower()
        assert re.search(rf"^{re.escape(name)}==", text, re.MULTILINE), name
    pins = re.findall(r"^[\w.-]+==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert all("--hash=sha256:" in pin for pin in pins)
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|file:", text)


def test_no_path_of_a_machine_and_no_unfinished_business():
    # Spelt in pieces, so that this file does not find itself.
    pattern = re.compile(
        r"(?<![\w.])/(?:wor"
        + r"k|tm"
        + r"p|roo"
        + r"t|hom"
        + r"e)/[A-Za-z]|\bTO"
        + r"DO\b|FIX"
        + "ME"
    )
    found = []
    for path in tracked():
        if "fixtures" in path.parts:  # made-up files in other encodings
            continue
        if (
            path.suffix in (".py", ".md", ".toml", ".yml", ".ipynb", ".csv", ".json", "")
            or path.name == "Makefile"
        ):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if pattern.search(line) and "http" not in line:
                    found.append(f"{path.name}:{number}")
    assert found == []


def test_no_tracked_file_is_large():
    assert [p.name for p in tracked() if p.stat().st_size > 1_500_000] == []
