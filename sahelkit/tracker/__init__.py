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
from sahelkit.dataset import COUNTS, Dataset
from sahelkit.schema import COUNTRIES
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
    found = pd.Period(month, "M")
    first, last = ds.region_month["month"].min(), ds.region_month["month"].max()
    if not first <= found <= last:
        raise NotCovered(
            f"month={month!r} cannot be judged: {ds.label} covers the whole months {first} to {last}."
        )
    return found


def monthly(ds: Dataset, country: str | None = None, by: str | None = None) -> pd.DataFrame:
    """Incidents and deaths per month, and per value of `by`, over all months of the data.

    Parameters
    ----------
    country : str, optional
        ISO code; default all three.
    by : str, optional
        'country', 'region', 'group' or 'violence'.

    Returns
    -------
    DataFrame
        Index month, or (value, month); zeros where nothing happened; missing where the source
        gives no such number. Of regions and groups, those that occur.

    Examples
    --------
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
    return pd.DataFrame({n: part.reindex(columns=values).unstack() for n, part in wide.items()})


def comparison(table: pd.DataFrame, month: pd.Period) -> pd.DataFrame:
    """One month against the month before, the same month a year before and the twelve-month mean.

    Returns
    -------
    DataFrame
        One row per column of `table`; missing where the data do not reach back.
    """
    at = {"value": month, "previous": month - 1, "year_before": month - 12}
    found = {name: table.loc[when] if when in table.index else None for name, when in at.items()}
    before = table.loc[(table.index < month) & (table.index >= month - 12)]
    found["mean12"] = before.mean() if len(before) == 12 else None
    out = pd.DataFrame(index=table.columns)
    for name, column in found.items():
        out[name] = float("nan") if column is None else column
    return out


def unusual(counts: pd.Series, month: pd.Period) -> dict | None:
    """Whether a month's count is unusual against the up to 36 months before it.

    Parameters
    ----------
    counts : Series
        Monthly counts, complete.

    Returns
    -------
    dict or None
        `value`, `history` (months), `lower` (months with a smaller count), `kind` 'high', 'low' or
        'usual'; None with fewer than 12 months of history.

    Examples
    --------
    >>> months = pd.period_range("2020-01", periods=13, freq="M")
    >>> unusual(pd.Series([5] * 12 + [50], months), months[-1])["kind"]
    'high'
    """
    before = counts[(counts.index < month) & (counts.index >= month - HISTORY)]
    if len(before) < LEAST_HISTORY:
        return None
    value, lower, higher = (
        counts[month],
        (before < counts[month]).sum(),
        (before > counts[month]).sum(),
    )
    few = UNUSUAL * len(before)
    kind = "usual"
    if len(before) - lower <= few and value >= LEAST_INCIDENTS:
        kind = "high"
    elif len(before) - higher <= few and before.median() >= LEAST_INCIDENTS:
        kind = "low"
    return {
        "value": value,
        "history": len(before),
        "lower": int(lower),
        "higher": int(higher),
        "kind": kind,
    }


def judged_months(ds: Dataset, country: str | None = None) -> pd.DataFrame:
    """What the tracker would have said of every month's number of incidents.

    Returns
    -------
    DataFrame
        Index month; `incidents`, `kind`: 'high', 'low', 'usual', or '' with too little history.

    Examples
    --------
    >>> from sahelkit import load
    >>> judged_months(load())["kind"].value_counts()["high"].item()
    22
    """
    counts = monthly(ds, country)["incidents"]
    found = [unusual(counts, month) for month in counts.index]
    return counts.to_frame().assign(kind=[f["kind"] if f else "" for f in found])


def moved(table: pd.DataFrame, month: pd.Period) -> tuple:
    """Regions farthest above and below their mean of incidents in the twelve months before.

    Returns
    -------
    (list, list)
        Of (region, incidents, mean), largest difference first.
    """
    counts = table["incidents"].unstack(0)
    counts = counts.drop(columns=list(places.UNKNOWNS), errors="ignore")
    before = counts.loc[(counts.index < month) & (counts.index >= month - 12)]
    if len(before) < 12 or counts.empty:
        return [], []
    mean, now = before.mean(), counts.loc[month]
    change = (now - mean).sort_values(kind="stable")
    up = [(r, now[r], mean[r]) for r in change.index[::-1] if change[r] >= 1][:SHOWN_REGIONS]
    down = [(r, now[r], mean[r]) for r in change.index if change[r] <= -1][:SHOWN_REGIONS]
    return up, down


def major_incidents(ds: Dataset, month: pd.Period, country: str | None = None) -> pd.DataFrame:
    """Incidents of the month with most deaths: of the record, or of a user's file."""
    rows = ds.incidents
    rows = rows[rows["date_start"].dt.to_period("M") == month]
    rows = rows[rows["country"] == country] if country else rows
    if ds.events is not None:
        rows = rows.nlargest(SHOWN_INCIDENTS, "deaths_best", keep="first")
    return rows.sort_values(["date_start", "incident_id"])


