"""Global Terrorism Database, csv or xlsx, to incidents.

Columns and meanings follow the GTD codebook (START 2021): month or day 0 is unknown, a missing
``nkill`` is missing and not zero, ``specificity`` says how well the place is known.
"""

import re
from pathlib import Path

import pandas as pd

from sahelkit import places
from sahelkit.files import SourceError
from sahelkit.sources.cells import EXPONENT, to_ids, to_numbers
from sahelkit.sources.formats import GTD
from sahelkit.sources.source import (
    Provenance,
    checked,
    drop_rows,
    kept,
    position_columns,
    repeated_ids,
    wanted_text,
)

ARMED_TARGETS = (3, 4, 17, 22)
"""targtype1 of police, military, non-state militia and violent party: combat, all others
civilians."""
LOCATION_PRECISION = {1: 1, 2: 3, 3: 3, 4: 4, 5: 4}
"""GTD specificity: 1 the place itself, 2 and 3 centroid of the district, 4 of the region, 5
unknown."""


def release_of(path) -> str:
    """Month of the distribution as the file name gives it; else 'unknown'.

    >>> release_of("globalterrorismdb_0522dist.xlsx"), release_of("gtd.csv")
    ('2022-05', 'unknown')
    """
    match = re.search(r"_(\d{2})(\d{2})dist", Path(path).name)
    return f"20{match[2]}-{match[1]}" if match else "unknown"


def read(layout, rows) -> tuple:
    """Incidents of Mali, Burkina Faso and Niger in a GTD file, the xlsx as distributed or a csv of it.

    Returns
    -------
    (DataFrame, Provenance)
        `deaths_low`, `deaths_high` and `deaths_civilians` are missing: GTD gives one number.

    Raises
    ------
    SourceError
        No row is in the three countries, or no date can be read.
    """
    path = layout.path
    provenance = Provenance(path.name, "gtd", release_of(path))
    provenance.filters += ", terrorism by the criteria of GTD"
    text = wanted_text(layout, rows, GTD.columns, provenance)
    frame = _values(text, path)
    reasons = {
        "no id": frame["incident_id"] == "",
        "id in exponent form": frame["incident_id"].str.fullmatch(EXPONENT),
        "unreadable date": frame["date_start"].isna(),
        "negative deaths": frame["deaths_best"] < 0,
    }
    frame = drop_rows(frame, reasons, provenance)
    again = repeated_ids(frame, ["date_start", "deaths_best"], provenance)
    frame = drop_rows(frame, {"repeated id": again}, provenance)
    text = text.loc[frame.index]
    doubt = to_numbers(text["doubtterr"], "Int32") == 1
    if doubt.any():
        provenance.warnings["doubt whether it is terrorism (doubtterr)"] = frame.loc[
            doubt.fillna(False).astype(bool), "incident_id"
        ].tolist()
    return checked(frame.join(kept(text[rows.keep])), provenance, text["provstate"])


def _dates(text: pd.DataFrame) -> tuple:
    """First day, last day and precision: an unknown day spans the month, an unknown month the
    year."""
    year, month, day = (to_numbers(text[f"i{name}"], "Int32") for name in ("year", "month", "day"))
    known_month, known_day = month.between(1, 12), month.between(1, 12) & day.between(1, 31)
    known_month, known_day = known_month.fillna(False), known_day.fillna(False)
    parts = {"year": year, "month": month.where(known_month, 1), "day": day.where(known_day, 1)}
    start = pd.to_datetime(pd.DataFrame(parts).astype("float64"), errors="coerce").dt.as_unit("s")
    start = start.where(start.dt.year.between(1900, 2100))
    end = start.mask(~known_day, start + pd.offsets.MonthEnd(0))
    end = end.mask(~known_month, start + pd.offsets.YearEnd(0))
    precision = pd.Series(1, index=text.index).mask(~known_day, 4).mask(~known_month, 5)
    return start, end, precision.astype("Int8")


def _values(text: pd.DataFrame, path) -> pd.DataFrame:
    """Typed columns of the incidents frame from GTD's text."""
    start, end, precision = _dates(text)
    if len(start) and start.isna().all():
        raise SourceError(
            f"{path}: columns iyear, imonth, iday: none of {len(start)} rows has a date "
            f"(first: {text['iyear'].iloc[0]!r}). Download the file again."
        )
    target = to_numbers(text["targtype1"], "Int32")
    return pd.DataFrame(
        {
            "incident_id": to_ids(text["eventid"], path, "eventid"),
            "date_start": start,
            "date_end": end,
            "date_precision": precision,
            "violence": target.isin(ARMED_TARGETS).map({True: "combat", False: "civilians"}),
            "event_type": text["attacktype1_txt"],
            "actor_a": text["gname"],
            "actor_b": text["target1"].where(text["target1"] != "", text["targtype1_txt"]),
            "country": text["country"],
            "region": places.canonical_regions(text["country"], text["provstate"]),
            "place": text["city"].replace("", pd.NA),
            **position_columns(text, "specificity", LOCATION_PRECISION),
            "deaths_best": to_numbers(text["nkill"], "Int32"),
        }
    )
