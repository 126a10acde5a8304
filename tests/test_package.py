"""The package as installed: cost of the import, data found outside a checkout."""

import subprocess
import sys

import pytest
from conftest import ROOT

CLEAN = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}


def test_the_import_loads_nothing_heavier_than_pandas():
    code = (
        "import sys, sahelkit; sahelkit.load; "
        "print(*(m for m in ('scipy','matplotlib','geopandas','shapely','statsmodels','pyarrow.csv') if m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == ""


@pytest.mark.slow
def test_a_wheel_carries_its_data(tmp_path):
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(tmp_path), str(ROOT)], check=True, cwd=tmp_path)
    wheel = next(tmp_path.glob("*.whl"))
    target = tmp_path / "site"
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "-t",
        str(target),
    ]
    subprocess.run([*install, str(wheel)], check=True, cwd=tmp_path)
    code = (
        "import sahelkit; from sahelkit.files import data_dir; ds = sahelkit.load(); "
        "print(data_dir(), ds.region_month['incidents'].sum())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**CLEAN, "PYTHONPATH": str(target)},
    )
    folder, total = done.stdout.split()
    assert folder == str(target / "sahelkit" / "_data") and total == "3999"
