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
from sahelkit.interventions.windows import windows
from sahelkit.words import Sentence

LASTING = ("operation", "mission", "joint_force", "area_operation", "arrival")
"""Kinds with a duration: deployments of forces. Without an end they count as still in force."""
OPEN_END = pd.Timestamp("2261-12-31")
COVERED_TO = pd.Timestamp("2026-04-30")
"""Last day that the table of interventions covers: what goes on after it is not known here."""


def read() -> pd.DataFrame:
    """The interventions, typed, in order of their start.

    Returns
    -------
    DataFrame
        Columns of data/interventions.csv with `start`, `end` as datetime64 (the earliest first
        and the latest last day that the precision allows), `countries`, `area_units`, `documents`
        as tuples, `confirmed` as bool, and three more: `start_latest`, the latest first day that
        the precision allows; `until`, the last day on which it counts as present (`OPEN_END` for a
        deployment without a known end); `lasting`, whether it has a duration.

    Examples
    --------
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
    table["start_latest"] = [
        _latest(day, precision)
        for day, precision in zip(table["start"], table["start_precision"], strict=True)
    ]
    table["lasting"] = table["end"].notna() | table["kind"].isin(LASTING)
    open_or_point = table["start_latest"].mask(table["lasting"], OPEN_END)
    table["until"] = table["end"].fillna(open_or_point).dt.as_unit("s")
    return table.sort_values(["start", "intervention_id"], kind="stable", ignore_index=True)


def _latest(day: pd.Timestamp, precision: str) -> pd.Timestamp:
    if precision in ("month", "year"):
        return day.to_period(precision[0].upper()).end_time.normalize().as_unit("s")
    return day


def intervention(intervention_id: str) -> pd.Series:
    """One row of `read`.

    Raises
    ------
    KeyError
        There is no such intervention.

    Examples
    --------
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

    Returns
    -------
    DataFrame
        Columns of data/intervention_numbers.csv and `day` (datetime64, the first day of what `date`
        names). Only numbers with the same `counts` and `basis` can be compared.

    Examples
    --------
    >>> table = reported_numbers().set_index(["intervention_id", "date"])
    >>> table.loc[("fc_g5s", "2017-06"), "basis"].tolist()
    ['authorised']
    """
    table = read_table("intervention_numbers.csv")
    table["number"] = table["number"].astype("int64")
    table["day"] = pd.to_datetime([f"{d}-01-01"[:10] if len(d) < 10 else d for d in table["date"]])
    return table


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
    if countries is None:
        return pd.Series(True, index=table.index)
    return table["countries"].map(lambda own: not own or bool(set(own) & set(countries)))


def in_force(first, last=None, countries=None, kinds=LASTING) -> pd.DataFrame:
    """What with a duration was in force on a day, or on any day of a span.

    Parameters
    ----------
    first, last : str, Timestamp or Period
        Without `last`, one day.
    countries : collection of str, optional
        Codes; only what concerns one of them.
    kinds : collection of str or None
        Default: deployments. None: whatever has a duration, such as a campaign or a state of
        emergency.

    Returns
    -------
    DataFrame
        Rows of `read`, `certain` (whether it had begun for sure by the last day), `dates` in words.

    Raises
    ------
    NotCovered
        The table ends before that day.

    Examples
    --------
    >>> "Operation Serval" in in_force("2013-02-01")["name"].tolist()
    True
    >>> len(in_force("2020-11-10")), len(in_force("2020-11-10", kinds=None))
    (14, 16)
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


def overlaps(first="2012-01-01", last="2023-12-31", countries=None, kinds=LASTING) -> pd.DataFrame:
    """The phases between first and last day, cut wherever a deployment begins or ends.

    Returns
    -------
    DataFrame
        Per phase `start`, `end` (days, both belong to it), `days`, `number` of deployments in
        force, and their `names`.

    Examples
    --------
    >>> phases = overlaps(countries=["MLI"])
    >>> int(phases["days"].sum()), bool((phases["number"] == 1).any())
    (4383, True)
    """
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    table = read()
    table = table[table["kind"].isin(kinds) & _concerns(table, countries)]
    day = pd.Timedelta(days=1)
    cuts = {
        first,
        *table["start"],
        *(table["until"].where(table["until"] < OPEN_END).dropna() + day),
    }
    starts = sorted(cut for cut in cuts if first <= cut <= last)
    rows = []
    for start, following in zip(starts, [*starts[1:], last + day], strict=True):
        here = table[(table["start"] <= start) & (table["until"] >= start)]
        rows.append(
            (start, following - day, (following - start).days, len(here), tuple(here["name"]))
        )
    return pd.DataFrame(rows, columns=["start", "end", "days", "number", "names"])


