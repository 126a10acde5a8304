"""The monthly tracker: what the data hold for one month, as one page of Markdown and HTML.

Everything is computed from the tables of a `Dataset`; words are in ``templates/tracker.json``, in
English and French. The HTML is one file without links to anything outside it.
"""

import re
from functools import cache
from pathlib import Path

import pandas as pd

from sahelkit import places
from sahelkit.choices import NotCovered, one_of
from sahelkit.counts import count
from sahelkit.dataset import Dataset
from sahelkit.schema import COUNTRIES
from sahelkit.tables import COUNTS
from sahelkit.tracker.svg import RAMP, STEPS, bars_svg, map_svg
from sahelkit.tracker.wording import counted, day_of, texts, written

HISTORY, LEAST_HISTORY = 36, 12
"""Months that a month is held against, and the fewest that allow a judgement."""
UNUSUAL = 0.05
"""Share of earlier months that may be as extreme as a month that is called unusual."""
LEAST_INCIDENTS = 5
"""A count below this is not called unusually high, nor a usual count below it unusually low."""
SHOWN_INCIDENTS, SHOWN_REGIONS = 6, 4


@cache
def _environment():
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=lambda name: name.endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def month_of(ds: Dataset, month: str) -> pd.Period:
    """The month as a Period.

    Raises
    ------
    ValueError
        Not a month, or (`NotCovered`) outside the data, or not covered to its end.
    """
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(month)):
        raise ValueError(f"month={month!r} is no month. Write it as 2017-03.")
    if not ds.covers(month, month):
        months = ds.region_month["month"]
        raise NotCovered(
            f"month={month!r} cannot be judged: {ds.label} covers the whole months "
            f"{months.min()} to {months.max()}."
        )
    return pd.Period(month, "M")


def monthly(ds: Dataset, country: str | None = None, by: str | None = None) -> pd.DataFrame:
    """Incidents and deaths per month over all months of the data.

    A column per count, or per (count, value of `by`, which is 'country', 'region', 'group' or
    'violence'): all countries, what occurs of the others. Zeros where nothing happened; missing where
    the source gives no such number.

    >>> from sahelkit import load
    >>> int(monthly(load(), "BFA")["incidents"].sum())
    1504
    """
    rows = ds.region_month
    rows = rows[rows["country"] == country] if country else rows
    wide = {name: count(rows, by, weight=name).astype("float64") for name in COUNTS}
    if by is None:
        return pd.concat(wide.values(), axis=1)
    occurs = wide["incidents"].sum() > 0
    values = list(COUNTRIES) if by == "country" else occurs.index[occurs]
    return pd.concat({n: part.reindex(columns=values) for n, part in wide.items()}, axis=1)


def _mean_before(table: pd.DataFrame, month: pd.Period) -> pd.Series:
    """Mean of each column over the twelve months before; missing where the data do not reach back."""
    before = table.loc[month - 12 : month - 1]
    return before.mean() if len(before) == 12 else pd.Series(float("nan"), table.columns)


def comparison(table: pd.DataFrame, month: pd.Period) -> pd.DataFrame:
    """One month (`value`) against the month before (`previous`), the same month a year before
    (`year_before`) and the twelve-month mean (`mean12`): a row per column of `table`."""
    found = table.reindex([month, month - 1, month - 12])
    found = found.set_axis(["value", "previous", "year_before"]).T
    return found.assign(mean12=_mean_before(table, month))


