"""Figure of notebook 00: the published totals."""

import matplotlib.pyplot as plt
import pandas as pd

from sahelkit.figures import parts
from sahelkit.figures.style import COUNTRY_COLOURS, WIDE, caption
from sahelkit.schema import COUNTRIES


def country_totals(table: pd.DataFrame, source: str, ax=None) -> plt.Figure:
    """Deaths per country and year with the range from low to high: `Dataset.country_year`."""
    fig, ax = parts.panel(ax, WIDE)
    for country, part in table.groupby("country", observed=True):
        colour, years = COUNTRY_COLOURS[country], part["year"]
        ends = part["deaths_low"], part["deaths_high"]
        parts.band(ax, years, ends, part["deaths_best"], colour, 0.18, lw=2)
        last = part.iloc[-1]
        style = dict(color=colour, weight="bold")
        parts.label(ax, COUNTRIES[country], last["year"], last["deaths_best"], **style)
    years = table["year"]
    ax.set(xlim=(years.min(), years.max() + 1.6), ylim=(0, None), ylabel="Deaths per year")
    ax.set_xticks(range(years.min(), years.max() + 1, 2))
    top = table.loc[table["deaths_best"].idxmax()]
    most, name = f"{top['deaths_best']:,.0f}", COUNTRIES[top["country"]]
    parts.label(ax, most, top["year"], top["deaths_best"], (-6, 0), ha="right")
    title = f"{name}, {top['year']}: {most} deaths, the most of any country and year"
    subtitle = "Deaths in organised violence per year, best estimate; band: low to high estimate."
    return caption(fig, title, subtitle, source)
