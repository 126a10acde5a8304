"""Checks of published statements against the tables: one small function per statistic.

A row of `data/claims.csv` names a check and its parameters, all texts. A check takes one reading of
the data (`Reading`) and the parameters, and returns a `Finding`; it raises `CannotCheck` where the
data do not cover the statement. Checks against the record of incidents and interventions are in
`sahelkit.claims.checks_record`, those of single groups in `sahelkit.claims.checks_groups`.
"""

import numpy as np
import pandas as pd

from sahelkit import places
from sahelkit.claims.reading import (
    CannotCheck,
    Finding,
    covered,
    events_from_before,
    months_in,
    select,
    total,
    weigh,
)
from sahelkit.counts import count as count_months
from sahelkit.escalation.recent import country_month
from sahelkit.geography.shares import share_over
from sahelkit.interventions import placebos
from sahelkit.schema import COUNTRIES

UNITS = {"incidents": "incidents", "deaths_best": "deaths"}
ALL_YEARS = 1992
"""A file of all of UCDP's years, since 1989, reaches back before this one."""


def count(reading, weight="incidents", **where) -> Finding:
    """Incidents or deaths of a place, group and period."""
    value = total(reading, weight, **where)
    return Finding(value, f"{reading.ds.label} has {value:,.0f} {UNITS[weight]}")


def share(reading, part, weight="incidents", **where) -> Finding:
    """Per cent of a total that falls on `part`, given as ``column:value|value``."""
    column, _, values = part.partition(":")
    values = values if column == "zone" else tuple(values.split("|"))
    whole = total(reading, weight, **where)
    if not whole:
        raise CannotCheck(f"{reading.ds.label} has no {UNITS[weight]} of the kind in the period")
    inside = total(reading, weight, **{**where, column: values})
    why = f"{inside:,.0f} of {whole:,.0f} {UNITS[weight]} in {reading.ds.label}"
    return Finding(100 * inside / whole, why)


def zone_share(reading, first, last, weight="incidents") -> Finding:
    """Per cent of the incidents or deaths of some years in Liptako-Gourma, by each definition."""
    covered(reading, f"{first}-01", f"{last}-12")
    ds, definition = reading.ds, reading.definition
    value = share_over(ds, int(first), int(last), definition, weigh(reading, weight))
    others = {name: share_over(ds, int(first), int(last), name) for name in places.DEFINITIONS}
    named = ", ".join(f"{name} {100 * number:.0f} %" for name, number in others.items())
    return Finding(100 * value, f"share of incidents in Liptako-Gourma by {named}")


def ratio(reading, period, base, weight="incidents", **where) -> Finding:
    """Monthly mean of a period over that of an earlier one; periods as ``2019-01..2019-12``.

    Where a statement does not say what it compares with, `base` lists several, separated by |: the
    first is the plain one, the others give the range.
    """
    base, _, further = base.partition("|")
    if further:
        others = [ratio(reading, period, b, weight, **where) for b in (base, *further.split("|"))]
        values = [found.value for found in others]
        why = "; ".join(found.why for found in others)
        return Finding(values[0], why, min(values), max(values))
    means, counts = [], []
    for span in (period, base):
        start, end = span.split("..")
        counts.append(total(reading, weight, start=start, end=end, **where))
        means.append(counts[-1] / months_in(start, end))
    unit, label = UNITS[weight], reading.ds.label
    if not means[1]:
        raise CannotCheck(f"{label} has no {unit} of the kind in {base}, so there is no ratio")
    why = f"{counts[0]:,.0f} {unit} in {period}, {counts[1]:,.0f} in {base} in {label}"
    return Finding(means[0] / means[1], why)


def change(reading, period, base, weight="incidents", **where) -> Finding:
    """Change of the monthly mean from one period to another, per cent."""
    found = ratio(reading, period, base, weight, **where)
    return Finding(100 * (found.value - 1), found.why)


def leader(reading, by="country", weight="incidents", **where) -> Finding:
    """The country, region or group family with most incidents or deaths."""
    sums = select(reading, **where).groupby(by, observed=True)[weigh(reading, weight)].sum()
    sums = sums.sort_values(ascending=False, kind="stable")
    if sums.empty:
        raise CannotCheck(f"{reading.ds.label} has no incident of the kind in the period")
    named = ", ".join(f"{name} {value:,.0f}" for name, value in sums.head(3).items())
    return Finding(str(sums.index[0]), f"{named} ({UNITS[weight]}, {reading.ds.label})")


def yearly_by_country(reading, family, weight="incidents") -> pd.DataFrame:
    """Incidents or deaths of a family per year and country, all years, zeros included."""
    rows = select(reading, family=family)
    column = weigh(reading, weight)
    table = rows.pivot_table(
        index="year", columns="country", values=column, aggfunc="sum", observed=True
    )
    table = table.reindex(index=list(reading.ds.years), columns=list(COUNTRIES))
    return table.astype("float64").fillna(0)