def unusual(counts: pd.Series, month: pd.Period) -> dict | None:
    """Whether a month's count is unusual against the up to 36 months before it, in a complete series.

    `value`, `history` (months), `lower` and `higher` (months with a smaller, a larger count), `kind`
    'high', 'low' or 'usual'; None with fewer than 12 months of history.

    >>> months = pd.period_range("2020-01", periods=13, freq="M")
    >>> unusual(pd.Series([5] * 12 + [50], months), months[-1])["kind"]
    'high'
    """
    before, value = counts.loc[month - HISTORY : month - 1], counts[month]
    if len(before) < LEAST_HISTORY:
        return None
    lower, higher = int((before < value).sum()), int((before > value).sum())
    few, kind = UNUSUAL * len(before), "usual"
    if len(before) - lower <= few and value >= LEAST_INCIDENTS:
        kind = "high"
    elif len(before) - higher <= few and before.median() >= LEAST_INCIDENTS:
        kind = "low"
    return dict(value=value, history=len(before), lower=lower, higher=higher, kind=kind)


def judged_months(ds: Dataset, country: str | None = None) -> pd.DataFrame:
    """What the tracker would have said of every month's `incidents`: `kind` 'high', 'low', 'usual', or
    '' with too little history.

    >>> from sahelkit import load
    >>> judged_months(load())["kind"].value_counts()["high"].item()
    22
    """
    counts = monthly(ds, country)["incidents"]
    found = [unusual(counts, month) for month in counts.index]
    return counts.to_frame().assign(kind=[f["kind"] if f else "" for f in found])


def moved(counts: pd.DataFrame, month: pd.Period) -> tuple:
    """Regions farthest above and below their mean of incidents in the twelve months before: two
    lists of (region, incidents, mean), largest difference first."""
    counts = counts.drop(columns=list(places.UNKNOWNS), errors="ignore")
    now, mean = counts.loc[month], _mean_before(counts, month)
    change = (now - mean).sort_values(kind="stable")
    found = change.index[change >= 1][::-1], change.index[change <= -1]
    return tuple([(r, now[r], mean[r]) for r in names[:SHOWN_REGIONS]] for names in found)


def major_incidents(ds: Dataset, month: pd.Period, country: str | None = None) -> pd.DataFrame:
    """Incidents of the month with most deaths: of the record, or of a user's file."""
    rows = ds.incidents
    rows = rows[rows["date_start"].dt.to_period("M") == month]
    rows = rows[rows["country"] == country] if country else rows
    if ds.events is not None:
        rows = rows.nlargest(SHOWN_INCIDENTS, "deaths_best", keep="first")
    return rows.sort_values(["date_start", "incident_id"])


def content(ds: Dataset, month: str, country: str | None = None) -> dict:
    """Everything that the report of a month (``2017-03``) shows, as numbers.

    Raises
    ------
    ValueError
        Month or country unknown.

    Examples
    --------
    >>> from sahelkit import load
    >>> int(content(load(), "2017-03")["headline"].loc["incidents", "value"])
    13
    """
    when = month_of(ds, month)
    if country is not None:
        one_of(country, tuple(COUNTRIES), "country")
    total, nations = monthly(ds, country), monthly(ds, country, "country")
    regions, groups, kinds = (monthly(ds, country, by) for by in ("region", "group", "violence"))
    in_force, events = _interventions(when, country)
    up, down = moved(regions["incidents"], when)
    series = [("total", "", total["incidents"]), ("deaths", "", total["deaths_best"])]
    if not country:
        series += [("country", *item) for item in nations["incidents"].items()]
    series += [("group", *item) for item in groups["incidents"].items()]
    judged = [(kind, name, unusual(counts, when)) for kind, name, counts in series]
    return {
        "month": when,
        "country": country,
        "headline": comparison(total, when),
        "countries": {
            code: comparison(nations.xs(code, axis=1, level=1), when)
            for code in ([country] if country else COUNTRIES)
        },
        "groups": _now_and_mean(groups, when),
        "violence": _now_and_mean(kinds, when),
        "up": up,
        "down": down,
        "regions": regions["incidents"].loc[when],
        "history": total["incidents"].loc[when - 23 : when],
        "unusual": [item for item in judged if item[2]],
        "incidents": major_incidents(ds, when, country),
        "in_force": in_force,
        "events": events,
        "last": when == ds.region_month["month"].max(),
    }


