"""Where the shipped data lie: beside the package in a checkout, inside it in an installed copy."""

from functools import cache
from pathlib import Path

import pandas as pd

PACKAGE = Path(__file__).resolve().parent


def data_dir() -> Path:
    """Folder of the shipped data.

    >>> (data_dir() / "places.csv").exists()
    True
    """
    installed = PACKAGE / "_data"
    return installed if installed.is_dir() else PACKAGE.parent / "data"


@cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(data_dir() / name, dtype="str", keep_default_na=False)


def read_table(name: str) -> pd.DataFrame:
    """A shipped reference table, all text, empty where nothing is given.

    >>> list(read_table("places.csv").columns[:3])
    ['country', 'iso_3166_2', 'region']
    """
    return _read(name).copy()
