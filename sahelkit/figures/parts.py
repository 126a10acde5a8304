"""What several figures share: labels, ticks, bands, words for keys, maps, the figure of readings."""

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection, PolyCollection

from sahelkit import places
from sahelkit.figures.style import ACCENT, BLUE, EDGE, INK, LAND, MUTED, WIDE, ZONE_FILL, caption
from sahelkit.schema import COUNTRIES

DIFFA_COLOURS = {"with Diffa": "#6f86a8", "without Diffa": ACCENT}
"""One colour per reading; without Diffa is the one to look at."""
PLACEBO = "#e4e2dc"
"""Ground of what chance alone would give."""
THOUSANDS = "{x:,.0f}"
"""Format of the ticks of counts."""
ORDER = ("MLI", "BFA", "NER")
"""Countries from west to east."""


def name_of(code: str) -> str:
    """Country of a code, or 'Three countries'."""
    return COUNTRIES.get(code, "Three countries")


def names_of(codes) -> str:
    """Countries of codes in a sentence.

    >>> names_of(["MLI", "BFA", "NER"]), names_of(["NER"])
    ('Mali, Burkina Faso and Niger', 'Niger')
    """
    names = [name_of(code) for code in ORDER if code in set(codes)]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def unit_of(table: pd.DataFrame) -> str:
    """What a table counts, 'incidents' or 'deaths', as the statistic that made it noted."""
    return table.attrs.get("weight", "incidents").split("_")[0]


def of(table: pd.DataFrame, reading: str) -> pd.DataFrame:
    """One reading of a table with and without Diffa, by year."""
    return table[table["reading"] == reading].drop(columns="reading").set_index("year")


def per_reading(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """One column by year, with and without Diffa."""
    return table.pivot(index="year", columns="reading", values=column)[list(DIFFA_COLOURS)]


def by_reading(table: pd.DataFrame, tall: float, **style) -> tuple:
    """A figure of two panels, with and without Diffa, and of each the axes and its rows by year."""
    fig, axes = small_multiples(list(DIFFA_COLOURS), 2, 9.6, tall, **style)
    for reading, ax in axes.items():
        ax.set_title(reading)
    return fig, [(ax, of(table, reading)) for reading, ax in axes.items()]


def panel(ax, size: tuple) -> tuple:
    """Figure and axes of a figure of one panel: new ones, or the axes that the caller gives.

    On a caller's axes `caption` writes the title above them and leaves the figure alone.
    """
    if ax is None:
        return plt.subplots(figsize=size)
    ax.figure.sahelkit_guest = ax
    return ax.figure, ax


def small_multiples(names, columns: int, wide: float, tall: float, rest=0.0, **style) -> tuple:
    """A figure with a panel per name, each row so tall, in inches; and its axes by name."""
    rows = -(-len(names) // columns)
    size = (wide, rest + tall * rows)
    fig, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, **style)
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    return fig, dict(zip(names, axes.flat, strict=False))


def name_rows(ax, names, tall: float, rest: float) -> None:
    """Name what is drawn in rows, the first on top, and make each row so tall, in inches."""
    if not hasattr(ax.figure, "sahelkit_guest"):
        ax.figure.set_figheight(rest + tall * len(names))
    ax.set(yticks=range(len(names)), yticklabels=names)
    ax.invert_yaxis()


def band(ax, when, ends, middle, colour: str, alpha: float = 0.2, **style) -> None:
    """A line in a band from the lower to the upper of two ends."""
    ax.fill_between(when, *ends, color=colour, alpha=alpha, linewidth=0)
    ax.plot(when, middle, color=colour, **style)


def stack(ax, table: pd.DataFrame, colours: dict, lying: bool = False, **style) -> dict:
    """Bars that stack the columns of a table that have a colour, in the order of the colours."""
    draw, start = (ax.barh, "left") if lying else (ax.bar, "bottom")
    base, bars = np.zeros(len(table)), {}
    for name in (name for name in colours if name in table):
        where = {start: base, "color": colours[name], "label": name}
        bars[name] = draw(table.index, table[name], **where, **style)
        base = base + table[name].to_numpy()
    return bars


def label(ax, text, x, y, offset=(6, 0), **style) -> None:
    """A text some points away from a place in the data."""
    style = {"va": "center"} | style
    ax.annotate(text, (x, y), offset, textcoords="offset points", **style)


def end_labels(ax, ends: dict, gap: float, **style) -> None:
    """Label lines at their right end, moved apart to at least `gap`: {label: (x, y, colour)}."""
    ordered = sorted(ends.items(), key=lambda item: item[1][1])
    heights = spread_labels([y for _, (_, y, _) in ordered], gap)
    for (text, (x, _, colour)), y in zip(ordered, heights, strict=True):
        label(ax, text, x, y, color=colour, **style)


def spread_labels(wanted, gap: float, most: float = np.inf) -> list:
    """Heights for labels near the wanted ones: in order, a gap apart, none above the most."""
    out = np.array(wanted, float)
    for i in range(1, len(out)):
        out[i] = max(out[i], out[i - 1] + gap)
    for i in range(len(out) - 1, -1, -1):
        out[i] = min(out[i], most - gap * (len(out) - 1 - i))
    return out.tolist()


def coloured_words(ax, words: dict, x: float, y: float, step: float, **style) -> None:
    """A key of words in their colours, one above the other, in shares of the axes: {text: colour}."""
    style = {"weight": "bold"} | style
    for place, (text, colour) in enumerate(words.items()):
        ax.text(x, y + step * place, text, color=colour, transform=ax.transAxes, **style)


def dots(colours: dict) -> list:
    """Handles of a legend of dots: {label: colour}."""
    return [plt.Line2D([], [], marker="o", ls="", color=c, label=k) for k, c in colours.items()]


def decimal_years(months: pd.PeriodIndex) -> np.ndarray:
    """Months as decimal years, at mid-month."""
    return months.year + (months.month - 0.5) / 12


def month_ticks(ax, months: pd.PeriodIndex) -> None:
    """Months on an axis of decimal years, where the series is too short for years."""
    if len(months) < 36:
        shown = months[:: 1 + len(months) // 12]
        ax.set_xticks(decimal_years(shown), labels=[f"{m.strftime('%b')}\n{m.year}" for m in shown])


def year_ticks(ax) -> None:
    """Years on an axis of days."""
    ax.xaxis.set_major_locator(mdates.YearLocator())
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))


