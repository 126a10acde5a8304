"""The table of interventions: what was in force when, and what else happened around a date.

It holds operations, missions, accords, coups and losses of leaders with the precision of
their dates. A phase of the conflict with one intervention alone hardly exists; `overlaps` and
`also_happened` make that visible, so that no count before and after a date stands by itself.
"""

import re
from functools import cache

import pandas as pd

from sahelkit import actors, schema
from sahelkit.choices import NotCovered, one_of
from sahelkit.files import read_table
from sahelkit.words import Sentence

LASTING = ("operation", "mission", "joint_force", "area_operation", "arrival")
"""Kinds with a duration: deployments of forces. Without an end they count as still in force."""
OPEN_END = pd.Timestamp("2261-12-31")
COVERED_TO = pd.Timestamp("2026-04-30")
"""Last day that the table of interventions covers: what goes on after it is not known here."""
USUAL = {"D": 60, "M": 2}
"""Units before and after an operation whose displacement is looked at: days, or months."""


def read() -> pd.DataFrame:
    """The interventions, typed, in order of their start.

    Columns of data/interventions.csv with `start`, `end` as datetime64 (the earliest first and the
    latest last day that the precision allows), `countries`, `area_units`, `documents` as tuples,
    `confirmed` as bool, and three more: `start_latest`, the latest first day that the precision
    allows; `until`, the last day on which it counts as present (`OPEN_END` for a deployment without
    a known end); `lasting`, whether it has a duration.

    >>> table = read().set_index("intervention_id")
    >>> str(table.loc["monclar", "start"].date()), table.loc["monclar", "countries"]
    ('2020-03-03', ('MLI', 'BFA', 'NER'))
    """
    return _typed().copy()


@cache
def _typed() -> pd.DataFrame:
    table = read_table("interventions.csv")
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name].replace("", None)).dt.as_unit("s")
    for name in ("countries", "area_units", "documents"):
        table[name] = [tuple(filter(None, text.split("|"))) for text in table[name]]
    table["confirmed"] = table["confirmed"] == "yes"
    table["start_latest"] = table["start"]
    for precision in ("month", "year"):
        vague = table["start_precision"] == precision
        last = table["start"].dt.to_period(precision[0].upper()).dt.end_time.dt.normalize()
        table["start_latest"] = table["start_latest"].mask(vague, last.dt.as_unit("s"))
    table["lasting"] = table["end"].notna() | table["kind"].isin(LASTING)
    open_or_point = table["start_latest"].mask(table["lasting"], OPEN_END)
    table["until"] = table["end"].fillna(open_or_point).dt.as_unit("s")
    return table.sort_values(["start", "intervention_id"], kind="stable", ignore_index=True)


def intervention(intervention_id: str) -> pd.Series:
    """One row of `read`; `KeyError` where there is no such intervention.

    >>> intervention("barkhane")["name"]
    'Operation Barkhane'
    """
    table = read()
    try:
        one_of(intervention_id, table["intervention_id"].tolist(), "intervention_id")
    except ValueError as error:
        raise KeyError(str(error)) from None
    return table[table["intervention_id"] == intervention_id].iloc[0]


def reported_numbers() -> pd.DataFrame:
    """Strengths and losses as the sources give them.

    Columns of data/intervention_numbers.csv and `day` (datetime64, the first day of what `date`
    names). Only numbers with the same `counts` and `basis` can be compared.

    >>> "authorised" in set(reported_numbers()["basis"])
    True
    """
    table = read_table("intervention_numbers.csv")
    table["number"] = table["number"].astype("int64")
    table["day"] = pd.to_datetime([f"{d}-01-01"[:10] if len(d) < 10 else d for d in table["date"]])
    return table


def windows(start, end=None, length: int = 90, unit: str = "D") -> pd.DataFrame:
    """The stretches of so many units before, during and after.

    The days from start to end (months with ``unit="M"``: every month that they touch) belong to
    neither side; for an event without duration that is its own day or month. Index before, during,
    after; `first`, `last` (Period), `units`.

    >>> windows("2020-03-03", "2020-03-23", 60)["first"].astype(str).tolist()
    ['2020-01-03', '2020-03-03', '2020-03-24']
    """
    first = pd.Period(pd.Timestamp(start), freq=unit)
    last = pd.Period(pd.Timestamp(start if end is None or pd.isna(end) else end), freq=unit)
    edges = [(first - length, first - 1), (first, last), (last + 1, last + length)]
    table = pd.DataFrame(edges, index=["before", "during", "after"], columns=["first", "last"])
    return table.assign(units=[(b - a).n + 1 for a, b in edges])


def _ends(*of) -> tuple:
    """First and last day of `windows`."""
    around = windows(*of)
    return around["first"].iloc[0].start_time, around["last"].iloc[-1].end_time.normalize()


