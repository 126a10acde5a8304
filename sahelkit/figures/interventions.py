"""Figures of interventions: what was in force, and regressions around a date."""

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit import schema
from sahelkit.figures import (
    ACCENT,
    BLUE,
    COUNTRY_COLOURS,
    INK,
    MUTED,
    WIDE,
    caption,
)
from sahelkit.figures.placebos import false_alarms, placebo_dates, ratios
from sahelkit.figures.timeline import PAPER, SLIDE, WALL, deaths_by_place, timeline
from sahelkit.figures.timeline_layout import labels as loss_labels

PALE = "#d9dee5"
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
    return caption(
        fig, title, subtitle, source, "Deployments without a known end count as still in force."
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
    return caption(
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
        A row of `beforeafter.over_windows` with ``against``.
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
    return caption(
        fig,
        title,
        subtitle,
        source,
        f"Windows of {comparison['window']}; placebo p {comparison['p']:.2f}.",
    )
