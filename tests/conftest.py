"""Shared fixtures: the repository's root, and the reference files where they are."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("SAHELKIT_REFERENCE", ROOT.parent / "shared" / "data"))
GED = "ucdp_ged_24.1_sahel.csv"


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def reference():
    """Path of a reference file by name; skips the test where it is missing."""

    def path(name=GED):
        found = REFERENCE / name
        if not found.exists():
            pytest.skip(f"reference file {name} is not here; set SAHELKIT_REFERENCE to its folder")
        return found

    return path


@pytest.fixture(scope="session")
def ged(reference):
    """The reference GED file as a Dataset."""
    import sahelkit

    return sahelkit.load(reference())