def _now_and_mean(table: pd.DataFrame, month: pd.Period) -> pd.DataFrame:
    """Incidents and deaths of a month per value, with the twelve-month mean of incidents."""
    now = table.loc[month].unstack(0, sort=False)
    now["mean12"] = _mean_before(table["incidents"], month)
    return now[now["incidents"] > 0].sort_values("incidents", ascending=False, kind="stable")


def _dated(row) -> str:
    """Start of an intervention, as precise as it is known."""
    return str(row.start.date())[: {"year": 4, "month": 7}.get(row.start_precision, 10)]


def render(ds: Dataset, month: str, country: str | None = None, lang: str = "en") -> dict:
    """The report as text: ``{"md": ..., "html": ...}``; `lang` is 'en' or 'fr'.

    Raises
    ------
    ValueError
        Month, country or language unknown.

    Examples
    --------
    >>> from sahelkit import load
    >>> render(load(), "2017-03")["md"].splitlines()[0]
    '# Monthly tracker: Mali, Burkina Faso, Niger, March 2017'
    """
    words, data = texts(lang), content(ds, month, country)
    shown = data["incidents"].nlargest(SHOWN_INCIDENTS, "deaths_best", keep="first")
    data["more_incidents"] = len(data["incidents"]) - len(shown)
    data["incidents"] = shown.sort_values(["date_start", "incident_id"])
    data |= {
        "t": words,
        "lang": lang,
        "n": lambda value, digits=0: written(value, lang, digits),
        "place": COUNTRIES[country] if country else words["three"],
        "month_name": f"{words['months'][data['month'].month - 1]} {data['month'].year}",
        "ds": ds,
        "missing": pd.isna,
        "day": lambda d: day_of(d, lang),
        "dated": _dated,
        "counted": lambda incidents, deaths: counted(incidents, deaths, lang),
        "map": map_svg(data["regions"], data["incidents"], country),
        "bars": bars_svg(data["history"]),
        "ramp": list(zip(RAMP, ("0", *(f"{s}+" for s in STEPS)), strict=True)),
        "names": COUNTRIES,
    }
    return {
        kind: _environment().get_template(f"tracker.{kind}.j2").render(data)
        for kind in ("md", "html")
    }


def month_map(ds: Dataset, month: str) -> str:
    """The map of a month as SVG, for a notebook.

    >>> from sahelkit import load
    >>> "<svg" in month_map(load(), "2017-03")
    True
    """
    data = content(ds, month)
    return f'<div style="width: 70%">{map_svg(data["regions"], data["incidents"])}</div>'


def write(ds: Dataset, month: str, country: str | None = None, lang="en", out=Path()) -> list:
    """Write the report of a month to a folder, which is made if it is not there.

    Returns
    -------
    list of Path
        ``tracker-2017-03-en.md`` and ``.html``; with a country, its code after the month.

    Raises
    ------
    ValueError
        Month, country or language unknown; the message says which there are.
    """
    rendered = render(ds, month, country, lang)
    stem = "-".join(filter(None, ["tracker", month, country, lang]))
    Path(out).mkdir(parents=True, exist_ok=True)
    paths = {kind: Path(out) / f"{stem}.{kind}" for kind in rendered}
    for kind, path in paths.items():
        path.write_text(rendered[kind], encoding="utf-8")
    return list(paths.values())


def _interventions(month: pd.Period, country: str | None) -> tuple:
    """Deployments in force in a month (None after the table's end), and events that took place in it."""
    from sahelkit.interventions import COVERED_TO, LASTING, in_force, read

    first, last, table = month.start_time, month.end_time, read()
    here = table["start_precision"].isin(["day", "month"]) & ~table["kind"].isin(LASTING)
    here &= table["start"].between(first, last)
    if country:
        here &= table["countries"].map(lambda codes: country in codes)
    countries = [country] if country else None
    there = None if first > COVERED_TO else in_force(first, last, countries)
    return there, table[here]
