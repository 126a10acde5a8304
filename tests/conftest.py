"""Shared fixtures: the repository's root, and the reference files where they are."""

import os
import shutil
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


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window, driven from outside; tests that need it skip where it is missing."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="browser tests drive selenium")
    there, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (there and driver):
        pytest.skip("no chromium with chromedriver (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = there
    plain = ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage")
    awake = ("disable-renderer-backgrounding", "disable-background-timer-throttling")
    for name in (*plain, *awake, "disable-backgrounding-occluded-windows"):
        options.add_argument(f"--{name}")
    options.add_argument("--window-size=1400,1000")
    options.page_load_strategy = "none"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chromium = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield chromium
    chromium.quit()
