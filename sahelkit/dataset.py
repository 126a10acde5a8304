"""One entry to the data: load(), the Dataset with its tables, and how to cite it."""

import json
import os
from dataclasses import dataclass

import pandas as pd

from sahelkit import places, schema
from sahelkit.files import data_dir, read_table
from sahelkit.sources.formats import labels

COUNTS = ("incidents", "deaths_best", "deaths_low", "deaths_high", "deaths_civilians")
REGION_KEYS = ["country", "region", "month", "violence", "group"]
GRID_KEYS = ["priogrid_gid", "year", "country", "violence"]
UNKNOWN = "unknown"
"""Region of incidents that the source places in no region."""


@dataclass(frozen=True)
class Dataset:
    """Incidents, the tables computed from them, and where they come from.

    Attributes
    ----------
    incidents : DataFrame
        `schema.COLUMNS`. Shipped: the list of major incidents, never a count of all incidents.
        From a user's file: every incident in it.
    region_month : DataFrame
        Incidents and deaths per country, region, month, violence and group family; months without
        violence are there, with zeros.
    grid_year : DataFrame
        The same per PRIO-GRID cell, year, country and violence, with the mean position of the
        cell's incidents and how many are located to the district or better; the shipped one with
        the columns of `geography.clustering.NEAREST`.
    country_year : DataFrame
        UCDP's published totals per country and year, with their release, whatever the source.
    provenance : Provenance
        Of the file that the tables were computed from.
    events : DataFrame or None
        All incidents with their days; None where only the tables are there, as in the shipped data.
    listed : Provenance or None
        Of the shipped list of major incidents.
    """

    incidents: pd.DataFrame
    region_month: pd.DataFrame
    grid_year: pd.DataFrame
    country_year: pd.DataFrame
    provenance: object
    events: pd.DataFrame | None = None
    listed: object = None

    @property
    def label(self) -> str:
        """Source and release, for captions: 'UCDP GED 24.1'."""
        return f"{labels()[self.provenance.source]} {self.provenance.source_version}"

    @property
    def years(self) -> range:
        """Calendar years of the tables."""
        months = self.region_month["month"]
        return range(months.min().year, months.max().year + 1)

    def covers(self, first, last) -> bool:
        """Whether the tables hold every month from that of one day to that of another.

        Parameters
        ----------
        first, last : str, Timestamp or Period

        >>> load().covers("2020-01", "2020-05-22"), load().covers("2020-01", "2030-01")
        (True, False)
        """
        months = self.region_month["month"]
        return months.min() <= pd.Period(first, "M") and pd.Period(last, "M") <= months.max()

    def count(self, by=None, freq="M", weight="incidents", **where) -> pd.DataFrame:
        """Incidents or deaths over time, zeros filled within what the data cover (`counts.count`).

        >>> load().count("country", freq="Y").loc[2023, "BFA"].item()
        595
        """
        from sahelkit.counts import count

        return count(self, by, freq, weight, **where)

    def cite(self, style: str = "text", accessed: str = "") -> str:
        """References to paste, with release, day of access and licence (`citations.cite`).

        Parameters
        ----------
        style : {'text', 'bibtex'}
        accessed : str
            Day on which the file was downloaded, where `sahelkit fetch` did not record it.

        >>> "Sundberg" in load().cite()
        True
        """
        from sahelkit.citations import cite

        sources = [self.provenance] + ([self.listed] if self.listed else [])
        return cite(sources, style=style, accessed=accessed)


def load(source=None) -> Dataset:
    """The shipped data, or a user's own file in the same form.

    Parameters
    ----------
    source : str or Path, optional
        A file that `sahelkit.sources.read_incidents` knows. Default: the environment variable
        SAHELKIT_SOURCE; without it, the shipped tables.

    Returns
    -------
    Dataset

    Raises
    ------
    SourceError
        The file cannot be read as incidents.

    Examples
    --------
    >>> ds = load()
    >>> int(ds.region_month["incidents"].sum())
    3999
    """
    from sahelkit.sources import read_incidents
    from sahelkit.sources.source import Provenance

    source = source or os.environ.get("SAHELKIT_SOURCE")
    official = read_country_year()
    if source:
        incidents, provenance = read_incidents(source)
        region, grid = region_month(incidents), grid_year(incidents)
        return Dataset(incidents, complete(region), grid, official, provenance, incidents)
    incidents, listed = read_incidents(data_dir() / "incidents.csv")
    record = json.loads((data_dir() / "provenance.json").read_text(encoding="utf-8"))
    region, grid = _shipped("ucdp_region_month.csv"), _shipped("ucdp_grid_year.csv")
    region["month"] = pd.PeriodIndex(region["month"], freq="M")
    provenance = Provenance(**record["ged"])
    return Dataset(incidents, complete(region), grid, official, provenance, None, listed)


def _shipped(name: str) -> pd.DataFrame:
    return pd.read_csv(data_dir() / name, keep_default_na=False, na_values=[""])


