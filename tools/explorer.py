"""One page to explore the shipped data in a browser, without network: `python -m tools.explorer`.

Bokeh draws the map, the months and the lanes; the form, the list and the reports of an incident are
plain HTML of `tools/explorer.html`. All numbers come from the shipped tables, packed into the page.
"""

import argparse
import base64
import gzip
import json
from pathlib import Path

import pandas as pd
from bokeh.embed import file_html
from bokeh.layouts import column
from bokeh.models import BoxAnnotation, BoxSelectTool, ColumnDataSource, HoverTool, Range1d, TapTool
from bokeh.plotting import figure
from bokeh.resources import Resources
from jinja2 import Template

import sahelkit
from sahelkit import coding, interventions, places
from sahelkit.escalation.recent import country_month
from sahelkit.figures.parts import cell_rings
from sahelkit.figures.style import EDGE, LAND, PERPETRATOR_COLOURS, ZONE_FILL
from sahelkit.figures.timeline_layout import pack

HERE = Path(__file__).parent
FILTERS = ("country", "group", "who", "attribution", "tactic", "target", "weapon")
"""Columns of an incident that the form filters by."""
SHOWN = ("incident_id", "name", "region", "date_start", "date_end", "note")
REPORT = ("kind", "publisher", "agency", "published", "title", "url", "toll_kind", "toll_scope")
TOLLS = ("deaths_low", "deaths_best", "deaths_high")
LANES = {
    "Leaders": ("leadership_loss",),
    "Coups, accords": ("coup", "accord", "summit", "alliance", "sanctions"),
    "Offensives": ("offensive", "blockade", "arms_delivery"),
    "Withdrawals": ("withdrawal", "expulsion"),
    "Area operations": ("area_operation",),
    "Deployments": ("operation", "mission", "joint_force", "arrival"),
}
"""Lanes of the timeline from the top, and the kinds of intervention in each."""


def incidents(ds: sahelkit.Dataset) -> list:
    """The major incidents as records, each with its zones, the side that struck, and its reports."""
    frame = ds.incidents.assign(who=coding.perpetrators(ds.incidents), name=ds.incidents["place"])
    zones = {name: places.in_liptako_gourma(frame, name) for name in places.DEFINITIONS}
    diffa, reports = places.in_diffa(frame), ds.reports.groupby("incident")
    out = []
    for i, row in frame.iterrows():
        record = {name: _plain(row[name]) for name in (*SHOWN, *FILTERS, *TOLLS)}
        record["at"] = [_plain(row["longitude"]), _plain(row["latitude"])]
        record["zones"] = [name for name, inside in zones.items() if _plain(inside[i])]
        record["diffa"] = bool(diffa[i])
        record["provisional"] = row["provisional"] == "yes"
        found = reports.get_group(row["incident_id"])
        columns = [*REPORT, *TOLLS]
        record["reports"] = [[_plain(v) for v in line] for line in found[columns].to_numpy()]
        out.append(record)
    return out


def _plain(value):
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return value.item() if hasattr(value, "item") else value


def months(ds: sahelkit.Dataset) -> dict:
    """Months by region up to the last of the tables, and by country after it."""
    frame = ds.region_month[ds.region_month["incidents"] > 0]
    by = ["country", "region", "month", "group"]
    known = frame.groupby(by, observed=True)[["incidents", *TOLLS]].sum().reset_index()
    known["month"] = known["month"].astype(str)
    units = known["country"].astype(str) + ":" + known["region"].astype(str)
    inside = {name: places.in_liptako_gourma(known, name) for name in ("regions", "authority")}
    later = country_month()
    later["month"] = later["month"].astype(str)
    return {
        "known": known.to_numpy().tolist(),
        "later": later[["country", "month", "deaths"]].to_numpy().tolist(),
        "zones": {name: sorted(set(units[rows])) for name, rows in inside.items()},
        "diffa": sorted(set(units[places.in_diffa(known)])),
    }


def cells(ds: sahelkit.Dataset) -> list:
    """Deaths of each grid cell and year: year, longitude and latitude of its middle, deaths."""
    table = ds.grid_year.groupby(["year", "priogrid_gid"])["deaths_best"].sum().reset_index()
    middle = cell_rings(table["priogrid_gid"]).mean(axis=1)
    table = table.assign(longitude=middle[:, 0], latitude=middle[:, 1])
    return table[["year", "longitude", "latitude", "deaths_best"]].values.tolist()


