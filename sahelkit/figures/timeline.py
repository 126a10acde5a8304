"""The wall timeline: deployments as ribbons, accords, coups and losses as marks, deaths below."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.patheffects import withStroke

from sahelkit import interventions, places, schema
from sahelkit.figures import parts
from sahelkit.figures.style import ACCENT, COUNTRY_COLOURS, INK, MUTED, caption
from sahelkit.figures.timeline_layout import (
    BARS,
    FONT,
    INSIDE,
    MARKS,
    PER_TROOP,
    Axis,
    lane_of,
    lay_bars,
    lay_marks,
    repeats,
)

WALL, PAPER, SLIDE = 11.0, 7.2, 9.6
"""Widths in inches: a wall or screen; the full width of a two-column page; a projected slide."""
NOT_ON_SLIDES = ("EU missions", "Withdrawals")
UNLABELLED_ON_SLIDES = ("Area\noperations", "Leaders killed\nor captured")
NOTE = (
    "Interventions: data/interventions.csv. Ribbon: reported soldiers or fighters, straight "
    "between reports; thin line: none reported. Dotted: end not known. Dates known to the month "
    "or year stand at its beginning. Withdrawals from one place or at the end of a deployment "
    "have no mark. Liptako-Gourma lies in all three countries, its deaths are in theirs, too. "
    "That things stand above one another shows no cause."
)


def timeline(deaths: pd.DataFrame, source: str, width: float = WALL) -> plt.Figure:
    """Interventions above, deaths per month below (`deaths_by_place`), on one axis.

    For another width in inches, `WALL`, `PAPER` or `SLIDE`, the labels are laid out again, in the same
    type size. A slide shows fewer lanes, and area operations and leaders without names.
    """
    axis = Axis(deaths.index, width * 0.86)
    table = interventions.read()
    table = table[(table["start"] <= axis.last) & (table["until"] >= axis.first)]
    table = table[table["countries"].map(bool) & ~repeats(table)]
    table = table.assign(lane=[lane_of(row) for _, row in table.iterrows()])
    brief = width == SLIDE
    if brief:
        table["label"] = table["label"].mask(table["lane"].isin(UNLABELLED_ON_SLIDES), "")
    lanes, height = [], 0.0
    for name in [*BARS, *MARKS]:
        if brief and name in NOT_ON_SLIDES:
            continue
        lay = lay_bars if name in BARS else lay_marks
        items, tall = lay(table[table["lane"] == name], axis)
        lanes.append((name, height, tall, items))
        height += tall + 0.09
    row = 0.36 if brief else 0.5
    size = dict(figsize=(width, height + 4 * row + 1.6), height_ratios=[height, *[row] * 4])
    fig, axes = plt.subplots(5, 1, sharex=True, **size)
    _draw_lanes(axes[0], lanes, height, axis)
    _draw_deaths(axes[1:], deaths, axis.inches)
    for ax in axes:
        parts.year_ticks(ax)
        ax.tick_params(length=0, labelsize=FONT)
    axes[-1].set_xlim(axis.first, axis.last)
    total = deaths["best"][list(schema.COUNTRIES)].sum(axis=1)
    years = total.groupby(total.index.year).sum()
    number = interventions.overlaps(axis.first, axis.last)["number"]
    title = (
        f"{years.iloc[0]:,.0f} deaths in {years.index[0]}, {years.iloc[-1]:,.0f} in "
        f"{years.index[-1]}; up to {number.max()} deployments in force at once, and never fewer "
        f"than {number.min()}"
    )
    subtitle = "Deployments, political events and losses of leaders; below, deaths per month (best; band: low to high)."
    return caption(fig, title, subtitle, source, NOTE)


def _draw_lanes(ax, lanes: list, height: float, axis: Axis) -> None:
    for i, (name, top, tall, items) in enumerate(lanes):
        ground = "#f6f5f1" if i % 2 == 0 else "white"
        ax.axhspan(top - 0.045, top + tall + 0.045, color=ground, zorder=0, linewidth=0)
        if name == "Joint forces":
            _draw_scale(ax, top + tall / 2, axis)
        ink = dict(ha="right", va="center", fontsize=FONT, weight="bold", linespacing=1.05)
        ink |= dict(color=BARS.get(name, INK), transform=ax.get_yaxis_transform())
        ax.text(-0.006, top + tall / 2, name, **ink)
        for item in items.itertuples():
            if name in BARS:
                _draw_bar(ax, item, top + item.y, axis, BARS[name], ground)
            else:
                _draw_mark(ax, item, top + item.y, axis, MARKS[name][1])
    ax.set_ylim(height, -0.045)
    ax.set_yticks([])
    ax.spines[["left", "bottom"]].set_visible(False)


def _draw_mark(ax, mark, y: float, axis: Axis, shape: str) -> None:
    style = dict(s=24, marker=shape, color=mark.colour, linewidth=0, zorder=4)
    ax.scatter(axis.day(mark.at), y, **style)
    side = 0.07 if mark.ha == "left" else -0.07
    _word(ax, mark.label, axis.day(mark.at + side), y, mark.colour, ha=mark.ha)


def _word(ax, text: str, x, y: float, colour: str, **style) -> None:
    ink = dict(va="center_baseline", fontsize=FONT, zorder=5)
    ax.text(x, y, text, color=colour, **ink, **style)


def _draw_bar(ax, bar, y: float, axis: Axis, colour: str, ground: str) -> None:
    if bar.thick:
        half = np.maximum(bar.strength * PER_TROOP, 0.02) / 2
        days = bar.strength.index
        ax.fill_between(days, y - half, y + half, color=colour, linewidth=0, zorder=3)
    else:
        style = {"linestyle": (0, (1, 1.2))} if pd.isna(bar.end) else {"solid_capstyle": "butt"}
        ends = [axis.day(bar.left), axis.day(max(bar.right, bar.left + 0.03))]
        width = 3.6 if bar.kind == "area_operation" else 1.6
        ax.plot(ends, [y, y], color=colour, linewidth=width, zorder=3, **style)
    white = bar.inside and bar.thick >= INSIDE
    style = dict(ha=bar.ha)
    if white:
        style["path_effects"] = [withStroke(linewidth=2, foreground=colour)]
    elif bar.inside:
        style["bbox"] = {"facecolor": ground, "edgecolor": "none", "pad": 1}
    _word(ax, bar.label, axis.day(bar.x), y, "white" if white else colour, **style)


def _draw_scale(ax, y: float, axis: Axis) -> None:
    """A key to the ribbons' thickness, in a lane that is empty at the left."""
    ends, half = [axis.day(0.1), axis.day(0.4)], 5000 * PER_TROOP / 2
    ax.fill_between(ends, y - half, y + half, color=MUTED, linewidth=0, zorder=3)
    _word(ax, "thickness of 5,000 soldiers", axis.day(0.46), y, MUTED)


