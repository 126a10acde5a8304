"""Figures of the shift: how much of the violence lies in Liptako-Gourma and near borders.

Tables come from `geography.with_and_without_diffa`: columns `reading` and `year` before the rest.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit import places
from sahelkit.figures import (
    ACCENT,
    COUNTRY_COLOURS,
    INK,
    MUTED,
    WIDE,
    caption,
)
from sahelkit.schema import COUNTRIES

READINGS = {"with Diffa": "#6f86a8", "without Diffa": ACCENT}
"""One colour per reading; without Diffa is the one to look at."""
DEFINITIONS = {
    "regions": ("regions (default)", ACCENT),
    "authority": ("Authority's area", "#2f4b6e"),
    "radius": (f"within {places.RADIUS_KM} km of the tripoint", "#8c6bb1"),
    "border": (f"within {places.BORDER_KM} km of shared borders", "#4d7f4f"),
}


def of(table: pd.DataFrame, reading: str) -> pd.DataFrame:
    """One reading of a table, by year."""
    return table[table["reading"] == reading].drop(columns="reading").set_index("year")


def end_labels(ax, ends: dict, gap: float) -> None:
    """Label lines at their right end, moved apart to at least `gap`: {label: (x, y, colour)}."""
    below = -np.inf
    for label, (x, y, colour) in sorted(ends.items(), key=lambda item: item[1][1]):
        below = max(y, below + gap)
        ax.annotate(
            label, (x, below), (6, 0), textcoords="offset points", color=colour, va="center"
        )


def year_ticks(ax, years, step: int = 2) -> None:
    """Every second year, from the first; a little room to the right."""
    ax.set_xticks(list(years)[::step])


def year_colours(years) -> dict:
    """A colour per year, from dark to light."""
    from cmcrameri import cm

    return dict(zip(years, cm.batlow(np.linspace(0.02, 0.82, len(years))), strict=True))


def _share_panels(table: pd.DataFrame, columns: dict, gap: float):
    """Two panels of share lines (per cent), with and without Diffa; {column: (label, colour)}."""
    fig, axes = plt.subplots(1, 2, figsize=(9.6, 4.4), sharey=True)
    years = sorted(table["year"].unique())
    for ax, reading in zip(axes, READINGS, strict=True):
        ends = {}
        for name, (label, colour) in columns.items():
            values = 100 * of(table, reading)[name].astype(float)
            ax.plot(values.index, values, color=colour, marker="o", ms=3)
            if values.notna().any():
                ends[label] = (years[-1], values.dropna().iloc[-1], colour)
        if reading == "without Diffa":
            end_labels(ax, ends, gap)
        ax.set_title(reading)
        ax.set(ylim=(0, 100), xlim=(years[0] - 0.3, years[-1] + 0.4))
        year_ticks(ax, years, 3)
    axes[0].set_ylabel("per cent")
    return fig


def definitions(table: pd.DataFrame, source: str) -> plt.Figure:
    """Share of incidents in Liptako-Gourma per year under each definition.

    Parameters
    ----------
    table : DataFrame
        `geography.share_by_definition` per reading.
    source : str
    """
    fig = _share_panels(table, DEFINITIONS, 6)
    plain = of(table, "with Diffa")["regions"]
    title = (
        f"Liptako-Gourma's share peaked in {plain.idxmax()} at {100 * plain.max():.0f} % "
        f"and was {100 * plain.iloc[-1]:.0f} % in {plain.index[-1]}"
    )
    return caption(
        fig,
        title,
        "Share of incidents inside Liptako-Gourma, per cent, under four definitions. The title "
        "takes the default, by regions, with Diffa.",
        source,
        "Incidents without a named region count as outside.",
    )


def by_country(table: pd.DataFrame, source: str) -> plt.Figure:
    """Share of each country's incidents that lie in Liptako-Gourma.

    Parameters
    ----------
    table : DataFrame
        `geography.share` with ``by_country=True``, per reading.
    source : str
    """
    columns = {c: (COUNTRIES[c], COUNTRY_COLOURS[c]) for c in COUNTRIES if c in table}
    fig = _share_panels(table, columns, 6)
    last = of(table, "without Diffa").iloc[-1]
    parts = ", ".join(f"{COUNTRIES[c]} {100 * last[c]:.0f} %" for c in columns if last[c] >= 0)
    return caption(
        fig,
        f"Inside Liptako-Gourma in {int(table['year'].max())}, without Diffa: {parts}",
        "Share of each country's own incidents inside Liptako-Gourma (by regions), per cent.",
        source,
        "Gaps: years with fewer incidents in the country than the least asked for.",
    )


def distance_curve(table: pd.DataFrame, years, source: str) -> plt.Figure:
    """Share of incidents within d km of the tripoint, for a few years.

    Parameters
    ----------
    table : DataFrame
        `geography.share_within` per reading.
    years : iterable of int
    source : str
    """
    fig, axes = plt.subplots(1, 2, figsize=(9.6, 4.4), sharey=True)
    colours = year_colours(list(years))
    for ax, reading in zip(axes, READINGS, strict=True):
        rows = 100 * of(table, reading)
        ends = {}
        for year in years:
            ax.plot(rows.columns.astype(float), rows.loc[year], color=colours[year])
            ends[str(year)] = (rows.columns[-1], rows.loc[year].iloc[-1], colours[year])
        ax.axvline(places.RADIUS_KM, color=MUTED, linewidth=0.8, linestyle=":")
        end_labels(ax, ends, 4.6)
        ax.set_title(reading)
        ax.set(ylim=(0, 100), xlim=(0, rows.columns[-1]), xlabel="km from the tripoint")
    axes[0].set_ylabel("per cent of incidents")
    share = 100 * of(table, "without Diffa")[places.RADIUS_KM]
    title = (
        f"Within {places.RADIUS_KM} km of the tripoint: {share.max():.0f} % of incidents in "
        f"{share.idxmax()}, {share.iloc[-1]:.0f} % in {share.index[-1]} (without Diffa)"
    )
    return caption(
        fig,
        title,
        "Cumulative share of a year's incidents by distance from the tripoint, per cent; dotted: "
        f"{places.RADIUS_KM} km.",
        source,
    )


def border(table: pd.DataFrame, published: float, source: str) -> plt.Figure:
    """Share of incidents within 50 km of the shared borders per year, beside a published share.

    Parameters
    ----------
    table : DataFrame
        `geography.share` by the definition 'border', per reading.
    published : float
        0 to 1, over all years.
    source : str
    """
    fig, ax = plt.subplots(figsize=WIDE)
    years = sorted(table["year"].unique())
    ends = {}
    for reading, colour in READINGS.items():
        values = 100 * of(table, reading)["share"]
        ax.plot(values.index, values, color=colour, marker="o", ms=4)
        ends[reading] = (years[-1], values.iloc[-1], colour)
    end_labels(ax, ends, 2.2)
    ax.axhline(100 * published, color=INK, linewidth=1, linestyle="--")
    text = f"published: {100 * published:.0f} % of ACLED events to June 2021 (OECD/SWAC 2022)"
    ax.annotate(text, (years[0], 100 * published), (0, 5), textcoords="offset points")
    ax.set(ylim=(0, 55), xlim=(years[0] - 0.3, years[-1] + 1.9), ylabel="per cent")
    year_ticks(ax, years)
    top = of(table, "without Diffa")["share"]
    return caption(
        fig,
        f"Near the shared borders: at most {100 * top.max():.0f} % of a year's incidents "
        f"({top.idxmax()}, without Diffa)",
        f"Share of incidents within {places.BORDER_KM} km of a border that two of the three "
        "countries share, per cent.",
        source,
        "Borders of the schematic outlines.",
    )


def precision(table: pd.DataFrame, source: str) -> plt.Figure:
    """One share per year under several rules for vague locations.

    Parameters
    ----------
    table : DataFrame
        Index year, a column of shares (0 to 1) per rule, the first being all incidents.
    source : str
    """
    fig, ax = plt.subplots(figsize=WIDE)
    palette = ("#6f86a8", ACCENT, "#4d7f4f")
    ends = {}
    for name, colour in zip(table.columns, palette, strict=False):
        ax.plot(table.index, 100 * table[name], color=colour, marker="o", ms=3.5)
        ends[name] = (table.index[-1], 100 * table[name].iloc[-1], colour)
    end_labels(ax, ends, 1.9)
    ax.set(ylabel="per cent", ylim=(0, None), xlim=(table.index[0] - 0.3, table.index[-1] + 3.2))
    year_ticks(ax, table.index)
    largest = 100 * table.sub(table.iloc[:, 0], axis=0).abs().max().max()
    return caption(
        fig,
        f"Vague locations move the share near the tripoint by at most {largest:.1f} points",
        f"Share of incidents within {places.RADIUS_KM} km of the tripoint, without Diffa, %.",
        source,
        "District or better: exact, near, or centroid of the second-level unit.",
    )


__all__ = ["border", "by_country", "definitions", "distance_curve", "precision"]
