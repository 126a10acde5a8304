"""Maps of notebook 03: the centre's path, its scatter, a map per year, hot spots, kinds of cells.

Tables with a column `reading` come from `readings.with_and_without_diffa`.
"""

import matplotlib.pyplot as plt
import pandas as pd

from sahelkit import geography, places
from sahelkit.figures import parts
from sahelkit.figures.shift import year_colours
from sahelkit.figures.style import ACCENT, FAMILY_COLOURS, INK, MUTED, caption, now_and_then

TYPES = {
    "clustered high": "#8c2d19",
    "dispersed high": "#e07b39",
    "clustered low": "#2f4b6e",
    "dispersed low": "#7fa6c9",
    "unclassified": "#cfcac0",
}
"""Colours of the classes of OECD/SWAC's indicator."""


def _ellipse(ax, row: pd.Series, colour: str, size: float, **style) -> None:
    """The outline of an ellipse, and its centre."""
    latitude, longitude = geography.outline(row)
    ax.fill(longitude, latitude, **style)
    ax.plot(row["longitude"], row["latitude"], "o", color=colour, ms=size, zorder=4)


def path(table: pd.DataFrame, source: str) -> plt.Figure:
    """Mean centre per year with its region of confidence (`geography.centre_region`)."""
    fig, panels = parts.by_reading(table, 4.9)
    colours = year_colours(sorted(table["year"].unique()))
    for ax, rows in panels:
        rows = rows.dropna()
        parts.draw_map(ax)
        ax.set(xlim=(-6.2, 6.2), ylim=(11.6, 20.3))
        ax.plot(rows["longitude"], rows["latitude"], color=MUTED, linewidth=0.9, zorder=3)
        for year, row in rows.iterrows():
            area = dict(facecolor=colours[year], alpha=0.10, zorder=2, edgecolor="none")
            _ellipse(ax, row, colours[year], 6, **area)
        _label_years(ax, rows)
        parts.draw_tripoint(ax, "tripoint")
    key = {f"● {year}": colour for year, colour in colours.items()}
    parts.coloured_words(panels[1][0], key, 1.02, 0.97, -0.062, fontsize=8)
    km = parts.per_reading(table, "km_to_tripoint")
    best = km["with Diffa"].idxmin()
    near = km.loc[best]
    title = (
        f"The centre of violence came within {near['with Diffa']:,.0f} km of the tripoint in "
        f"{best}; without the Lake Chad war {near['without Diffa']:,.0f} km"
    )
    subtitle = (
        "Mean centre of incidents per year; shaded: 95 % region of each year's centre (bootstrap "
        "of grid cells). Sand: Liptako-Gourma, by regions."
    )
    note = "Diffa: Niger east of 10 E, the Lake Chad war. Outlines are schematic."
    return caption(fig, title, subtitle, source, note)


def _label_years(ax, rows: pd.DataFrame) -> None:
    """Label first and last year and those between whose label lies clear of those already set."""
    done = []
    for year in [rows.index[0], rows.index[-1], *rows.index[1:-1]]:
        longitude, latitude = rows.loc[year, ["longitude", "latitude"]]
        if any(abs(longitude - x) < 1.7 and abs(latitude - y) < 0.36 for x, y in done):
            continue
        done.append((longitude, latitude))
        left = longitude < rows["longitude"].median()
        side = dict(offset=(-7, 0), ha="right") if left else dict(offset=(7, 0))
        parts.label(ax, f"{year}", longitude, latitude, color=INK, fontsize=8, zorder=7, **side)


def ellipses(table: pd.DataFrame, years, source: str) -> plt.Figure:
    """Standard deviational ellipses of a few years (`geography.ellipses`)."""
    fig, panels = parts.by_reading(table, 3.9)
    colours = dict(zip(years, ("#1b3b6f", "#3f8f6b", "#c1440e"), strict=False))
    for ax, rows in panels:
        parts.draw_map(ax)
        for year, row in rows.loc[list(colours)].dropna().iterrows():
            line = dict(facecolor="none", edgecolor=colours[year], linewidth=1.8, zorder=3)
            _ellipse(ax, row, colours[year], 5, **line)
        parts.draw_tripoint(ax)
    parts.coloured_words(panels[0][0], {str(y): c for y, c in colours.items()}, 0.02, 0.95, -0.08)
    last = parts.per_reading(table, "standard_distance_km").loc[max(years)].tolist()
    title = f"Standard distance: {last[0]:,.0f} km in {max(years)}, {last[1]:,.0f} km without the Lake Chad war"
    subtitle = "Standard deviational ellipse of incidents (holds about 63 % of a normal scatter) and mean centre."
    note = "Axes in an equal-area projection; CrimeStat's correction."
    return caption(fig, title, subtitle, source, note)


