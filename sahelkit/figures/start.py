"""Figures of notebook 00: where the major incidents are, and the published totals."""

import matplotlib.pyplot as plt
import pandas as pd

from sahelkit import coding
from sahelkit.choices import one_of
from sahelkit.figures.parts import dots, draw_map, label
from sahelkit.figures.style import (
    COUNTRY_COLOURS,
    FAMILY_COLOURS,
    PERPETRATOR_COLOURS,
    WIDE,
    caption,
    thousands,
)
from sahelkit.schema import COUNTRIES


def major_map(incidents: pd.DataFrame, source: str, by: str = "conflict") -> plt.Figure:
    """Map of incidents, area of a circle proportional to deaths; vague positions are hollow.

    Parameters
    ----------
    incidents : DataFrame
        `incident_id, latitude, longitude, location_precision, deaths_best, group, place,
        date_start`; coded ones, too, for the perpetrator.
    by : {'conflict', 'perpetrator'}
        What the colour tells: the conflict that an incident belongs to, or the side that struck.
    """
    one_of(by, ("conflict", "perpetrator"), "by")
    table = incidents.dropna(subset=["latitude", "deaths_best"])
    table = table.sort_values(["deaths_best", "incident_id"], ascending=[False, True])
    fig, ax = plt.subplots(figsize=(9.0, 5.9))
    draw_map(ax, labels=True)
    ax.set_ylim(7.2, 25.2)  # room for the legends
    kind, colours = table["group"].astype("str"), FAMILY_COLOURS
    if by == "perpetrator":
        kind, colours = coding.perpetrators(table), PERPETRATOR_COLOURS
    shades, vague = kind.map(colours), (table["location_precision"] >= 4).fillna(True)
    for rows, fill in ((vague, "none"), (~vague, "face")):
        part = table[rows.astype(bool)]
        style = dict(s=part["deaths_best"].astype(float) * 1.5, alpha=0.62, zorder=3)
        style |= dict(edgecolor=shades[part.index], facecolor="none", linewidth=0.9)
        if fill == "face":
            style |= dict(edgecolor="white", facecolor=shades[part.index], linewidth=0.4)
        ax.scatter(part["longitude"], part["latitude"], **style)
    sums = table.groupby(kind)["deaths_best"].sum().sort_values(ascending=False)
    handles = dots({f"{name} ({thousands(n)})": colours[name] for name, n in sums.items()})
    key = dict(fontsize=8, title_fontsize=8)
    titles = {"conflict": "Conflict (deaths on all sides)", "perpetrator": "Who struck (deaths)"}
    families = dict(title=titles[by], ncol=2, borderaxespad=0)
    first = ax.legend(handles=handles, loc="lower right", **families, **key)
    first._legend_box.align = "left"
    ax.add_artist(first)
    grey = dict(color="#8a8a8a", alpha=0.6)
    sizes = [ax.scatter([], [], s=n * 1.5, label=str(n), **grey) for n in (20, 100, 300)]
    ax.legend(handles=sizes, loc="lower left", title="Deaths", ncol=3, labelspacing=1.6, **key)
    top = table.iloc[0]
    title = (
        f"{thousands(len(table))} major incidents killed {thousands(table['deaths_best'].sum())} "
        f"people; the largest, {top['place']} ({top['date_start']:%B %Y}), "
        f"{thousands(top['deaths_best'])}"
    )
    subtitle = (
        "Area of a circle: deaths, best estimate; hollow: place known to the region or worse. "
        "Shaded: Liptako-Gourma by regions. Schematic outlines imply no judgement on boundaries."
    )
    return caption(fig, title, subtitle, source)


def country_totals(table: pd.DataFrame, source: str) -> plt.Figure:
    """Deaths per country and year with the range from low to high.

    Parameters
    ----------
    table : DataFrame
        `Dataset.country_year`.
    """
    fig, ax = plt.subplots(figsize=WIDE)
    for country, part in table.groupby("country", observed=True):
        colour, years = COUNTRY_COLOURS[country], part["year"]
        ax.fill_between(
            years, part["deaths_low"], part["deaths_high"], color=colour, alpha=0.18, lw=0
        )
        ax.plot(years, part["deaths_best"], color=colour, lw=2)
        last = part.iloc[-1]
        style = dict(color=colour, weight="bold")
        label(ax, COUNTRIES[country], last["year"], last["deaths_best"], **style)
    years = table["year"]
    ax.set(xlim=(years.min(), years.max() + 1.6), ylim=(0, None), ylabel="Deaths per year")
    ax.set_xticks(range(years.min(), years.max() + 1, 2))
    sums = table.groupby("year")["deaths_best"].sum()
    title = (
        f"{thousands(sums.max())} people were killed in the three countries in {sums.idxmax()}, "
        f"against {thousands(sums.loc[2016])} in 2016"
    )
    subtitle = "Deaths in organised violence per year, best estimate; band: low to high estimate."
    return caption(fig, title, subtitle, source)
