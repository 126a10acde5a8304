"""Figures of notebook 03 that are no maps: shares, distances, cells reached, regions by year.

The tables are those of the function that each names, most of them per reading, as
`readings.with_and_without_diffa` gives them.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from cmcrameri import cm
from matplotlib.colors import PowerNorm

from sahelkit import places
from sahelkit.figures import parts
from sahelkit.figures.style import ACCENT, COUNTRY_COLOURS, INK, MUTED, WIDE, caption, now_and_then
from sahelkit.schema import COUNTRIES

DEFINITIONS = {
    "regions": ("regions (default)", ACCENT),
    "authority": ("Authority's area", "#2f4b6e"),
    "radius": (f"within {places.RADIUS_KM} km of the tripoint", "#8c6bb1"),
    "border": (f"within {places.BORDER_KM} km of shared borders", "#4d7f4f"),
}

LEAST, SHOWN_REGIONS = 15, 14
"""Fewest incidents in all of a region on the heat map; regions that the rise is shown of."""


def year_colours(years) -> dict:
    """A colour per year, from dark to light."""
    return dict(zip(years, cm.batlow(np.linspace(0.02, 0.82, len(years))), strict=True))


def _lines(ax, table: pd.DataFrame, colours, gap: float, room: float, step=2, size=4.0) -> None:
    """A line over years per column, with its name at the end where there is a gap for it."""
    ends, years = {}, table.index
    for (name, values), colour in zip(table.items(), colours, strict=False):
        ax.plot(years, values, color=colour, marker="o", ms=size)
        if values.notna().any():
            ends[name] = (years[-1], values.dropna().iloc[-1], colour)
    if gap:
        parts.end_labels(ax, ends, gap)
    ax.set_xlim(years[0] - 0.3, years[-1] + room)
    ax.set_xticks(years[::step])


def _share_panels(table: pd.DataFrame, columns: dict) -> plt.Figure:
    """Two panels of share lines (per cent), with and without Diffa; {column: (label, colour)}."""
    fig, panels = parts.by_reading(table, 4.4, sharey=True)
    names, colours = zip(*columns.values(), strict=True)
    for (ax, rows), gap in zip(panels, (0, 6), strict=True):
        shares = 100 * rows[list(columns)].astype(float).set_axis(names, axis=1)
        _lines(ax, shares, colours, gap, 0.4, step=3, size=3)
        ax.set_ylim(0, 100)
    panels[0][0].set_ylabel("per cent")
    return fig


def definitions(table: pd.DataFrame, source: str) -> plt.Figure:
    """Share in Liptako-Gourma per year under each definition (`geography.share_by_definition`)."""
    fig = _share_panels(table, DEFINITIONS)
    plain = parts.of(table, "with Diffa")["regions"]
    title = (
        f"Liptako-Gourma's share peaked in {plain.idxmax()} at {100 * plain.max():.0f} % "
        f"and was {100 * plain.iloc[-1]:.0f} % in {plain.index[-1]}"
    )
    subtitle = (
        "Share of incidents inside Liptako-Gourma, per cent, under four definitions. The title "
        "takes the default, by regions, with Diffa."
    )
    note = "An incident in no region counts as inside where its place is named for the area."
    return caption(fig, title, subtitle, source, note)


def by_country(table: pd.DataFrame, source: str) -> plt.Figure:
    """Share of each country's incidents in Liptako-Gourma (`geography.share`, ``by_country=True``)."""
    columns = {c: (COUNTRIES[c], COUNTRY_COLOURS[c]) for c in COUNTRIES if c in table}
    fig = _share_panels(table, columns)
    last = parts.of(table, "without Diffa").iloc[-1]
    said = ", ".join(f"{COUNTRIES[c]} {100 * last[c]:.0f} %" for c in columns if last[c] >= 0)
    title = f"Inside Liptako-Gourma in {int(table['year'].max())}, without Diffa: {said}"
    subtitle = "Share of each country's own incidents inside Liptako-Gourma (by regions), per cent."
    note = "Gaps: years with fewer incidents in the country than the least asked for."
    return caption(fig, title, subtitle, source, note)


