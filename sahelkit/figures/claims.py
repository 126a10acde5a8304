"""Figures of the claims: verdicts by document, and predictions against the years that followed."""

import matplotlib.pyplot as plt
import pandas as pd

from sahelkit.figures import ACCENT, COUNTRY_COLOURS, INK, WIDE, caption, thousands
from sahelkit.schema import COUNTRIES

VERDICT_COLOURS = {
    "reproduced": "#2f6f5e",
    "near": "#8fb9a8",
    "not reproduced": "#b3213c",
    "cannot be checked": "#b9b4aa",
}
"""One colour per verdict; dark and light tell the agreeing two apart without colour."""


def verdicts(table: pd.DataFrame, source: str) -> plt.Figure:
    """Stacked bars of verdicts per document.

    Parameters
    ----------
    table : DataFrame
        As `claims.counts` gives it: index source, columns verdicts.
    source : str
        For the caption.
    """
    fig, ax = plt.subplots(figsize=(WIDE[0], 1.0 + 0.46 * len(table)))
    left = pd.Series(0, index=table.index)
    for verdict, colour in VERDICT_COLOURS.items():
        counts = table[verdict]
        ax.barh(table.index, counts, left=left, color=colour, height=0.7)
        for row, (start, count) in enumerate(zip(left, counts, strict=True)):
            if count:
                light = verdict in ("reproduced", "not reproduced")
                ink = "white" if light else INK
                ax.text(
                    start + count / 2, row, count, ha="center", va="center", color=ink, fontsize=8
                )
        left = left + counts
    for place, (verdict, colour) in zip(
        (0, 0.18, 0.28, 0.50), VERDICT_COLOURS.items(), strict=True
    ):
        ax.text(place, 1.02, f"■ {verdict}", color=colour, fontsize=9, transform=ax.transAxes)
    ax.set(xlabel="statements", ylim=(len(table) - 0.5, -0.6))
    ax.grid(axis="y", visible=False)
    total, sums = int(table.to_numpy().sum()), table.sum()
    checked = total - sums["cannot be checked"]
    agree = sums["reproduced"] + sums["near"]
    title = (
        f"{thousands(agree)} of {thousands(checked)} statements that can be checked hold, or nearly"
    )
    subtitle = (
        f"Number of statements by verdict; {sums['not reproduced']} are not borne out, "
        f"{sums['cannot be checked']} of {total} cannot be checked with these data."
    )
    return caption(fig, title, subtitle, source)


def prediction(table: pd.DataFrame, predicted: str, source: str) -> plt.Figure:
    """A prediction on where a group strikes most, scored year by year.

    Parameters
    ----------
    table : DataFrame
        As `claims.scores` gives it: index year, columns countries and `holds`.
    predicted : str
        ISO code of the country predicted to lead.
    source : str
        For the caption.
    """
    fig, ax = plt.subplots(figsize=WIDE)
    for code in COUNTRIES:
        ax.plot(table.index, table[code], color=COUNTRY_COLOURS[code], lw=2.2, marker="o", ms=4)
        ax.annotate(
            COUNTRIES[code],
            (table.index[-1], table[code].iloc[-1]),
            (8, 0),
            textcoords="offset points",
            color=COUNTRY_COLOURS[code],
            va="center",
            weight="bold",
        )
    top = table[list(COUNTRIES)].max(axis=1)
    failed = table.index[~table["holds"]]
    for year in failed:
        ax.axvspan(year - 0.4, year + 0.4, color=ACCENT, alpha=0.08, lw=0)
        first, second = table.loc[year, list(COUNTRIES)].astype(float).nlargest(2).items()
        text = (
            f"fails\n{COUNTRIES[first[0]]} {first[1]:.0f}\n{COUNTRIES[second[0]]} {second[1]:.0f}"
        )
        ax.annotate(
            text,
            (year, top[year]),
            (0, 10),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=ACCENT,
        )
    ax.set(
        xticks=table.index,
        xlim=(table.index[0] - 0.5, table.index[-1] + 1.3),
        ylim=(0, top.max() * 1.28),
    )
    held = int(table["holds"].sum())
    years = " and ".join(str(year) for year in failed)
    failure = f"; it fails in {years}" if len(failed) else ""
    claim = f"“JNIM will mostly strike {COUNTRIES[predicted]}”"
    title = f"{claim} holds in {held} of {len(table)} years{failure}"
    return caption(
        fig,
        title,
        "Incidents per year with JNIM or its founders; shaded: another country had more.",
        source,
        "2017 counts the founders before the merger of 2 March too.",
    )


def flagged(table: pd.DataFrame, source: str) -> plt.Figure:
    """Monthly incidents, the months that the tracker calls unusual marked.

    Parameters
    ----------
    table : DataFrame
        As `tracker.judged_months` gives it: index month, `incidents`, `kind`.
    source : str
        For the caption.
    """
    fig, ax = plt.subplots(figsize=WIDE)
    colours = {"high": ACCENT, "low": "#2f4b6e", "usual": "#cfc6b6", "": "#e9e5dd"}
    ax.bar(
        table.index.to_timestamp(),
        table["incidents"],
        width=24,
        color=[colours[kind] for kind in table["kind"]],
    )
    judged = table[table["kind"] != ""]
    high, low = (int((judged["kind"] == kind).sum()) for kind in ("high", "low"))
    for x, (kind, words) in zip(
        (0.01, 0.30, 0.60),
        (("high", "unusually many"), ("low", "unusually few"), ("", "too little history")),
        strict=True,
    ):
        ax.text(
            x,
            0.95,
            f"■ {words}",
            color=colours[kind] if kind else "#9b958a",
            transform=ax.transAxes,
        )
    ax.set(ylim=(0, table["incidents"].max() * 1.15), ylabel="incidents per month")
    ax.grid(axis="x", visible=False)
    share = 100 * (high + low) / len(judged) if len(judged) else 0
    title = (
        f"The tracker would have called {high} of {len(judged)} months unusually violent, "
        f"{low} unusually calm"
    )
    note = f"{share:.0f} % of months stand out; in a series without trend about 10 % would."
    return caption(
        fig,
        title,
        "Incidents per month; judged against the 36 months before each month.",
        source,
        note,
    )