def years_led(reading, country, family, first, last, weight="incidents") -> Finding:
    """Number of years in which a country has more incidents of a family than either other one."""
    covered(reading, f"{first}-01", f"{last}-12")
    table = yearly_by_country(reading, family, weight).loc[int(first) : int(last)]
    ahead = table[country[0]] > table.drop(columns=country[0]).max(axis=1)
    lost = [
        f"{year} ({', '.join(f'{code} {table.at[year, code]:,.0f}' for code in COUNTRIES)})"
        for year in table.index[~ahead]
    ]
    name = COUNTRIES[country[0]]
    why = f"{name} leads in {ahead.sum()} of {len(table)} years, {first} to {last}"
    why += f", not in {' and '.join(lost)}" if lost else ""
    return Finding(float(ahead.sum()), f"{why} ({UNITS[weight]})")


def years_with(reading, first, last, minimum="1", weight="incidents", **where) -> Finding:
    """Number of years in which a filter finds at least `minimum` incidents or deaths."""
    counts = [
        total(reading, weight, start=f"{year}-01", end=f"{year}-12", **where)
        for year in range(int(first), int(last) + 1)
    ]
    met = sum(value >= float(minimum) for value in counts)
    named = ", ".join(f"{int(first) + i}: {v:,.0f}" for i, v in enumerate(counts))
    return Finding(float(met), f"{UNITS[weight]} per year {named}")


def placebo(reading, date, months="6", weight="incidents", **where) -> Finding:
    """Per cent of possible months with a larger fall than after `date` (`placebos.place_of`)."""
    span, column, at = int(months), weigh(reading, weight), pd.Period(date, "M")
    covered(reading, str(at - span), str(at + span), ())
    rows = select(reading, **where)
    if rows.empty:
        raise CannotCheck(f"{reading.ds.label} has no {UNITS[weight]} of the kind")
    found = count_months(rows, weight=column)[column]
    every = reading.ds.count(weight=column).index
    table = placebos.at_every_date(found.reindex(every, fill_value=0), span)
    place = placebos.place_of(table, date)
    if not place["dates"]:
        raise CannotCheck(f"too few {UNITS[weight]} around {at} to compare it with other months")
    why = (
        f"{table.loc[at, 'before']:,.0f} {UNITS[weight]} in the {span} months before {at}, "
        f"{table.loc[at, 'after']:,.0f} in the {span} after; {100 * place['percentile']:.0f} % of "
        f"{place['dates']} possible months were followed by a larger fall, season-free"
    )
    return Finding(100 * place["percentile"], why)


def border_share(reading, start, end, km="50", weight="incidents") -> Finding:
    """Per cent of incidents or deaths within so many km of a border of two of the countries."""
    ds = reading.ds
    covered(reading, start, end)
    if ds.events is None:
        frame = ds.grid_year[ds.grid_year["year"].between(int(start[:4]), int(end[:4]))]
        frame, basis = (
            frame.assign(weight=frame[weigh(reading, weight)]),
            "grid cells' mean positions, whole years",
        )
    else:
        days = ds.events["date_start"].dt.to_period("M")
        frame = ds.events[(days >= pd.Period(start, "M")) & (days <= pd.Period(end, "M"))]
        column = weigh(reading, weight)
        frame = frame.assign(weight=1 if weight == "incidents" else frame[column])
        basis = "positions of incidents"
    frame = frame.dropna(subset=["latitude", "longitude", "weight"])
    near = places.km_to_border(frame["latitude"], frame["longitude"]) <= float(km)
    value = 100 * float(frame.loc[near, "weight"].sum()) / float(frame["weight"].sum())
    return Finding(value, f"by {basis} in {ds.label}")


def band_change(reading, date, km="50") -> Finding:
    """Change of incidents near the shared borders over that in the next band as wide."""
    if reading.ds.events is None:
        raise CannotCheck(
            "half-degree cells are too wide for bands of 50 km; needs a file of incidents"
        )
    covered(reading, date[:7])
    frame = reading.ds.events.dropna(subset=["latitude", "longitude"])
    at = pd.Timestamp(date)
    frame = frame[
        frame["date_start"].between(at - pd.DateOffset(years=3), at + pd.DateOffset(years=3))
    ]
    distance = places.km_to_border(frame["latitude"], frame["longitude"])
    after = (frame["date_start"] >= at).to_numpy()
    width = float(km)
    bands = [distance <= width, (distance > width) & (distance <= 2 * width)]
    numbers = [[int((band & ~after).sum()), int((band & after).sum())] for band in bands]
    if min(numbers[0][0], *numbers[1]) == 0:
        raise CannotCheck("a band has no incident before or after")
    value = (numbers[0][1] / numbers[1][1]) / (numbers[0][0] / numbers[1][0])
    why = (
        f"three years before and after: {numbers[0][0]} and {numbers[0][1]} incidents within "
        f"{km} km, {numbers[1][0]} and {numbers[1][1]} in the next {km} km"
    )
    return Finding(value, why)


