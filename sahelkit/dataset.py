"""One entry to the data: load(), the Dataset with its tables, and how to cite it."""

import json
import os
from dataclasses import dataclass
from html import escape

import pandas as pd

from sahelkit import actors, places, schema
from sahelkit.choices import NotCovered, one_of
from sahelkit.files import data_dir
from sahelkit.tables import complete, grid_year, last_whole_month, region_month, toll_frequency

FEW = 100
"""Fewer incidents than these on one side are too few to compare two sides."""


@dataclass(frozen=True, repr=False)
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
        `tables.grid_year`; the shipped one with the columns of `geography.clustering.NEAREST`.
    country_year : DataFrame
        UCDP's published totals per country and year (persons) with their release, whatever the source.
    provenance : Provenance
        Of the file that the tables were computed from.
    tolls : DataFrame or None
        How often UCDP gives which toll: `tables.toll_frequency`; None for other sources.
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
    tolls: pd.DataFrame | None = None
    events: pd.DataFrame | None = None
    listed: object = None

    @property
    def label(self) -> str:
        """Source and release, for captions: 'UCDP GED 24.1'."""
        return self.provenance.label

    @property
    def countries(self) -> list:
        """Codes of the countries that the source holds; of others it says nothing, not zero."""
        return [code for code in schema.COUNTRIES if (self.region_month["country"] == code).any()]

    @property
    def covered(self) -> tuple:
        """First and last day that the data speak for, Timestamps.

        Yearly releases speak for whole years, UCDP's candidates for whole months, an ACLED export
        for the days up to its last event. The tables hold whole months alone.

        >>> [f"{day:%Y-%m-%d}" for day in load().covered]
        ['2012-01-01', '2023-12-31']
        """
        months = self.region_month["month"]
        first, last = months.min().start_time, months.max().end_time.normalize()
        if self.provenance.source in ("ucdp-ged", "gtd"):
            return first, pd.Timestamp(last.year, 12, 31)
        if self.provenance.source == "acled":
            return first, max(last, self.events["date_start"].max())
        return first, last

    @property
    def holds(self) -> set:
        """What can be asked of the data, as the tags of notebook cells have it (`reproduce.NEEDS`).

        >>> "positions" in load().holds, "days" in load().holds
        (True, False)
        """
        first, last = self.covered
        table = self.region_month
        inside, known = places.in_liptako_gourma(table), table["region"] != places.UNKNOWN
        answers = {
            "positions": len(self.grid_year) > 0,
            "deaths": bool(table["deaths_best"].sum() > 0),
            "regions": self._sum(known) > 0,
            "days": self.events is not None,
            "years-3": (last - first).days >= 3 * 365 - 1,
            "tolls": self.tolls is not None,
            "major": bool(self.major["latitude"].notna().any()),
            "countries": len(self.countries) == len(schema.COUNTRIES),
            "zone": min(self._sum(inside), self._sum(~inside & known)) >= FEW,
            "jnim": self._sum(table["group"] == "JNIM and founders") >= FEW,
            "shipped": self.events is None,
        }
        return {name for name, yes in answers.items() if yes}

    def _sum(self, rows) -> int:
        return int(self.region_month.loc[rows, "incidents"].sum())

    @property
    def reports(self) -> pd.DataFrame:
        """The accounts behind the incidents of the shipped list: one row per report of one incident.

        >>> ds = load()
        >>> one = ds.reports[ds.reports["incident"] == "MLI-2019-09-30-boulkessi"]
        >>> one["publisher"].nunique()
        10
        """
        from sahelkit.coding import read_reports

        if self.listed is None:
            raise NotCovered("Only the shipped incidents have their accounts: sahelkit.load().")
        reports = read_reports()
        return reports[reports["incident"].isin(self.incidents["incident_id"])]

    @property
    def major(self) -> pd.DataFrame:
        """Major incidents of the days that the tables cover: the shipped list's, or a file's of 20
        deaths and more. (`incidents` of the shipped data goes on to April 2026, provisionally.)
        """
        within = self.incidents[self.incidents["date_start"].between(*self.covered)]
        return within if self.listed else within[(within["deaths_best"] >= 20).fillna(False)]

    @property
    def major_label(self) -> str:
        """Source of `major`, for captions."""
        return f"sahelkit major incidents, deaths from {self.label}" if self.listed else self.label

    def _card(self) -> dict:
        table, (first, last) = self.region_month, self.covered
        best, low, high = (table[f"deaths_{which}"].sum() for which in ("best", "low", "high"))
        known = f"{best:,}" + (f" ({low:,} to {high:,})" if high else "")
        listed = f"{len(self.incidents):,} major ones, one by one: never count from them"
        return {
            "Source": self.label,
            "Covered": f"{first:%-d %B %Y} to {last:%-d %B %Y}",
            "Countries": ", ".join(schema.COUNTRIES[code] for code in self.countries),
            "Incidents": f"{table['incidents'].sum():,}",
            "Deaths": known if "deaths" in self.holds else "not given",
            "ds.incidents": listed if self.listed else f"all {len(self.incidents):,} in the file",
            "Not for": "violence that killed nobody or that nobody reported",
        }

    def __repr__(self) -> str:
        return "\n".join(f"{name:<13} {value}" for name, value in self._card().items())

    def _repr_html_(self) -> str:
        rows = (
            f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
            for name, value in self._card().items()
        )
        return f"<table>{''.join(rows)}</table>"

    @property
    def years(self) -> range:
        """Calendar years that the tables hold from January to December; all, where none is whole."""
        first, last = self.region_month["month"].min(), self.region_month["month"].max()
        whole = range(first.year + (first.month > 1), last.year + (last.month == 12))
        return whole or range(first.year, last.year + 1)

    def covers(self, first, last) -> bool:
        """Whether the tables hold every month from that of one day to that of another.

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

        for name in where:
            one_of(name, ("area", "inside", "group"), "argument")
        return count(self, by, freq, weight, **where)

    def cite(self, style: str = "text", accessed: str = "") -> str:
        """References to paste, with release, day of access and licence (`citations.cite`).

        >>> "Sundberg" in load().cite()
        True
        """
        from sahelkit.citations import cite

        sources = [self.provenance] + ([self.listed] if self.listed else [])
        return cite(sources, style=style, accessed=accessed)


def load(source=None, keep=()) -> Dataset:
    """The shipped data, or a user's own file in the same form.

    Parameters
    ----------
    source : str, Path, DataFrame or list of them, optional
        What `sahelkit.read_incidents` knows. Default: the environment variable SAHELKIT_SOURCE,
        several files separated as in PATH; without it, the shipped tables.
    keep : collection of str
        The source's own columns to keep in `Dataset.incidents`.

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

    if source is None and os.environ.get("SAHELKIT_SOURCE"):
        source = os.environ["SAHELKIT_SOURCE"].split(os.pathsep)
    official = shipped("ucdp_country_year.csv")
    if source is not None:
        incidents, provenance = read_incidents(source, keep=keep)
        counted = incidents
        if provenance.source == "acled":
            days = incidents["date_start"]
            counted = incidents[days <= last_whole_month(days)]
        region, grid = region_month(counted), grid_year(counted)
        tolls = toll_frequency(incidents) if provenance.source.startswith("ucdp") else None
        return Dataset(incidents, complete(region), grid, official, provenance, tolls, incidents)
    if keep:
        raise NotCovered(f"keep={list(keep)}: the shipped tables have no further columns.")
    incidents, listed = read_incidents(data_dir() / "incidents.csv")
    record = json.loads((data_dir() / "provenance.json").read_text(encoding="utf-8"))
    region, grid = shipped("ucdp_region_month.csv"), shipped("ucdp_grid_year.csv")
    region["month"] = pd.PeriodIndex(region["month"], freq="M")
    provenance = Provenance(**record["ged"])
    tolls = shipped("ucdp_toll_frequency.csv")
    return Dataset(incidents, complete(region), grid, official, provenance, tolls, None, listed)


