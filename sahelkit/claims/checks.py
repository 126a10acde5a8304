"""Checks of published statements that are run over every reading of the data.

A row of `data/claims.csv` names a check and its parameters, all texts. A check takes one reading of
the data (`Reading`) and the parameters, and returns a `Finding`; it raises `CannotCheck` where the
data do not cover the statement. What is looked up once, in one table, is in `checks_record`.
"""

from dataclasses import replace

import pandas as pd

from sahelkit import places, readings
from sahelkit.claims.checks_record import found_incidents, kilometres, where_inside
from sahelkit.claims.reading import CannotCheck, Finding, covered, per_cent, select, total, weigh
from sahelkit.counts import count as count_months
from sahelkit.escalation.recent import country_month
from sahelkit.geography.centrography import centre
from sahelkit.geography.shares import share_over
from sahelkit.interventions import placebos
from sahelkit.schema import COUNTRIES

UNITS = {"incidents": "incidents", "deaths_best": "deaths"}


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
    return per_cent(inside, whole, f"{UNITS[weight]} in {reading.ds.label}")


def zone_share(reading, first, last, weight="incidents") -> Finding:
    """Per cent of the incidents or deaths of some years in Liptako-Gourma, by each definition."""
    covered(reading, f"{first}-01", f"{last}-12")
    ds, years = reading.ds, (int(first), int(last))
    value = share_over(ds, *years, reading.definition, weigh(reading, weight))
    others = {name: share_over(ds, *years, name) for name in places.DEFINITIONS}
    named = ", ".join(f"{name} {100 * number:.0f} %" for name, number in others.items())
    return Finding(100 * value, f"share of incidents in Liptako-Gourma by {named}")


def ratio(reading, period, base, weight="incidents", **where) -> Finding:
    """Monthly mean of a period over that of an earlier one; periods as ``2019-01..2019-12``.

    Where a statement does not say what it compares with, `base` lists several, separated by |: the
    first is the plain one, the others give the range.
    """
    if "|" in base:
        found = [ratio(reading, period, one, weight, **where) for one in base.split("|")]
        values = [one.value for one in found]
        return Finding(values[0], "; ".join(one.why for one in found), min(values), max(values))
    means, counts = [], []
    for span in (period, base):
        start, end = span.split("..")
        counts.append(total(reading, weight, start=start, end=end, **where))
        means.append(counts[-1] / len(pd.period_range(start, end, freq="M")))
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


def scores(reading, country, family, first, last=None, weight="incidents") -> pd.DataFrame:
    """Incidents or deaths of a family per year and country; `holds` where the given country leads."""
    rows = select(reading, family=family)
    keys = dict(index="year", columns="country", values=weigh(reading, weight))
    table = rows.pivot_table(**keys, aggfunc="sum", observed=True)
    table = table.reindex(index=list(reading.ds.years), columns=list(COUNTRIES))
    table = table.astype("float64").fillna(0).loc[int(first) : last and int(last)]
    return table.assign(holds=table[country[0]] > table.drop(columns=country[0]).max(axis=1))


def years_led(reading, country, family, first, last, weight="incidents") -> Finding:
    """Number of years in which a country has more incidents of a family than either other one."""
    covered(reading, f"{first}-01", f"{last}-12")
    table = scores(reading, country, family, first, last, weight)
    lost = [
        f"{row.Index} ({', '.join(f'{code} {getattr(row, code):,.0f}' for code in COUNTRIES)})"
        for row in table[~table["holds"]].itertuples()
    ]
    led = table["holds"].sum()
    why = f"{COUNTRIES[country[0]]} leads in {led} of {len(table)} years, {first} to {last}"
    why += f", not in {' and '.join(lost)}" if lost else ""
    return Finding(float(led), f"{why} ({UNITS[weight]})")


def years_with(reading, first, last, minimum="1", weight="incidents", **where) -> Finding:
    """Number of years in which a filter finds at least `minimum` incidents or deaths."""
    counts = {
        year: total(reading, weight, start=f"{year}-01", end=f"{year}-12", **where)
        for year in range(int(first), int(last) + 1)
    }
    met = sum(value >= float(minimum) for value in counts.values())
    named = ", ".join(f"{year}: {value:,.0f}" for year, value in counts.items())
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


