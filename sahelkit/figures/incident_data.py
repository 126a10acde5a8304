"""Figures of notebook 01: how reports differ, what was coded, who descends from whom."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

from sahelkit.figures import parts
from sahelkit.figures.style import ACCENT, FAMILY_COLOURS, INK, PERPETRATOR_COLOURS, WIDE, caption

PRESS = "press, officials, UN, NGOs"
KINDS = {"ged": "UCDP GED", "document": "the five documents", "party_claim": "claim by a party"}
KIND_COLOURS = {
    "UCDP GED": "#222222",
    PRESS: "#0173b2",
    "the five documents": "#d55e00",
    "claim by a party": "#949494",
}
AGREEMENT_COLOURS = {
    "agree": "#0173b2",
    "differ": "#8fbfe0",
    "differ widely": "#d55e00",
    "one report": "#d5d5d5",
}
VICTIM_COLOURS = ("#b3213c", "#2f4b6e", "#8a6d1d", "#d5d5d5")
FIRST_SHOWN = 2005
"""First year of the lineage figure; older groups begin at its edge."""


def given_tolls(reports: pd.DataFrame) -> pd.DataFrame:
    """The number of dead that each report gives, attackers added where it gives them apart."""
    kinds = reports["kind"].map(KINDS).fillna(PRESS)
    attackers = reports["deaths_attackers"].fillna(0).where(reports["toll_scope"] == "victims", 0)
    table = reports.assign(kind=kinds, deaths=reports["deaths_best"] + attackers)
    columns = ["incident", "kind", "publisher", "deaths", "toll_scope"]
    return table.dropna(subset=["deaths"])[columns]


def tolls(reports: pd.DataFrame, incidents: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """The number of dead that each report gives (`given_tolls`), one row per reconciled incident."""
    fig, ax = parts.panel(ax, WIDE)
    for row, incident in enumerate(incidents.itertuples()):
        ends = [incident.deaths_low, incident.deaths_high]
        ax.plot(ends, [row, row], color="#d9d9d9", lw=7, solid_capstyle="round")
        mine = reports[reports["incident"] == incident.incident_id]
        for kind, part in mine.groupby("kind"):
            given = part["deaths"].value_counts()
            style = dict(color=KIND_COLOURS[kind], zorder=3, alpha=0.85, lw=0)
            ax.scatter(given.index, np.full(len(given), row), s=26 + 16 * (given - 1), **style)
    names = [f"{i.place}, {i.date_start.day} {i.date_start:%b %Y}" for i in incidents.itertuples()]
    parts.name_rows(ax, names, 0.36, 2)
    ax.set(xlim=(0, None), xlabel="Dead, as a report gives them")
    ax.legend(handles=parts.dots(KIND_COLOURS), loc="lower right", fontsize=8)
    apart = incidents["agreement"].str.startswith("differ").sum()
    title = (
        f"In {apart} of these {len(incidents)} incidents the accounts differ by more than a tenth"
    )
    subtitle = (
        "One dot per number given (larger: given by several reports; some count soldiers only); "
        "bar: the reconciled range."
    )
    return caption(fig, title, subtitle, source)


def agreement(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Incidents per year (rows) by how far their reports agree (columns)."""
    fig, ax = parts.panel(ax, WIDE)
    bars, sums = parts.stack(ax, table, AGREEMENT_COLOURS), table.sum()
    names = [f"{name} ({sums[name]})" for name in bars]
    ax.legend(list(bars.values()), names, loc="upper left", fontsize=9)
    ax.set(ylabel="Incidents per year", xticks=list(table.index)[::2])
    sums = sums[list(bars)].drop("one report", errors="ignore")
    many, apart = sums.sum(), sums[sums.index.str.startswith("differ")].sum()
    title = f"Of {many} incidents with two accounts or more {apart} differ by more than a tenth"
    subtitle = "Major incidents per year. agree: low within 10 % of high; differ: within 50 %; differ widely: more."
    return caption(fig, title, subtitle, source)