def centre_shift(reading, year, base) -> Finding:
    """Degrees by which the mean position of incidents moved east, Diffa left out."""
    table = reading.ds.grid_year
    covered(reading, f"{base}-01", f"{year}-12")
    table = table[~places.in_diffa(table)]
    centres = []
    for which in (int(base), int(year)):
        cells = table[table["year"] == which]
        if cells.empty:
            raise CannotCheck(f"{reading.ds.label} has no positions in {which}")
        weight = cells["incidents"].to_numpy(float)
        centres.append([np.average(cells[c], weights=weight) for c in ("longitude", "latitude")])
    where = [f"{y:.2f} N {abs(x):.2f} {'E' if x >= 0 else 'W'}" for x, y in centres]
    why = f"mean centre {where[0]} in {base}, {where[1]} in {year}"
    return Finding(float(centres[1][0] - centres[0][0]), why)


def official(reading, year, column="deaths_best", country=None) -> Finding:
    """UCDP's published deaths of a year, summed over countries; low and high are UCDP's own."""
    rows = _official_rows(reading.ds, year, country)
    low, high = (float(rows[name].sum()) for name in ("deaths_low", "deaths_high"))
    if column != "deaths_best":
        low = high = None
    why = f"country-year table, release {rows['release'].iloc[0]}"
    kinds = {
        "state_based_best": "state-based",
        "non_state_best": "non-state",
        "one_sided_best": "one-sided",
    }
    if column in kinds:
        why += f", {kinds[column]}"
    return Finding(
        float(rows[column].sum()), why + events_sum(reading, year, column, country), low, high
    )


def events_sum(reading, year, column, country) -> str:
    """Half a sentence: what the source's own incidents of that year add up to."""
    ds = reading.ds
    if column != "deaths_best" or int(year) not in ds.years:
        return ""
    value = total(reading, "deaths_best", start=f"{year}-01", end=f"{year}-12", country=country)
    return f"; the incidents in {ds.label} sum to {value:,.0f}"


def official_ratio(reading, year, base, country=None) -> Finding:
    """Deaths of a year over those of an earlier one in UCDP's published country-year table."""
    sums = [_official_rows(reading.ds, which, country) for which in (year, base)]
    best = [float(rows["deaths_best"].sum()) for rows in sums]
    if not best[1]:
        raise CannotCheck(f"no deaths in {base}")
    low = float(sums[0]["deaths_low"].sum() / sums[1]["deaths_high"].sum())
    high = float(sums[0]["deaths_high"].sum() / sums[1]["deaths_low"].sum())
    return Finding(
        best[0] / best[1], f"{best[0]:,.0f} deaths in {year}, {best[1]:,.0f} in {base}", low, high
    )


def official_share(reading, year, country) -> Finding:
    """Per cent of the three countries' deaths that fall on one, in UCDP's country-year table."""
    whole = _official_rows(reading.ds, year, None)["deaths_best"].sum()
    part = _official_rows(reading.ds, year, country)["deaths_best"].sum()
    return Finding(100 * float(part / whole), f"{part:,} of {whole:,} deaths in {year}")


def _official_rows(ds, year, country) -> pd.DataFrame:
    table = ds.country_year
    rows = table[table["year"].astype(int) == int(year)]
    rows = rows[rows["country"].isin(country)] if country else rows
    if rows.empty:
        raise CannotCheck(f"UCDP's country-year table has no {year}")
    return rows


def monthly(reading, start, end, country=None) -> Finding:
    """Deaths of months after 2023 in UCDP's newest release; low is their sum as first released."""
    rows = _monthly_rows(start, end, country)
    first = rows["deaths_first"].fillna(rows["deaths"]).sum()
    why = f"{first:,} as first released; {', '.join(rows['release'].unique())}"
    return Finding(float(rows["deaths"].sum()), why, float(first))


def monthly_ratio(reading, start, end, base, country=None) -> Finding:
    """Deaths of months after 2023 over those of as many months from `base`."""
    rows = _monthly_rows(start, end, country)
    length = rows["month"].nunique() - 1
    before = _monthly_rows(base, str(pd.Period(base, "M") + length), country)["deaths"].sum()
    value = rows["deaths"].sum()
    return Finding(float(value / before), f"{value:,} and {before:,} deaths")


def monthly_share(reading, start, end, country) -> Finding:
    """Per cent of the three countries' deaths of months after 2023 that fall on one."""
    part, whole = (_monthly_rows(start, end, where)["deaths"].sum() for where in (country, None))
    return Finding(float(100 * part / whole), f"{part:,} of {whole:,} deaths")


def _monthly_rows(start, end, country) -> pd.DataFrame:
    table = country_month()
    rows = table[table["month"].between(pd.Period(start, "M"), pd.Period(end, "M"))]
    return rows[rows["country"].isin(country)] if country else rows


def rows_read(reading) -> Finding:
    """Rows of the file that the tables were computed from."""
    if reading.ds.events is not None:
        events_from_before(reading, ALL_YEARS)
    value = reading.ds.provenance.rows_read
    return Finding(float(value), f"{reading.ds.provenance.path}, all years")


def precise_share(reading, column="date_precision", at_most="1") -> Finding:
    """Per cent of incidents whose date or place is known at least so well."""
    events = events_from_before(reading, ALL_YEARS)
    value = 100 * float((events[column] <= int(at_most)).mean())
    return Finding(value, f"{len(events):,} incidents in {reading.ds.label}, all years")
