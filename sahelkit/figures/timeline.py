"""The wall timeline: deployments as ribbons, accords, coups and losses as marks, deaths below."""

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.patheffects import withStroke

from sahelkit import interventions, places, schema
from sahelkit.figures import ACCENT, COUNTRY_COLOURS, INK, MUTED, caption, thousands
from sahelkit.figures.timeline_layout import (
    BARS,
    FONT,
    INSIDE,
    MARKS,
    PER_TROOP,
    Axis,
    labels,
    lane_of,
    lay_bars,
    lay_marks,
    repeats,
)

WALL, PAPER, SLIDE = 11.0, 7.2, 9.6
"""Widths in inches: a wall or screen; the full width of a two-column page; a projected slide."""
NOT_ON_SLIDES = ("EU missions", "Withdrawals")
UNLABELLED_ON_SLIDES = ("Area\noperations", "Leaders killed\nor captured")


def timeline(
    deaths: pd.DataFrame, source: str, width: float = WALL, table: pd.DataFrame | None = None
):
    """Interventions above, deaths per month below, on one axis.

    Parameters
    ----------
    deaths : DataFrame
        From `deaths_by_place`.
    source : str
        Source of the deaths.
    width : float
        Inches: `WALL`, `PAPER` or `SLIDE`; the labels are laid out again, in the same type size. A
        slide shows fewer lanes, and area operations and leaders without names. Saved as PDF or SVG
        the figure can be printed at any size.
    table : DataFrame, optional
        Default: `interventions.read()`.

    Returns
    -------
    Figure
    """
    table = interventions.read() if table is None else table
    axis = Axis(deaths.index, width * 0.86)
    table = table[(table["start"] <= axis.last) & (table["until"] >= axis.first)]
    table = table[table["countries"].map(bool) & ~repeats(table)]
    table = table.assign(label=labels(table), lane=[lane_of(row) for _, row in table.iterrows()])
    brief = width == SLIDE
    if brief:
        bare = table["lane"].isin(UNLABELLED_ON_SLIDES) | (table["kind"] == "leadership_loss")
        table["label"] = table["label"].mask(bare, "")
    drawn, height = [], 0.0
    for name in [*BARS, *MARKS]:
        if brief and name in NOT_ON_SLIDES:
            continue
        if name in BARS:
            items, tall = lay_bars(table[table["lane"] == name], axis, name)
        else:
            items, tall = lay_marks(table[table["kind"].isin(MARKS[name][0])], axis)
        drawn.append((name, height, tall, items))
        height += tall + 0.09
    row_inches = 0.36 if brief else 0.5
    fig, axes = plt.subplots(
        5,
        1,
        sharex=True,
        figsize=(width, height + 4 * row_inches + 1.6),
        height_ratios=[height, *[row_inches] * 4],
    )
    _draw_top(axes[0], drawn, height, axis)
    _draw_deaths(axes[1:], deaths, axis.inches)
    for ax in axes:
        ax.xaxis.set_major_locator(mdates.YearLocator())
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
        ax.tick_params(length=0, labelsize=FONT)
    axes[-1].set_xlim(axis.first, axis.last)
    return caption(fig, *_words(deaths, axis), source, _NOTE)


_NOTE = (
    "Interventions: data/interventions.csv. Ribbon: reported strength, straight between reports; "
    "thin line: no strength "
    "reported. Dotted: end not known. Dates known to the month or year stand at its beginning. "
    "Withdrawals from one place or at the "
    "end of a deployment have no mark. Liptako-Gourma lies in all three countries, its deaths are "
    "in theirs, too. That things stand "
    "above one another shows no cause."
)


def _words(deaths: pd.DataFrame, axis) -> tuple:
    best = deaths["best"]
    total = best[list(schema.COUNTRIES)].sum(axis=1)
    years = total.groupby(total.index.year).sum()
    inside = interventions.overlaps(axis.first, axis.last)
    return (
        f"{thousands(years.iloc[0])} deaths in {years.index[0]}, {thousands(years.iloc[-1])} in "
        f"{years.index[-1]}; "
        f"up to {inside['number'].max()} deployments in force at once, and never fewer than "
        f"{inside['number'].min()}",
        "Deployments, political events and losses of leaders; below, deaths per month (best; "
        "band: low to high).",
    )


def _draw_top(ax, drawn: list, height: float, axis) -> None:
    markers = {name: marker for name, (_, marker) in MARKS.items()}
    for i, (name, top, tall, items) in enumerate(drawn):
        ground = "#f6f5f1" if i % 2 == 0 else "white"
        ax.axhspan(top - 0.045, top + tall + 0.045, color=ground, zorder=0, linewidth=0)
        if name == "Joint forces":
            _draw_scale(ax, top + tall / 2, axis)
        ax.text(
            -0.006,
            top + tall / 2,
            name,
            ha="right",
            va="center",
            fontsize=FONT,
            color=BARS.get(name, INK),
            weight="bold",
            transform=ax.get_yaxis_transform(),
            linespacing=1.05,
        )
        for item in items:
            if name in BARS:
                _draw_bar(ax, item, top, axis, ground)
            else:
                y = top + item["y"]
                ax.scatter(
                    axis.day(item["at"]),
                    y,
                    s=24,
                    marker=markers[name],
                    color=item["colour"],
                    linewidth=0,
                    zorder=4,
                )
                side = 0.07 if item["ha"] == "left" else -0.07
                ax.text(
                    axis.day(item["at"] + side),
                    y,
                    item["label"],
                    ha=item["ha"],
                    va="center_baseline",
                    fontsize=FONT,
                    color=item["colour"],
                    zorder=5,
                )
    ax.set_ylim(height, -0.045)
    ax.set_yticks([])
    ax.spines[["left", "bottom"]].set_visible(False)