def year_maps(points: pd.DataFrame, centres: pd.DataFrame, source: str) -> plt.Figure:
    """One small map per year on one scale: incidents per grid cell (of `geography.positions`), and both
    mean centres (`geography.centre`)."""
    place = ["latitude", "longitude"]
    weighed = points[place].mul(points["weight"], axis=0).assign(weight=points["weight"])
    keys = [points[name] for name in ("year", "priogrid_gid", "country")]
    cells = weighed.groupby(keys, observed=True).sum().reset_index()
    cells[place] = cells[place].div(cells["weight"], axis=0)
    diffa = places.in_diffa(cells)
    years = sorted(centres["year"].unique())
    fig, axes = parts.small_multiples(years, 4, 9.6, 1.75, 0.9)
    for year, ax in axes.items():
        parts.draw_map(ax)
        for part, colour in ((~diffa, "#3a4a63"), (diffa, FAMILY_COLOURS["Boko Haram factions"])):
            here = cells[part & (cells["year"] == year)]
            dots = dict(s=3.2 * here["weight"], color=colour, alpha=0.55, lw=0)
            ax.scatter(here["longitude"], here["latitude"], **dots)
        for reading, colour in parts.DIFFA_COLOURS.items():
            here = parts.of(centres, reading).loc[year]
            ax.plot(here["longitude"], here["latitude"], "X", color=colour, ms=6.5, mec="white")
        total = cells.loc[cells["year"] == year, "weight"].sum()
        ax.set_title(f"{year}   {total:,.0f}", fontsize=8.5)
    violent = cells.groupby("year")["priogrid_gid"].nunique().reindex(years, fill_value=0)
    subtitle = (
        "Incidents per grid cell and year (area of a circle: number; one scale), and per year in "
        "all. Crosses: mean centre with (blue) and without (red) Diffa. Green: Diffa."
    )
    return caption(fig, f"Violent grid cells: {now_and_then(violent)}", subtitle, source)


def hot_spots(tables: dict, source: str) -> plt.Figure:
    """Hot spots per period (columns), with and without Diffa (rows), of tables {(reading,
    'first-last'): `geography.hot_spots`}."""
    periods = list(dict.fromkeys(period for _, period in tables))
    fig, axes = plt.subplots(2, len(periods), figsize=(9.6, 4.9), squeeze=False)
    for (reading, period), table in tables.items():
        ax = axes[list(parts.DIFFA_COLOURS).index(reading), periods.index(period)]
        parts.draw_map(ax)
        gids, hot = table.index, table["hot"]
        parts.draw_cells(ax, gids[(table["value"] > 0) & ~hot], "#d8d2c4")
        parts.draw_cells(ax, gids[hot], ACCENT)
        ax.set_title(f"{period}: {table['hot'].sum()} cells", fontsize=8.5)
    for ax, reading in zip(axes[:, 0], parts.DIFFA_COLOURS, strict=True):
        ink = dict(rotation=90, va="center", transform=ax.transAxes, weight="bold")
        ax.text(-0.06, 0.5, reading, **ink)
    last = tables["without Diffa", periods[-1]]
    held = last.loc[last["hot"], "value"].sum() / last["value"].sum()
    title = f"{last['hot'].sum()} hot-spot cells held {100 * held:.0f} % of incidents in {periods[-1]} (without Diffa)"
    subtitle = (
        "Red: hot spots, Getis-Ord Gi* with queen neighbours, permutation test, false discovery "
        "rate 5 % over all cells; sand: other cells with violence."
    )
    note = "Tested against incidents spread at random over all cells, the empty Sahara included."
    return caption(fig, title, subtitle, source, note)


def hot_spot_table(tables: dict) -> pd.DataFrame:
    """The cells with violence of several `geography.hot_spots`: what `hot_spots` draws."""
    violent = {key: table[table["value"] > 0] for key, table in tables.items()}
    return pd.concat(violent, names=["reading", "period"]).reset_index()


def scdi(table: pd.DataFrame, years, source: str) -> plt.Figure:
    """OECD/SWAC's classes per cell in a few years (`geography.scdi`)."""
    years = list(years)
    fig, axes = parts.small_multiples(years, len(years), 9.6, 3.3)
    known = [name for name in TYPES if (table["type"] == name).any()]
    paper = dict(facecolor="white", alpha=0.75, lw=0, pad=0.6)
    for year, ax in axes.items():
        here = table[table["year"] == year]
        parts.draw_map(ax, zone=False)
        key = {}
        for name in known:
            cells = here.loc[here["type"] == name, "priogrid_gid"]
            parts.draw_cells(ax, cells, TYPES[name])
            key[f"{name}: {len(cells)}"] = MUTED if name == "unclassified" else TYPES[name]
        ax.set_title(f"{year}")
        parts.coloured_words(ax, key, 0.6, 0.97, -0.085, fontsize=8, bbox=paper)
    high = table[table["intensity"] == "high"].groupby("year").size().reindex(years, fill_value=0)
    subtitle = (
        "OECD/SWAC's Spatial Conflict Dynamics indicator: high from 0.0017 incidents per km2 on; "
        "clustered: nearest-neighbour ratio within the cell below 1."
    )
    note = "Cells of 0.5 degree with true areas; one incident: unclassified."
    return caption(fig, f"Cells of high intensity: {now_and_then(high)}", subtitle, source, note)
