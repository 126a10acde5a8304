"""One entry to the data: load(), the Dataset with its tables, and how to cite it."""

import json
import os
from dataclasses import dataclass
from html import escape

import pandas as pd

from sahelkit import places, schema
from sahelkit.choices import NotCovered
from sahelkit.files import data_dir, read_table
from sahelkit.places import UNKNOWN, UNKNOWN_INSIDE

COUNTS = ("incidents", "deaths_best", "deaths_low", "deaths_high", "deaths_civilians")
REGION_KEYS = ["country", "region", "month", "violence", "group"]
FEW = 100
"""Fewer incidents than these on one side are too few to compare two sides."""
GRID_KEYS = ["priogrid_gid", "year", "country", "violence"]


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
        The same per PRIO-GRID cell, year, country and violence, with the mean position of the
        cell's incidents and how many are located to the district or better; the shipped one with
        the columns of `geography.clustering.NEAREST`.
    country_year : DataFrame
        UCDP's published totals per country and year, with their release, whatever the source.
    provenance : Provenance
        Of the file that the tables were computed from.
    tolls : DataFrame or None
        How often UCDP gives which toll: `toll_frequency`; None for other sources.
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
        inside, known = places.in_liptako_gourma(table), table["region"] != UNKNOWN
        answers = {
            "positions": len(self.grid_year) > 0,
            "deaths": bool(table["deaths_best"].sum() > 0),
            "regions": bool((table.loc[table["incidents"] > 0, "region"] != UNKNOWN).any()),
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

        Raises
        ------
        NotCovered
            The incidents come from a user's file, which gives no accounts.

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


def load(source=None, keep=()) -> Dataset:
    """The shipped data, or a user's own file in the same form.

    Parameters
    ----------
    source : str, Path, DataFrame or list of them, optional
        What `sahelkit.read_incidents` knows. Default: the environment variable SAHELKIT_SOURCE,
        several files separated as in PATH; without it, the shipped tables.
    keep : collection of str
        The source's own columns to keep in `Dataset.incidents`.

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

    if source is None and os.environ.get("SAHELKIT_SOURCE"):
        source = os.environ["SAHELKIT_SOURCE"].split(os.pathsep)
    official = read_country_year()
    if source is not None:
        incidents, provenance = read_incidents(source, keep=keep)
        counted = incidents
        if provenance.source == "acled":
            counted = incidents[
                incidents["date_start"] <= last_whole_month(incidents["date_start"])
            ]
        region, grid = region_month(counted), grid_year(counted)
        tolls = toll_frequency(incidents) if provenance.source.startswith("ucdp") else None
        return Dataset(incidents, complete(region), grid, official, provenance, tolls, incidents)
    if keep:
        raise NotCovered(f"keep={list(keep)}: the shipped tables have no further columns.")
    incidents, listed = read_incidents(data_dir() / "incidents.csv")
    record = json.loads((data_dir() / "provenance.json").read_text(encoding="utf-8"))
    region, grid = _shipped("ucdp_region_month.csv"), _shipped("ucdp_grid_year.csv")
    region["month"] = pd.PeriodIndex(region["month"], freq="M")
    provenance = Provenance(**record["ged"])
    tolls = _shipped("ucdp_toll_frequency.csv")
    return Dataset(incidents, complete(region), grid, official, provenance, tolls, None, listed)


def years_covered(ds: Dataset, *years: int) -> None:
    """Raise `NotCovered` if the data do not reach over all of these years."""
    for year in years:
        if year not in ds.years:
            raise NotCovered(f"{ds.label} covers {ds.years[0]} to {ds.years[-1]}, not {year}.")


def _shipped(name: str) -> pd.DataFrame:
    return pd.read_csv(data_dir() / name, keep_default_na=False, na_values=[""])


def load_incidents() -> pd.DataFrame:
    """The shipped major incidents as a tidy table for a first lesson: plain names, no codes.

    Returns
    -------
    DataFrame
        A row per incident, in order of time: `date`, `country`, `region`, `place`, `deaths`,
        `deaths_low`, `deaths_high`, `civilians` (persons), `perpetrator`, `attribution`, `tactic`,
        `target`, `conflict`, `reports`, `latitude`, `longitude` (degrees), `incident_id`.

    Examples
    --------
    >>> incidents = load_incidents()
    >>> incidents.nlargest(1, "deaths")[["place", "country"]].squeeze().tolist()
    ['Moura', 'Mali']
    """
    from sahelkit import actors
    from sahelkit.sources import read_incidents

    table, _ = read_incidents(data_dir() / "incidents.csv")
    words = {
        name: table[name].str.replace("_", " ") for name in ("attribution", "tactic", "target")
    }
    table = table.assign(
        country=table["country"].map(schema.COUNTRIES).astype("str"),
        perpetrator=table["perpetrator"]
        .map(actors.names())
        .fillna(table["perpetrator"].str.replace("_", " ")),
        **words,
    )
    wanted = {
        "date_start": "date",
        "country": "country",
        "region": "region",
        "place": "place",
        "deaths_best": "deaths",
        "deaths_low": "deaths_low",
        "deaths_high": "deaths_high",
        "deaths_civilians": "civilians",
        "perpetrator": "perpetrator",
        "attribution": "attribution",
        "tactic": "tactic",
        "target": "target",
        "group": "conflict",
        "n_reports": "reports",
        "latitude": "latitude",
        "longitude": "longitude",
        "incident_id": "incident_id",
    }
    return table[list(wanted)].rename(columns=wanted)


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
        the source places in no region are in region `places.UNKNOWN` or `UNKNOWN_INSIDE`.
    """
    frame = _from_first_month(incidents)
    frame["month"] = frame["date_start"].to_numpy().astype("datetime64[M]")
    inside = places.named_for_liptako_gourma(frame)
    region = frame["region"].astype("category")
    new = {UNKNOWN, UNKNOWN_INSIDE} - set(region.cat.categories)
    region = region.cat.add_categories(sorted(new))
    frame["region"] = region.mask(inside, UNKNOWN_INSIDE).fillna(UNKNOWN)
    table = _counted(frame, REGION_KEYS)
    table["month"] = table["month"].dt.to_period("M")
    return table


def last_whole_month(days: pd.Series) -> pd.Timestamp:
    """Last day of the last month that incidents reach to the end of, by how close they lie.

    A last month that breaks off is no month to compare with: its end is farther from the last
    incident than nearly all neighbouring days with incidents are from one another.

    Parameters
    ----------
    days : Series of datetime64

    Examples
    --------
    >>> daily = pd.Series(pd.date_range("2020-01-01", "2020-08-01"))
    >>> last_whole_month(daily).date()
    datetime.date(2020, 7, 31)
    """
    known = pd.Series(days.drop_duplicates().sort_values().to_numpy())
    month_end = known.iloc[-1] + pd.offsets.MonthEnd(0)
    usual = known.diff().quantile(0.95) if len(known) > 2 else pd.Timedelta(days=31)
    breaks_off = month_end - known.iloc[-1] > usual
    before = known.iloc[-1] - pd.offsets.MonthEnd(1)
    return before if breaks_off and before >= known.iloc[0] else month_end


def complete(table: pd.DataFrame, months=None) -> pd.DataFrame:
    """Add the months without violence, as zeros, for every region of the countries in the table.

    Parameters
    ----------
    table : DataFrame
        As `region_month` gives it.
    months : PeriodIndex, optional
        The calendar; default: up to the last month of the table.

    Returns
    -------
    DataFrame
        All combinations of region (with the unknown ones), month, violence and group that occurs; the
        calendar runs from `schema.FIRST_MONTH`, or the first month of a later file, to the last month.
    """
    if table.empty:
        return table
    first = (
        schema.FIRST_MONTH
        if table["month"].min().year == schema.FIRST_MONTH.year
        else table["month"].min()
    )
    if months is None:
        months = pd.period_range(first, table["month"].max(), freq="M")
    units = places.regions()[["country", "counted_as"]].drop_duplicates()
    unknown = [(c, name) for c in schema.COUNTRIES for name in (UNKNOWN, UNKNOWN_INSIDE)]
    pairs = [*units.itertuples(index=False, name=None), *unknown]
    pairs = [pair for pair in pairs if (table["country"] == pair[0]).any()]
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


def placed(incidents: pd.DataFrame, degrees: float = places.PRIO_DEGREES) -> pd.DataFrame:
    """Incidents since `schema.FIRST_MONTH` that have a position, with `year` and `priogrid_gid`."""
    frame = _from_first_month(incidents).dropna(subset=["latitude", "longitude"])
    frame["year"] = frame["date_start"].dt.year
    frame["priogrid_gid"] = places.grid_cell(frame["latitude"], frame["longitude"], degrees)
    return frame


def grid_year(incidents: pd.DataFrame, degrees: float = places.PRIO_DEGREES) -> pd.DataFrame:
    """Incidents and deaths per PRIO-GRID cell (or one of another size), year, country and violence.

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
    frame = placed(incidents, degrees)
    frame["incidents_located"] = (frame["location_precision"] <= 3).astype("int64")
    table = _counted(frame, GRID_KEYS)
    grouped = frame.groupby(GRID_KEYS, observed=True, sort=False)
    more = grouped[["latitude", "longitude"]].mean().round(4)
    more.insert(0, "incidents_located", grouped["incidents_located"].sum())
    return table.merge(in_words(more.reset_index(), GRID_KEYS), on=GRID_KEYS)


def toll_frequency(incidents: pd.DataFrame) -> pd.DataFrame:
    """How often which toll was reported: what a model of single tolls needs, and no more.

    Parameters
    ----------
    incidents : DataFrame
        `schema.COLUMNS`, of UCDP.

    Returns
    -------
    DataFrame
        `country`, `year`, `kind` (UCDP's type of violence), `best`, `low`, `high` (deaths),
        `incidents`.
    """
    frame = _from_first_month(incidents).dropna(subset=["deaths_best"])
    deaths = {f"deaths_{end}": end for end in ("best", "low", "high")}
    frame = frame.rename(columns={"event_type": "kind", **deaths})
    frame["year"], frame["country"] = frame["date_start"].dt.year, frame["country"].astype("str")
    keys = ["country", "year", "kind", "best", "low", "high"]
    frame[keys[3:]] = frame[keys[3:]].astype("int64")
    return frame.groupby(keys).size().rename("incidents").reset_index()
