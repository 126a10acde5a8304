"""Figures of notebook 02: levels, totals with their doubt, trend, ratios, change points."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit.figures import parts
from sahelkit.figures.style import ACCENT, BLUE, COUNTRY_COLOURS, INK, MUTED, TALL, WIDE, caption

FEWER = "#029e73"
STABLE = 0.8
"""Share of readings from which a change point counts as stable."""


def monthly(table: pd.DataFrame, source: str, last=None) -> plt.Figure:
    """Incidents per month by country, and deaths with their low-high band (`escalation.monthly`); a
    thin last month (`escalation.last_month`) is drawn hollow."""
    codes = [code for code in ("MLI", "NER", "BFA") if code in table]
    when, counts = parts.decimal_years(table.index), table[codes].sum(axis=1)
    best, low, high = (table[f"deaths_{name}"].to_numpy(float) for name in ("best", "low", "high"))
    fig, (top, bottom) = plt.subplots(2, 1, figsize=TALL, sharex=True)
    colours = [COUNTRY_COLOURS[code] for code in codes]
    top.stackplot(when, table[codes].T.to_numpy(float), colors=colours, linewidth=0, alpha=0.88)
    recent = table[codes].iloc[-6:].mean()
    middle = recent.cumsum() - recent / 2
    ends = {parts.name_of(code): (when[-1], middle[code], COUNTRY_COLOURS[code]) for code in codes}
    parts.end_labels(top, ends, 0.06 * counts.max(), weight="bold", fontsize=8)
    top.set_title("Incidents per month")
    parts.band(bottom, when, (low, high), best, ACCENT, 0.22, linewidth=1.2)
    shown = "" if np.isnan(low).all() else " and low-high band"
    bottom.set_title(f"Deaths per month, best estimate{shown}")
    peak = int(np.nanargmax(best))
    text = f"{table.index[peak].strftime('%B %Y')}: {best[peak]:,.0f}"
    parts.label(bottom, text, when[peak], best[peak], (-6, 0), ha="right", fontsize=8)
    note = "An incident counts in the month of its first day."
    if last is not None and last.thin:
        for ax, value in ((top, counts.iloc[-1]), (bottom, best[-1])):
            hollow = dict(markerfacecolor="white", color=INK, markersize=5, clip_on=False)
            ax.plot(when[-1:], [value], "o", **hollow)
        text = f"{last.month.strftime('%b %Y')}: thin"
        parts.label(bottom, text, when[-1], best[-1], color=MUTED, fontsize=8)
        note += (
            f" Hollow: {last.month.strftime('%B %Y')}, with {last.incidents} incidents, is too "
            f"thin to read as a fall (chance {last.probability:.2%} after a mean of "
            f"{last.mean_before:.0f} in the twelve months before)."
        )
    for ax in (top, bottom):
        ax.set(xlim=(when[0], when[-1] + 0.1 * (when[-1] - when[0])), ylim=(0, None))
        ax.yaxis.set_major_formatter(parts.THOUSANDS)
    parts.month_ticks(bottom, table.index)
    per_year = counts.groupby(counts.index.year).sum()
    deaths = table["deaths_best"].groupby(table.index.year).sum()
    last_year = per_year.index[-1]
    most = deaths.idxmax() == last_year and per_year.idxmax() == last_year
    end = f"{last_year}" if table.index[-1].month == 12 else f"{last_year} to {table.index[-1]:%B}"
    title = f"{per_year.iloc[-1]:,.0f} incidents and {deaths.iloc[-1]:,.0f} deaths in {end}"
    if len(per_year) > 1:
        title += ", the most of any year" if most else f", deaths were most in {deaths.idxmax()}"
    subtitle = f"Incidents of organised violence and deaths per month, {parts.names_of(codes)}"
    return caption(fig, title, subtitle, source, note)


def totals(table: pd.DataFrame, published: pd.DataFrame, source: str) -> plt.Figure:
    """Deaths per year: best, plain sums, intervals of the reporting model (`tolls.yearly_totals`), and
    UCDP's published totals (`escalation.against_published`)."""
    grid = [["all"] * 3, list(COUNTRY_COLOURS)]
    fig, axes = plt.subplot_mosaic(grid, figsize=TALL, height_ratios=[1.7, 1])
    bars = (("sum_", 0.72, 0.16), ("shared_", 0.46, 0.30), ("", 0.22, 0.75))
    for code, ax in axes.items():
        rows = table[table["country"] == code]
        large = code == "all"
        for kind, width, alpha in bars:
            low, high = rows[f"{kind}low"].to_numpy(float), rows[f"{kind}high"].to_numpy(float)
            style = dict(color=COUNTRY_COLOURS.get(code, BLUE), alpha=alpha, linewidth=0)
            ax.bar(rows["year"], np.nan_to_num(high - low), width, np.nan_to_num(low), **style)
        dash = dict(color=INK, markersize=15 if large else 7, markeredgewidth=1.6)
        ax.plot(rows["year"], rows["best"], "_", **dash)
        theirs = published if large else published[published["country"] == code]
        theirs = theirs.groupby("year")["published"].sum()
        circle = dict(facecolors="none", edgecolors=ACCENT, linewidths=1, zorder=4)
        ax.scatter(theirs.index, theirs, s=24 if large else 9, **circle)
        ax.set_title(parts.name_of(code), color=COUNTRY_COLOURS.get(code, INK))
        ax.set(xticks=theirs.index if large else theirs.index[::4], ylim=(0, None))
        ax.yaxis.set_major_formatter(parts.THOUSANDS)
        ax.grid(axis="x", visible=False)
    row = table[table["country"] == "all"].iloc[-1]
    title = (
        f"Deaths in {row['year']}: {row['best']:,.0f} by best estimates, "
        f"{row['low']:,.0f} to {row['high']:,.0f} by the model of reporting"
    )
    release = "/".join(sorted(published["release"].unique()))
    subtitle = (
        "Deaths per year. Black: best. Bars, wide to narrow: UCDP's own low and high, summed; 95 % "
        "interval of the model if reports share half of their error; if they err independently. "
        f"Red circles: UCDP's published totals, release {release}"
    )
    note = (
        "Model: reported-value Gumbel mixture of Vesco et al. (2026), from a survey of UCDP's "
        "coders. It lies above the best estimates because they judge that deaths go unreported."
    )
    return caption(fig, title, subtitle, source, note)


