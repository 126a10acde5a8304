"""After 2023: deaths per month from releases of different age, how far they are revised, what the list covers."""

import pandas as pd

from sahelkit import places
from sahelkit.dataset import Dataset
from sahelkit.files import read_table

AREAS = {
    "west and south of Mali": ("Kayes", "Koulikoro", "Sikasso", "Ségou", "Bamako"),
    "centre and north of Mali": ("Mopti", "Tombouctou", "Gao", "Kidal", "Ménaka"),
    "Sahel, Nord, Centre-Nord, Est": ("Sahel", "Nord", "Centre-Nord", "Est"),
    "rest of Burkina Faso": ("BFA",),
    "Tillabéri, Tahoua, Dosso, Niamey": ("Tillabéri", "Tahoua", "Dosso", "Niamey"),
    "rest of Niger": ("NER",),
}
"""Areas of the three countries for the years without a table by region; the first that fits counts."""
UNKNOWN_AREA = "place not known"


def country_month() -> pd.DataFrame:
    """Deaths in organised violence per country and month from January 2024, UCDP's best estimate.

    Releases of different age stand side by side: a month as it was first released, and as the
    newest release that was read has it.

    `country, month` (Period), `deaths` and `release` (newest), `deaths_first` and `release_first`
    (missing for 2024, of which the yearly release alone was read).

    >>> table = country_month()
    >>> [str(table["month"].min()), str(table["month"].max())], len(table)
    (['2024-01', '2026-05'], 87)
    """
    table = read_table("ucdp_country_month.csv")
    table["month"] = pd.PeriodIndex(table["month"], freq="M")
    for name in ("deaths", "deaths_first"):
        table[name] = pd.to_numeric(table[name].replace("", None)).astype("Int32")
    return table


def label(table: pd.DataFrame) -> str:
    """Sources of `country_month`, for captions.

    >>> label(country_month())
    'UCDP GED 25.1 and UCDP Candidate Events'
    """
    yearly = table.loc[table["release"].str.contains("GED"), "release"].unique()
    return " and ".join([*yearly, "UCDP Candidate Events"])


def revisions(year: int = 2025) -> pd.DataFrame:
    """How much a year's months grew from their first release to the newest.

    Index country, last 'all'; `deaths_first`, `deaths`, `added` (share that the first releases
    lacked of what is known now, 0 to 1).

    >>> revisions()["added"].round(2).to_dict()
    {'BFA': 0.38, 'MLI': 0.07, 'NER': 0.18, 'all': 0.26}
    """
    table = country_month()
    table = table[(table["month"].dt.year == year) & table["deaths_first"].notna()]
    sums = table.groupby("country")[["deaths_first", "deaths"]].sum()
    sums.loc["all"] = sums.sum()
    return sums.assign(added=(1 - sums["deaths_first"] / sums["deaths"]).astype("float64"))


def coverage(ds: Dataset) -> pd.DataFrame:
    """Share of UCDP's deaths per month that the provisional list of major incidents covers.

    Index month; `listed` and `deaths` (persons, three countries), `share`: above 1 where reports
    give more than UCDP.

    >>> from sahelkit import load
    >>> bool(0.3 < coverage(load()).loc["2025-03", "share"] < 1)
    True
    """
    later = ds.incidents[ds.incidents["date_start"] > ds.covered[1]]
    listed = later.groupby(later["date_start"].dt.to_period("M"))["deaths_best"].sum()
    deaths = country_month().groupby("month")["deaths"].sum()
    table = pd.DataFrame({"listed": listed, "deaths": deaths}).loc[: listed.index.max()]
    table = table.fillna({"listed": 0}).astype("int64")
    return table.assign(share=table["listed"] / table["deaths"]).rename_axis("month")


def by_area(ds: Dataset) -> pd.DataFrame:
    """Major incidents per area and year from 2021 on: where they were, before and after 2023.

    Rows `AREAS` and those whose place is not known; columns years.

    >>> from sahelkit import load
    >>> table = by_area(load())
    >>> int(table.loc["west and south of Mali", 2021]) < int(table.sum(axis=1).max())
    True
    """
    rows = ds.incidents[ds.incidents["date_start"] >= "2021"]
    area = pd.Series(UNKNOWN_AREA, index=rows.index)
    for name, units in reversed(AREAS.items()):
        area = area.mask(places.in_area(rows, units) & rows["region"].notna(), name)
    years = rows["date_start"].dt.year.rename("year")
    table = rows.groupby([area.rename("area"), years]).size().unstack(fill_value=0)
    return table.reindex([*AREAS, UNKNOWN_AREA], fill_value=0)
