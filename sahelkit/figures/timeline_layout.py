"""Where things go on the timeline: lanes, short labels, and places where no two labels overlap."""

import re
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.textpath import TextPath

from sahelkit import interventions, schema
from sahelkit.figures import COUNTRY_COLOURS, INK

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
"""A ribbon at least so thick, in inches, carries its label inside."""
_LOST = re.compile(r"(?:(?:Claimed d|Reported d|D)eaths?|Capture) of ([^(]*?)(?: and .*| \(.*)?$")
_PARTICLES = ("Abou", "Ould", "ag", "Abu")


def lane_of(row) -> str | None:
    """The lane group that a deployment is drawn in, or None for what is not a deployment."""
    fixed = {"area_operation": "Area\noperations", "joint_force": "Joint forces"}
    if row["kind"] == "arrival":
        return "Wagner Group"
    if row["kind"] in fixed:
        return fixed[row["kind"]]
    if row["kind"] not in interventions.LASTING:
        return None
    if "France" in row["lead"]:
        return "French\noperations"
    return "EU missions" if "European Union" in row["lead"] else "UN, African\nmissions"


def short_name(name: str) -> str:
    """A label from a name: the acronym if it gives one, without what the lane already says.

    >>> short_name("Operation Serval"), short_name("Death of Bah ag Moussa")
    ('Serval', 'ag Moussa')
    """
    if interventions.short_name(name) != name:
        return interventions.short_name(name)
    lost = _LOST.match(name)
    if lost:
        words = lost.group(1).split()
        own = words[-2:] if len(words) > 1 and words[-2] in _PARTICLES else words[-1:]
        doubt = re.search("denied|[Rr]eported", name)
        return " ".join(own) + (f" ({doubt.group().lower()})" if doubt else "")
    name = re.sub(r"^(Operation|Task Force|Joint operations? (in|of)) | \(.*\)$", "", name)
    return re.sub(
        r" (preliminary agreement|multinational)|Arrival of |Operation |, \w+ \d{4}$", "", name
    )


def labels(table: pd.DataFrame) -> pd.Series:
    """Short labels of rows; a coup is its country, names that repeat get the first name."""
    short = table["name"].map(short_name)
    twice = short.duplicated(keep=False) & (table["kind"] == "leadership_loss")
    first = table["name"].str.extract(r" of (\w+)")[0]
    short = short.mask(twice, first + " " + short)
    for at in table.index[table["kind"] == "coup"]:
        attempt = " (attempt)" if "attempt" in table.at[at, "name"] else ""
        short[at] = schema.COUNTRIES[table.at[at, "countries"][0]] + attempt
    return short


@cache
def _text_inches(text: str, size: float = FONT) -> float:
    return TextPath((0, 0), text, size=size).get_extents().width / 72 if text else 0.0


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


def strength_steps(row, strengths: pd.DataFrame) -> tuple:
    """Days and reported strengths over a deployment; ([], []) without any."""
    own = strengths[strengths["intervention_id"] == row["intervention_id"]]
    own = own.groupby("day")["number"].max()
    end = row["until"]
    if own.empty:
        return [], []
    days = [row["start"], *own.index.map(lambda day: min(max(day, row["start"]), end)), end]
    return days, [own.iloc[0], *own, own.iloc[-1]]


def repeats(table: pd.DataFrame) -> pd.Series:
    """Withdrawals from one place, or within three weeks of the end of a deployment."""
    ends = table.loc[table["kind"].isin(interventions.LASTING), "end"].dropna()
    near = table["start"].map(lambda day: bool(((ends - day).abs() <= pd.Timedelta(days=21)).any()))
    return (table["kind"] == "withdrawal") & (near | table["area_units"].map(bool))


def lay_bars(rows: pd.DataFrame, axis, name: str) -> tuple:
    """Geometry of one group's ribbons: list of dicts, and the group's height in inches."""
    strengths = interventions.reported_numbers()
    strengths = strengths[(strengths["measure"] == "strength") & strengths["reported"]]
    bars = []
    for _, row in rows.iterrows():
        left, right = axis.at(row["start"]), axis.at(row["until"])
        days, troops = strength_steps(row, strengths)
        word = _text_inches(row["label"])
        if row["kind"] == "area_operation":
            days, troops = [], []
            right = axis.at(row["end"]) if pd.notna(row["end"]) else min(left + 0.16, axis.inches)
        fits = right - left > word + 0.3
        after = right + 0.05 + word < axis.inches
        span = (
            (left, right)
            if fits
            else (left, right + 0.05 + word)
            if after
            else (left - word - 0.05, right)
        )
        thick = max(troops, default=0) * PER_TROOP
        lead = 0.04 if thick >= INSIDE else 0.16
        x = left + lead if fits else right + 0.04 if after else left - 0.04
        bars.append(
            {
                "left": left,
                "right": max(right, left + 0.03),
                "days": days,
                "troops": troops,
                "span": span,
                "x": x,
                "ha": "left" if fits or after else "right",
                "inside": fits,
                "label": row["label"],
                "open": pd.isna(row["end"]),
                "colour": BARS[name],
                "thick": thick,
                "area": row["kind"] == "area_operation",
            }
        )
    levels = [level for level, _ in pack([[bar["span"]] for bar in bars])]
    tall = [0.15] * (max(levels, default=-1) + 1)
    for bar, level in zip(bars, levels, strict=True):
        bar["level"] = level
        tall[level] = max(tall[level], bar["thick"] + 0.03)
    edges = np.concatenate([[0], np.cumsum(tall)])
    for bar in bars:
        bar["y"] = edges[bar["level"]] + tall[bar["level"]] / 2
    return bars, edges[-1]


def lay_marks(rows: pd.DataFrame, axis) -> tuple:
    """Positions of marks and their labels, staggered so that none overlap."""
    marks, spans = [], []
    for _, row in rows.iterrows():
        at, word = axis.at(row["start"]), _text_inches(row["label"])
        if not row["label"]:
            spans.append({"left": (-9 - at, -9 - at)})
            marks.append({"at": at, "label": "", "colour": _colour(row)})
            continue
        following = [axis.at(day) for day in rows["start"] if axis.at(day) > at]
        sides = {"left": (at - 0.05, at + 0.07 + word), "right": (at - 0.07 - word, at + 0.05)}
        if following and following[0] - at < word:
            sides = dict(reversed(sides.items()))
        fitting = {
            ha: span
            for ha, span in sides.items()
            if span[0] > -0.06 and span[1] < axis.inches + 0.06
        }
        spans.append(fitting)
        marks.append({"at": at, "label": row["label"], "colour": _colour(row)})
    levels = pack([list(fitting.values()) for fitting in spans], gap=0.05)
    for mark, fitting, (level, i) in zip(marks, spans, levels, strict=True):
        mark |= {"y": 0.075 + 0.15 * level, "ha": list(fitting)[i]}
    return marks, 0.15 * (max((level for level, _ in levels), default=-1) + 1)


def _colour(row) -> str:
    """Of the country that an event concerns; ink for several."""
    own = [code for code in row["countries"] if code in COUNTRY_COLOURS]
    return COUNTRY_COLOURS[own[0]] if len(own) == 1 else INK