def read_country_year() -> pd.DataFrame:
    """UCDP's published totals per country and year, deaths in persons, with the release of each."""
    table = read_table("ucdp_country_year.csv")
    numbers = [name for name in table.columns if name not in ("country", "release")]
    return table.astype(dict.fromkeys(numbers, "int64"))


def _counted(frame: pd.DataFrame, keys: list) -> pd.DataFrame:
    """Incidents and sums of deaths per key; a sum of nothing but missing values is missing."""
    frame = frame.assign(incidents=1)
    sums = frame.groupby(keys, observed=True, sort=False)[list(COUNTS)].sum(min_count=1)
    return in_words(sums.reset_index(), keys)


def in_words(table: pd.DataFrame, keys: list) -> pd.DataFrame:
    """Keys as text instead of categories, which are faster to group by; in alphabetical order."""
    words = {name: "str" for name in keys if isinstance(table[name].dtype, pd.CategoricalDtype)}
    return table.astype(words).sort_values(keys, ignore_index=True)


def _from_first_month(incidents: pd.DataFrame) -> pd.DataFrame:
    return incidents[incidents["date_start"] >= schema.FIRST_MONTH.start_time].copy()


def region_month(incidents: pd.DataFrame) -> pd.DataFrame:
    """Incidents and deaths per country, region, month, violence and group; only where there are any.

    An incident counts in the month of its first day. Incidents before `schema.FIRST_MONTH` do not count.

    Parameters
    ----------
    incidents : DataFrame
        `schema.COLUMNS`.

    Returns
    -------
    DataFrame
        `country, region, month` (monthly Period), `violence, group` and `COUNTS`. Incidents that
        the source places in no region are in region 'unknown'.
    """
    frame = _from_first_month(incidents)
    frame["month"] = frame["date_start"].to_numpy().astype("datetime64[M]")
    region = frame["region"].astype("category")
    frame["region"] = region.cat.add_categories({UNKNOWN} - set(region.cat.categories)).fillna(
        UNKNOWN
    )
    table = _counted(frame, REGION_KEYS)
    table["month"] = table["month"].dt.to_period("M")
    return table


def complete(table: pd.DataFrame) -> pd.DataFrame:
    """Add the months without violence, as zeros, for every region of the three countries.

    Parameters
    ----------
    table : DataFrame
        As `region_month` gives it.

    Returns
    -------
    DataFrame
        All combinations of region (with 'unknown'), month, violence and group that occurs; the
        calendar runs from `schema.FIRST_MONTH`, or the first month of a later file, to the last month.
    """
    if table.empty:
        return table
    first = (
        schema.FIRST_MONTH
        if table["month"].min().year == schema.FIRST_MONTH.year
        else table["month"].min()
    )
    months = pd.period_range(first, table["month"].max(), freq="M")
    units = places.regions()[["country", "counted_as"]].drop_duplicates()
    pairs = [*units.itertuples(index=False, name=None), *((c, UNKNOWN) for c in schema.COUNTRIES)]
    other = [schema.VIOLENCE, sorted(table["group"].unique())]
    full = pd.DataFrame(pairs, columns=["country", "region"])
    full = full.merge(pd.DataFrame({"month": months}), how="cross")
    for name, values in zip(("violence", "group"), other, strict=True):
        full = full.merge(pd.DataFrame({name: values}), how="cross")
    out = full.merge(table, how="left", on=REGION_KEYS)
    silent = out["incidents"].isna()
    for name in COUNTS:
        known = table[name].notna().any()
        out[name] = out[name].mask(silent, 0).astype("Int64") if known else pd.NA
    out["incidents"] = out["incidents"].astype("int64")
    for name in ("country", "region", "violence", "group"):
        out[name] = out[name].astype("category")
    return out


def placed(incidents: pd.DataFrame) -> pd.DataFrame:
    """Incidents since `schema.FIRST_MONTH` that have a position, with `year` and `priogrid_gid`."""
    frame = _from_first_month(incidents).dropna(subset=["latitude", "longitude"])
    frame["year"] = frame["date_start"].dt.year
    frame["priogrid_gid"] = places.grid_cell(frame["latitude"], frame["longitude"])
    return frame


def grid_year(incidents: pd.DataFrame) -> pd.DataFrame:
    """Incidents and deaths per PRIO-GRID cell, year, country and violence.

    Parameters
    ----------
    incidents : DataFrame
        `schema.COLUMNS`. Incidents without a position do not count.

    Returns
    -------
    DataFrame
        `GRID_KEYS`, `COUNTS`, `incidents_located` (to the district or better: location_precision
        at most 3), `latitude` and `longitude` (mean over the cell's incidents, degrees, 4 digits).
    """
    frame = placed(incidents)
    frame["incidents_located"] = (frame["location_precision"] <= 3).astype("int64")
    table = _counted(frame, GRID_KEYS)
    grouped = frame.groupby(GRID_KEYS, observed=True, sort=False)
    more = grouped[["latitude", "longitude"]].mean().round(4)
    more.insert(0, "incidents_located", grouped["incidents_located"].sum())
    return table.merge(in_words(more.reset_index(), GRID_KEYS), on=GRID_KEYS)
