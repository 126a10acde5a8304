"""Figures of the spread: cells reached, regions by year, hot spots, intensity of cells."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.collections import PatchCollection
from matplotlib.colors import PowerNorm

from sahelkit import places, schema
from sahelkit.dataset import UNKNOWN
from sahelkit.figures import (
    ACCENT,
    COUNTRY_COLOURS,
    INK,
    MUTED,
    caption,
    draw_map,
    now_and_then,
    thousands,
)
from sahelkit.figures.geography import READINGS, end_labels, of, year_ticks

TYPES = {
    "clustered high": "#8c2d19",
    "dispersed high": "#e07b39",
    "clustered low": "#2f4b6e",
    "dispersed low": "#7fa6c9",
    "unclassified": "#cfcac0",
}
"""Colours of the classes of OECD/SWAC's indicator."""


def extent(table: pd.DataFrame, source: str) -> plt.Figure:
    """Cells with violence per year, and how many of them are new.

    Parameters
    ----------
    table : DataFrame
        `spread.extent` per reading.
    source : str
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.4))
    years = sorted(table["year"].unique())
    ends = {}
    for reading, colour in READINGS.items():
        rows = of(table, reading)
        left.plot(rows.index, rows["cells"], color=colour, marker="o", ms=3.5)
        ends[reading] = (years[-1], rows["cells"].iloc[-1], colour)
    end_labels(left, ends, 11)
    left.set_title("Grid cells with violence")
    left.set(ylim=(0, None), xlim=(years[0] - 0.3, years[-1] + 4.6))
    rows = of(table, "without Diffa").iloc[1:].astype(float)
    bars = (
        ("cells_new", ACCENT, 0.35),
        ("cells_first", "#7d1624", 1.0),
    )
    for name, colour, alpha in bars:
        right.bar(rows.index, rows[name], color=colour, alpha=alpha, width=0.7)
    right.bar(rows.index, -rows["cells_ended"], color="#8a8f98", width=0.7)
    right.axhline(0, color=INK, linewidth=0.8)
    right.set_title("Change from the year before, without Diffa")
    bottom, top = (rows[name].max() if len(rows) else 1 for name in ("cells_ended", "cells_new"))
    bottom, top = -max(bottom, 1), max(top, 1)
    right.set_ylim(1.35 * bottom, 1.25 * top)
    notes = (
        ("newly violent", 1.16 * top, "#d0808b"),
        ("of these, for the first time since the data begin", 1.07 * top, "#7d1624"),
        ("no longer violent", 1.22 * bottom, "#6b6f77"),
    )
    for text, y, colour in notes:
        right.text(years[0] + 0.6, y, text, color=colour, weight="bold", va="center")
    for ax in (left, right):
        year_ticks(ax, years, 3)
    cells = of(table, "without Diffa")["cells"]
    return caption(
        fig,
        f"Grid cells that violence reached: {now_and_then(cells)} (without Diffa)",
        "PRIO-GRID cells of 0.5 degree (about 2,950 km2) with at least one incident in the year.",
        source,
        "More reporting alone also reaches more cells.",
    )


def heat_map(table: pd.DataFrame, source: str, least: int = 15) -> plt.Figure:
    """Incidents per region and year; regions with at least `least` in all.

    Parameters
    ----------
    table : DataFrame
        `spread.region_year`.
    source : str
    """
    from cmcrameri import cm

    inside = {*places.members("regions")}
    least = min(least, table.sum(axis=1).max())
    shown = table[table.sum(axis=1) >= least]
    country = shown.index.get_level_values("country").map(["MLI", "BFA", "NER"].index)
    unknown = shown.index.get_level_values("region") == UNKNOWN
    middle = (shown * shown.columns.to_numpy()).sum(axis=1) / shown.sum(axis=1)
    shown = shown.iloc[np.lexsort((middle, unknown, country))]
    fig, ax = plt.subplots(figsize=(9.0, 1.6 + 0.24 * len(shown)))
    values = shown.to_numpy(float)
    norm = PowerNorm(0.5, 0, 1.3 * values.max())
    ax.imshow(np.where(values > 0, values, np.nan), cmap=cm.lajolla_r, norm=norm, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if value:
            dark = norm(value) > 0.5
            ax.text(column, row, thousands(value), ha="center", va="center", fontsize=7.5,
                    color="white" if dark else INK)  # fmt: skip
    names = [f"{region}{' *' if (code, region) in inside else ''}" for code, region in shown.index]
    ax.set(yticks=range(len(shown)), yticklabels=names)
    ax.set(xticks=range(len(shown.columns)), xticklabels=shown.columns)
    for label, code in zip(ax.get_yticklabels(), shown.index.get_level_values(0), strict=True):
        label.set_color(COUNTRY_COLOURS[code])
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    last = table.columns[-1]
    top = table[last].sort_values(ascending=False).index[:3].get_level_values("region")
    return caption(
        fig,
        f"Most incidents in {last}: {', '.join(top)}",
        f"Incidents per region and year (regions with {least} or more; colour by square root). "
        f"Text colour: {', '.join(schema.COUNTRIES[c] for c in ('MLI', 'BFA', 'NER'))}. "
        "* in Liptako-Gourma. Within a country, regions that turned violent later stand lower.",
        source,
        "Diffa is the Lake Chad war. Ménaka counted in Gao before 2017 where the source does so.",
    )


def contribution(table: pd.DataFrame, before: tuple, after: tuple, source: str, most: int = 14):
    """What each region adds to the rise, as bars.

    Parameters
    ----------
    table : DataFrame
        `spread.contribution`.
    before, after : (int, int)
        The periods compared.
    source : str
    most : int
        Regions shown; the rest are summed.
    """
    inside = places.members("regions")
    shown = table.head(most)
    rest = table.iloc[most:]
    fig, ax = plt.subplots(figsize=(9.0, 1.3 + 0.26 * (most + 1)))
    names = [*shown["region"], f"{len(rest)} others"]
    values = [*(100 * shown["share"]), 100 * rest["share"].sum()]
    pairs = zip(shown["country"], shown["region"], strict=True)
    marks = [" *" if pair in inside else "" for pair in pairs] + [""]
    colours = [*shown["country"].map(COUNTRY_COLOURS), "#b4b4b4"]
    rows = range(len(names))
    ax.barh(rows, values, color=colours, height=0.72)
    for row, value in zip(rows, values, strict=True):
        ax.annotate(f"{value:.1f}", (value, row), (4, 0), textcoords="offset points", va="center")
    ax.set(yticks=list(rows), yticklabels=[n + m for n, m in zip(names, marks, strict=True)])
    ax.set_xlabel("per cent of the rise")
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ink = dict(transform=ax.transAxes, ha="right", weight="bold")
    for place, code in enumerate(("MLI", "BFA", "NER")):
        ax.text(
            0.98, 0.08 + 0.07 * place, schema.COUNTRIES[code], color=COUNTRY_COLOURS[code], **ink
        )
    zone = [pair in inside for pair in zip(table["country"], table["region"], strict=True)]
    share, diffa = (
        table.loc[zone, "share"].sum(),
        table.loc[table["region"] == "Diffa", "share"].sum(),
    )
    return caption(
        fig,
        f"Liptako-Gourma's regions (*) account for {100 * share:.0f} % of the rise, Diffa for "
        f"{100 * diffa:.0f} %",
        f"Contribution to the rise in incidents per year, {before[0]}-{before[1]} to "
        f"{after[0]}-{after[1]} (from {thousands(table['before'].sum())} to "
        f"{thousands(table['after'].sum())} a year), per cent.",
        source,
    )


def hot_spots(tables: dict, source: str) -> plt.Figure:
    """Hot spots per period (columns), with and without Diffa (rows).

    Parameters
    ----------
    tables : dict
        {(reading, 'first-last'): `spread.hot_spots`}.
    source : str
    """
    periods = list(dict.fromkeys(period for _, period in tables))
    fig, axes = plt.subplots(2, len(periods), figsize=(9.6, 4.9), squeeze=False)
    for (reading, period), table in tables.items():
        ax = axes[list(READINGS).index(reading), periods.index(period)]
        draw_map(ax)
        _cells(ax, table[(table["value"] > 0) & ~table["hot"]], "#d8d2c4")
        _cells(ax, table[table["hot"]], ACCENT)
        ax.set_title(f"{period}: {table['hot'].sum()} cells", fontsize=8.5)
    for ax, reading in zip(axes[:, 0], READINGS, strict=True):
        ax.text(
            -0.06, 0.5, reading, rotation=90, va="center", transform=ax.transAxes, weight="bold"
        )
    last = tables["without Diffa", periods[-1]]
    held = last.loc[last["hot"], "value"].sum() / last["value"].sum()
    return caption(
        fig,
        f"{last['hot'].sum()} hot-spot cells held {100 * held:.0f} % of incidents in {periods[-1]} "
        "(without Diffa)",
        "Red: hot spots, Getis-Ord Gi* with queen neighbours, permutation test, false discovery "
        "rate 5 % over all cells; sand: other cells with violence.",
        source,
        "Tested against incidents spread at random over all cells, the empty Sahara included.",
    )


def _cells(ax, cells: pd.DataFrame, colour: str) -> None:
    """Fill grid cells given by their middle."""
    corners = cells[["longitude", "latitude"]].to_numpy() - 0.25
    squares = [plt.Rectangle(corner, 0.5, 0.5) for corner in corners]
    ax.add_collection(PatchCollection(squares, facecolor=colour, lw=0, zorder=2, alpha=0.85))


def scdi(table: pd.DataFrame, years, source: str) -> plt.Figure:
    """OECD/SWAC's classes per cell in a few years.

    Parameters
    ----------
    table : DataFrame
        `spread.scdi`.
    years : iterable of int
    source : str
    """
    years = list(years)
    fig, axes = plt.subplots(1, len(years), figsize=(9.6, 3.3), squeeze=False)
    known = [name for name in TYPES if (table["type"] == name).any()]
    for ax, year in zip(axes.flat, years, strict=True):
        here = table[table["year"] == year]
        gid = here["priogrid_gid"] - 1
        here = here.assign(latitude=gid // 720 / 2 - 89.75, longitude=gid % 720 / 2 - 179.75)
        draw_map(ax, zone=False)
        for name in known:
            _cells(ax, here[here["type"] == name], TYPES[name])
        ax.set_title(f"{year}")
        for place, name in enumerate(known):
            ink = dict(color=MUTED if name == "unclassified" else TYPES[name], weight="bold")
            ink["bbox"] = dict(facecolor="white", alpha=0.75, lw=0, pad=0.6)
            text = f"{name}: {(here['type'] == name).sum()}"
            ax.text(0.6, 0.97 - 0.085 * place, text, transform=ax.transAxes, fontsize=8, **ink)
    high = table[table["intensity"] == "high"].groupby("year").size().reindex(years, fill_value=0)
    return caption(
        fig,
        f"Cells of high intensity: {now_and_then(high)}",
        "OECD/SWAC's Spatial Conflict Dynamics indicator: high from 0.0017 incidents per km2 on; "
        "clustered: nearest-neighbour ratio within the cell below 1.",
        source,
        "Cells of 0.5 degree with true areas; one incident: unclassified.",
    )


__all__ = ["contribution", "extent", "heat_map", "hot_spots", "scdi"]
