"""After 2023: deaths per month from releases of different age, how far they are revised, what the list covers."""

import pandas as pd

from sahelkit import places
from sahelkit.dataset import Dataset
from sahelkit.files import read_table

AREAS = {
    "west and south of Mali": (
        "MLI:Kayes",
        "MLI:Koulikoro",
        "MLI:Sikasso",
        "MLI:Ségou",
        "MLI:Bamako",
    ),
    "centre and north of Mali": (
        "MLI:Mopti",
        "MLI:Tombouctou",
        "MLI:Gao",
        "MLI:Kidal",
        "MLI:Ménaka",
    ),
    "Sahel, Nord, Centre-Nord, Est": ("BFA:Sahel", "BFA:Nord", "BFA:Centre-Nord", "BFA:Est"),
    "rest of Burkina Faso": ("BFA",),
    "Tillabéri, Tahoua, Dosso, Niamey": ("NER:Tillabéri", "NER:Tahoua", "NER:Dosso", "NER:Niamey"),
    "rest of Niger": ("NER",),
}
"""Areas of the three countries for the years without a table by region; the first that fits counts."""
UNKNOWN_AREA = "place not known"


def country_month() -> pd.DataFrame:
    """Deaths in organised violence per country and month from January 2024, UCDP's best estimate.

    Releases of different age stand side by side: a month as it was first released, and as the newest
    release that was read has it.

    Returns
    -------
    DataFrame
        `country, month` (Period), `deaths` and `release` (newest), `deaths_first` and `release_first`
        (missing for 2024, of which the yearly release alone was read).

    Examples
    --------
    >>> table = country_month()
    >>> [str(table["month"].min()), str(table["month"].max())], len(table)
    (['2024-01', '2026-05'], 87)
    """
    table = read_table("ucdp_country_month.csv")
    table["month"] = pd.PeriodIndex(table["month"], freq="M")
    for name in ("deaths", "deaths_first"):
        table[name] = pd.to_numeric(table[name].replace("", None)).astype("Int32")
    return table


def revisions(year: int = 2025) -> pd.DataFrame:
    """How much a year's months grew from their first release to the newest.

    Returns
    -------
    DataFrame
        Index country, last 'all'; `deaths_first`, `deaths`, `added` (share that the first releases
        lacked of what is known now, 0 to 1).

    Examples
    --------
    >>> revisions()["added"].round(2).to_dict()
    {'BFA': 0.38, 'MLI': 0.07, 'NER': 0.18, 'all': 0.26}
    """
    table = country_month()
    table = table[(table["month"].dt.year == year) & table["deaths_first"].notna()]
    sums = table.groupby("country")[["deaths_first", "deaths"]].sum()
    sums.loc["all"] = sums.sum()
    return sums.assign(added=(1 - sums["deaths_first"] / sums["deaths"]).astype("float64"))


def _later(ds: Dataset) -> pd.DataFrame:
    rows = ds.incidents[ds.incidents["date_start"] > ds.covered[1]]
    return rows.assign(month=rows["date_start"].dt.to_period("M"))


def coverage(ds: Dataset) -> pd.DataFrame:
    """Share of UCDP's deaths per month that the provisional list of major incidents covers.

    Parameters
    ----------
    ds : Dataset
        The shipped data.

    Returns
    -------
    DataFrame
        Index month; `listed` and `deaths` (persons, three countries), `share`. Above 1 where reports
        give more than UCDP.

    Examples
    --------
    >>> from sahelkit import load
    >>> bool(0.3 < coverage(load()).loc["2025-03", "share"] < 1)
    True
    """
    listed = _later(ds).groupby("month")["deaths_best"].sum()
    deaths = country_month().groupby("month")["deaths"].sum()
    table = pd.DataFrame({"listed": listed, "deaths": deaths}).loc[: listed.index.max()]
    table = table.fillna({"listed": 0}).astype("int64")
    return table.assign(share=table["listed"] / table["deaths"]).rename_axis("month")


def by_area(ds: Dataset) -> pd.DataFrame:
    """Major incidents per area and year from 2021 on: where they were, before and after 2023.

    Returns
    -------
    DataFrame
        Rows `AREAS` and those whose place is not known; columns years; incidents.

    Examples
    --------
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
