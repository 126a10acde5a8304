"""Global Terrorism Database, csv or xlsx, to incidents.

Columns and meanings follow the GTD codebook (START 2021): month or day 0 is unknown, a missing
``nkill`` is missing and not zero, ``specificity`` says how well the place is known.
"""

import re
from pathlib import Path

import pandas as pd

from sahelkit.sources.cells import to_dates, to_numbers
from sahelkit.sources.formats import GTD
from sahelkit.sources.source import begun, checked, kept, undamaged

ARMED_TARGETS = (3, 4, 17, 22)
"""targtype1 of police, military, non-state militia and violent party: combat, all others civilians."""


def release_of(path) -> str:
    """Month of the distribution as the file name gives it; else 'unknown'.

    >>> release_of("globalterrorismdb_0522dist.xlsx"), release_of("gtd.csv")
    ('2022-05', 'unknown')
    """
    match = re.search(r"_(\d{2})(\d{2})dist", Path(path).name)
    return f"20{match[2]}-{match[1]}" if match else "unknown"


def read(layout, rows) -> tuple:
    """Incidents and their account from a GTD file, the xlsx as distributed or a csv of it.

    `deaths_low`, `deaths_high` and `deaths_civilians` are missing: GTD gives one number.
    """
    provenance, text, frame = begun(layout, rows, GTD, release_of(layout.path))
    provenance.filters += ", terrorism by the criteria of GTD"
    days = _add_dates(frame, text, layout.path)
    target = to_numbers(text["targtype1"], "Int32")
    frame["violence"] = target.isin(ARMED_TARGETS).map({True: "combat", False: "civilians"})
    frame["actor_b"] = frame["actor_b"].fillna(text["targtype1_txt"])
    frame = undamaged(frame, {"date_start": days}, ["date_start", "deaths_best"], provenance)
    doubt = to_numbers(text["doubtterr"], "Int32").eq(1).fillna(False).astype(bool)
    provenance.doubt("doubt whether it is terrorism (doubtterr)", frame, doubt[frame.index])
    return checked(frame.join(kept(text[rows.keep])), provenance, text["provstate"])


def _add_dates(frame: pd.DataFrame, text: pd.DataFrame, path) -> pd.Series:
    """Add the days; an unknown day spans the month, an unknown month the year. Return them as text."""
    year, month, day = (to_numbers(text[f"i{name}"], "Int32") for name in ("year", "month", "day"))
    known_month = month.between(1, 12).fillna(False)
    known_day = known_month & day.between(1, 31).fillna(False)
    parts = (month.where(known_month, 1), day.where(known_day, 1))
    parts = [part.astype("str").str.zfill(2) for part in parts]
    days = year.astype("str").str.zfill(4).str.cat(parts, sep="-").fillna("")
    start = to_dates(days, path, "iyear, imonth, iday")
    end = start.mask(~known_day, start + pd.offsets.MonthEnd(0))
    frame["date_start"] = start
    frame["date_end"] = end.mask(~known_month, start + pd.offsets.YearEnd(0))
    frame["date_precision"] = known_day.map({True: 1, False: 4}).mask(~known_month, 5)
    return days