def happened(first, last, countries=None, leave_out=()) -> pd.DataFrame:
    """What began, ended or took place between two days, both included.

    Parameters
    ----------
    first, last : str, Timestamp
    countries : collection of str, optional
        Only what concerns one of them.
    leave_out : collection of str
        Ids that are not listed.

    Returns
    -------
    DataFrame
        `day` (for sorting), `date` (in words, no more precise than known), `what` (begins, ends or
        takes place), `name`, `kind`, `countries`, `intervention_id`. What is known to the month or
        year is listed if it may have happened in between.

    Examples
    --------
    >>> found = happened("2020-03-01", "2020-03-31", leave_out=["monclar"])
    >>> found.loc[found["intervention_id"] == "takuba", ["date", "what"]].iloc[0].tolist()
    ['27 March 2020', 'begins']
    """
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    table = read()
    table = table[_concerns(table, countries) & ~table["intervention_id"].isin(leave_out)]
    begun = table[(table["start"] <= last) & (table["start_latest"] >= first)]
    begun = begun.assign(
        day=begun["start"].clip(lower=first),
        what=["begins" if lasting else "takes place" for lasting in begun["lasting"]],
        date=[_words(r.start, r.start_precision) for r in begun.itertuples()],
    )
    ended = table[table["end"].between(first, last)]
    ended = ended.assign(
        day=ended["end"],
        what="ends",
        date=[_words(r.end, r.end_precision) for r in ended.itertuples()],
    )
    columns = ["day", "date", "what", "name", "kind", "countries", "intervention_id"]
    both = pd.concat([begun[columns], ended[columns]])
    return both.sort_values(["day", "name"], kind="stable", ignore_index=True)


def also_happened(
    intervention_id: str, length: int = 90, unit: str = "D", anywhere: bool = False
) -> pd.DataFrame:
    """What else began, ended or took place in an intervention's windows, itself left out.

    Parameters
    ----------
    intervention_id : str
    length, unit
        As for `windows`.
    anywhere : bool
        List what concerns other countries than the intervention's own, too.

    Returns
    -------
    DataFrame
        As `happened`.

    Examples
    --------
    >>> "Takuba" in " ".join(also_happened("monclar", 60)["name"])
    True
    """
    row = intervention(intervention_id)
    spans = windows(row["start"], row["end"], length, unit)
    first, last = spans["first"].iloc[0].start_time, spans["last"].iloc[2].end_time.normalize()
    countries = None if anywhere or not row["countries"] else row["countries"]
    return happened(first, last, countries, leave_out=[intervention_id])


def also_in_words(intervention_id: str, length: int = 90, unit: str = "D") -> str:
    """`also_happened` as one sentence, with the deployments that were in force all the while.

    >>> also_in_words("takuba", 30).startswith("Beside it within 30 days")
    True
    """
    row = intervention(intervention_id)
    spans = windows(row["start"], row["end"], length, unit)
    first, last = spans["first"].iloc[0].start_time, spans["last"].iloc[2].end_time
    always = in_force(first, countries=row["countries"] or None)
    always = always[(always["until"] >= last) & always["certain"]]
    always = always[always["intervention_id"] != intervention_id]["name"].map(short_name)
    size = f"{length} {'days' if unit == 'D' else 'months'}"
    return Sentence(
        f"Beside it within {size}: {in_one_line(also_happened(intervention_id, length, unit))}. "
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
    """Rows of `happened` as one line.

    >>> in_one_line(happened("2013-01-11", "2013-01-11"))
    'Operation Serval (11 January 2013, begins)'
    """
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


def family_of_lead(lead: str) -> str:
    """Group family of the group that lost a leader.

    >>> family_of_lead("JNIM (Katiba Macina)"), family_of_lead("IS Sahel (leader)")
    ('JNIM and founders', 'IS Sahel')
    """
    names = [part.strip() for part in re.sub(r"\(.*?\)", "", lead).replace("/", ",").split(",")]
    if names == ["Islamic State"]:
        return "IS Sahel"
    return actors.family_of([actors.group_of(name) for name in names])


def phases(first, last) -> pd.DataFrame:
    """`overlaps` of each country, one below the other, with a column `country` (code).

    >>> phases("2012-01-01", "2023-12-31")["country"].unique().tolist()
    ['MLI', 'BFA', 'NER']
    """
    parts = [
        overlaps(first, last, countries=[code]).assign(country=code)
        for code in ("MLI", "BFA", "NER")
    ]
    return pd.concat(parts, ignore_index=True)


def losses(ds=None) -> pd.DataFrame:
    """Losses of leaders, with the family of the group and whether they can be tested.

    A loss can be tested if it has a day, is confirmed, lies in the three countries, and has half a
    year of the data on either side.

    Parameters
    ----------
    ds : Dataset, optional
        Only losses while its data run; without it all, and nothing is said on testing.

    Returns
    -------
    DataFrame
        Rows of `read` with `family`, `dates` (in words) and, with `ds`, `testable`.

    Examples
    --------
    >>> from sahelkit import load
    >>> int(losses(load())["testable"].sum())
    16
    """
    table = read().query("kind == 'leadership_loss'")
    if ds is not None:
        table = table[table["start"].between(*ds.covered)]
    table = table.reset_index(drop=True)
    table = table.assign(
        family=table["lead"].map(family_of_lead),
        dates=[dates_in_words(row) for _, row in table.iterrows()],
    )
    if ds is None:
        return table
    months = ds.region_month["month"]
    inside = table["start"].dt.to_period("M").between(months.min() + 6, months.max() - 6)
    sure = table["confirmed"] & (table["start_precision"] == "day") & table["countries"].map(bool)
    return table.assign(testable=sure & inside & ~table["name"].str.contains("denied"))


def spans(ds, row) -> tuple:
    """Units of a displacement window and of the operation itself: days, or months from tables.

    >>> from sahelkit import load
    >>> spans(load(), intervention("monclar"))
    (2, 1)
    """
    unit, length = ("M", 2) if ds.events is None else ("D", 60)
    return length, int(windows(row["start"], row["end"], length, unit).loc["during", "units"])
