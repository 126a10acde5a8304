"""A small map and a small bar chart as text (SVG), for pages that must be one file."""

import pandas as pd

from sahelkit import places
from sahelkit.schema import COUNTRIES

RAMP = ("#fbf3e4", "#f3d6a4", "#e6a86a", "#cc7049", "#9a3f3a", "#5a2230")
LABELS = {"MLI": (-3.5, 20.4), "BFA": (3.9, 10.2), "NER": (10.0, 18.0)}
STEPS = (1, 3, 8, 15, 30)
"""Incidents at which the map takes the next colour."""


def map_svg(regions: pd.Series, dots: pd.DataFrame, country: str | None = None) -> str:
    """A map as SVG: regions coloured by incidents, major incidents as circles sized by deaths."""
    scale, west, north = 15.0, -12.4, 25.1

    def place(longitude, latitude):
        return f"{(longitude - west) * scale:.1f},{(north - latitude) * scale * 1.04:.1f}"

    parts = ['<svg viewBox="0 0 430 252" role="img" xmlns="http://www.w3.org/2000/svg">']
    for code, region, shape in places.outlines().itertuples(index=False):
        rings = (ring.coords for ring in (shape.exterior, *shape.interiors))
        path = " ".join("M" + " L".join(place(x, y) for x, y in ring) + "Z" for ring in rings)
        colour = RAMP[sum(regions.get(region, 0) >= step for step in STEPS)]
        fill = "#f1f0ec" if country and code != country else colour
        parts.append(f'<path d="{path}" fill="{fill}" stroke="#9b968c" stroke-width="0.5"/>')
    for row in dots.dropna(subset=["latitude", "longitude"]).itertuples():
        x, y = place(row.longitude, row.latitude).split(",")
        deaths = 0 if pd.isna(row.deaths_best) else float(row.deaths_best)
        radius = max(2.0, deaths**0.5 / 1.2)
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="{radius:.1f}" fill="#1f3b73" fill-opacity="0.35" '
            'stroke="#1f3b73" stroke-width="0.8"/>'
        )
    for code, (longitude, latitude) in LABELS.items():
        x, y = place(longitude, latitude).split(",")
        parts.append(
            f'<text x="{x}" y="{y}" font-size="9" font-family="sans-serif" text-anchor="middle" '
            f'fill="#6b6b6b">{COUNTRIES[code]}</text>'
        )
    return "".join([*parts, "</svg>"])


def bars_svg(history: pd.Series) -> str:
    """The last 24 months of incidents as bars, the month itself darker."""
    top, width, height = max(history.max(), 1), 12, 62
    parts = [
        f'<svg viewBox="0 0 {24 * width} {height + 24}" role="img" xmlns="http://www.w3.org/2000/svg">'
    ]
    offset = 24 - len(history)
    for i, (month, value) in enumerate(history.items()):
        tall, x = height * value / top, (i + offset) * width
        fill = "#9a3f3a" if i == len(history) - 1 else "#c9b79c"
        parts.append(
            f'<rect x="{x}" y="{12 + height - tall:.1f}" width="{width - 2}" '
            f'height="{tall:.1f}" fill="{fill}"/>'
        )
        if month.month == 1:
            parts.append(
                f'<text x="{x}" y="{height + 22}" font-size="8" fill="#666">{month.year}</text>'
            )
    place = f'x="{24 * width - 2}" y="9" font-size="9" text-anchor="end" fill="#9a3f3a"'
    return "".join([*parts, f"<text {place}>{history.iloc[-1]:.0f}</text>", "</svg>"])
