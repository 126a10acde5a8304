"""What a check finds, and how it selects rows of one reading of the data."""

from dataclasses import dataclass

import pandas as pd

from sahelkit import places
from sahelkit.readings import Reading
from sahelkit.schema import COUNTRIES

FAMILIES = {
    "jnim": ("JNIM and founders", "JNIM against IS Sahel"),
    "is": ("IS Sahel", "JNIM against IS Sahel"),
    "militants": ("JNIM and founders", "IS Sahel", "JNIM against IS Sahel"),
}
"""Short names for the parameter `family`; incidents between JNIM and IS Sahel count for both."""


class CannotCheck(ValueError):
    """The data at hand cannot answer; the message says why."""


@dataclass(frozen=True)
class Finding:
    """What a check found: a number or a text, one sentence without full stop, and what else it could be.

    `low` and `high` are the ends that the record itself, or some reading, gives; `others` further
    values that some source gives; `readings` the values over all readings of the data, the plain
    one first, empty where only one is.
    """

    value: float | str
    why: str
    low: float | None = None
    high: float | None = None
    others: tuple = ()
    readings: tuple = ()


def per_cent(part, whole, what: str) -> Finding:
    """So many of a whole, per cent."""
    return Finding(float(100 * part / whole), f"{part:,.0f} of {whole:,.0f} {what}")


def weigh(reading: Reading, weight: str) -> str:
    """Column that a reading sums: low or high deaths may stand in for best."""
    counts_deaths = weight == "deaths_best" and reading.weight.startswith("deaths")
    return reading.weight if counts_deaths else weight


def covered(reading: Reading, start=None, end=None, countries=tuple(COUNTRIES)) -> None:
    """Raise `CannotCheck` where the data do not reach over months or countries."""
    label, months = reading.ds.label, reading.ds.region_month["month"]
    first, last = months.min(), months.max()
    if reading.rows.empty:
        raise CannotCheck(f"{label} has no incident")
    for month in (start, end):
        if month and not first <= pd.Period(month, "M") <= last:
            raise CannotCheck(f"{label} covers {first} to {last}, not {month}")
    for code in countries:
        if code not in set(reading.rows["country"]):
            raise CannotCheck(f"{label} has no incident in {COUNTRIES[code]}")


def select(
    reading: Reading,
    country=None,
    region=None,
    family=None,
    violence=None,
    start=None,
    end=None,
    zone=None,
) -> pd.DataFrame:
    """Rows of the region-month table that a statement speaks of; all parameters are texts.

    Raises
    ------
    CannotCheck
        The data do not reach over the months, or hold nothing of a country that is spoken of: of
        all three where no country and no region is named.
    """
    rows = reading.rows
    covered(reading, start, end, country or (() if region else COUNTRIES))
    keep = pd.Series(True, index=rows.index)
    family = FAMILIES.get(family[0], family) if family else None
    wanted = {"country": country, "region": region, "group": family, "violence": violence}
    for name, values in wanted.items():
        if values:
            keep &= rows[name].isin(values)
    if start:
        keep &= rows["month"] >= pd.Period(start, "M")
    if end:
        keep &= rows["month"] <= pd.Period(end, "M")
    if zone:
        inside = places.in_liptako_gourma(rows, reading.definition)
        keep &= inside if zone == "inside" else ~inside
    return rows[keep]


def total(reading: Reading, weight: str, **where) -> float:
    """Sum of incidents or deaths over the rows selected."""
    series = select(reading, **where)[weigh(reading, weight)]
    if len(series) and series.isna().all():
        raise CannotCheck(f"{reading.ds.label} does not give {weight}")
    return float(series.sum())
