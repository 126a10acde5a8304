"""Figures of the incident data: where the major incidents are, how reports differ, who descends from whom."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit.figures import (
    ACCENT,
    COUNTRY_COLOURS,
    FAMILY_COLOURS,
    INK,
    WIDE,
    caption,
    draw_map,
    thousands,
)

KIND_COLOURS = {
    "UCDP GED": "#222222",
    "press, officials, UN, NGOs": "#0173b2",
    "the five documents": "#d55e00",
    "claim by a party": "#949494",
}
FIRST_SHOWN = 2005
"""First year of the lineage figure; older groups begin at its edge."""
KINDS = {"ged": "UCDP GED", "document": "the five documents", "party_claim": "claim by a party"}


def major_map(incidents: pd.DataFrame, source: str):
    """Map of incidents, area of a circle proportional to deaths, colour by group family.

    Parameters
    ----------
    incidents : DataFrame
        `latitude`, `longitude`, `deaths_best`, `group`.
    source : str
        Source and release.
    """
    table = incidents.dropna(subset=["latitude", "deaths_best"])
    table = table.sort_values(["deaths_best", "incident_id"], ascending=[False, True])
    fig, ax = plt.subplots(figsize=(9.0, 5.9))
    draw_map(ax, labels=True)
    ax.set_ylim(7.2, 25.2)  # room for the legends
    families = table["group"].astype("str")
    ax.scatter(
        table["longitude"],
        table["latitude"],
        s=table["deaths_best"].astype(float) * 1.5,
        c=families.map(FAMILY_COLOURS),
        alpha=0.62,
        linewidth=0.4,
        edgecolor="white",
        zorder=3,
    )
    share = table.groupby(families)["deaths_best"].sum().sort_values(ascending=False)
    handles = [
        plt.Line2D(
            [], [], marker="o", ls="", color=FAMILY_COLOURS[f], label=f"{f} ({thousands(d)})"
        )
        for f, d in share.items()
    ]
    first = ax.legend(
        handles=handles,
        loc="lower right",
        fontsize=8,
        title="Group family (deaths)",
        title_fontsize=8,
        ncol=2,
        borderaxespad=0,
    )
    first._legend_box.align = "left"
    ax.add_artist(first)
    sizes = [20, 100, 300]
    dots = [ax.scatter([], [], s=n * 1.5, color="#8a8a8a", alpha=0.6, label=str(n)) for n in sizes]
    ax.legend(
        handles=dots,
        loc="lower left",
        fontsize=8,
        title="Deaths",
        title_fontsize=8,
        ncol=3,
        labelspacing=1.6,
    )
    largest = table.iloc[0]
    title = (
        f"{thousands(len(table))} major incidents killed {thousands(table['deaths_best'].sum())} people; "
        f"the largest, {largest['place']} ({largest['date_start']:%B %Y}), {thousands(largest['deaths_best'])}"
    )
    return caption(
        fig,
        title,
        "Area of a circle: deaths, best estimate. Shaded: Liptako-Gourma by regions. Schematic outlines imply no "
        "judgement on boundaries.",
        source,
    )


def country_totals(table: pd.DataFrame, source: str):
    """Deaths per country and year with the range from low to high.

    Parameters
    ----------
    table : DataFrame
        `country`, `year`, `deaths_best`, `deaths_low`, `deaths_high`.
    """
    from sahelkit.schema import COUNTRIES

    fig, ax = plt.subplots(figsize=WIDE)
    for country, part in table.groupby("country", observed=True):
        colour = COUNTRY_COLOURS[country]
        ax.fill_between(
            part["year"], part["deaths_low"], part["deaths_high"], color=colour, alpha=0.18, lw=0
        )
        ax.plot(part["year"], part["deaths_best"], color=colour, lw=2)
        last = part.iloc[-1]
        ax.annotate(
            COUNTRIES[country],
            (last["year"], last["deaths_best"]),
            (6, 0),
            textcoords="offset points",
            color=colour,
            weight="bold",
            va="center",
        )
    years = table["year"]
    ax.set(xlim=(years.min(), years.max() + 1.6), ylim=(0, None), ylabel="Deaths per year")
    ax.set_xticks(range(years.min(), years.max() + 1, 2))
    sums = table.groupby("year")["deaths_best"].sum()
    title = (
        f"{thousands(sums[sums.idxmax()])} people were killed in the three countries in {sums.idxmax()}, "
        f"against {thousands(sums.loc[2016])} in 2016"
    )
    return caption(
        fig,
        title,
        "Deaths in organised violence per year, best estimate; band: low to high estimate.",
        source,
    )


def tolls(reports: pd.DataFrame, incidents: pd.DataFrame, source: str):
    """The number of dead that each report gives, one row per incident.

    Parameters
    ----------
    reports : DataFrame
        Raw reports of the incidents: `incident`, `kind`, `deaths` (the report's number, attackers
        added where it gives them apart).
    incidents : DataFrame
        The same incidents, reconciled, in the order to draw.
    """
    fig, ax = plt.subplots(figsize=(WIDE[0], 1.0 + 0.36 * len(incidents) + 1.0))
    for row, incident in enumerate(incidents.itertuples()):
        ax.plot(
            [incident.deaths_low, incident.deaths_high],
            [row, row],
            color="#d9d9d9",
            lw=7,
            solid_capstyle="round",
        )
        mine = reports[reports["incident"] == incident.incident_id]
        for kind, part in mine.groupby("kind"):
            counts = part["deaths"].value_counts()
            ax.scatter(
                counts.index,
                np.full(len(counts), row),
                s=26 + 16 * (counts - 1),
                color=KIND_COLOURS[kind],
                zorder=3,
                alpha=0.85,
                lw=0,
            )
    labels = [f"{i.place}, {i.date_start.day} {i.date_start:%b %Y}" for i in incidents.itertuples()]
    ax.set(
        yticks=range(len(labels)),
        yticklabels=labels,
        xlabel="Dead, as a report gives them",
        xlim=(0, None),
    )
    ax.invert_yaxis()
    handles = [
        plt.Line2D([], [], marker="o", ls="", color=c, label=k) for k, c in KIND_COLOURS.items()
    ]
    ax.legend(handles=handles, loc="lower right", fontsize=8)
    apart = (incidents["agreement"].str.startswith("differ")).sum()
    title = (
        f"In {apart} of these {len(incidents)} incidents the accounts differ by more than a tenth"
    )
    return caption(
        fig,
        title,
        "One dot per number given (larger: given by several reports; some count soldiers only); bar: the reconciled range.",
        source,
    )


def agreement(table: pd.DataFrame, source: str):
    """Incidents per year by how far their reports agree.

    Parameters
    ----------
    table : DataFrame
        Index year, columns the classes of `agreement`, values incidents.
    """
    colours = {
        "agree": "#0173b2",
        "differ": "#8fbfe0",
        "differ widely": "#d55e00",
        "one report": "#d5d5d5",
    }
    table = table[[c for c in colours if c in table]]
    fig, ax = plt.subplots(figsize=WIDE)
    base = np.zeros(len(table))
    for name in table:
        ax.bar(table.index, table[name], bottom=base, color=colours[name], label=name, width=0.8)
        base += table[name].to_numpy()
    ax.legend(loc="upper left", fontsize=9)
    ax.set(ylabel="Incidents per year", xticks=list(table.index)[::2])
    many = table.drop(columns="one report", errors="ignore").to_numpy().sum()
    apart = table[[c for c in table if c.startswith("differ")]].to_numpy().sum()
    title = f"Where there are two accounts or more, {apart / many:.0%} differ by more than a tenth"
    return caption(
        fig,
        title,
        "Major incidents per year. agree: low within 10 % of high; differ: within 50 %; differ widely: more.",
        source,
    )


def coding_matrix(table: pd.DataFrame, source: str):
    """Heat map of deaths by tactic (rows) and target (columns).

    Parameters
    ----------
    table : DataFrame
        Index tactic, columns target, values deaths.
    """
    import seaborn as sns

    fig, ax = plt.subplots(figsize=(WIDE[0], 5.6))
    shown = table.map(lambda v: f"{v:,.0f}" if v else "")
    sns.heatmap(
        table,
        annot=shown,
        fmt="",
        cmap="cmc.lapaz_r",
        cbar=False,
        ax=ax,
        linewidths=0.6,
        annot_kws={"size": 7.5},
    )
    pretty = [
        [t.get_text().replace("_", " ") for t in labels]
        for labels in (ax.get_xticklabels(), ax.get_yticklabels())
    ]
    ax.set_xticklabels(pretty[0], rotation=35, ha="right")
    ax.set_yticklabels(pretty[1], rotation=0)
    ax.set(xlabel="", ylabel="")
    by_tactic = table.sum(axis=1)
    top = by_tactic.idxmax()
    share = by_tactic[top] / by_tactic.sum()
    title = f"{top.replace('_', ' ').capitalize()} accounts for {share:.0%} of the dead of the major incidents"
    return caption(
        fig,
        title,
        "Deaths, best estimate, by tactic (rows) and target (columns), as coded.",
        source,
    )


def lineage(groups: pd.DataFrame, source: str):
    """Who descends from whom: groups as bars in time, mergers and splits as lines.

    Parameters
    ----------
    groups : DataFrame
        `group_id`, `label`, `family`, `start`, `end` (decimal years), `predecessors` (list of ids),
        in the order to draw.
    """
    fig, ax = plt.subplots(figsize=(WIDE[0], 1.2 + 0.27 * len(groups) + 0.6))
    rows = {group: row for row, group in enumerate(groups["group_id"])}
    for row, group in enumerate(groups.itertuples()):
        colour = FAMILY_COLOURS.get(group.family, "#8a8a8a")
        ax.plot(
            [group.start, group.end],
            [row, row],
            color=colour,
            lw=7,
            solid_capstyle="butt",
            zorder=2,
        )
        ax.text(
            max(group.start, FIRST_SHOWN) - 0.1,
            row,
            group.label,
            ha="right",
            va="center",
            fontsize=8,
            color=INK,
        )
        for parent in group.predecessors:
            if parent in rows:
                ax.annotate(
                    "",
                    (group.start, row),
                    (group.start, rows[parent]),
                    arrowprops={
                        "arrowstyle": "-|>",
                        "color": colour,
                        "lw": 1,
                        "shrinkA": 0,
                        "shrinkB": 2,
                    },
                    zorder=1,
                )
    ax.set(ylim=(len(groups) - 0.4, -0.6), yticks=[], xlim=(FIRST_SHOWN, 2024.3))
    ax.set_xticks(range(FIRST_SHOWN + 1, 2025, 2))
    ax.axvline(2017 + 60 / 365, color=ACCENT, lw=0.8, ls=":", zorder=0)
    ax.text(2017.25, -0.5, "JNIM, 2 March 2017", color=ACCENT, fontsize=8, va="bottom")
    ax.spines["left"].set_visible(False)
    known = groups.set_index("group_id")
    merged, parents = len(known.loc["jnim", "predecessors"]), known.loc["is_sahel", "predecessors"]
    title = (
        f"JNIM joined {merged} groups in March 2017; IS Sahel had split from "
        f"{known.loc[parents[0], 'label']}, one of them, in {int(known.loc['is_sahel', 'start'])}"
    )
    return caption(
        fig,
        title,
        "Bars: from founding to end or merger (to the end of 2023 if still active); arrows: from predecessor to successor.",
        source,
    )