def distance_curve(table: pd.DataFrame, years, source: str) -> plt.Figure:
    """Share of incidents within d km of the tripoint in a few years (`geography.share_within`)."""
    fig, panels = parts.by_reading(table, 4.4, sharey=True)
    colours = year_colours(years)
    for ax, rows in panels:
        ends, km = {}, rows.columns.astype(float)
        for year, colour in colours.items():
            shares = 100 * rows.loc[year]
            ax.plot(km, shares, color=colour)
            ends[str(year)] = (km[-1], shares.iloc[-1], colour)
        ax.axvline(places.RADIUS_KM, color=MUTED, linewidth=0.8, linestyle=":")
        parts.end_labels(ax, ends, 4.6)
        ax.set(ylim=(0, 100), xlim=(0, km[-1]), xlabel="km from the tripoint")
    panels[0][0].set_ylabel("per cent of incidents")
    share = 100 * parts.of(table, "without Diffa")[places.RADIUS_KM]
    title = (
        f"Within {places.RADIUS_KM} km of the tripoint: {share.max():.0f} % of incidents in "
        f"{share.idxmax()}, {share.iloc[-1]:.0f} % in {share.index[-1]} (without Diffa)"
    )
    subtitle = (
        "Cumulative share of a year's incidents by distance from the tripoint, per cent; dotted: "
        f"{places.RADIUS_KM} km."
    )
    return caption(fig, title, subtitle, source)


def border(table: pd.DataFrame, published: float, source: str, ax=None) -> plt.Figure:
    """Share of incidents within 50 km of the shared borders per year (`geography.share` by 'border'),
    beside a published share (0 to 1, over all years)."""
    fig, ax = parts.panel(ax, WIDE)
    shares = parts.per_reading(table, "share")
    _lines(ax, 100 * shares, parts.DIFFA_COLOURS.values(), 2.2, 1.9)
    ax.axhline(100 * published, color=INK, linewidth=1, linestyle="--")
    text = f"published: {100 * published:.0f} % of ACLED events to June 2021 (OECD/SWAC 2022)"
    parts.label(ax, text, table["year"].min(), 100 * published, (0, 5), va="baseline")
    ax.set(ylim=(0, 55), ylabel="per cent")
    top = shares["without Diffa"]
    title = (
        f"Near the shared borders: at most {100 * top.max():.0f} % of a year's incidents "
        f"({top.idxmax()}, without Diffa)"
    )
    subtitle = (
        f"Share of incidents within {places.BORDER_KM} km of a border that two of the three "
        "countries share, per cent."
    )
    return caption(fig, title, subtitle, source, "Borders of the schematic outlines.")