def draw(end: pd.Timestamp):
    """The Bokeh figures, empty of incidents: the page fills their sources."""
    tools = "pan,wheel_zoom,box_zoom,reset"
    chart = figure(
        name="map", height=470, sizing_mode="stretch_width", tools=tools, match_aspect=True,
        active_scroll="wheel_zoom", x_axis_label="longitude (°)", y_axis_label="latitude (°)",
    )  # fmt: skip
    for row in places.outlines().itertuples():
        inside = (row.country, row.region) in places.members("regions")
        shapes = getattr(row.geometry, "geoms", [row.geometry])
        xs, ys = zip(*(map(list, shape.exterior.xy) for shape in shapes), strict=True)
        fill = ZONE_FILL if inside else LAND
        chart.patches(list(xs), list(ys), fill_color=fill, line_color=EDGE, line_width=0.7)
    grid = ColumnDataSource({name: [] for name in ("x", "y", "alpha")}, name="cells")
    side = places.PRIO_DEGREES
    chart.rect("x", "y", side, side, source=grid, color="#b3213c", alpha="alpha", line_width=0)
    columns = ("x", "y", "size", "colour", "name", "date", "best", "index")
    points = ColumnDataSource({name: [] for name in columns}, name="points")
    style = dict(size="size", fill_color="colour", line_color="white", fill_alpha=0.75)
    dots = chart.scatter("x", "y", source=points, name="dots", **style)
    chart.add_tools(
        HoverTool(renderers=[dots], tooltips=[("", "@name, @date: @best")]),
        TapTool(renderers=[dots]),
    )
    days = Range1d(pd.Timestamp("2012-01-01"), end)
    monthly = ColumnDataSource(
        {n: [] for n in ("x", "deaths", "incidents", "colour")}, name="months"
    )
    parts = [chart]
    for name, height in (("deaths", 130), ("incidents", 100)):
        bars = figure(
            name=name, height=height, sizing_mode="stretch_width", x_axis_type="datetime",
            x_range=days, tools="", toolbar_location=None, y_axis_label=name,
        )  # fmt: skip
        bars.vbar("x", top=name, width=27 * 86_400_000, source=monthly, color="colour")
        bars.add_tools(BoxSelectTool(dimensions="width"))
        chosen = dict(fill_color="#2f4b6e", fill_alpha=0.12, visible=False)
        bars.add_layout(BoxAnnotation(name=f"brush-{name}", **chosen))
        bars.y_range.start = 0
        parts.append(bars)
    parts.append(lanes(days, end))
    for part in parts:
        part.toolbar.logo = None
    return column(*parts, sizing_mode="stretch_width")


def lanes(days: Range1d, end: pd.Timestamp):
    """Interventions in lanes by kind, those that overlap beside one another.

    Deployments without a known end run to the end of the page; operations without one are short.
    """
    table = interventions.read()
    kinds = {kind: lane for lane, of in enumerate(LANES.values()) for kind in of}
    table = table.assign(lane=table["kind"].map(kinds)).dropna(subset="lane")
    lasts = table["kind"].isin([*interventions.LASTING, "sanctions"])
    lasts &= table["end"].notna() | (table["kind"] != "area_operation")
    shown = table["until"].clip(upper=end).where(lasts, table["start"])
    short = table["start"] + pd.Timedelta("25D")
    table = table.assign(to=shown.where(shown > short, short))
    first = table["start"].min()
    at = [(table[name] - first).dt.days for name in ("start", "to")]
    table["span"] = [[span] for span in zip(*at, strict=True)]
    for _, rows in table.groupby("lane"):
        table.loc[rows.index, "level"] = [level for level, _ in pack(rows["span"], gap=0)]
    level = table["level"]
    deep = level.groupby(table["lane"]).transform("max") + 1
    chart = figure(
        name="lanes", height=330, sizing_mode="stretch_width", x_axis_type="datetime",
        x_range=days, y_range=(len(LANES) - 0.5, -0.5), tools="", toolbar_location=None,
    )  # fmt: skip
    chart.yaxis.ticker = list(range(len(LANES)))
    chart.ygrid.visible = False
    source = ColumnDataSource(
        {
            "y": (table["lane"] - 0.4 + 0.8 * (level + 0.5) / deep).tolist(),
            "height": (0.66 / deep).clip(upper=0.4).tolist(),
            "from": table["start"].tolist(),
            "to": table["to"].tolist(),
            "name": table["name"].tolist(),
            "dates": [interventions.dates_in_words(row) for _, row in table.iterrows()],
        }
    )
    bars = chart.hbar("y", left="from", right="to", height="height", source=source, line_width=0)
    chart.add_tools(HoverTool(renderers=[bars], tooltips=[("", "@name (@dates)")]))
    return chart


def page(ds: sahelkit.Dataset) -> str:
    """The whole page as text."""
    later = country_month()["month"].max().end_time.normalize()
    data = {
        "incidents": incidents(ds),
        "months": months(ds),
        "cells": cells(ds),
        "filters": FILTERS,
        "colours": PERPETRATOR_COLOURS,
        "lanes": list(LANES),
        "report": [*REPORT, *TOLLS],
        "cite": ds.cite(),
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    words = json.loads((HERE / "explorer_words.json").read_text("utf-8"))
    return file_html(
        draw(later),
        Resources(mode="inline"),
        title="sahelkit explorer",
        template=Template((HERE / "explorer.html").read_text("utf-8")),
        template_variables={
            "packed": packed, "words": json.dumps(words, ensure_ascii=False),
            "tolls": json.dumps(TOLLS), "last": str(later.date()),
        },
    )  # fmt: skip


def main(arguments=None) -> None:
    """Write the page.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     main(["--out", folder])
    explorer.html: ... MB
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/_build"), help="folder")
    folder = parser.parse_args(arguments).out
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "explorer.html"
    path.write_text(page(sahelkit.load()), encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
