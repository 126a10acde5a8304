"""The made-up files of every format and generation, and a way to damage one."""

from functools import cache
from pathlib import Path

import pandas as pd

from sahelkit.sources import read_incidents

FIXTURES = Path(__file__).parent / "fixtures"
YEARLY = (
    "made_up_ged261.csv",
    "made_up_ged171_upper_case.csv",
    "made_up_hdx_extract_47_columns.csv",
)
ACLED = (
    "made_up_acled_2021_hxl_tags.csv",
    "made_up_acled_excel_upper_case_semicolon.csv",
    "made_up_acled_2023_inter_numbers.csv",
    "made_up_acled_2024_population.csv",
)
ALL = sorted(path.name for path in FIXTURES.glob("made_up_*.csv"))
RELEASE = ["source", "source_version"]


@cache
def read(name, **options):
    return read_incidents(FIXTURES / name, **options)


def damaged(tmp_path, changes, name="made_up_ged261.csv"):
    text = pd.read_csv(FIXTURES / name, dtype=str, keep_default_na=False)
    for (row, column), value in changes.items():
        text.loc[row, column] = value
    path = tmp_path / f"damaged_{name}"
    text.to_csv(path, index=False)
    return path