def windows_in(ds, start, end=None, length: int | None = None) -> pd.DataFrame:
    """`windows` of an operation in the units of a dataset, `USUAL` of them: days, or months of tables."""
    unit = "M" if ds.events is None else "D"
    return windows(start, end, length or USUAL[unit], unit)


def spans(ds, row) -> tuple:
    """Units before and during an intervention, a row of `read`, in its `windows_in`.

    >>> from sahelkit import load
    >>> spans(load(), intervention("monclar"))
    (2, 1)
    """
    units = windows_in(ds, row["start"], row["end"])["units"]
    return int(units["before"]), int(units["during"])


def dates_in_words(row) -> str:
    """The date or dates of an intervention in words, no more precise than they are known.

    >>> dates_in_words(intervention("monclar")), dates_in_words(intervention("death_ibrahim_dicko"))
    ('3 March 2020 to 23 March 2020', 'May 2017')
    """
    start = _words(row["start"], row["start_precision"])
    if pd.notna(row["end"]):
        return f"{start} to {_words(row['end'], row['end_precision'])}"
    return f"from {start}" if row["lasting"] else start


def _words(day: pd.Timestamp, precision: str) -> str:
    month = f"{day.month_name()} {day.year}"
    return {"year": str(day.year), "month": month}.get(precision, f"{day.day} {month}")


def _concerns(table: pd.DataFrame, countries) -> pd.Series:
    """Rows of any of the countries; rows that name none concern all."""
    if not countries:
        return pd.Series(True, index=table.index)
    return table["countries"].map(lambda own: not own or bool(set(own) & set(countries)))


def in_force(first, last=None, countries=None, kinds=LASTING) -> pd.DataFrame:
    """What with a duration was in force on a day, or on any day of a span.

    With `countries` (codes) only what concerns one of them; with `kinds` None whatever has a
    duration, such as a campaign or a state of emergency. Rows of `read`, `certain` (whether it had
    begun for sure by the last day), `dates` in words. Raises `NotCovered` where the table ends
    before that day.

    >>> "Operation Serval" in in_force("2013-02-01")["name"].tolist()
    True
    >>> len(in_force("2020-11-10")), len(in_force("2020-11-10", kinds=None))
    (15, 18)
    """
    first, last = pd.Timestamp(str(first)), pd.Timestamp(str(first if last is None else last))
    if first > COVERED_TO:
        raise NotCovered(f"The table of interventions ends on {COVERED_TO:%-d %B %Y}.")
    table = read()
    here = table["lasting"] & (table["start"] <= last) & (first <= table["until"])
    here &= _concerns(table, countries)
    if kinds is not None:
        here &= table["kind"].isin(kinds)
    found = table[here].reset_index(drop=True)
    dates = [dates_in_words(row) for _, row in found.iterrows()]
    return found.assign(certain=found["start_latest"] <= last, dates=dates)


def overlaps(first="2012-01-01", last="2023-12-31", countries=None) -> pd.DataFrame:
    """The phases between first and last day, cut wherever a deployment begins or ends.

    Per phase `start`, `end` (days, both belong to it), `days`, `number` of deployments in force,
    and their `names`.

    >>> phases = overlaps(countries=["MLI"])
    >>> int(phases["days"].sum()), bool((phases["number"] == 1).any())
    (4383, True)
    """
    first, last, day = pd.Timestamp(first), pd.Timestamp(last), pd.Timedelta(days=1)
    table = read()
    table = table[table["kind"].isin(LASTING) & _concerns(table, countries)]
    ended = table["until"][table["until"] < OPEN_END] + day
    starts = sorted(cut for cut in {first, *table["start"], *ended} if first <= cut <= last)
    rows = []
    for start, following in zip(starts, [*starts[1:], last + day], strict=True):
        here = table.loc[(table["start"] <= start) & (table["until"] >= start), "name"]
        rows.append((start, following - day, (following - start).days, len(here), tuple(here)))
    return pd.DataFrame(rows, columns=["start", "end", "days", "number", "names"])


def phases(first, last) -> pd.DataFrame:
    """`overlaps` of each country, one below the other, with a column `country` (code).

    >>> phases("2012-01-01", "2023-12-31")["country"].unique().tolist()
    ['MLI', 'BFA', 'NER']
    """
    codes = ("MLI", "BFA", "NER")
    parts = [overlaps(first, last, [code]).assign(country=code) for code in codes]
    return pd.concat(parts, ignore_index=True)