def log_ticks(axis, ticks=None, sign: str = "") -> None:
    """Plain numbers on a logarithmic axis, small ticks without."""
    if ticks is not None:
        axis.set_ticks(ticks)
    axis.set_major_formatter(lambda value, _: f"{sign}{value:g}")
    axis.set_minor_formatter(plt.NullFormatter())


def draw_map(ax, zone: bool = True, labels: bool = False) -> None:
    """Draw the schematic outlines on axes: countries, regions, Liptako-Gourma lightly filled."""
    shapes = places.outlines()
    inside = places.in_liptako_gourma(shapes) if zone else pd.Series(False, index=shapes.index)
    # The rings go straight to matplotlib: geopandas' own plot takes ten times as long per map.
    rings = [np.asarray(shape.exterior.coords) for shape in shapes.geometry]
    colours = [ZONE_FILL if flag else LAND for flag in inside]
    style = dict(facecolors=colours, edgecolors=EDGE, linewidths=0.4, zorder=0)
    ax.add_collection(PolyCollection(rings, **style))
    borders = [np.asarray(shape.exterior.coords) for shape in places.countries().geometry]
    ax.add_collection(LineCollection(borders, colors="#77726a", linewidths=0.9, zorder=1))
    if labels:
        spots = {"MLI": (-2.6, 20.2), "BFA": (-3.3, 11.6), "NER": (9.6, 17.5)}
        for code, (x, y) in spots.items():
            ax.text(x, y, COUNTRIES[code], ha="center", fontsize=9, color=MUTED, zorder=4)
    ax.set(xlim=(-12.6, 16.3), ylim=(9.1, 25.2), xticks=[], yticks=[], aspect=1.04)
    ax.grid(False)
    ax.spines[:].set_visible(False)


def cell_rings(gids) -> np.ndarray:
    """The corners of PRIO-GRID cells, degrees: shape (cells, 4, 2)."""
    row, column = np.divmod(np.asarray(gids, int) - 1, 720)
    corners = np.column_stack([column / 2 - 180, row / 2 - 90])
    return corners[:, None] + [(0, 0), (0.5, 0), (0.5, 0.5), (0, 0.5)]


def draw_cells(ax, gids, colour: str) -> None:
    """Fill grid cells."""
    style = dict(facecolor=colour, lw=0, zorder=2, alpha=0.85)
    ax.add_collection(PolyCollection(cell_rings(gids), **style))


def draw_tripoint(ax, text: str = "") -> None:
    """A cross where the three countries meet."""
    latitude, longitude = places.TRIPOINT
    ax.plot(longitude, latitude, marker="+", color=INK, markersize=9, mew=1.6, zorder=6)
    if text:
        label(ax, text, longitude, latitude, (7, -11), zorder=6, va="baseline")


def over_readings(
    table: pd.DataFrame, what: str, unit: str, source: str, factor: float = 1.0, ax=None
):
    """Dot plot of one statistic (`what`) over the readings of the data (`readings.over_readings`); the
    factor is 100 for a share in per cent."""
    values = table["value"] * factor
    fig, ax = panel(ax, WIDE)
    rows = range(len(table))
    ax.axvline(values.iloc[0], color=ACCENT, linewidth=1, zorder=1)
    ax.hlines(rows, values.iloc[0], values, color="#c9c9c9", linewidth=2, zorder=1)
    ax.scatter(values, rows, color=[ACCENT] + [BLUE] * (len(table) - 1), s=36, zorder=2)
    for row, value in zip(rows, values, strict=True):
        label(ax, f"{value:,.3g}", value, row, (7, 0), fontsize=8)
    name_rows(ax, table["variant"], 0.3, 1.8)
    ax.set_xlabel(unit)
    ax.margins(x=0.12)
    span = f"{values.min():,.3g} to {values.max():,.3g}"
    title = f"{what}: {span} over {len(table)} readings of the data"
    return caption(fig, title, f"Red: the plain reading. Unit: {unit}.", source)
