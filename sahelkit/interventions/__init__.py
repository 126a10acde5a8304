"""Interventions: their table, the counts around a date, and what can be said of both together."""

from sahelkit.interventions.table import (
    LASTING,
    OPEN_END,
    also_happened,
    also_in_words,
    area_of,
    dates_in_words,
    family_of_lead,
    happened,
    in_force,
    in_one_line,
    intervention,
    losses,
    overlaps,
    phases,
    read,
    reported_numbers,
    short_name,
)
from sahelkit.interventions.windows import windows

__all__ = [
    "LASTING",
    "OPEN_END",
    "also_happened",
    "also_in_words",
    "area_of",
    "dates_in_words",
    "family_of_lead",
    "happened",
    "in_force",
    "in_one_line",
    "intervention",
    "losses",
    "overlaps",
    "phases",
    "read",
    "reported_numbers",
    "short_name",
    "windows",
]
