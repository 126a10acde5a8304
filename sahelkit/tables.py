"""Tables computed from incidents: per region and month, per grid cell and year, how often which toll."""

import pandas as pd

from sahelkit import places, schema

COUNTS = ("incidents", "deaths_best", "deaths_low", "deaths_high", "deaths_civilians")
REGION_KEYS = ["country", "region", "month", "violence", "group"]
GRID_KEYS = ["priogrid_gid", "year", "country", "violence"]


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
    """`REGION_KEYS` and `COUNTS` of the incidents since `schema.FIRST_MONTH`; only where there are any.

    An incident counts in the month of its first day; one that the source places in no region is in
    region `places.UNKNOWN` or `UNKNOWN_INSIDE`.
    """
    frame = _from_first_month(incidents)
    frame["month"] = frame["date_start"].to_numpy().astype("datetime64[M]")
    inside = places.named_for_liptako_gourma(frame)
    region = frame["region"].cat.add_categories(places.UNKNOWNS)
    frame["region"] = region.mask(inside, places.UNKNOWN_INSIDE).fillna(places.UNKNOWN)
    table = _counted(frame, REGION_KEYS)
    table["month"] = table["month"].dt.to_period("M")
    return table


def last_whole_month(days: pd.Series) -> pd.Timestamp:
    """Last day of the last month that incidents reach to the end of, by how close they lie.

    A last month that breaks off is no month to compare with: its end is farther from the last
    incident than nearly all neighbouring days with incidents are from one another.

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
        The calendar; default from `schema.FIRST_MONTH`, or the first month of a later file, to the
        last month of the table.

    Returns
    -------
    DataFrame
        All combinations of region (with the unknown ones), month, violence and group that occurs.
    """
    if table.empty:
        return table
    if months is None:
        first = table["month"].min()
        first = schema.FIRST_MONTH if first.year == schema.FIRST_MONTH.year else first
        months = pd.period_range(first, table["month"].max(), freq="M")
    units = places.regions()[["country", "counted_as"]].drop_duplicates()
    pairs = [*units.itertuples(index=False, name=None)]
    pairs += [(code, name) for code in schema.COUNTRIES for name in places.UNKNOWNS]
    full = pd.DataFrame(pairs, columns=["country", "region"])
    full = full[full["country"].isin(table["country"].unique())]
    calendar = {"month": months, "violence": schema.VIOLENCE, "group": sorted(set(table["group"]))}
    for name, values in calendar.items():
        full = full.merge(pd.DataFrame({name: values}), how="cross")
    out = full.merge(table, how="left", on=REGION_KEYS)
    silent = out["incidents"].isna()
    for name in COUNTS:
        known = table[name].notna().any()
        out[name] = out[name].mask(silent, 0).astype("Int64") if known else pd.NA
    texts = [name for name in REGION_KEYS if name != "month"]
    return out.astype({"incidents": "int64", **dict.fromkeys(texts, "category")})


def placed(incidents: pd.DataFrame, degrees: float = places.PRIO_DEGREES) -> pd.DataFrame:
    """Incidents since `schema.FIRST_MONTH` that have a position, with `year` and `priogrid_gid`."""
    frame = _from_first_month(incidents).dropna(subset=["latitude", "longitude"])
    frame["year"] = frame["date_start"].dt.year
    frame["priogrid_gid"] = places.grid_cell(frame["latitude"], frame["longitude"], degrees)
    return frame


def grid_year(incidents: pd.DataFrame, degrees: float = places.PRIO_DEGREES) -> pd.DataFrame:
    """Incidents and deaths per PRIO-GRID cell (or one of another size), year, country and violence.

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
    """How often UCDP reported which toll: what a model of single tolls needs, and no more.

    Returns
    -------
    DataFrame
        `country`, `year`, `kind` (UCDP's type of violence), `best`, `low`, `high` (deaths),
        `incidents`.
    """
    frame = _from_first_month(incidents).dropna(subset=["deaths_best"])
    deaths = {f"deaths_{end}": end for end in ("best", "low", "high")}
    frame = frame.rename(columns={"event_type": "kind", **deaths})
    frame = frame.astype({"country": "str", **dict.fromkeys(deaths.values(), "int64")})
    frame["year"] = frame["date_start"].dt.year
    keys = ["country", "year", "kind", *deaths.values()]
    return frame.groupby(keys).size().rename("incidents").reset_index()
