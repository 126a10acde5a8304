"""Figures of notebook 09: the months after 2023, by the age of what is known, and what the list covers."""

import matplotlib.pyplot as plt
import pandas as pd

from sahelkit.figures import parts
from sahelkit.figures.style import BLUE, COUNTRY_COLOURS, INK, MUTED, caption

AGES = (0.95, 0.55, 0.2)
"""How opaque the bars of a yearly release are, of a year's candidates together, and as first released."""


def _opaque(release: str) -> float:
    """How opaque the bars of a release are, by its name: UCDP GED 25.1, UCDP Candidate 25.01.25.12."""
    return AGES[0 if "GED" in release else 1 if release.count(".") == 3 else 2]


def months(table: pd.DataFrame, source: str) -> plt.Figure:
    """Deaths per month and country, lighter where the release is less settled (`recent.country_month`)."""
    codes = [code for code in parts.ORDER if code in set(table["country"])]
    fig, axes = parts.small_multiples(codes, 1, 9.0, 2.1, 0.9, sharex=True, sharey=True)
    for code, ax in axes.items():
        rows = table[table["country"] == code]
        when = parts.decimal_years(pd.PeriodIndex(rows["month"]))
        shade = rows["release"].map(_opaque)
        for opaque in AGES:
            here = (shade == opaque).to_numpy()
            style = dict(width=1 / 13, color=COUNTRY_COLOURS[code], alpha=opaque, linewidth=0)
            ax.bar(when[here], rows["deaths"].astype(float)[here], **style)
        first = rows["deaths_first"].astype("float64")
        ax.plot(when, first, ls="", marker="_", color=INK, markersize=7, mew=1.3)
        ax.set_title(parts.name_of(code), color=COUNTRY_COLOURS[code])
        ax.yaxis.set_major_formatter(parts.THOUSANDS)
    ax.set_xticks([2024, 2025, 2026], ["Jan 2024", "Jan 2025", "Jan 2026"])
    yearly = table.groupby(table["month"].dt.year)["deaths"].sum()
    title = f"{yearly[2024]:,.0f} deaths in 2024, {yearly[2025]:,.0f} so far for 2025"
    subtitle = (
        "Deaths per month, best estimate. Full colour: yearly release; half: candidate events of 2025 "
        "together; pale: as first released. Dash: the month's first release."
    )
    note = "A month grows for a year after it is first released: no fall may be read into the end."
    return caption(fig, title, subtitle, source, note)


def coverage(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Deaths of the provisional major incidents over UCDP's per month (`recent.coverage`)."""
    fig, ax = parts.panel(ax, (9.0, 3.6))
    when = parts.decimal_years(pd.PeriodIndex(table.index))
    ax.bar(when, table["deaths"], width=1 / 13, color="#d9d5cc", linewidth=0)
    ax.bar(when, table["listed"], width=1 / 22, color=BLUE, linewidth=0)
    parts.label(ax, "in the list", when[-1], table["listed"].iloc[-1], (8, -4), color=BLUE)
    parts.label(ax, "UCDP", when[-1], table["deaths"].iloc[-1], (8, 4), color=MUTED)
    parts.month_ticks(ax, pd.PeriodIndex(table.index))
    share = table["listed"].sum() / table["deaths"].sum()
    title = f"The list of major incidents holds {share:.0%} of the deaths after 2023"
    subtitle = "Deaths per month in the three countries, best estimates."
    return caption(fig, title, subtitle, source)