def trend(fits: dict, source: str) -> plt.Figure:
    """Monthly incidents with their negative binomial trend (`trends.trend`), for 'all' and per country
    code, log scale."""
    fig, axes = parts.small_multiples(list(fits), 2, TALL[0], TALL[1] / 2, sharex=True, sharey=True)
    for code, found in fits.items():
        ax, colour, table = axes[code], COUNTRY_COLOURS.get(code, BLUE), found.fitted
        when, row = parts.decimal_years(table.index), found.table.loc["negative binomial"]
        dots = dict(s=9, color=colour, alpha=0.5, linewidths=0)
        ax.scatter(when, table["observed"].clip(lower=0.7), **dots)
        ax.plot(when, table["with_season"], color=colour, linewidth=0.7, alpha=0.8)
        parts.band(ax, when, (table["low"], table["high"]), table["trend"], colour, linewidth=2)
        ax.set(yscale="log", ylim=(0.55, None))
        parts.log_ticks(ax.yaxis, [1, 3, 10, 30, 100])
        ax.minorticks_off()
        growth, low, high = 100 * row[["growth", "low", "high"]]
        text = f"{parts.name_of(code)}: {growth:+.0f} % a year ({low:+.0f} to {high:+.0f})"
        ax.set_title(text, color=colour)
    whole = next(iter(fits.values()))
    row, since = whole.table.loc["negative binomial"], whole.fitted.index[0].year
    title = f"Since {since} the trend is not settled"
    if pd.notna(row["doubling_low"]):
        ends = sorted(abs(row[["doubling_low", "doubling_high"]]))
        verb = "doubled" if row["growth"] > 0 else "halved"
        title = (
            f"Since {since} incidents {verb} every {abs(row['doubling_years']):.1f} years "
            f"({ends[0]:.1f} to {ends[1]:.1f})"
        )
    subtitle = (
        "Incidents per month, log scale; months without any lie at the lower edge. Line and 95 % "
        "band: negative binomial trend; thin line: with the rainy season"
    )
    note = f"All: overdispersion alpha {whole.alpha:.2f}; the intervals allow for errors that hang together over 12 months."
    return caption(fig, title, subtitle, source, note)


def fitted_table(fits: dict) -> pd.DataFrame:
    """The fitted series of several trends, one below the other: what `trend` draws."""
    fitted = {code: fit.fitted for code, fit in fits.items()}
    return pd.concat(fitted, names=["series", "month"]).reset_index()


