"""Figures of the centre of violence: its path, its scatter, and maps per year.

Tables come from `geography.with_and_without_diffa`: columns `reading` and `year` before the rest.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit import places
from sahelkit.figures import (
    FAMILY_COLOURS,
    INK,
    MUTED,
    WIDE,
    caption,
    draw_map,
    now_and_then,
    thousands,
)
from sahelkit.figures.geography import READINGS, end_labels, of, year_colours, year_ticks


def _tripoint(ax, label: bool = False) -> None:
    latitude, longitude = places.TRIPOINT
    ax.plot(longitude, latitude, marker="+", color=INK, markersize=9, mew=1.6, zorder=6)
    if label:
        ax.annotate(
            "tripoint", (longitude, latitude), (7, -11), textcoords="offset points", zorder=6
        )


def _ellipse(ax, row: pd.Series, **style) -> None:
    from sahelkit.geography import outline

    latitude, longitude = outline(row)
    ax.fill(longitude, latitude, **style)


def path(table: pd.DataFrame, source: str) -> plt.Figure:
    """Map of the mean centre per year with its regions of confidence, with and without Diffa.

    Parameters
    ----------
    table : DataFrame
        `geography.centre_region` per reading.
    source : str
    """
    fig, axes = plt.subplots(1, 2, figsize=(9.6, 4.9))
    colours = year_colours(sorted(table["year"].unique()))
    for ax, reading in zip(axes, READINGS, strict=True):
        rows = of(table, reading).dropna()
        draw_map(ax)
        ax.set(xlim=(-6.2, 6.2), ylim=(11.6, 20.3))
        ax.plot(rows["longitude"], rows["latitude"], color=MUTED, linewidth=0.9, zorder=3)
        for year, row in rows.iterrows():
            _ellipse(ax, row, facecolor=colours[year], alpha=0.10, zorder=2, edgecolor="none")
            ax.plot(row["longitude"], row["latitude"], "o", color=colours[year], ms=6, zorder=4)
        _label_years(ax, rows)
        _tripoint(ax, label=True)
        ax.set_title(reading)
    _year_key(axes[1], colours)
    best = of(table, "with Diffa")["km_to_tripoint"].idxmin()
    near = {name: of(table, name).loc[best, "km_to_tripoint"] for name in READINGS}
    title = (
        f"The centre of violence came within {thousands(near['with Diffa'])} km of the tripoint in "
        f"{best}; without the Lake Chad war {thousands(near['without Diffa'])} km"
    )
    return caption(
        fig,
        title,
        "Mean centre of incidents per year; shaded: 95 % region of each year's centre (bootstrap "
        "of grid cells). Sand: Liptako-Gourma, by regions.",
        source,
        "Diffa: Niger east of 10 E, the Lake Chad war. Outlines are schematic.",
    )


def _label_years(ax, rows: pd.DataFrame) -> None:
    """Label first and last year and those between whose label lies clear of those already set."""
    done = []
    for year in [rows.index[0], rows.index[-1], *rows.index[1:-1]]:
        longitude, latitude = rows.loc[year, ["longitude", "latitude"]]
        if any(abs(longitude - x) < 1.7 and abs(latitude - y) < 0.36 for x, y in done):
            continue
        done.append((longitude, latitude))
        left = longitude < rows["longitude"].median()
        ink = dict(textcoords="offset points", color=INK, fontsize=8, zorder=7, va="center")
        offset = dict(xytext=(-7, 0), ha="right") if left else dict(xytext=(7, 0))
        ax.annotate(str(year), (longitude, latitude), **offset, **ink)


def _year_key(ax, colours: dict) -> None:
    """The years in their colours, down the right-hand side."""
    for place, (year, colour) in enumerate(colours.items()):
        ink = dict(transform=ax.transAxes, color=colour, fontsize=8, weight="bold")
        ax.text(1.02, 0.97 - 0.062 * place, f"● {year}", **ink)


def distance(table: pd.DataFrame, source: str) -> plt.Figure:
    """Distance of the mean centre from the tripoint per year, with its interval.

    Parameters
    ----------
    table : DataFrame
        `geography.centre_region` per reading.
    source : str
    """
    fig, ax = plt.subplots(figsize=WIDE)
    ends = {}
    for reading, colour in READINGS.items():
        rows = of(table, reading).dropna()
        ax.fill_between(
            rows.index, rows["km_low"], rows["km_high"], color=colour, alpha=0.16, linewidth=0
        )
        ax.plot(rows.index, rows["km_to_tripoint"], color=colour, marker="o", ms=4)
        ends[reading] = (rows.index[-1], rows["km_to_tripoint"].iloc[-1], colour)
    end_labels(ax, ends, 28)
    years = sorted(table["year"].unique())
    ax.set(ylabel="km", ylim=(0, None), xlim=(years[0] - 0.3, years[-1] + 1.9))
    year_ticks(ax, years)
    rows = of(table, "without Diffa")["km_to_tripoint"]
    title = (
        f"Without the Lake Chad war the centre was never nearer to the tripoint than "
        f"{thousands(rows.min())} km ({rows.idxmin()})"
    )
    return caption(
        fig,
        title,
        "Distance of the mean centre of incidents from the tripoint, km; band: 95 % interval "
        "(bootstrap of grid cells).",
        source,
    )


def ellipses(table: pd.DataFrame, years, source: str) -> plt.Figure:
    """Standard deviational ellipses of a few years, with and without Diffa.

    Parameters
    ----------
    table : DataFrame
        `geography.ellipses` per reading.
    years : iterable of int
        Those to draw.
    source : str
    """
    fig, axes = plt.subplots(1, 2, figsize=(9.6, 3.9))
    colours = dict(zip(years, ("#1b3b6f", "#3f8f6b", "#c1440e"), strict=False))
    for ax, reading in zip(axes, READINGS, strict=True):
        rows = of(table, reading)
        draw_map(ax)
        for year in colours:
            row = rows.loc[year]
            if row.isna().any():
                continue
            _ellipse(ax, row, facecolor="none", edgecolor=colours[year], linewidth=1.8, zorder=3)
            ax.plot(row["longitude"], row["latitude"], "o", color=colours[year], ms=5, zorder=4)
        _tripoint(ax)
        ax.set_title(reading)
    for place, year in enumerate(colours):
        axes[0].text(
            0.02, 0.95 - 0.08 * place, str(year), color=colours[year], weight="bold",
            transform=axes[0].transAxes,
        )  # fmt: skip
    last = {name: of(table, name)["standard_distance_km"] for name in READINGS}
    wide, narrow = (last[name].loc[max(years)] for name in READINGS)
    title = (
        f"Standard distance: {thousands(wide)} km in {max(years)}, "
        f"{thousands(narrow)} km without the Lake Chad war"
    )
    return caption(
        fig,
        title,
        "Standard deviational ellipse of incidents (holds about 63 % of a normal scatter) and "
        "mean centre.",
        source,
        "Axes in an equal-area projection; CrimeStat's correction.",
    )


def year_maps(points: pd.DataFrame, centres: pd.DataFrame, source: str) -> plt.Figure:
    """One small map per year on one scale: incidents per grid cell, and both mean centres.

    Parameters
    ----------
    points : DataFrame
        `geography.positions`.
    centres : DataFrame
        `geography.centre` per reading.
    source : str
    """
    keys = ["year", "priogrid_gid", "country"]
    middle = points.assign(
        latitude=points["latitude"] * points["weight"],
        longitude=points["longitude"] * points["weight"],
    ).groupby(keys, observed=True)[["latitude", "longitude", "weight"]]
    cells = middle.sum().reset_index()
    cells[["latitude", "longitude"]] = cells[["latitude", "longitude"]].div(cells["weight"], axis=0)
    diffa = places.in_diffa(cells)
    years = sorted(centres["year"].unique())
    rows = int(np.ceil(len(years) / 4))
    fig, axes = plt.subplots(rows, 4, figsize=(9.6, 0.9 + 1.75 * rows), squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, year in zip(axes.flat, years, strict=False):
        draw_map(ax)
        for part, colour in ((~diffa, "#3a4a63"), (diffa, FAMILY_COLOURS["Boko Haram factions"])):
            here = cells[part & (cells["year"] == year)]
            size = 3.2 * here["weight"]
            ax.scatter(here["longitude"], here["latitude"], s=size, color=colour, alpha=0.55, lw=0)
        for reading, colour in READINGS.items():
            here = of(centres, reading).loc[year]
            ax.plot(here["longitude"], here["latitude"], "X", color=colour, ms=6.5, mec="white")
        total = cells.loc[cells["year"] == year, "weight"].sum()
        ax.set_title(f"{year}   {thousands(total)}", fontsize=8.5)
    violent = cells.groupby("year")["priogrid_gid"].nunique().reindex(years, fill_value=0)
    return caption(
        fig,
        f"Violent grid cells: {now_and_then(violent)}",
        "Incidents per grid cell and year (area of a circle: number; one scale), and per year in "
        "all. Crosses: mean centre with (blue) and without (red) Diffa. Green: Diffa.",
        source,
    )


__all__ = ["distance", "ellipses", "path", "year_maps"]