def _draw_bar(ax, bar: dict, top: float, axis, ground: str) -> None:
    y = top + bar["y"]
    if bar["thick"]:
        half = np.maximum(np.array(bar["troops"], float) * PER_TROOP, 0.02) / 2
        ax.fill_between(bar["days"], y - half, y + half, color=bar["colour"], linewidth=0, zorder=3)
    else:
        style = {"linestyle": (0, (1, 1.2))} if bar["open"] else {"solid_capstyle": "butt"}
        ends = [axis.day(bar["left"]), axis.day(bar["right"])]
        ax.plot(
            ends,
            [y, y],
            color=bar["colour"],
            linewidth=3.6 if bar["area"] else 1.6,
            zorder=3,
            **style,
        )
    white = bar["inside"] and bar["thick"] >= INSIDE
    box = (
        {"facecolor": ground, "edgecolor": "none", "pad": 1}
        if bar["inside"] and not white
        else None
    )
    rim = [withStroke(linewidth=2, foreground=bar["colour"])] if white else None
    ax.text(
        axis.day(bar["x"]),
        y,
        bar["label"],
        ha=bar["ha"],
        va="center_baseline",
        fontsize=FONT,
        color="white" if white else bar["colour"],
        zorder=5,
        bbox=box,
        path_effects=rim,
    )


def _draw_scale(ax, y: float, axis) -> None:
    """A key to the ribbons' thickness, in a lane that is empty at the left."""
    half = 5000 * PER_TROOP / 2
    ax.fill_between(
        [axis.day(0.1), axis.day(0.4)], y - half, y + half, color=MUTED, linewidth=0, zorder=3
    )
    ax.text(
        axis.day(0.46),
        y,
        "thickness of 5,000 soldiers",
        va="center_baseline",
        fontsize=FONT,
        color=MUTED,
        zorder=5,
    )


def deaths_by_place(ds) -> pd.DataFrame:
    """Deaths per month, best, low and high, in each country and in Liptako-Gourma ('LG').

    Returns
    -------
    DataFrame
        Index month; columns (best, low, high) x (MLI, BFA, NER, LG). Low and high are the best
        where the source gives none.
    """
    table = ds.region_month
    inside = places.in_liptako_gourma(table)
    parts = {}
    for name in ("best", "low", "high"):
        column = f"deaths_{name}"
        column = column if table[column].notna().any() else "deaths_best"
        for code in schema.COUNTRIES:
            parts[name, code] = table[table["country"] == code].groupby("month")[column].sum()
        parts[name, "LG"] = table[inside].groupby("month")[column].sum()
    return pd.DataFrame(parts).astype("float64")


def _draw_deaths(axes, deaths: pd.DataFrame, axis_inches: float) -> None:
    rows = {
        **{code: (schema.COUNTRIES[code], COUNTRY_COLOURS[code]) for code in ("MLI", "BFA", "NER")},
        "LG": ("Liptako-\nGourma", ACCENT),
    }
    days = [*deaths.index.start_time, deaths.index[-1].end_time]
    ceiling = deaths["best"].max().max() * 1.25
    for ax, (code, (name, colour)) in zip(axes, rows.items(), strict=True):
        best, low, high = (deaths[k, code].to_numpy() for k in ("best", "low", "high"))
        step = {"step": "post", "linewidth": 0}
        ax.fill_between(days, 0, [*best, best[-1]], color=colour, alpha=0.85, **step)
        lower, upper = np.minimum(low, best), np.maximum(high, best)
        ax.fill_between(
            days, [*lower, lower[-1]], [*upper, upper[-1]], color=colour, alpha=0.28, **step
        )
        ax.set(ylim=(0, ceiling), yticks=[0, 500, 1000] if ceiling > 1000 else [0, 200])
        ax.text(
            -0.45 / axis_inches,
            0.5,
            name,
            transform=ax.transAxes,
            ha="right",
            va="center",
            fontsize=FONT,
            weight="bold",
            color=colour,
        )
        peak = int(best.argmax())
        month = deaths.index[peak]
        side = "right" if peak > len(best) * 0.8 else "left"
        ax.annotate(
            f"{thousands(best[peak])} in {month.strftime('%B %Y')}",
            (month.start_time, best[peak]),
            (0, 2),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=FONT - 0.4,
            color=MUTED,
        )
