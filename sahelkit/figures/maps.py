"""Maps of any subset: incidents as points, counts by cell or region, periods side by side."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sahelkit import coding, places
from sahelkit.choices import NotCovered, one_of
from sahelkit.dataset import years_covered
from sahelkit.figures import parts
from sahelkit.figures.style import EDGE, FAMILY_COLOURS, PERPETRATOR_COLOURS, caption

SHADES = ("#f6d7a7", "#eda75d", "#d4682b", "#9c3a1d", "#5a1a12")
CLASSES = {"cell": (1, 2, 5, 10, 25), "region": (1, 10, 50, 100, 250)}
"""Least number of incidents of each class, from light to dark."""


def incident_map(incidents: pd.DataFrame, source: str, by="conflict", extent=None, ax=None):
    """Map of incidents, area of a circle proportional to deaths; vague positions are hollow.

    Parameters
    ----------
    by : {'conflict', 'perpetrator'}
        What the colour tells: the conflict that an incident belongs to, or the side that struck.
    extent : (west, east, south, north), optional
        Degrees; default the three countries.

    Raises
    ------
    NotCovered
        No incident has a position and deaths.
    """
    one_of(by, ("conflict", "perpetrator"), "by")
    table = incidents.dropna(subset=["latitude", "deaths_best"])
    table = table.sort_values(["deaths_best", "incident_id"], ascending=[False, True])
    if table.empty:
        raise NotCovered("No incident has a position and deaths: no map.")
    fig, ax = parts.panel(ax, (9.0, 5.9))
    parts.draw_map(ax, labels=extent is None)
    if extent:
        ax.set(xlim=extent[:2], ylim=extent[2:])
    else:
        ax.set_ylim(7.2, 25.2)  # room for the legends
    kind, colours = table["group"].astype("str"), FAMILY_COLOURS
    if by == "perpetrator":
        kind, colours = coding.perpetrators(table), PERPETRATOR_COLOURS
    vague = (table["location_precision"] >= 4).fillna(True).astype(bool)
    for part in (table[vague], table[~vague]):
        shades = kind[part.index].map(colours)
        ink = dict(edgecolor="white", facecolor=shades, linewidth=0.4)
        if vague[part.index].any():
            ink = dict(edgecolor=shades, facecolor="none", linewidth=0.9)
        size = part["deaths_best"].astype(float) * 1.5
        ax.scatter(part["longitude"], part["latitude"], size, alpha=0.62, zorder=3, **ink)
    sums = table.groupby(kind)["deaths_best"].sum().sort_values(ascending=False)
    handles = parts.dots({f"{name} ({n:,.0f})": colours[name] for name, n in sums.items()})
    key = dict(fontsize=8, title_fontsize=8)
    titles = {"conflict": "Conflict (deaths on all sides)", "perpetrator": "Who struck (deaths)"}
    families = dict(title=titles[by], ncol=2, borderaxespad=0)
    right, left = dict(loc="lower right"), dict(loc="lower left")
    if extent:  # below the map
        right = dict(loc="upper right", bbox_to_anchor=(1, 0))
        left = dict(loc="upper left", bbox_to_anchor=(0, 0))
    first = ax.legend(handles=handles, **right, **families, **key)
    first._legend_box.align = "left"
    ax.add_artist(first)
    grey = dict(color="#8a8a8a", alpha=0.6)
    sizes = [ax.scatter([], [], s=n * 1.5, label=str(n), **grey) for n in (20, 100, 300)]
    ax.legend(handles=sizes, title="Deaths", ncol=3, labelspacing=1.6, **left, **key)
    top = table.iloc[0]
    title = (
        f"{len(table):,.0f} incidents killed {table['deaths_best'].sum():,.0f} "
        f"people; the largest, {top['place']} ({top['date_start']:%B %Y}), "
        f"{top['deaths_best']:,.0f}"
    )
    subtitle = (
        "Area of a circle: deaths, best estimate; hollow: place known to the region or worse. "
        "Shaded: Liptako-Gourma by regions. Schematic outlines imply no judgement on boundaries."
    )
    return caption(fig, title, subtitle, source)


def count_map(ds, source: str, periods: list, by: str = "cell") -> plt.Figure:
    """Incidents per grid cell or region in one or several periods, side by side on one key.

    Parameters
    ----------
    periods : list of (int, int)
        First and last year of each.
    by : {'cell', 'region'}

    Raises
    ------
    NotCovered
        The data do not reach over a period.
    """
    one_of(by, ("cell", "region"), "by")
    years_covered(ds, *(year for period in periods for year in period))
    fig, axes = plt.subplots(1, len(periods), figsize=(9.6, 4.6), squeeze=False)
    shapes, classes, totals = places.outlines(), CLASSES[by], []
    for ax, (first, last) in zip(axes.flat, periods, strict=True):
        parts.draw_map(ax, zone=False)
        if by == "cell":
            rows = ds.grid_year[ds.grid_year["year"].between(first, last)]
            counts = rows.groupby("priogrid_gid")["incidents"].sum()
            rings = parts.cell_rings(counts.index)
        else:
            month = ds.region_month["month"].dt.year
            rows = ds.region_month[month.between(first, last)]
            sums = rows.groupby(["country", "region"], observed=True)["incidents"].sum()
            regions = pd.MultiIndex.from_frame(shapes[["country", "region"]])
            counts = sums.reindex(regions, fill_value=0)
            rings = [np.asarray(shape.exterior.coords) for shape in shapes.geometry]
        edge = dict(edgecolor=EDGE, lw=0.3, zorder=0.5)
        for ring, n in zip(rings, counts, strict=True):
            if n:
                colour = SHADES[np.searchsorted(classes, n, side="right") - 1]
                ax.add_patch(plt.Polygon(ring, facecolor=colour, **edge))
        span = f"{first}-{last}" if last > first else f"{first}"
        totals.append(f"{counts.sum():,.0f} in {span}")
        ax.set_title(span)
    names = [f"{a} to {b - 1}" if b > a + 1 else f"{a}" for a, b in pairwise(classes)]
    handles = parts.dots(dict(zip([*names, f"{classes[-1]} and more"], SHADES, strict=True)))
    key = dict(loc="upper left", bbox_to_anchor=(0, 0), ncol=len(names), fontsize=8.5)
    axes.flat[0].legend(handles=handles, title=f"Incidents per {by}", columnspacing=0.8, **key)
    unit = "cell of half a degree" if by == "cell" else "region, those in no region left out"
    subtitle = f"Incidents per {unit}. Schematic outlines imply no judgement on boundaries."
    return caption(fig, f"Incidents: {', '.join(totals)}", subtitle, source)
