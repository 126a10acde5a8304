"""Figures of notebook 05: the pooled event study and the waiting times after losses of leaders."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit.figures import parts
from sahelkit.figures.style import ACCENT, BLUE, INK, MUTED, WIDE, caption


def event_study(table: pd.DataFrame, what: str, unit: str, source: str, ax=None) -> plt.Figure:
    """Pooled event study with its placebo band (`eventstudy.event_study`)."""
    fig, ax = parts.panel(ax, WIDE)
    ax.fill_between(table.index, table["low"], table["high"], color=parts.PLACEBO, zorder=0)
    ax.axhline(1, color=INK, linewidth=0.8)
    ax.axvline(0, color=ACCENT, linewidth=1)
    line = dict(color=BLUE, linewidth=1.8, marker="o", markersize=5)
    for side in (table.index < 0, table.index > 0):
        ax.plot(table.index[side], table["ratio"][side], **line)
    outside = (table["ratio"] < table["low"]) | (table["ratio"] > table["high"])
    ax.scatter(table.index[outside], table["ratio"][outside], color=ACCENT, s=52, zorder=5)
    ax.set(xlabel=f"{unit} from the event", ylim=(0, None))
    ax.set_ylabel("observed / expected from before")
    later, first = table.index > 0, table.iloc[0]
    title = f"{what}: {first['ratio_after']:.2f} times what came before; at other dates {first['ratio_usual']:.2f}"
    subtitle = (
        f"{table['dates'].iloc[0]} dates pooled; expected: level before times season. Grey: 95 % "
        f"of {first['placebos']:,.0f} placebo sets (all dates moved together); red: outside "
        f"it ({outside[later].sum()} of {later.sum()} after)."
    )
    note = "An association: the losses fell into operations that went on."
    return caption(fig, title, subtitle, source, note)


def waiting(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Days to the next major attack after each loss, beside what is usual (`eventstudy.waiting_placebo`)."""
    fig, ax = parts.panel(ax, WIDE)
    y = np.arange(len(table))
    ax.hlines(y, table["usual"], table["days"], color="#c9c9c9", linewidth=2)
    ax.scatter(table["usual"], y, marker="|", s=110, color=INK, zorder=3)
    short = table["share"] <= 0.05
    ax.scatter(table["days"], y, s=38, color=np.where(short, ACCENT, BLUE), zorder=4)
    longest = table[["days", "usual"]].max(axis=1)
    for at, row, end in zip(y, table.itertuples(), longest, strict=True):
        text = f"{row.days:,.0f} d, as short on {row.share:.0%} of days"
        parts.label(ax, text, end, at, (8, 0), fontsize=7, color=MUTED)
    parts.name_rows(ax, table["name"], 0.27, 1.5)
    ax.set(xscale="symlog", xlabel="days to the next one (symmetrical log scale)")
    parts.log_ticks(ax.xaxis, [0, 1, 3, 10, 30, 100, 300])
    ax.set_xlim(0, longest.max() * 25)
    title = (
        f"After {short.sum()} of {len(table)} losses the next major incident came unusually soon; "
        f"on average as short on {table['shares_mean'].iloc[0]:.0%} of days"
    )
    subtitle = (
        "Dot: days from the loss to the next major incident of the same group family; tick: "
        "median of all days within a year."
    )
    note = "With this many losses one in twenty is unusual by chance."
    return caption(fig, title, subtitle, source, note)
