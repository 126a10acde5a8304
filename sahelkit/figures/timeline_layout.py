"""Where things go on the timeline: lanes, and places where no two labels overlap, in inches."""

from functools import cache

import numpy as np
import pandas as pd
from matplotlib.textpath import TextPath

from sahelkit import interventions
from sahelkit.figures.style import COUNTRY_COLOURS, INK

FONT = 7.6
PER_TROOP = 0.42 / 15_000
"""Inches of a ribbon's thickness per soldier."""
BARS = {
    "French\noperations": "#23395d",
    "UN, African\nmissions": "#4c8dae",
    "EU missions": "#7d6bb0",
    "Joint forces": "#3c7a5e",
    "Wagner Group": "#8c3b3b",
    "Area\noperations": "#b08a3e",
}
MARKS = {
    "Coups": (("coup",), "X"),
    "Accords,\nsummits": (("accord", "summit"), "s"),
    "Withdrawals": (("withdrawal",), "<"),
    "Leaders killed\nor captured": (("leadership_loss",), "v"),
}
INSIDE = 0.125
"""A ribbon at least so thick carries its label inside."""
ROW = 0.15
"""Height of a row of labels."""


def lane_of(row) -> str | None:
    """The lane group that a deployment is drawn in, or None for what is not a deployment."""
    fixed = {
        "area_operation": "Area\noperations",
        "joint_force": "Joint forces",
        "arrival": "Wagner Group",
    }
    if row["kind"] in fixed:
        return fixed[row["kind"]]
    if row["kind"] not in interventions.LASTING:
        return None
    if "France" in row["lead"]:
        return "French\noperations"
    return "EU missions" if "European Union" in row["lead"] else "UN, African\nmissions"


@cache
def _text_inches(text: str) -> float:
    return TextPath((0, 0), text, size=FONT).get_extents().width / 72 if text else 0.0


def pack(choices: list, gap: float = 0.06) -> list:
    """For each item the lowest level on which one of its spans is free, in given order.

    Parameters
    ----------
    choices : list of list of (left, right)
        Spans in order of preference.

    Returns
    -------
    list of (int, int)
        Level and which of the spans.

    Examples
    --------
    >>> pack([[(0, 2)], [(1, 3), (-3, -1)], [(1, 3)]])
    [(0, 0), (0, 1), (1, 0)]
    """
    levels, out = [], []
    for spans in choices:
        tried = [(level, i) for level in range(len(levels) + 1) for i in range(len(spans))]
        levels.append([])
        for level, i in tried:
            left, right = spans[i]
            if all(right + gap <= a or left >= b + gap for a, b in levels[level]):
                break
        levels[level].append((left, right))
        out.append((level, i))
        levels = [taken for taken in levels if taken]
    return out


class Axis:
    """Dates to inches along the common axis."""

    def __init__(self, months: pd.PeriodIndex, inches: float):
        self.first, self.last = months[0].start_time, months[-1].end_time.normalize()
        self.per_day = inches / (self.last - self.first).days
        self.inches = inches

    def at(self, day) -> float:
        return (min(max(day, self.first), self.last) - self.first).days * self.per_day

    def day(self, inches: float) -> pd.Timestamp:
        return self.first + pd.Timedelta(days=inches / self.per_day)


def repeats(table: pd.DataFrame) -> pd.Series:
    """Withdrawals from one place, or within three weeks of the end of a deployment."""
    ends = table.loc[table["kind"].isin(interventions.LASTING), "end"].dropna()
    near = table["start"].map(lambda day: bool(((ends - day).abs() <= pd.Timedelta(days=21)).any()))
    return (table["kind"] == "withdrawal") & (near | table["area_units"].map(bool))


def _strengths(row, reported: pd.DataFrame) -> tuple:
    """Days and reported strengths over a deployment; ([], []) without any."""
    own = reported[reported["intervention_id"] == row["intervention_id"]]
    own = own.groupby("day")["number"].max()
    if own.empty or row["kind"] == "area_operation":
        return [], []
    days = own.index.map(lambda day: min(max(day, row["start"]), row["until"]))
    return [row["start"], *days, row["until"]], [own.iloc[0], *own, own.iloc[-1]]


def lay_bars(rows: pd.DataFrame, axis: Axis) -> tuple:
    """Geometry of one group's ribbons: list of dicts, and the group's height."""
    numbers = interventions.reported_numbers()
    reported = numbers[(numbers["measure"] == "strength") & numbers["reported"]]
    bars = []
    for _, row in rows.iterrows():
        left, right = axis.at(row["start"]), axis.at(row["until"])
        area = row["kind"] == "area_operation"
        if area:
            right = axis.at(row["end"]) if pd.notna(row["end"]) else min(left + 0.16, axis.inches)
        days, troops = _strengths(row, reported)
        thick = max(troops, default=0) * PER_TROOP
        word = _text_inches(row["label"])
        if right - left > word + 0.3:
            where, span, x = "inside", (left, right), left + (0.04 if thick >= INSIDE else 0.16)
        elif right + 0.05 + word < axis.inches:
            where, span, x = "after", (left, right + 0.05 + word), right + 0.04
        else:
            where, span, x = "before", (left - word - 0.05, right), left - 0.04
        bars.append(
            {
                "left": left,
                "right": max(right, left + 0.03),
                "days": days,
                "troops": troops,
                "thick": thick,
                "span": span,
                "x": x,
                "ha": "right" if where == "before" else "left",
                "inside": where == "inside",
                "label": row["label"],
                "open": pd.isna(row["end"]),
                "area": area,
            }
        )
    levels = [level for level, _ in pack([[bar["span"]] for bar in bars])]
    tall = [ROW] * (max(levels, default=-1) + 1)
    for bar, level in zip(bars, levels, strict=True):
        tall[level] = max(tall[level], bar["thick"] + 0.03)
    edges = np.concatenate([[0], np.cumsum(tall)])
    for bar, level in zip(bars, levels, strict=True):
        bar["y"] = edges[level] + tall[level] / 2
    return bars, edges[-1]


def lay_marks(rows: pd.DataFrame, axis: Axis) -> tuple:
    """Positions of marks and their labels, staggered so that none overlap, and the height."""
    marks, spans = [], []
    starts = [axis.at(day) for day in rows["start"]]
    for at, (_, row) in zip(starts, rows.iterrows(), strict=True):
        own = [code for code in row["countries"] if code in COUNTRY_COLOURS]
        colour = COUNTRY_COLOURS[own[0]] if len(own) == 1 else INK
        marks.append({"at": at, "label": row["label"], "colour": colour})
        word = _text_inches(row["label"])
        sides = {"left": (at - 0.05, at + 0.07 + word), "right": (at - 0.07 - word, at + 0.05)}
        following = [other for other in starts if other > at]
        if following and following[0] - at < word:
            sides = dict(reversed(sides.items()))
        fits = {
            ha: (left, right)
            for ha, (left, right) in sides.items()
            if left > -0.06 and right < axis.inches + 0.06
        }
        spans.append(fits if row["label"] else {"left": (-9 - at, -9 - at)})
    levels = pack([list(fits.values()) for fits in spans], gap=0.05)
    for mark, fits, (level, i) in zip(marks, spans, levels, strict=True):
        mark |= {"y": ROW / 2 + ROW * level, "ha": list(fits)[i]}
    return marks, ROW * (max((level for level, _ in levels), default=-1) + 1)
