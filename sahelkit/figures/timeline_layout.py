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
    """The lane that an intervention is drawn in, or None for what is on no lane."""
    fixed = {kind: lane for lane, (kinds, _) in MARKS.items() for kind in kinds}
    fixed |= {"area_operation": "Area\noperations", "joint_force": "Joint forces"}
    fixed |= {"arrival": "Wagner Group"}
    if row["kind"] in fixed or row["kind"] not in interventions.LASTING:
        return fixed.get(row["kind"])
    if "France" in row["lead"]:
        return "French\noperations"
    return "EU missions" if "European Union" in row["lead"] else "UN, African\nmissions"


@cache
def _text_inches(text: str) -> float:
    return TextPath((0, 0), text, size=FONT).get_extents().width / 72 if text else 0.0


def pack(choices: list, gap: float = 0.06) -> list:
    """For each item the lowest level on which one of its spans (left, right) is free, in order of
    preference: the level, and which of the spans.

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

    def at(self, days: pd.Series) -> pd.Series:
        return (days.clip(self.first, self.last) - self.first).dt.days * self.per_day

    def day(self, inches: float) -> pd.Timestamp:
        return self.first + pd.Timedelta(days=inches / self.per_day)


def repeats(table: pd.DataFrame) -> pd.Series:
    """Withdrawals from one place, or within three weeks of the end of a deployment."""
    ends = table.loc[table["kind"].isin(interventions.LASTING), "end"].dropna()
    near = table["start"].map(lambda day: bool(((ends - day).abs() <= pd.Timedelta(days=21)).any()))
    return (table["kind"] == "withdrawal") & (near | table["area_units"].map(bool))


def _strength(row, reported: pd.DataFrame) -> pd.Series:
    """Reported strength on days from a deployment's first to its last; empty where none is."""
    own = reported[reported["intervention_id"] == row["intervention_id"]]
    own = own.groupby("day")["number"].max().astype(float)
    if own.empty or row["kind"] == "area_operation":
        return own.head(0)
    own.index = own.index.to_series().clip(row["start"], row["until"])
    first, last = own.iloc[[0]], own.iloc[[-1]]
    return pd.concat([first.set_axis([row["start"]]), own, last.set_axis([row["until"]])])


def lay_bars(rows: pd.DataFrame, axis: Axis) -> tuple:
    """One lane's interventions with the geometry of their ribbons, and the lane's height."""
    numbers = interventions.reported_numbers()
    fighting = numbers["counts"].isin(["soldiers", "fighters"]) & (numbers["basis"] == "present")
    reported = numbers[(numbers["measure"] == "strength") & fighting]
    strength = [_strength(row, reported) for _, row in rows.iterrows()]
    thick = np.array([troops.max() if len(troops) else 0 for troops in strength]) * PER_TROOP
    left, right = axis.at(rows["start"]), axis.at(rows["until"])
    brief = axis.at(rows["end"]).fillna((left + 0.16).clip(upper=axis.inches))
    right = right.mask(rows["kind"] == "area_operation", brief)
    word = rows["label"].map(_text_inches).astype(float)
    inside = right - left > word + 0.3
    after = ~inside & (right + 0.05 + word < axis.inches)
    cases = [inside & (thick >= INSIDE), inside, after]
    x = np.select(cases, [left + 0.04, left + 0.16, right + 0.04], left - 0.04)
    first = left.where(inside | after, left - word - 0.05)
    last = right.mask(after, right + 0.05 + word)
    levels = [level for level, _ in pack([[span] for span in zip(first, last, strict=True)])]
    tall = pd.Series(np.maximum(thick + 0.03, ROW)).groupby(levels).max()
    rows = rows.assign(left=left, right=right, thick=thick, inside=inside, x=x)
    rows["strength"] = pd.Series(strength, rows.index, dtype=object)
    rows["ha"] = np.where(inside | after, "left", "right")
    rows["y"] = (tall.cumsum() - tall / 2)[levels].to_numpy()
    return rows, tall.sum()


def lay_marks(rows: pd.DataFrame, axis: Axis) -> tuple:
    """One lane's events with places where no two labels overlap, and the lane's height."""
    at, spans = axis.at(rows["start"]), []
    for here, word in zip(at, rows["label"].map(_text_inches), strict=True):
        sides = {
            "left": (here - 0.05, here + 0.07 + word),
            "right": (here - 0.07 - word, here + 0.05),
        }
        if (at[at > here].head(1) - here < word).any():
            sides = dict(reversed(sides.items()))
        fits = {
            ha: (left, right)
            for ha, (left, right) in sides.items()
            if left > -0.06 and right < axis.inches + 0.06
        }
        spans.append(fits if word else {"left": (-9 - here, -9 - here)})
    levels = pack([list(fits.values()) for fits in spans], gap=0.05)
    own = [[code for code in codes if code in COUNTRY_COLOURS] for codes in rows["countries"]]
    rows = rows.assign(
        at=at,
        colour=[COUNTRY_COLOURS[codes[0]] if len(codes) == 1 else INK for codes in own],
        y=[ROW / 2 + ROW * level for level, _ in levels],
        ha=[list(fits)[i] for fits, (_, i) in zip(spans, levels, strict=True)],
    )
    return rows, ROW * (max((level for level, _ in levels), default=-1) + 1)