def deaths_by_place(ds) -> pd.DataFrame:
    """Deaths per month, best, low and high, in each country and in Liptako-Gourma ('LG').

    Returns
    -------
    DataFrame
        Index month; columns (best, low, high) x (MLI, BFA, NER, LG). Low and high are the best
        where the source gives none.
    """
    table = ds.region_month
    columns = {name: f"deaths_{name}" for name in ("best", "low", "high")}
    columns = {n: c if table[c].notna().any() else "deaths_best" for n, c in columns.items()}
    areas = {code: table["country"] == code for code in schema.COUNTRIES}
    areas["LG"] = places.in_liptako_gourma(table)
    found = {
        (name, code): table[rows].groupby("month")[column].sum()
        for name, column in columns.items()
        for code, rows in areas.items()
    }
    return pd.DataFrame(found).astype("float64")


def _draw_deaths(axes, deaths: pd.DataFrame, axis_inches: float) -> None:
    rows = {code: (schema.COUNTRIES[code], COUNTRY_COLOURS[code]) for code in parts.ORDER}
    rows["LG"] = ("Liptako-\nGourma", ACCENT)
    days = [*deaths.index.start_time, deaths.index[-1].end_time]
    ceiling = deaths["best"].max().max() * 1.25
    for ax, (code, (name, colour)) in zip(axes, rows.items(), strict=True):
        best, low, high = (deaths[k, code].to_numpy() for k in ("best", "low", "high"))
        lower, upper = np.minimum(low, best), np.maximum(high, best)
        step = dict(step="post", linewidth=0, color=colour)
        ax.fill_between(days, 0, [*best, best[-1]], alpha=0.85, **step)
        band = [*lower, lower[-1]], [*upper, upper[-1]]
        ax.fill_between(days, *band, alpha=0.28, **step)
        ax.set(ylim=(0, ceiling), yticks=[0, 500, 1000] if ceiling > 1000 else [0, 200])
        ink = dict(ha="right", va="center", fontsize=FONT, weight="bold", color=colour)
        ax.text(-0.45 / axis_inches, 0.5, name, transform=ax.transAxes, **ink)
        peak = int(best.argmax())
        month = deaths.index[peak]
        text = f"{best[peak]:,.0f} in {month.strftime('%B %Y')}"
        ink = dict(ha="right" if peak > len(best) * 0.8 else "left", va="bottom", color=MUTED)
        parts.label(ax, text, month.start_time, best[peak], (0, 2), fontsize=FONT - 0.4, **ink)
