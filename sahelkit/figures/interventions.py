"""Figures of before and after, placebo dates, event studies and displacement."""

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit import schema
from sahelkit.figures import (
    ACCENT,
    COUNTRY_COLOURS,
    INK,
    MUTED,
    WIDE,
    finish,
    number,
)
from sahelkit.figures.lanes import labels as loss_labels
from sahelkit.figures.timeline import PAPER, SLIDE, WALL, deaths_by_place, timeline

BLUE, PALE = "#2f4b6e", "#d9dee5"
__all__ = [
    "PAPER",
    "SLIDE",
    "WALL",
    "areas",
    "deaths_by_place",
    "false_alarms",
    "interrupted",
    "loss_labels",
    "overlaps",
    "placebo_dates",
    "ratios",
    "timeline",
]


def overlaps(phases: pd.DataFrame, source: str = "data/interventions.csv"):
    """Number of deployments in force, per country.

    Parameters
    ----------
    phases : DataFrame
        `interventions.overlaps` with a column `country` (code).
    """
    codes = list(dict.fromkeys(phases["country"]))
    fig, axes = plt.subplots(
        len(codes), 1, sharex=True, sharey=True, figsize=(WIDE[0], 1.25 * len(codes) + 1.3)
    )
    alone = {}
    for ax, code in zip(np.atleast_1d(axes), codes, strict=True):
        part = phases[phases["country"] == code]
        days = [*part["start"], part["end"].iloc[-1]]
        count = [*part["number"], part["number"].iloc[-1]]
        ax.fill_between(
            days, 0, count, step="post", color=COUNTRY_COLOURS[code], alpha=0.85, linewidth=0
        )
        single = np.array(count) == 1
        ax.fill_between(days, 0, np.where(single, 1, 0), step="post", color=ACCENT, linewidth=0)
        alone[code] = part.loc[part["number"] == 1, "days"].sum() / part["days"].sum()
        label = (
            f"{schema.COUNTRIES[code]}: exactly one on {alone[code]:.0%} of the days, up to "
            f"{max(count)}"
        )
        ax.text(
            0.01,
            0.93,
            label,
            transform=ax.transAxes,
            va="top",
            weight="bold",
            color=COUNTRY_COLOURS[code],
        )
        ax.set_ylabel("in force")
        ax.xaxis.set_major_locator(mdates.YearLocator())
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    axes[-1].set_xlim(phases["start"].min(), phases["end"].max())
    few = phases[(phases["country"] == codes[0]) & (phases["number"] <= 1)]
    name = schema.COUNTRIES[codes[0]]
    title = f"In {name} two or more deployments were in force on every day"
    if len(few):
        title += f" after {few['end'].max():%-d %B %Y}"
    subtitle = (
        "Deployments in force (operations, missions, joint forces, area operations); red: exactly "
        "one."
    )
    return finish(
        fig, title, subtitle, source, "Deployments without a known end count as still in force."
    )


def ratios(table: pd.DataFrame, what: str, source: str):
    """Before and after over several windows: ratio, intervals, season, placebo range.

    Parameters
    ----------
    table : DataFrame
        From `beforeafter.several`, with a column `name` if there are several dates.
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
    return finish(
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
        From `beforeafter.placebo`.
    date : date-like
    what : str
        What is counted, where, in which windows.
    standing : dict
        From `beforeafter.standing`.
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
    return finish(
        fig,
        title,
        subtitle,
        source,
        "Unusual: far from the middle of all dates, in units of its standard error.",
    )


def interrupted(result, date, what: str, source: str):
    """An interrupted time series: counts, fit, and the earlier trend carried on."""
    fitted, table = result.fitted, result.table
    fig, ax = plt.subplots(figsize=WIDE)
    days = fitted.index.start_time
    ax.vlines(days, 0, fitted["observed"], color=PALE, linewidth=4)
    at = pd.Period(pd.Timestamp(str(date)), "M")
    before, after = fitted.index < at, fitted.index > at
    ax.plot(days[before], fitted["fitted"][before], color=BLUE, linewidth=2)
    ax.plot(days[after], fitted["fitted"][after], color=ACCENT, linewidth=2)
    ax.plot(days[after], fitted["without"][after], color=BLUE, linewidth=1.4, linestyle="--")
    top = fitted["observed"].max() * 1.5
    ax.text(
        days[-1],
        min(fitted["without"].iloc[-1], top),
        " earlier trend\n carried on",
        color=BLUE,
        va="top",
        fontsize=8,
    )
    ax.text(days[-1], fitted["fitted"].iloc[-1], " fit", color=ACCENT, va="center", fontsize=8)
    ax.axvline(at.start_time, color=INK, linewidth=0.9)
    ax.set(ylim=(0, top), ylabel="per month")
    level, slope = table.loc["level"], table.loc["slope"]
    title = (
        f"{what}: level {level['ratio']:.2f} ({level['low']:.2f} to {level['high']:.2f}), slope "
        f"{slope['ratio']:.2f} a year"
    )
    subtitle = (
        f"Negative binomial interrupted time series (overdispersion {result.alpha:.2f}), season, "
        "HAC errors; 95 % intervals."
    )
    return finish(
        fig,
        title,
        subtitle,
        source,
        "The month of the date is left out. An association that assumes the earlier trend.",
    )


def areas(
    affected: pd.Series,
    unaffected: pd.Series,
    date,
    check: dict,
    comparison: pd.Series,
    names: tuple,
    source: str,
):
    """Two areas around a date, each over its own mean before, with the check of their trends.

    Parameters
    ----------
    affected, unaffected : Series
        Monthly counts around the date.
    check : dict
        From `interrupted.parallel`.
    comparison : Series
        A row of `beforeafter.several` with ``against``.
    names : (str, str)
    """
    fig, ax = plt.subplots(figsize=WIDE)
    at = pd.Period(pd.Timestamp(str(date)), "M")
    for series, colour in ((affected, ACCENT), (unaffected, BLUE)):
        base = series[series.index < at].mean()
        ax.plot(
            series.index.start_time,
            series / base,
            color=colour,
            linewidth=1.6,
            marker="o",
            markersize=3,
        )
    for y, name, colour in ((0.97, names[0], ACCENT), (0.91, names[1], BLUE)):
        ax.text(0.01, y, name, color=colour, va="top", weight="bold", transform=ax.transAxes)
    ax.axvline(at.start_time, color=INK, linewidth=0.9)
    ax.axhline(1, color=MUTED, linewidth=0.7)
    ax.set(ylabel="own mean before = 1")
    verdict = (
        "differed"
        if check["p"] <= 0.05
        else "cannot be told apart, which is no proof that they were parallel"
    )
    title = (
        f"Ratio of ratios {comparison['ratio_season_free']:.2f} ({comparison['low']:.2f} to "
        f"{comparison['high']:.2f}); trends before {verdict}"
    )
    subtitle = (
        f"Incidents per month. Trend before of {names[0]} over {names[1]}: factor "
        f"{check['ratio']:.2f} a year "
        f"(95 % {check['low']:.2f} to {check['high']:.2f}, p {check['p']:.3f})."
    )
    return finish(
        fig,
        title,
        subtitle,
        source,
        f"Windows of {comparison['window']}; placebo p {comparison['p']:.2f}.",
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
        f"Per cent of {number(n)} simulated series (interrupted series: {number(interrupted)}) in "
        "which a test rejects at 5 %; "
        "green: 3 to 7 %."
    )
    return finish(
        fig, title, subtitle, f"simulations with the overdispersion and season of {source}"
    )
