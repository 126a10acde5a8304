"""Figures of the placebo comparison: ratios, their place among all dates, and its false alarms."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit.figures import ACCENT, BLUE, INK, MUTED, WIDE, caption, thousands


def ratios(table: pd.DataFrame, what: str, source: str):
    """Before and after over several windows: ratio, intervals, season, placebo range.

    Parameters
    ----------
    table : DataFrame
        From `beforeafter.over_windows`, with a column `name` if there are several dates.
    what : str
        What is counted, where.
    """
    names = table["name"] if "name" in table else pd.Series("", index=table.index)
    fig, ax = plt.subplots(figsize=(WIDE[0], 1.6 + 0.27 * len(table) + 0.22 * names.nunique()))
    y, ticks, rows = 0.0, [], []
    for name, part in table.groupby(names, sort=False):
        if name:
            ax.text(
                0.0,
                y + 0.02,
                name,
                weight="bold",
                fontsize=8.5,
                color=INK,
                va="center",
                transform=ax.get_yaxis_transform(),
            )
            y += 0.85
        for row in part.itertuples():
            _ratio_row(ax, row, y)
            ticks.append(y)
            rows.append(f"{row.window}: {row.before:,} → {row.after:,}")
            y += 1
    ax.axvline(1, color=INK, linewidth=0.8, zorder=2)
    shown = table.replace([np.inf, 0], np.nan)
    low = np.nanmin([shown["exact_low"].min(), shown["low"].min(), 0.5])
    high = np.nanmax([shown["exact_high"].max(), shown["high"].max(), 2])
    ax.set(
        xscale="log",
        yticks=ticks,
        yticklabels=rows,
        ylim=(y - 0.4, -0.7),
        xlim=(max(low, 0.08) / 1.1, min(high, 12) * 1.1),
    )
    ax.set_xticks(
        [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10) if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
    )
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.xaxis.set_minor_formatter(plt.NullFormatter())
    ax.set_xlabel("rate after / rate before (log scale)")
    found = table["p"].dropna()
    title = (
        f"{what}: {(found <= 0.05).sum()} of {len(found)} comparisons lie among the 5 % most "
        "unusual dates"
        if len(found)
        else f"{what}: too few counts to compare with other dates"
    )
    subtitle = (
        "Dot: ratio; thick: exact 95 % interval; thin: with overdispersion; gold: what the season "
        "alone would give; grey: 95 % "
        "of all possible dates. p: share of all possible dates, and of those within two years, at "
        "least as unusual."
    )
    return caption(
        fig, title, subtitle, source, "Associations; what else happened is listed beside."
    )


def _ratio_row(ax, row, y: float) -> None:
    if np.isfinite(row.placebo_low):
        ax.barh(
            y,
            (row.placebo_high - row.placebo_low) * row.season,
            left=row.placebo_low * row.season,
            height=0.78,
            color="#e4e2dc",
            zorder=0,
        )
    ax.plot([row.low, row.high], [y, y], color=BLUE, linewidth=1, zorder=3)
    ax.plot(
        [row.exact_low, row.exact_high],
        [y, y],
        color=BLUE,
        linewidth=3.2,
        alpha=0.75,
        zorder=3,
        solid_capstyle="butt",
    )
    ax.plot([row.season, row.season], [y - 0.3, y + 0.3], color="#b8860b", linewidth=2, zorder=4)
    ax.scatter(row.ratio, y, s=34, color=ACCENT if row.p <= 0.05 else BLUE, zorder=5)
    if np.isfinite(row.p):
        ax.text(
            1.005,
            y,
            f"p {row.p:.2f} / {row.p_near:.2f}",
            transform=ax.get_yaxis_transform(),
            fontsize=7,
            color=MUTED,
            va="center",
        )


def placebo_dates(table: pd.DataFrame, date, what: str, source: str, standing: dict):
    """The statistic at every date, over time and as a distribution, with the true date marked.

    Parameters
    ----------
    table : DataFrame
        From `placebos.at_every_date`.
    date : date-like
    what : str
        What is counted, where, in which windows.
    standing : dict
        From `placebos.place_of`.
    """
    fig, (left, right) = plt.subplots(
        1, 2, sharey=True, figsize=(WIDE[0], 4.4), width_ratios=[3, 1]
    )
    at = pd.Period(pd.Timestamp(str(date)), freq=table.index.freq)
    ratio = table["ratio"].where(table["possible"])
    left.plot(table.index.start_time, ratio, color=BLUE, linewidth=0.9)
    left.axhspan(standing["placebo_low"], standing["placebo_high"], color="#e4e2dc", zorder=0)
    left.axhline(1, color=INK, linewidth=0.7)
    here = ratio.get(at, np.nan)
    left.scatter(at.start_time, here, color=ACCENT, s=42, zorder=5)
    edges = np.geomspace(ratio.min(), ratio.max(), 46)
    right.hist(ratio.dropna(), bins=edges, orientation="horizontal", color="#9aa7b8")
    right.axhline(here, color=ACCENT, linewidth=1.6)
    right.text(
        1,
        here,
        f"{pd.Timestamp(date):%-d %B %Y}: {here:.2f}",
        ha="right",
        va="bottom",
        color=ACCENT,
        weight="bold",
        fontsize=8,
        transform=right.get_yaxis_transform(),
    )
    right.set_xlabel("dates")
    right.xaxis.set_major_locator(plt.MaxNLocator(4, integer=True))
    left.set(yscale="log", ylabel="ratio after / before, season-free (log scale)")
    left.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    left.yaxis.set_minor_formatter(plt.NullFormatter())
    title = (
        f"{what}: at {standing['p']:.0%} of {standing['dates']:,} possible dates the ratio is at "
        "least as unusual"
    )
    subtitle = (
        "The same statistic at every date whose windows hold enough counts; grey: 95 % of them; "
        "red: the true date."
    )
    return caption(
        fig,
        title,
        subtitle,
        source,
        "Unusual: far from the middle of all dates, in units of its standard error.",
    )


def false_alarms(table: pd.DataFrame, n: int, interrupted: int, source: str):
    """Share of simulated series in which each test rejects at 5 % (`falsealarms.false_alarms`)."""
    fig, axes = plt.subplots(
        1, len(table.columns), sharey=True, figsize=(WIDE[0], 1.6 + 0.42 * len(table))
    )
    y = np.arange(len(table))
    for ax, name in zip(axes, table.columns, strict=True):
        quiet = name.startswith("no change")
        values = table[name] * 100
        ax.barh(
            y,
            values,
            color=[ACCENT if quiet and v > 7 else "#9aa7b8" if quiet else BLUE for v in values],
            height=0.6,
        )
        if quiet:
            ax.axvspan(3, 7, color="#cfe3cf", zorder=0)
        for at, value in zip(y, values, strict=True):
            ax.text(value + 2, at, f"{value:.1f}", va="center", fontsize=7.5)
        ax.set(xlim=(0, 118), yticks=y, yticklabels=table.index, xticks=[0, 50, 100])
        ax.set_title(name.replace(", ", ",\n"), fontsize=8)
    axes[0].invert_yaxis()
    rate, found = (
        table.loc["placebo dates", "no change"],
        table.loc["placebo dates", "rate doubled"],
    )
    title = (
        f"The placebo test gives a false alarm in {rate:.1%} of series without change, and finds "
        f"a doubling in {found:.0%}"
    )
    subtitle = (
        f"Per cent of {thousands(n)} simulated series (interrupted series: {thousands(interrupted)}) in "
        "which a test rejects at 5 %; "
        "green: 3 to 7 %."
    )
    return caption(
        fig, title, subtitle, f"simulations with the overdispersion and season of {source}"
    )