def happened(first, last, countries=None, leave_out=()) -> pd.DataFrame:
    """What began, ended or took place between two days, both included, but for the ids left out.

    `day` (for sorting), `date` (in words, no more precise than known), `what` (begins, ends or
    takes place), `name`, `kind`, `countries`, `intervention_id`. What is known to the month or year
    is listed if it may have happened in between.

    >>> found = happened("2020-03-01", "2020-03-31", leave_out=["monclar"])
    >>> found.loc[found["intervention_id"] == "takuba", ["date", "what"]].iloc[0].tolist()
    ['27 March 2020', 'begins']
    """
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    table = read()
    table = table[_concerns(table, countries) & ~table["intervention_id"].isin(leave_out)]
    begun = table[(table["start"] <= last) & (table["start_latest"] >= first)]
    ended = table[table["end"].between(first, last)]
    begun = begun.assign(
        day=begun["start"].clip(lower=first),
        what=begun["lasting"].map({True: "begins", False: "takes place"}),
        date=[_words(r.start, r.start_precision) for r in begun.itertuples()],
    )
    ended = ended.assign(
        day=ended["end"],
        what="ends",
        date=[_words(r.end, r.end_precision) for r in ended.itertuples()],
    )
    columns = ["day", "date", "what", "name", "kind", "countries", "intervention_id"]
    both = pd.concat([begun[columns], ended[columns]])
    return both.sort_values(["day", "name"], kind="stable", ignore_index=True)


def also_happened(
    intervention_id: str, length: int = 90, unit: str = "D", whole: bool = True
) -> pd.DataFrame:
    """What else `happened` to its countries in an intervention's `windows`, itself left out.

    With `whole` they lie around its first and its last day, else around its first.

    >>> "Takuba" in " ".join(also_happened("monclar", 60)["name"])
    True
    """
    row = intervention(intervention_id)
    first, last = _ends(row["start"], row["end"] if whole else None, length, unit)
    return happened(first, last, row["countries"], leave_out=[intervention_id])


def also_in_words(intervention_id: str, length: int = 90) -> Sentence:
    """`also_happened` as one sentence, with the deployments that were in force all the while.

    >>> also_in_words("takuba", 30).startswith("Beside it within 30 days")
    True
    """
    row = intervention(intervention_id)
    first, last = _ends(row["start"], row["end"], length)
    always = in_force(first, countries=row["countries"])
    always = always[(always["until"] >= last) & always["certain"]]
    always = always[always["intervention_id"] != intervention_id]["name"].map(short_name)
    return Sentence(
        f"Beside it within {length} days: {in_one_line(also_happened(intervention_id, length))}. "
        f"In force throughout: {', '.join(always) or 'nothing'}."
    )


def short_name(name: str) -> str:
    """The acronym of a name that ends with one in brackets, else the name.

    >>> short_name("EU Training Mission Mali (EUTM Mali)"), short_name("Operation Serval")
    ('EUTM Mali', 'Operation Serval')
    """
    found = re.search(r"\(([A-Z]{4,}(?: \w+)?)\)$", name)
    return found.group(1) if found else name


def in_one_line(found: pd.DataFrame) -> str:
    """Rows of `happened` as one line."""
    parts = []
    for item in found.itertuples():
        verb = "" if item.what == "takes place" else f", {item.what}"
        parts.append(f"{short_name(item.name)} ({item.date}{verb})")
    return "; ".join(parts) or "nothing in the table"


def area_of(row) -> str | tuple:
    """The area of an intervention, as `places.in_area` takes it: its regions, Liptako-Gourma, or countries.

    >>> area_of(intervention("monclar")), area_of(intervention("eclipse"))
    ('regions', ('MLI:Mopti',))
    """
    if row["area_units"]:
        return row["area_units"]
    if "Liptako-Gourma" in row["area"]:
        return "regions"
    return tuple(code for code in row["countries"] if code in schema.COUNTRIES) or "all"


def _family_of_lead(lead: str) -> str:
    """Group family of the group that lost a leader, as in "JNIM (Katiba Macina)"."""
    names = [part.strip() for part in re.sub(r"\(.*?\)", "", lead).replace("/", ",").split(",")]
    if names == ["Islamic State"]:
        return "IS Sahel"
    return actors.family_of([actors.group_of(name) for name in names])


def losses(ds) -> pd.DataFrame:
    """Losses of leaders while the data run, with the family of the group and whether they can be tested.

    A loss can be tested if it has a day, is confirmed, lies in the three countries, and has half a
    year of the data on either side. Rows of `read` with `family`, `dates` (in words), `testable`.

    >>> from sahelkit import load
    >>> int(losses(load())["testable"].sum())
    16
    """
    table = read().query("kind == 'leadership_loss'")
    table = table[table["start"].between(*ds.covered)].reset_index(drop=True)
    months = ds.region_month["month"]
    inside = table["start"].dt.to_period("M").between(months.min() + 6, months.max() - 6)
    sure = table["confirmed"] & (table["start_precision"] == "day") & table["countries"].map(bool)
    return table.assign(
        family=table["lead"].map(_family_of_lead),
        dates=[dates_in_words(row) for _, row in table.iterrows()],
        testable=sure & inside & ~table["name"].str.contains("denied"),
    )
