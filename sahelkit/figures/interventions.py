"""Figures of notebook 04 (and 05, 06): deployments in force, before and after, placebo dates, areas."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit.figures import parts
from sahelkit.figures.style import ACCENT, BLUE, COUNTRY_COLOURS, INK, MUTED, WIDE, caption

PALE, BAR = "#d9dee5", "#9aa7b8"
GOLD = "#b8860b"
"""What the season alone would give."""


def overlaps(phases: pd.DataFrame, source: str = "data/interventions.csv") -> plt.Figure:
    """Number of deployments in force (`interventions.overlaps`, with a column `country`, a code)."""
    codes = list(dict.fromkeys(phases["country"]))
    fig, axes = parts.small_multiples(codes, 1, WIDE[0], 1.25, 1.3, sharex=True, sharey=True)
    for code, ax in axes.items():
        part = phases[phases["country"] == code]
        days = [*part["start"], part["end"].iloc[-1]]
        count = np.array([*part["number"], part["number"].iloc[-1]])
        step, colour = dict(step="post", linewidth=0), COUNTRY_COLOURS[code]
        ax.fill_between(days, 0, count, color=colour, alpha=0.85, **step)
        ax.fill_between(days, 0, np.where(count == 1, 1, 0), color=ACCENT, **step)
        alone = part.loc[part["number"] == 1, "days"].sum() / part["days"].sum()
        text = f"{parts.name_of(code)}: exactly one on {alone:.0%} of the days, up to {count.max()}"
        parts.coloured_words(ax, {text: colour}, 0.01, 0.93, 0, va="top")
        ax.set_ylabel("in force")
    ax.set_xlim(phases["start"].min(), phases["end"].max())
    parts.year_ticks(ax)
    few = phases[(phases["country"] == codes[0]) & (phases["number"] <= 1)]
    title = f"In {parts.name_of(codes[0])} two or more deployments were in force on every day"
    if len(few):
        title += f" after {few['end'].max():%-d %B %Y}"
    subtitle = "Deployments in force (operations, missions, joint forces, area operations); red: exactly one."
    note = "Deployments without a known end count as still in force."
    return caption(fig, title, subtitle, source, note)


def ratios(table: pd.DataFrame, what: str, source: str, ax=None) -> plt.Figure:
    """Before and after over several windows: ratio, intervals, season, placebo range
    (`beforeafter.over_windows`, with a column `name` if there are several dates)."""
    names = table["name"] if "name" in table else pd.Series("", index=table.index)
    size = (WIDE[0], 1.6 + 0.27 * len(table) + 0.22 * names.nunique())
    fig, ax = parts.panel(ax, size)
    y, ticks, rows = 0.0, [], []
    for name, part in table.groupby(names, sort=False):
        if name:
            ink = dict(weight="bold", fontsize=8.5, color=INK, va="center")
            ax.text(0.0, y + 0.02, name, transform=ax.get_yaxis_transform(), **ink)
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
    ends = max(low, 0.08) / 1.1, min(high, 12) * 1.1
    ax.set(xscale="log", yticks=ticks, yticklabels=rows, ylim=(y - 0.4, -0.7), xlim=ends)
    parts.log_ticks(ax.xaxis, [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10) if ends[0] <= t <= ends[1]])
    ax.set_xlabel("rate after / rate before (log scale)")
    found = table["p"].dropna()
    title = f"{what}: too few counts to compare with other dates"
    if len(found):
        title = f"{what}: {(found <= 0.05).sum()} of {len(found)} comparisons lie among the 5 % most unusual dates"
    subtitle = (
        "Dot: ratio; thick: exact 95 % interval; thin: with overdispersion; gold: what the season "
        "alone would give; grey: 95 % of all possible dates. p: share of all possible dates, and "
        "of those within two years, at least as unusual."
    )
    note = "Associations; what else happened is listed beside."
    return caption(fig, title, subtitle, source, note)


def _ratio_row(ax, row, y: float) -> None:
    if np.isfinite(row.placebo_low):
        low, high = row.placebo_low * row.season, row.placebo_high * row.season
        ax.barh(y, high - low, left=low, height=0.78, color=parts.PLACEBO, zorder=0)
    ax.plot([row.low, row.high], [y, y], color=BLUE, linewidth=1, zorder=3)
    thick = dict(linewidth=3.2, alpha=0.75, zorder=3, solid_capstyle="butt")
    ax.plot([row.exact_low, row.exact_high], [y, y], color=BLUE, **thick)
    ax.plot([row.season, row.season], [y - 0.3, y + 0.3], color=GOLD, linewidth=2, zorder=4)
    ax.scatter(row.ratio, y, s=34, color=ACCENT if row.p <= 0.05 else BLUE, zorder=5)
    if np.isfinite(row.p):
        ink = dict(fontsize=7, color=MUTED, va="center", transform=ax.get_yaxis_transform())
        ax.text(1.005, y, f"p {row.p:.2f} / {row.p_near:.2f}", **ink)


def placebo_dates(table: pd.DataFrame, date, what: str, source: str, standing: dict) -> plt.Figure:
    """The statistic at every date (`placebos.at_every_date`), over time and as a distribution, with the
    true date marked, and where it stands (`placebos.place_of`)."""
    size = dict(figsize=(WIDE[0], 4.4), width_ratios=[3, 1])
    fig, (left, right) = plt.subplots(1, 2, sharey=True, **size)
    at = pd.Period(date, table.index.freq)
    ratio = table["ratio"].where(table["possible"])
    left.plot(table.index.start_time, ratio, color=BLUE, linewidth=0.9)
    left.axhspan(standing["placebo_low"], standing["placebo_high"], color=parts.PLACEBO, zorder=0)
    left.axhline(1, color=INK, linewidth=0.7)
    here = ratio.get(at, np.nan)
    left.scatter(at.start_time, here, color=ACCENT, s=42, zorder=5)
    edges = np.geomspace(ratio.min(), ratio.max(), 46)
    right.hist(ratio.dropna(), bins=edges, orientation="horizontal", color=BAR)
    right.axhline(here, color=ACCENT, linewidth=1.6)
    ink = dict(ha="right", va="bottom", color=ACCENT, weight="bold", fontsize=8)
    text = f"{pd.Timestamp(date):%-d %B %Y}: {here:.2f}"
    right.text(1, here, text, transform=right.get_yaxis_transform(), **ink)
    right.set_xlabel("dates")
    right.xaxis.set_major_locator(plt.MaxNLocator(4, integer=True))
    left.set(yscale="log", ylabel="ratio after / before, season-free (log scale)")
    parts.log_ticks(left.yaxis)
    title = f"{what}: at {standing['p']:.0%} of {standing['dates']:,} possible dates the ratio is at least as unusual"
    subtitle = "The same statistic at every date whose windows hold enough counts; grey: 95 % of them; red: the true date."
    note = "Unusual: far from the middle of all dates, in units of its standard error."
    return caption(fig, title, subtitle, source, note)


def interrupted(result, date, what: str, source: str, ax=None) -> plt.Figure:
    """An interrupted time series: counts, fit, and the earlier trend (`interrupted.interrupted`)."""
    fitted, table = result.fitted, result.table
    fig, ax = parts.panel(ax, WIDE)
    days = fitted.index.start_time
    ax.vlines(days, 0, fitted["observed"], color=PALE, linewidth=4)
    at = pd.Period(date, "M")
    before, after = fitted.index < at, fitted.index > at
    carried, fit = fitted["without"], fitted["fitted"]
    ax.plot(days[before], fit[before], color=BLUE, linewidth=2)
    ax.plot(days[after], fit[after], color=ACCENT, linewidth=2)
    ax.plot(days[after], carried[after], color=BLUE, linewidth=1.4, linestyle="--")
    top = fitted["observed"].max() * 1.5
    y, text = min(carried.iloc[-1], top), " earlier trend\n carried on"
    ax.text(days[-1], y, text, color=BLUE, va="top", fontsize=8)
    ax.text(days[-1], fit.iloc[-1], " fit", color=ACCENT, va="center", fontsize=8)
    ax.axvline(at.start_time, color=INK, linewidth=0.9)
    ax.set(ylim=(0, top), ylabel="per month")
    level, slope = table.loc["level"], table.loc["slope"]
    title = (
        f"{what}: level {level['ratio']:.2f} ({level['low']:.2f} to {level['high']:.2f}), slope "
        f"{slope['ratio']:.2f} a year"
    )
    subtitle = f"Negative binomial interrupted time series (overdispersion {result.alpha:.2f}), season; 95 % intervals."
    note = "The month of the date is left out. An association that assumes the earlier trend."
    return caption(fig, title, subtitle, source, note)


def areas(pair: dict, date, check: dict, comparison: pd.Series, source: str, ax=None) -> plt.Figure:
    """Two areas around a date, each over its own mean before, with the check of their trends.

    `pair` maps a name to monthly counts around the date: the affected area, then the other; `check` is
    `interrupted.parallel`, `comparison` a row of `beforeafter.over_windows` with ``against``.
    """
    fig, ax = parts.panel(ax, WIDE)
    at, key = pd.Period(date, "M"), dict(zip(pair, (ACCENT, BLUE), strict=True))
    for name, series in pair.items():
        relative = series / series[series.index < at].mean()
        line = dict(color=key[name], linewidth=1.6, marker="o", markersize=3)
        ax.plot(series.index.start_time, relative, **line)
    parts.coloured_words(ax, key, 0.01, 0.97, -0.06, va="top")
    ax.axvline(at.start_time, color=INK, linewidth=0.9)
    ax.axhline(1, color=MUTED, linewidth=0.7)
    ax.set(ylabel="own mean before = 1")
    verdict = "cannot be told apart, which is no proof that they were parallel"
    if check["p"] <= 0.05:
        verdict = "differed"
    title = (
        f"Ratio of ratios {comparison['ratio_season_free']:.2f} ({comparison['low']:.2f} to "
        f"{comparison['high']:.2f}); trends before {verdict}"
    )
    subtitle = (
        f"Incidents per month. Trend before of {' over '.join(pair)}: factor "
        f"{check['ratio']:.2f} a year (95 % {check['low']:.2f} to {check['high']:.2f}, p "
        f"{check['p']:.3f})."
    )
    note = f"Windows of {comparison['window']}; placebo p {comparison['p']:.2f}."
    return caption(fig, title, subtitle, source, note)


def false_alarms(table: pd.DataFrame, n: int, source: str) -> plt.Figure:
    """Share of simulated series in which each test rejects at 5 % (`falsealarms.false_alarms`)."""
    size = (WIDE[0], 1.6 + 0.42 * len(table))
    fig, axes = plt.subplots(1, len(table.columns), sharey=True, figsize=size)
    rows = np.arange(len(table))
    for ax, name in zip(axes, table.columns, strict=True):
        quiet = name.startswith("no change")
        values = table[name] * 100
        shades = [(ACCENT if value > 7 else BAR) if quiet else BLUE for value in values]
        ax.barh(rows, values, color=shades, height=0.6)
        if quiet:
            ax.axvspan(3, 7, color="#cfe3cf", zorder=0)
        for row, value in enumerate(values):
            ax.text(value + 2, row, f"{value:.1f}", va="center", fontsize=7.5)
        ax.set(xlim=(0, 118), yticks=rows, yticklabels=table.index, xticks=[0, 50, 100])
        ax.set_title(name.replace(", ", ",\n"), fontsize=8)
    axes[0].invert_yaxis()
    rate, found = table.loc["placebo dates", ["no change", "rate x2"]]
    title = (
        f"The placebo test gives a false alarm in {rate:.1%} of series without change, and finds "
        f"a doubling in {found:.0%}"
    )
    subtitle = (
        f"Per cent of {n:,.0f} simulated series in which a test rejects at 5 %; green: 3 to "
        "7 %. Grey columns hold no change, blue ones a change that the test should find."
    )
    source = f"simulations with the overdispersion and season of {source}"
    return caption(fig, title, subtitle, source)
