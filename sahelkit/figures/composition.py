"""Figures of notebook 02 on what the violence is made of: lethality, civilians, groups, places."""

import matplotlib.pyplot as plt
import pandas as pd

from sahelkit.figures import parts
from sahelkit.figures.style import (
    ACCENT,
    BLUE,
    COUNTRY_COLOURS,
    FAMILY_COLOURS,
    MUTED,
    TALL,
    WIDE,
    caption,
    now_and_then,
)

FEWEST = 10
"""Years with fewer incidents are not drawn: their averages say little."""


def kinds(table: pd.DataFrame, source: str) -> plt.Figure:
    """Deaths per month of each kind with the low-high band, on one scale (`counts.count_kinds`)."""
    names = sorted(table["kind"].unique())
    fig, axes = parts.small_multiples(names, 2, TALL[0], 2.9, 1.2, sharex=True, sharey=True)
    for kind, ax in axes.items():
        part = table[table["kind"] == kind]
        when = parts.decimal_years(pd.PeriodIndex(part["month"]))
        best, low, high = (part[f"deaths_{end}"].astype(float) for end in ("best", "low", "high"))
        parts.band(ax, when, (low, high), best, ACCENT, 0.22, linewidth=1.1)
        ax.set_title(kind)
        ax.yaxis.set_major_formatter(parts.THOUSANDS)
        parts.month_ticks(ax, pd.PeriodIndex(table["month"].unique()).sort_values())
    ax.set_ylim(0, None)
    top = table.loc[table["deaths_best"].astype(float).idxmax()]
    when = parts.decimal_years(pd.PeriodIndex([top["month"]]))[0]
    most = f"{top['deaths_best']:,.0f}"
    parts.label(axes[top["kind"]], most, when, float(top["deaths_best"]), (-6, 0), ha="right")
    title = f"Heaviest month: {top['kind']}, {most} deaths in {top['month'].strftime('%B %Y')}"
    subtitle = "Deaths per month, best estimate and low-high band, one scale"
    return caption(fig, title, subtitle, source)


def lethality(table: pd.DataFrame, source: str) -> plt.Figure:
    """Deaths per incident and civilians among the dead (`composition.lethality` by 'country')."""
    table = table[table["incidents"] >= FEWEST]
    colours = {code: c for code, c in COUNTRY_COLOURS.items() if (table["country"] == code).any()}
    grid = dict(figsize=TALL, sharex=True, sharey="row", squeeze=False)
    fig, axes = plt.subplots(2, len(colours), **grid)
    measures = ("deaths_per_incident", "civilian_share")
    for line, (measure, factor) in enumerate(zip(measures, (1, 100), strict=True)):
        for ax, (code, colour) in zip(axes[line], colours.items(), strict=True):
            part = table[table["country"] == code].set_index("year")
            middle, low, high = (factor * part[measure + end] for end in ("", "_low", "_high"))
            style = dict(marker="o", markersize=3.5, linewidth=1.6)
            parts.band(ax, part.index, (low, high), middle, colour, **style)
            ax.set_title(parts.name_of(code) if line == 0 else "", color=colour)
            ax.set_xticks(range(table["year"].min(), table["year"].max() + 1, 4))
    axes[0, 0].set_ylim(0, 1.05 * table["deaths_per_incident_high"].max())
    axes[1, 0].set_ylim(0, 100)
    axes[0, 0].set_ylabel("Deaths per incident")
    axes[1, 0].set_ylabel("Civilians among the dead, %")
    last = table[table["year"] == table["year"].max()]
    most = last.loc[last["deaths_per_incident"].idxmax()]
    title = (
        f"In {most['year']} an incident cost most lives in {parts.name_of(most['country'])}: "
        f"{most['deaths_per_incident']:.1f} deaths on average"
    )
    subtitle = (
        "Deaths (best estimate) per incident, and civilians among the dead, per year; 95 % "
        "bootstrap bands over months"
    )
    note = f"Civilians: as the source counts them, in combat too. Left out: years with fewer than {FEWEST} incidents."
    return caption(fig, title, subtitle, source, note)


def mix(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Share of each conflict per year, stacked (`composition.mix` by 'group')."""
    fig, ax = parts.panel(ax, (WIDE[0], 5.6))
    families = [name for name in FAMILY_COLOURS if name in table]
    shares = 100 * table[families].fillna(0)
    style = dict(width=0.86, linewidth=0.4, edgecolor="white")
    for name, bars in parts.stack(ax, shares, FAMILY_COLOURS, **style).items():
        words = [f"{value:.0f}" if value >= 7 else "" for value in shares[name]]
        ax.bar_label(bars, words, label_type="center", color="white", fontsize=7.5)
    ends = shares.iloc[-1]
    heights = parts.spread_labels(ends.cumsum() - ends / 2, 5.5, 98)
    for name, y in zip(families, heights, strict=True):
        ink = dict(color=FAMILY_COLOURS[name], va="center", fontsize=8, weight="bold")
        ax.text(shares.index[-1] + 0.6, y, name, clip_on=False, **ink)
    ax.set(ylim=(0, 101), yticks=range(0, 101, 25), xticks=shares.index)
    ax.set_xlim(shares.index[0] - 0.5, shares.index[-1] + 0.36 * len(shares))
    ax.grid(visible=False)
    lead = ends.idxmax()
    title = f"{lead}, share of incidents: {now_and_then(shares[lead], ' %')}"
    subtitle = "Share of incidents by the conflict that they belong to, per cent of each year"
    return caption(fig, title, subtitle, source)


def concentration(regions, cells, source: str) -> plt.Figure:
    """Number of regions and cells with violence, effective number, and the share of the 3 heaviest
    regions and 10 heaviest cells (`composition.concentration` of each)."""
    fig, axes = plt.subplots(2, 2, figsize=TALL, sharex=True)
    drawn = ((regions, "regions", 3), (cells, "grid cells", 10))
    for (upper, lower), (table, places, k) in zip(axes.T, drawn, strict=True):
        line = dict(markersize=3.5, linewidth=1.8)
        upper.plot(table.index, table["units"], color=MUTED, linewidth=1.4)
        upper.plot(table.index, table["effective"], "o-", color=BLUE, **line)
        upper.set_title(f"Number of {places}")
        counted = (("units", MUTED, "with violence"), ("effective", BLUE, "effective"))
        for name, colour, text in counted:
            last = table[name].iloc[-1]
            ink = dict(color=colour, fontsize=8, ha="right", va="baseline")
            parts.label(upper, f"{text}: {last:.0f}", table.index[-1], last, (0, 7), **ink)
        lower.plot(table.index, 100 * table["top_share"], "o-", color=ACCENT, **line)
        lower.set_title(f"Share of the {k} heaviest {places}, %")
        lower.set(ylim=(0, 100), xticks=table.index[::2])
        upper.set_ylim(0, 1.15 * table["units"].max())
    title = f"As if shared evenly by so many grid cells: {now_and_then(cells['effective'])}"
    if len(cells) > 1:
        spread = cells["effective"].iloc[-1] > cells["effective"].iloc[0]
        title = f"Violence {'spread' if spread else 'narrowed'}. {title}"
    subtitle = "Places with incidents per year; effective number: inverse Simpson index; cells of half a degree"
    note = "Incidents that the source places in no region are left out of the regions."
    return caption(fig, title, subtitle, source, note)