def precision(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """One share per year under several rules for vague locations (`geography.vague_locations`)."""
    fig, ax = parts.panel(ax, WIDE)
    _lines(ax, 100 * table, ("#6f86a8", ACCENT, "#4d7f4f"), 1.9, 3.2, size=3.5)
    ax.set(ylabel="per cent", ylim=(0, None))
    largest = 100 * table.sub(table.iloc[:, 0], axis=0).abs().max().max()
    title = f"Vague locations move the share near the tripoint by at most {largest:.1f} points"
    subtitle = f"Share of incidents within {places.RADIUS_KM} km of the tripoint, without Diffa, %."
    note = "District or better: exact, near, or centroid of the second-level unit."
    return caption(fig, title, subtitle, source, note)


def distance(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Distance of the mean centre from the tripoint, with its interval (`geography.centre_region`)."""
    fig, ax = parts.panel(ax, WIDE)
    table = table.dropna()
    low, high, km = (
        parts.per_reading(table, f"km_{end}") for end in ("low", "high", "to_tripoint")
    )
    for name, colour in parts.DIFFA_COLOURS.items():
        ax.fill_between(low.index, low[name], high[name], color=colour, alpha=0.16, linewidth=0)
    _lines(ax, km, parts.DIFFA_COLOURS.values(), 28, 1.9)
    ax.set(ylabel="km", ylim=(0, None))
    nearest = km["without Diffa"]
    title = (
        f"Without the Lake Chad war the centre was never nearer to the tripoint than "
        f"{nearest.min():,.0f} km ({nearest.idxmin()})"
    )
    subtitle = (
        "Distance of the mean centre of incidents from the tripoint, km; band: 95 % interval "
        "(bootstrap of grid cells)."
    )
    return caption(fig, title, subtitle, source)


def extent(table: pd.DataFrame, source: str) -> plt.Figure:
    """Cells with violence per year, and how many of them are new (`geography.extent`)."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.4))
    cells = parts.per_reading(table, "cells")
    _lines(left, cells, parts.DIFFA_COLOURS.values(), 11, 4.6, step=3, size=3.5)
    left.set_title("Grid cells with violence")
    left.set_ylim(0, None)
    rows = parts.of(table, "without Diffa").iloc[1:].astype(float)
    for name, colour, alpha in (("cells_new", ACCENT, 0.35), ("cells_first", "#7d1624", 1.0)):
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
        right.text(cells.index[0] + 0.6, y, text, color=colour, weight="bold", va="center")
    right.set_xticks(cells.index[::3])
    title = f"Grid cells that violence reached: {now_and_then(cells['without Diffa'])}"
    subtitle = (
        "PRIO-GRID cells of 0.5 degree (about 2,950 km2) with at least one incident in the year."
    )
    note = "More reporting alone also reaches more cells."
    return caption(fig, f"{title} (without Diffa)", subtitle, source, note)


def heat_map(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Incidents or deaths per region and year (`geography.region_year`)."""
    what = parts.unit_of(table)
    least = min(LEAST, table.sum(axis=1).max())
    shown = table[table.sum(axis=1) >= least]
    country = shown.index.get_level_values("country").map(parts.ORDER.index)
    unknown = shown.index.get_level_values("region").isin(places.UNKNOWNS)
    middle = (shown * shown.columns.to_numpy()).sum(axis=1) / shown.sum(axis=1)
    shown = shown.iloc[np.lexsort((middle, unknown, country))]
    fig, ax = parts.panel(ax, (9.0, 1.6 + 0.24 * len(shown)))
    values = shown.to_numpy(float)
    norm = PowerNorm(0.5, 0, 1.3 * values.max())
    ax.imshow(np.where(values > 0, values, np.nan), cmap=cm.lajolla_r, norm=norm, aspect="auto")
    style = dict(ha="center", va="center", fontsize=7.5)
    for (row, column), value in np.ndenumerate(values):
        if value:
            ink = "white" if norm(value) > 0.5 else INK
            ax.text(column, row, f"{value:,.0f}", color=ink, **style)
    inside = places.members("regions")
    names = [f"{region}{' *' * ((code, region) in inside)}" for code, region in shown.index]
    ax.set(yticks=range(len(shown)), yticklabels=names)
    ax.set(xticks=range(len(shown.columns)), xticklabels=shown.columns)
    for text, code in zip(ax.get_yticklabels(), shown.index.get_level_values(0), strict=True):
        text.set_color(COUNTRY_COLOURS[code])
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    last = table.columns[-1]
    top = table[last].sort_values(ascending=False).index[:3].get_level_values("region")
    subtitle = (
        f"{what.capitalize()} per region and year (regions with {least} or more; colour by square "
        "root). "
        f"Text colour: {parts.names_of(shown.index.get_level_values('country'))}. "
        "* in Liptako-Gourma. Within a country, regions that turned violent later stand lower."
    )
    note = "Diffa is the Lake Chad war. Ménaka is a region of its own throughout, where the source names its districts."
    return caption(fig, f"Most {what} in {last}: {', '.join(top)}", subtitle, source, note)


def contribution(table: pd.DataFrame, before: tuple, after: tuple, source: str, ax=None):
    """What each region adds to the rise between two periods, the smallest summed
    (`geography.contribution`)."""
    inside = places.members("regions")
    share = 100 * table["share"]
    starred = [pair in inside for pair in zip(table["country"], table["region"], strict=True)]
    names = [f"{r}{' *' * star}" for r, star in zip(table["region"], starred, strict=True)]
    names = [*names[:SHOWN_REGIONS], f"{len(table.iloc[SHOWN_REGIONS:])} others"]
    values = [*share.head(SHOWN_REGIONS), share.iloc[SHOWN_REGIONS:].sum()]
    fig, ax = parts.panel(ax, WIDE)
    colours = [*table["country"].head(SHOWN_REGIONS).map(COUNTRY_COLOURS), "#b4b4b4"]
    ax.barh(range(len(names)), values, color=colours, height=0.72)
    for row, value in enumerate(values):
        parts.label(ax, f"{value:.1f}", value, row, (4, 0))
    parts.name_rows(ax, names, 0.26, 1.3)
    ax.set_xlabel("per cent of the rise")
    ax.grid(axis="y", visible=False)
    there = [code for code in parts.ORDER if code in set(table["country"])]
    key = {COUNTRIES[code]: COUNTRY_COLOURS[code] for code in there}
    parts.coloured_words(ax, key, 0.98, 0.08, 0.07, ha="right")
    title = f"Liptako-Gourma's regions (*) account for {share[starred].sum():.0f} % of the rise"
    if (table["region"] == "Diffa").any():
        title += f", Diffa for {share[table['region'] == 'Diffa'].sum():.0f} %"
    subtitle = (
        f"Contribution to the rise in {parts.unit_of(table)} per year, {before[0]}-{before[1]} to "
        f"{after[0]}-{after[1]} (from {table['before'].sum():,.0f} to "
        f"{table['after'].sum():,.0f} a year), per cent."
    )
    return caption(fig, title, subtitle, source)