def ratios(table: pd.DataFrame, source: str, what: str = "Incidents", ax=None) -> plt.Figure:
    """Each year over the year before, with exact and bootstrap intervals, log scale
    (`escalation.ratios`); `what` is counted."""
    fig, ax = parts.panel(ax, WIDE)
    table = table.replace([0, np.inf], np.nan)
    rose, fell = table["low"] > 1, table["high"] < 1
    colours = np.where(rose, ACCENT, np.where(fell, FEWER, MUTED))
    ax.axhline(1, color=INK, linewidth=0.9)
    ax.vlines(table.index, table["low"], table["high"], color=colours, linewidth=2, alpha=0.6)
    exact = dict(color=colours, linewidth=6, alpha=0.5)
    ax.vlines(table.index, table["exact_low"], table["exact_high"], **exact)
    ax.scatter(table.index, table["ratio"], color=colours, s=34, zorder=3)
    for year, ratio in table["ratio"].dropna().items():
        parts.label(ax, f"×{ratio:.2f}", year, ratio, (8, 0), fontsize=8)
    ax.set_yscale("log")
    bottom, top = table["low"].min() / 1.3, table["high"].max() * 1.3
    ticks = [tick for tick in (0.125, 0.25, 0.5, 1, 2, 4, 8, 16) if bottom < tick < top]
    parts.log_ticks(ax.yaxis, ticks, "×")
    ax.minorticks_off()
    ax.set(xticks=table.index, ylim=(bottom, top))
    ax.set_xlim(table.index[0] - 0.6, table.index[-1] + 0.9)
    title = (
        f"{what}: a rise in {rose.sum()} of {len(table)} years and a fall in {fell.sum()} are "
        f"beyond chance; {table.index[-1]}: ×{table['ratio'].iloc[-1]:.2f}"
    )
    subtitle = f"{what} of each year over the year before, log scale. Red: more, green: fewer, grey: cannot be told"
    note = "Thin lines: 95 % bootstrap over months, widened as they hang together."
    if table["exact_low"].notna().any():
        note += " Thick: exact conditional binomial interval, right only for independent incidents."
    return caption(fig, title, subtitle, source, note)


def change_points(series, points: pd.DataFrame, events: pd.DataFrame, source: str) -> plt.Figure:
    """Levels of monthly counts between change points, how many readings each survives
    (`changepoints.stability`), and the interventions below (`changepoints.beside_interventions`)."""
    fig, (top, lanes) = plt.subplots(2, 1, figsize=TALL, sharex=True, height_ratios=[1.6, 1])
    when = parts.decimal_years(series.index)
    top.bar(when, series, width=1 / 12, color="#c9d1db", linewidth=0)
    edges = [0, *series.index.get_indexer(points["month"]), len(series)]
    for start, end in pairwise(edges):
        ends = when[start] - 1 / 24, when[end - 1] + 1 / 24
        top.hlines(series.iloc[start:end].mean(), *ends, color=BLUE, linewidth=2.2)
    stable = points["survives"] >= STABLE
    crowded = -1.0
    for row, sure in zip(points.itertuples(), stable, strict=True):
        x = row.month.year + (row.month.month - 1) / 12
        colour = ACCENT if sure else MUTED
        for ax in (top, lanes):
            ax.axvline(x, color=colour, linewidth=1.2 if sure else 0.9, ls="-" if sure else ":")
        step = 1.085 if crowded > x - 0.9 else 1.01
        crowded = x if step == 1.01 else -1.0
        text = f"{row.month.strftime('%b %Y')}\n{row.survives:.0%}"
        style = dict(ha="center", va="bottom", fontsize=7.5, color=colour)
        top.text(x, step, text, transform=top.get_xaxis_transform(), **style)
    events = events[events["date"].str[:7] <= str(series.index[-1])]
    kinds = events["kind"].value_counts().sort_values(kind="stable").index
    days = pd.to_datetime(events["date"])
    at = days.dt.year + (days.dt.day_of_year - 1) / 365.25
    for lane, kind in enumerate(kinds):
        there = at[events["kind"] == kind]
        lanes.plot(there, np.full(len(there), lane), "|", color=BLUE, markersize=7, alpha=0.8)
    names = [kind.replace("_", " ") for kind in kinds]
    lanes.set_yticks(range(len(kinds)), labels=names, fontsize=7.5)
    lanes.grid(axis="y", visible=False)
    lanes.set_title("Listed interventions and events, begin or end, by kind")
    top.set_ylabel("Incidents per month")
    top.set_xlim(when[0] - 0.1, when[-1] + 0.1)
    parts.month_ticks(lanes, series.index)
    title = f"{len(points)} changes of level, {stable.sum()} of them stable"
    if stable.any():
        row = points[stable].iloc[-1]
        title += (
            f"; the last, {row['month'].strftime('%B %Y')}: from {row['before']:.0f} to "
            f"{row['after']:.0f} incidents a month"
        )
    subtitle = (
        "Incidents per month and mean level between change points. Per cent: other readings "
        f"(penalties, deaths, omissions) with the same change; red: at least {STABLE:.0%}"
    )
    note = "The list is dense: that an event lies near a change says nothing of causes."
    return caption(fig, title, subtitle, source, note)
