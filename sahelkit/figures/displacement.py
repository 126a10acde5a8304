"""Figure of notebook 06: incidents inside and outside an area before, during and after."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit.figures import parts
from sahelkit.figures.style import FAMILY_COLOURS, INK, WIDE, caption

WINDOWS = ["before", "during", "after"]


def displacement(table: pd.DataFrame, what: str, source: str) -> plt.Figure:
    """Incidents per day inside and outside, in all and by group (`eventstudy.displacement`)."""
    totals = table.groupby("group", sort=False)["incidents"].sum()
    named = [g for g in totals.sort_values(ascending=False).index if g != "all" and totals[g] >= 5]
    groups = ["all", *named][:6]
    fig, axes = parts.small_multiples(groups, 3, WIDE[0], 2.8)
    for group, ax in axes.items():
        _panel(ax, table[table["group"] == group], group)
    every = table[table["group"] == "all"].pivot(index="where", columns="window", values="per_day")
    inside, outside = (
        ", ".join(f"{every.loc[where, window]:.2f}" for window in WINDOWS)
        for where in ("inside", "outside")
    )
    title = f"{what}: inside {inside} a day; outside {outside}"
    subtitle = (
        "Incidents per day before, during and after (number in brackets); solid: inside, dashed: "
        "outside; each group on its own scale."
    )
    return caption(fig, title, subtitle, source, "Associations, not effects.")


def _panel(ax, part: pd.DataFrame, group: str) -> None:
    """One group's incidents per day inside and outside."""
    colour, x = FAMILY_COLOURS.get(group, INK), np.arange(3)
    rates = {w: part.loc[part["where"] == w, "per_day"].to_numpy() for w in ("inside", "outside")}
    higher = rates["inside"] >= rates["outside"]
    for where, style in (("inside", "-"), ("outside", (0, (3, 1.5)))):
        ax.plot(x, rates[where], color=colour, linestyle=style, marker="o", linewidth=1.8)
        ax.text(2.12, rates[where][2], where, fontsize=7.5, color=colour, va="center")
        counts = part.loc[part["where"] == where, "incidents"]
        up = higher if where == "inside" else ~higher
        for at, value, n, above in zip(x, rates[where], counts, up, strict=True):
            place = dict(offset=(0, 6), va="bottom") if above else dict(offset=(0, -6), va="top")
            ink = dict(ha="center", fontsize=7, color=colour)
            parts.label(ax, f"{value:.2f} ({n})", at, value, **place, **ink)
    top = part["per_day"].max()
    ax.set(xticks=x, xlim=(-0.45, 2.75), ylim=(-0.24 * top, top * 1.22), yticks=[])
    ax.set_title(group.capitalize() if group == "all" else group, fontsize=8.5, color=colour)
    ax.set_xticklabels(WINDOWS, fontsize=7.5)
    ax.spines["left"].set_visible(False)
    ax.grid(False)
