"""Figures of many events at once: event study, waiting times, displacement."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit.figures import ACCENT, BLUE, FAMILY_COLOURS, INK, MUTED, WIDE, caption, thousands


def event_study(table: pd.DataFrame, what: str, unit: str, source: str):
    """Pooled event study with its placebo band (`eventstudy.event_study`)."""
    fig, ax = plt.subplots(figsize=WIDE)
    ax.fill_between(table.index, table["low"], table["high"], color="#e4e2dc", zorder=0, label="_")
    ax.axhline(1, color=INK, linewidth=0.8)
    ax.axvline(0, color=ACCENT, linewidth=1)
    for side in (table.index < 0, table.index > 0):
        ax.plot(
            table.index[side],
            table["ratio"][side],
            color=BLUE,
            linewidth=1.8,
            marker="o",
            markersize=5,
        )
    outside = (table["ratio"] < table["low"]) | (table["ratio"] > table["high"])
    ax.scatter(table.index[outside], table["ratio"][outside], color=ACCENT, s=52, zorder=5)
    ax.set(
        xlabel=f"{unit} from the event", ylabel="observed / expected from before", ylim=(0, None)
    )
    after = outside[table.index > 0].sum()
    title = (
        f"{what}: after the events {table['ratio_after'].iloc[0]:.2f} times what came before; "
        f"placebo p {table['p_after'].iloc[0]:.2f}"
    )
    subtitle = (
        f"{table['dates'].iloc[0]} dates pooled; expected: level before times season. Grey: 95 % "
        f"of {thousands(table['placebos'].iloc[0])} placebo "
        f"sets (all dates moved together); red: outside it ({after} of {(table.index > 0).sum()} "
        "after)."
    )
    return caption(
        fig,
        title,
        subtitle,
        source,
        "An association: the losses fell into operations that went on.",
    )


def waiting(table: pd.DataFrame, source: str):
    """Days to the next major attack after each loss, beside the usual waiting time then."""
    fig, ax = plt.subplots(figsize=(WIDE[0], 1.5 + 0.27 * len(table)))
    y = np.arange(len(table))
    ax.hlines(y, table["usual"], table["days"], color="#c9c9c9", linewidth=2)
    ax.scatter(table["usual"], y, marker="|", s=110, color=INK, zorder=3)
    short = table["share"] <= 0.05
    ax.scatter(table["days"], y, s=38, color=[ACCENT if s else BLUE for s in short], zorder=4)
    for at, row in zip(y, table.itertuples(), strict=True):
        ax.annotate(
            f"{row.days:,.0f} d, as short on {row.share:.0%} of days",
            (max(row.days, row.usual), at),
            (8, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
            color=MUTED,
        )
    ax.set(
        yticks=y,
        yticklabels=table["name"],
        xlabel="days to the next one (symmetrical log scale)",
        xscale="symlog",
    )
    ax.set_xticks([0, 1, 3, 10, 30, 100, 300], ["0", "1", "3", "10", "30", "100", "300"])
    ax.set_xlim(0, max(table["days"].max(), table["usual"].max()) * 25)
    ax.invert_yaxis()
    title = (
        f"After {short.sum()} of {len(table)} losses the next major incident came unusually soon; "
        f"together, p {table['p_mean'].iloc[0]:.2f}"
    )
    subtitle = (
        "Dot: days from the loss to the next major incident of the same group family; tick: "
        "median of all days within a year."
    )
    return caption(
        fig, title, subtitle, source, "With this many losses one in twenty is unusual by chance."
    )


def displacement(table: pd.DataFrame, what: str, source: str):
    """Incidents per day inside and outside, before, during and after, in all and by group."""
    totals = table.groupby("group", sort=False)["incidents"].sum()
    named = [g for g in totals.sort_values(ascending=False).index if g != "all" and totals[g] >= 5]
    groups = ["all", *named][:6]
    fig, axes = plt.subplots(2, 3, figsize=(WIDE[0], 5.6))
    for ax in axes.flat[len(groups) :]:
        ax.set_visible(False)
    for ax, group in zip(axes.flat, groups, strict=False):
        _displaced(ax, table[table["group"] == group], group)
    every = table[table["group"] == "all"].pivot(index="where", columns="window", values="per_day")
    title = (
        f"{what}: inside {every.loc['inside', 'before']:.2f}, "
        f"{every.loc['inside', 'during']:.2f}, {every.loc['inside', 'after']:.2f} "
        f"a day; outside {every.loc['outside', 'before']:.2f}, "
        f"{every.loc['outside', 'during']:.2f}, {every.loc['outside', 'after']:.2f}"
    )
    subtitle = (
        "Incidents per day before, during and after (number in brackets); solid: inside, dashed: "
        "outside; each group on its own scale."
    )
    return caption(fig, title, subtitle, source, "Associations, not effects.")


def _displaced(ax, part: pd.DataFrame, group: str) -> None:
    """One group's incidents per day inside and outside."""
    colour, x = FAMILY_COLOURS.get(group, INK), np.arange(3)
    lines = {w: part.loc[part["where"] == w] for w in ("inside", "outside")}
    top = part["per_day"].max()
    for where, own in lines.items():
        style = "-" if where == "inside" else (0, (3, 1.5))
        ax.plot(x, own["per_day"], color=colour, linestyle=style, marker="o", linewidth=1.8)
        ax.text(2.12, own["per_day"].iloc[2], where, fontsize=7.5, color=colour, va="center")
    pairs = zip(
        x,
        *(zip(own["per_day"], own["incidents"], strict=True) for own in lines.values()),
        strict=True,
    )
    for at, inside, outside in pairs:
        for (value, n), up in (
            (inside, inside[0] >= outside[0]),
            (outside, inside[0] < outside[0]),
        ):
            ax.annotate(
                f"{value:.2f} ({n})",
                (at, value),
                (0, 6 if up else -6),
                textcoords="offset points",
                ha="center",
                va="bottom" if up else "top",
                fontsize=7,
                color=colour,
            )
    ax.set(xticks=x, xlim=(-0.45, 2.75), ylim=(-0.24 * top, top * 1.22), yticks=[])
    ax.set_title(group.capitalize() if group == "all" else group, fontsize=8.5, color=colour)
    ax.set_xticklabels(["before", "during", "after"], fontsize=7.5)
    ax.spines["left"].set_visible(False)
    ax.grid(False)