def border_share(reading, start, end, weight="incidents") -> Finding:
    """Per cent of incidents or deaths near a border of two of the countries; of tables, whole years."""
    covered(reading, start, end)
    ds, basis = reading.ds, "grid cells' mean positions, whole years"
    if ds.events is not None:
        months, basis = ds.events["date_start"].dt.to_period("M"), "positions of incidents"
        within = months.between(pd.Period(start, "M"), pd.Period(end, "M"))
        ds = replace(ds, events=ds.events[within])
    value = share_over(ds, int(start[:4]), int(end[:4]), "border", weigh(reading, weight))
    return Finding(100 * value, f"by {basis} in {ds.label}")


def band_change(reading, date, km="50") -> Finding:
    """Change of incidents near the shared borders over that in the next band as wide."""
    if reading.ds.events is None:
        raise CannotCheck(
            "half-degree cells are too wide for bands of 50 km; needs a file of incidents"
        )
    covered(reading, date[:7])
    at, three = pd.Timestamp(date), pd.DateOffset(years=3)
    events = reading.ds.events.dropna(subset=["latitude", "longitude"])
    events = events[events["date_start"].between(at - three, at + three)]
    distance = places.km_to_border(events["latitude"], events["longitude"])
    band = pd.cut(distance, [-1, float(km), 2 * float(km)], labels=["near", "next"])
    after = (events["date_start"] >= at).to_numpy()
    table = pd.crosstab(band, after).reindex(["near", "next"], fill_value=0)
    (before, then), (before_next, then_next) = table.reindex(
        columns=[False, True], fill_value=0
    ).to_numpy()
    if 0 in (before, before_next, then_next):
        raise CannotCheck("a band has no incident before or after")
    why = (
        f"three years before and after: {before} and {then} incidents within "
        f"{km} km, {before_next} and {then_next} in the next {km} km"
    )
    return Finding((then / then_next) / (before / before_next), why)


def centre_shift(reading, year, base) -> Finding:
    """Degrees by which the mean position of incidents moved east, Diffa left out."""
    covered(reading, f"{base}-01", f"{year}-12")
    cells = replace(reading.ds, events=None)  # cells' mean positions, as the shipped tables have
    centres = centre(readings.without_diffa(cells)).loc[[int(base), int(year)]]
    for which in centres.index[centres["longitude"].isna()]:
        raise CannotCheck(f"{reading.ds.label} has no positions in {which}")
    x, y = centres["longitude"].tolist(), centres["latitude"]
    where = [f"{y:.2f} N {abs(x):.2f} {'E' if x >= 0 else 'W'}" for x, y in zip(x, y, strict=True)]
    return Finding(x[1] - x[0], f"mean centre {where[0]} in {base}, {where[1]} in {year}")


def monthly(reading, start, end, country=None) -> Finding:
    """Deaths of months after 2023 in UCDP's newest release; low is their sum as first released."""
    rows = _months(start, end, country)
    first = rows["deaths_first"].fillna(rows["deaths"]).sum()
    why = f"{first:,} as first released; {', '.join(rows['release'].unique())}"
    return Finding(float(rows["deaths"].sum()), why, float(first))


def monthly_ratio(reading, start, end, base, country=None) -> Finding:
    """Deaths of months after 2023 over those of as many months from `base`."""
    rows = _months(start, end, country)
    base_end = str(pd.Period(base, "M") + rows["month"].nunique() - 1)
    value, before = rows["deaths"].sum(), _months(base, base_end, country)["deaths"].sum()
    return Finding(float(value / before), f"{value:,} and {before:,} deaths")


def monthly_share(reading, start, end, country) -> Finding:
    """Per cent of the three countries' deaths of months after 2023 that fall on one."""
    part, whole = (_months(start, end, where)["deaths"].sum() for where in (country, None))
    return per_cent(part, whole, "deaths")


def _months(start, end, country) -> pd.DataFrame:
    table = country_month()
    rows = table[table["month"].between(pd.Period(start, "M"), pd.Period(end, "M"))]
    return rows[rows["country"].isin(country)] if country else rows


def inside_zone(reading, incident) -> Finding:
    """Whether incidents lie inside Liptako-Gourma, under the reading's definition."""
    rows, _ = found_incidents(reading, incident)
    value = where_inside(places.in_liptako_gourma(rows, reading.definition))
    named, _ = kilometres(rows, places.km_to_tripoint)
    return Finding(value, f"distance from the point where the three countries meet: {named}")