def years_covered(ds: Dataset, *years: int) -> None:
    """Raise `NotCovered` if the data do not reach over all of these years."""
    for year in years:
        if year not in ds.years:
            raise NotCovered(f"{ds.label} covers {ds.years[0]} to {ds.years[-1]}, not {year}.")


def shipped(name: str) -> pd.DataFrame:
    """A shipped table, typed."""
    return pd.read_csv(
        data_dir() / name, dtype={"release": "str"}, keep_default_na=False, na_values=[""]
    )


_PLAIN_NAMES = {
    "date_start": "date",
    "deaths_best": "deaths",
    "deaths_civilians": "civilians",
    "group": "conflict",
    "n_reports": "reports",
}


def load_incidents() -> pd.DataFrame:
    """The shipped major incidents as a tidy table for a first lesson: plain names, no codes.

    Returns
    -------
    DataFrame
        A row per incident, in order of time; deaths in persons, positions in degrees.

    Examples
    --------
    >>> incidents = load_incidents()
    >>> incidents.nlargest(1, "deaths")[["place", "country"]].squeeze().tolist()
    ['Moura', 'Mali']
    """
    from sahelkit.sources import read_incidents

    table, _ = read_incidents(data_dir() / "incidents.csv")
    coded = ["attribution", "tactic", "target", "perpetrator"]
    table[coded] = table[coded].apply(lambda codes: codes.str.replace("_", " "))
    names = {group.replace("_", " "): name for group, name in actors.names().items()}
    table["perpetrator"] = table["perpetrator"].replace(names)
    table["country"] = table["country"].map(schema.COUNTRIES).astype("str")
    table = table.rename(columns=_PLAIN_NAMES)
    first = ("date", "country", "region", "place", "deaths", "deaths_low", "deaths_high")
    first += ("civilians", "perpetrator", "attribution", "tactic", "target", "conflict", "reports")
    return table[[*first, "latitude", "longitude", "incident_id"]]