def coding_matrix(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Heat map of deaths by tactic (rows) and target (columns)."""
    fig, ax = parts.panel(ax, (WIDE[0], 5.6))
    words = {code: code.replace("_", " ") for code in (*table.index, *table.columns)}
    table = table.rename(index=words, columns=words)
    shown = table.map(lambda v: f"{v:,.0f}" if v else "")
    style = dict(cmap="cmc.lapaz_r", cbar=False, linewidths=0.6, annot_kws={"size": 7.5})
    sns.heatmap(table, annot=shown, fmt="", ax=ax, **style)
    ax.set_xticklabels(ax.get_xticklabels(), rotation=35, ha="right")
    ax.set_yticklabels(ax.get_yticklabels(), rotation=0)
    ax.set(xlabel="", ylabel="")
    by_tactic = table.sum(axis=1)
    share = by_tactic.max() / by_tactic.sum()
    title = f"{by_tactic.idxmax().capitalize()} accounts for {share:.0%} of the dead of the major incidents"
    subtitle = "Deaths, best estimate, by tactic (rows) and target (columns), as coded."
    return caption(fig, title, subtitle, source)


def who_killed_whom(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Deaths by the side that struck (rows) and by whom it struck (`coding.who_killed_whom`)."""
    fig, ax = parts.panel(ax, (WIDE[0], 1.6 + 0.42 * len(table)))
    colours = dict(zip(table, VICTIM_COLOURS, strict=True))
    for name, bars in parts.stack(ax, table, colours, lying=True, height=0.7).items():
        words = [f"{n:,}" if n >= 0.02 * table.to_numpy().sum() else "" for n in table[name]]
        ink = INK if colours[name] == VICTIM_COLOURS[-1] else "white"
        ax.bar_label(bars, words, label_type="center", color=ink, fontsize=8)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_xlabel("Deaths in major incidents")
    ax.legend(loc="lower right", title="Whom it struck", fontsize=8.5, title_fontsize=8.5)
    forces = "State and foreign forces"
    share = table.loc[forces].sum() / table.to_numpy().sum() if forces in table.index else 0
    title = f"State and foreign forces struck in incidents with {share:.0%} of the deaths"
    subtitle = (
        "Deaths (best estimate, attackers' dead included) by the side that struck and by the target, "
        "as coded; where no report names who struck, it is unknown."
    )
    return caption(fig, title, subtitle, source)


def perpetrators_by_year(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Deaths per year (rows) by the side that struck (columns)."""
    fig, ax = parts.panel(ax, WIDE)
    drawn = parts.stack(ax, table, PERPETRATOR_COLOURS, width=0.82)
    handles = parts.dots({name: PERPETRATOR_COLOURS[name] for name in drawn})
    ax.legend(handles=handles, loc="upper left", fontsize=9)
    ax.set(ylabel="Deaths in major incidents per year", xticks=list(table.index))
    last = table[list(drawn)].iloc[-1]
    title = (
        f"Most deaths in major incidents of {table.index[-1]}: struck by {last.idxmax()} "
        f"({last.max():,.0f} of {last.sum():,.0f})"
    )
    subtitle = (
        "Deaths, best estimate, by the side that struck; the list holds about half of all deaths."
    )
    return caption(fig, title, subtitle, source)


def lineage(groups: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Who descends from whom: groups as bars in time, mergers and splits as arrows (`actors.lineage`)."""
    fig, ax = parts.panel(ax, (WIDE[0], 1.2 + 0.27 * len(groups) + 0.6))
    rows = {group: row for row, group in enumerate(groups["group_id"])}
    for row, group in enumerate(groups.itertuples()):
        colour = FAMILY_COLOURS.get(group.family, "#8a8a8a")
        bar = dict(color=colour, lw=7, solid_capstyle="butt", zorder=2)
        ax.plot([group.start, group.end], [row, row], **bar)
        ink = dict(ha="right", va="center", fontsize=8, color=INK)
        ax.text(max(group.start, FIRST_SHOWN) - 0.1, row, group.label, **ink)
        arrow = {"arrowstyle": "-|>", "color": colour, "lw": 1, "shrinkA": 0, "shrinkB": 2}
        for parent in rows.keys() & set(group.predecessors):
            ends = (group.start, row), (group.start, rows[parent])
            ax.annotate("", *ends, arrowprops=arrow, zorder=1)
    last = groups["end"].max()
    ax.set(ylim=(len(groups) - 0.4, -0.6), yticks=[], xlim=(FIRST_SHOWN, last + 0.3))
    ax.set_xticks(range(FIRST_SHOWN + 1, int(last) + 1, 2))
    ax.axvline(2017 + 60 / 365, color=ACCENT, lw=0.8, ls=":", zorder=0)
    ax.text(2017.25, -0.5, "JNIM, 2 March 2017", color=ACCENT, fontsize=8, va="bottom")
    ax.spines["left"].set_visible(False)
    known = groups.set_index("group_id")
    merged, parents = len(known.loc["jnim", "predecessors"]), known.loc["is_sahel", "predecessors"]
    title = (
        f"JNIM joined {merged} groups in March 2017; IS Sahel had split from "
        f"{known.loc[parents[0], 'label']}, one of them, in {int(known.loc['is_sahel', 'start'])}"
    )
    subtitle = (
        "Bars: from founding to end or merger (to April 2026 if still active); arrows: from "
        "predecessor to successor."
    )
    return caption(fig, title, subtitle, source)
