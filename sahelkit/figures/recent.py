"""Figures of notebook 09: the months after 2023, by the age of what is known, and what the list covers."""

import matplotlib.pyplot as plt
import pandas as pd

from sahelkit.figures import parts
from sahelkit.figures.style import COUNTRY_COLOURS, INK, MUTED, caption

AGES = {
    "yearly release": 0.95,
    "candidates, a year together": 0.55,
    "candidates as first released": 0.2,
}
"""Kind of release -> how opaque its bars are."""


def age_of(release: pd.Series) -> pd.Series:
    """Which of `AGES` a release is, by its name.

    >>> age_of(pd.Series(["UCDP GED 25.1", "UCDP Candidate 25.01.25.12"])).tolist()
    ['yearly release', 'candidates, a year together']
    """
    yearly, whole = release.str.contains("GED"), release.str.count(r"\.") == 3
    names = list(AGES)
    return pd.Series(names[2], index=release.index).mask(whole, names[1]).mask(yearly, names[0])


def months(table: pd.DataFrame) -> plt.Figure:
    """Deaths per month and country, lighter where the release is less settled (`recent.country_month`)."""
    codes = [code for code in parts.ORDER if code in set(table["country"])]
    fig, axes = parts.small_multiples(codes, 1, 9.0, 2.1, 0.9, sharex=True, sharey=True)
    for code, ax in axes.items():
        rows = table[table["country"] == code]
        when = parts.decimal_years(pd.PeriodIndex(rows["month"]))
        for age, opaque in AGES.items():
            here = (age_of(rows["release"]) == age).to_numpy()
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
    return caption(fig, title, subtitle, "UCDP GED 25.1 and UCDP Candidate Events", note)


def coverage(table: pd.DataFrame) -> plt.Figure:
    """Deaths of the provisional major incidents over UCDP's per month (`recent.coverage`)."""
    fig, ax = parts.panel(None, (9.0, 3.6))
    when = parts.decimal_years(pd.PeriodIndex(table.index))
    ax.bar(when, table["deaths"], width=1 / 13, color="#d9d5cc", linewidth=0)
    ax.bar(when, table["listed"], width=1 / 22, color="#2f4b6e", linewidth=0)
    parts.label(ax, "in the list", when[-1], table["listed"].iloc[-1], (8, -4), color="#2f4b6e")
    parts.label(ax, "UCDP", when[-1], table["deaths"].iloc[-1], (8, 4), color=MUTED)
    parts.month_ticks(ax, pd.PeriodIndex(table.index))
    share = table["listed"].sum() / table["deaths"].sum()
    title = f"The list of major incidents holds {share:.0%} of the deaths after 2023"
    subtitle = "Deaths per month in the three countries, best estimates."
    return caption(
        fig, title, subtitle, "sahelkit major incidents 2; UCDP GED 25.1 and Candidate Events"
    )
