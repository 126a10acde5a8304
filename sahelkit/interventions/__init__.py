"""Interventions: their table, the counts around a date, and what can be said of both together."""

from sahelkit.interventions.table import (
    LASTING,
    OPEN_END,
    area_of,
    beside,
    beside_text,
    brief,
    family_of_lead,
    happened,
    in_force,
    listed,
    numbers,
    one,
    overlaps,
    read,
    when,
)
from sahelkit.interventions.windows import windows

__all__ = [
    "LASTING",
    "OPEN_END",
    "area_of",
    "beside",
    "beside_text",
    "brief",
    "family_of_lead",
    "happened",
    "in_force",
    "listed",
    "numbers",
    "one",
    "overlaps",
    "read",
    "when",
    "windows",
]