def content(ds: Dataset, month: str, country: str | None = None) -> dict:
    """Everything that the report shows, as numbers.

    Parameters
    ----------
    ds : Dataset
    month : str
        As ``2017-03``.
    country : str, optional
        ISO code; default the three countries.

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
    total, groups = monthly(ds, country), monthly(ds, country, "group")
    regions, kinds = monthly(ds, country, "region"), monthly(ds, country, "violence")
    nations, shown = monthly(ds, country, "country"), [country] if country else list(COUNTRIES)
    in_force, events = _interventions(when, country)
    up, down = moved(regions, when)
    return {
        "month": when,
        "country": country,
        "headline": comparison(total, when),
        "countries": {code: comparison(nations.loc[code], when) for code in shown},
        "groups": _now_and_mean(groups, when),
        "violence": _now_and_mean(kinds, when),
        "up": up,
        "down": down,
        "regions": _at(regions, when),
        "history": total["incidents"].loc[when - 23 : when],
        "unusual": _judged(country, total, nations, groups, when),
        "incidents": major_incidents(ds, when, country),
        "in_force": in_force,
        "events": events,
        "last": when == ds.region_month["month"].max(),
    }


def _at(table: pd.DataFrame, month: pd.Period) -> pd.Series:
    return table["incidents"].xs(month, level=1)


def _now_and_mean(table: pd.DataFrame, month: pd.Period) -> pd.DataFrame:
    """Incidents and deaths of a month per value, with the twelve-month mean of incidents."""
    now = table.xs(month, level=1)
    counts = table["incidents"].unstack(0)
    before = counts.loc[(counts.index < month) & (counts.index >= month - 12)]
    mean = before.mean() if len(before) == 12 else float("nan")
    out = now.assign(mean12=mean)
    return out[out["incidents"] > 0].sort_values("incidents", ascending=False, kind="stable")


def _judged(country, total, nations, groups, month) -> list:
    """(kind of thing, name, judgement) for the total, the countries and the groups."""
    found = [("total", "", unusual(total["incidents"], month))]
    found.append(("deaths", "", unusual(total["deaths_best"], month)))
    if not country:
        found += [("country", c, unusual(nations.loc[c]["incidents"], month)) for c in COUNTRIES]
    for name in groups.index.get_level_values(0).unique():
        found.append(("group", name, unusual(groups.loc[name]["incidents"], month)))
    return [item for item in found if item[2]]


def _dated(row) -> str:
    """Start of an intervention, as precise as it is known."""
    return str(row.start.date())[: {"year": 4, "month": 7}.get(row.start_precision, 10)]


def render(ds: Dataset, month: str, country: str | None = None, lang: str = "en") -> dict:
    """The report as text: ``{"md": ..., "html": ...}``.

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
    when = data["month"]
    data |= {
        "t": words,
        "lang": lang,
        "n": lambda value, digits=0: written(value, lang, digits),
        "place": COUNTRIES[country] if country else words["three"],
        "month_name": f"{words['months'][when.month - 1]} {when.year}",
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


def write(
    ds: Dataset, month: str, country: str | None = None, lang: str = "en", out=Path()
) -> list:
    """Write the report of a month as Markdown and as HTML.

    Parameters
    ----------
    ds : Dataset
    month : str
        As ``2017-03``.
    country : str, optional
        'BFA', 'MLI' or 'NER'; default all three.
    lang : str
        'en' or 'fr'.
    out : Path
        Folder; made if it is not there.

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
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    stem = "-".join(["tracker", str(month_of(ds, month)), *([country] if country else []), lang])
    paths = []
    for kind, text in rendered.items():
        paths.append(folder / f"{stem}.{kind}")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def _interventions(month: pd.Period, country: str | None) -> tuple:
    """Deployments in force in a month (None after the table's end), and events that took place in it."""
    from sahelkit.interventions import COVERED_TO, LASTING, in_force, read

    first, last = month.start_time, month.end_time
    countries = [country] if country else None
    table = read()
    if country:
        table = table[[country in codes for codes in table["countries"]]]
    known = table["start_precision"].isin(["day", "month"]) & ~table["kind"].isin(LASTING)
    there = None if first > COVERED_TO else in_force(first, last, countries)
    return there, table[known & table["start"].between(first, last)]
