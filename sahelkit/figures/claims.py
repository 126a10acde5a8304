"""Figures of notebooks 07 and 08: verdicts by document, a prediction scored, unusual months."""

import matplotlib.pyplot as plt
import pandas as pd

from sahelkit.figures import parts
from sahelkit.figures.style import ACCENT, COUNTRY_COLOURS, INK, WIDE, caption
from sahelkit.schema import COUNTRIES

VERDICT_COLOURS = {
    "reproduced": "#2f6f5e",
    "near": "#8fb9a8",
    "not reproduced": "#b3213c",
    "cannot be checked": "#b9b4aa",
}
"""One colour per verdict; dark and light tell the agreeing two apart without colour."""
MONTHS = {
    "high": ("unusually many", ACCENT, ACCENT),
    "low": ("unusually few", "#2f4b6e", "#2f4b6e"),
    "": ("too little history", "#e9e5dd", "#9b958a"),
    "usual": ("", "#cfc6b6", ""),
}
"""What the tracker says of a month: words, colour of the bar, colour of the words."""


def verdicts(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Number of statements by verdict, a bar per document (`claims.counts`)."""
    fig, ax = parts.panel(ax, (WIDE[0], 1.0 + 0.46 * len(table)))
    bars = parts.stack(ax, table, VERDICT_COLOURS, lying=True, height=0.7)
    for (verdict, drawn), x in zip(bars.items(), (0, 0.18, 0.28, 0.50), strict=True):
        ink = "white" if verdict in ("reproduced", "not reproduced") else INK
        names = [str(n) if n else "" for n in table[verdict]]
        ax.bar_label(drawn, names, label_type="center", color=ink, fontsize=8)
        key = dict(color=VERDICT_COLOURS[verdict], fontsize=9, transform=ax.transAxes)
        ax.text(x, 1.02, f"■ {verdict}", **key)
    ax.set(xlabel="statements", ylim=(len(table) - 0.5, -0.6))
    ax.grid(axis="y", visible=False)
    stated = table.drop(index="Checks of UCDP's files", errors="ignore")
    total, sums = int(stated.to_numpy().sum()), stated.sum()
    checked = total - sums["cannot be checked"]
    agree = sums["reproduced"] + sums["near"]
    title = f"{agree:,.0f} of {checked:,.0f} statements that can be checked hold, or nearly"
    subtitle = (
        f"Number of statements by verdict; {sums['not reproduced']} are not borne out, "
        f"{sums['cannot be checked']} of {total} cannot be checked with these data. Checks of a file "
        "against itself are not counted."
    )
    return caption(fig, title, subtitle, source)


def prediction(table: pd.DataFrame, predicted: str, source: str, ax=None) -> plt.Figure:
    """A prediction that a group strikes most in a country (its code), by year (`claims.scores`)."""
    fig, ax = parts.panel(ax, WIDE)
    counts = table[list(COUNTRIES)].astype(float)
    for code, name in COUNTRIES.items():
        colour = COUNTRY_COLOURS[code]
        ax.plot(table.index, counts[code], color=colour, lw=2.2, marker="o", ms=4)
        ink = dict(color=colour, weight="bold")
        parts.label(ax, name, table.index[-1], counts[code].iloc[-1], (8, 0), **ink)
    top = counts.max(axis=1)
    failed = table.index[~table["holds"]]
    for year in failed:
        ax.axvspan(year - 0.4, year + 0.4, color=ACCENT, alpha=0.08, lw=0)
        leaders = counts.loc[year].nlargest(2)
        text = "\n".join(["fails", *(f"{COUNTRIES[c]} {n:.0f}" for c, n in leaders.items())])
        ink = dict(ha="center", va="baseline", fontsize=8, color=ACCENT)
        parts.label(ax, text, year, top[year], (0, 10), **ink)
    ax.set(xticks=table.index, ylim=(0, top.max() * 1.28))
    ax.set_xlim(table.index[0] - 0.5, table.index[-1] + 1.3)
    years = " and ".join(str(year) for year in failed)
    failure = f"; it fails in {years}" if len(failed) else ""
    claim = f"“JNIM will mostly strike {COUNTRIES[predicted]}”"
    title = f"{claim} holds in {table['holds'].sum()} of {len(table)} years{failure}"
    subtitle = "Incidents per year with JNIM or its founders; shaded: another country had more."
    note = "2017 counts the founders before the merger of 2 March too."
    return caption(fig, title, subtitle, source, note)


def flagged(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Monthly incidents, those marked that the tracker calls unusual (`tracker.judged_months`)."""
    fig, ax = parts.panel(ax, WIDE)
    colours = [MONTHS[kind][1] for kind in table["kind"]]
    ax.bar(table.index.to_timestamp(), table["incidents"], width=24, color=colours)
    for x, kind in ((0.01, "high"), (0.30, "low"), (0.60, "")):
        words, _, ink = MONTHS[kind]
        ax.text(x, 0.95, f"■ {words}", color=ink, transform=ax.transAxes)
    ax.set(ylim=(0, table["incidents"].max() * 1.15), ylabel="incidents per month")
    ax.grid(axis="x", visible=False)
    judged = table[table["kind"] != ""]
    high, low = (int((judged["kind"] == kind).sum()) for kind in ("high", "low"))
    share = 100 * (high + low) / max(len(judged), 1)
    title = f"The tracker would have called {high} of {len(judged)} months unusually violent, {low} unusually calm"
    subtitle = "Incidents per month; judged against the 36 months before each month."
    note = f"{share:.0f} % of months stand out; in a series without trend about 10 % would."
    return caption(fig, title, subtitle, source, note)
