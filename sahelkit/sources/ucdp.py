"""UCDP Georeferenced Event Dataset: yearly GED and candidate releases, csv or zip, to incidents.

Columns and meanings follow the GED codebook (Sundberg & Melander 2013, Journal of Peace Research
50(4)) and, for the monthly candidates, Hegre et al. (2020, Research & Politics 7(3)). Read are the
official 49 columns, those of releases since 17.1, the 47 of the country extracts, whose deaths are
called ``best_est``, ``high_est``, ``low_est``, and a release that lacks its header row.
"""

import re
from pathlib import Path

import pandas as pd

from sahelkit import places
from sahelkit.sources.cells import to_dates, to_ids, to_numbers
from sahelkit.sources.formats import UCDP
from sahelkit.sources.source import (
    Provenance,
    checked,
    drop_rows,
    kept,
    position_columns,
    repeated_ids,
    unreadable_dates,
    wanted_text,
)

EVENT_TYPES = {
    1: "state-based conflict",
    2: "non-state conflict",
    3: "one-sided violence",
}
LOCATION_PRECISION = {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 4, 7: 4}
"""UCDP where_prec -> location_precision: 5 is a linear or fuzzy feature, 6 country, 7 waters."""
CLEAR = "clear"
"""The code_status of an event that is vetted; candidates have others."""


def release_of(path) -> str:
    """Release as the file name gives it; else 'unknown'.

    Yearly releases are called 24.1, monthly candidates 24.0.11, those from January to a month
    24.01.24.09.

    >>> release_of("GEDEvent_v24_1.csv"), release_of("ged251-csv.zip"), release_of("events.csv")
    ('24.1', '25.1', 'unknown')
    >>> release_of("GEDEvent_v26_0_8.csv"), release_of("GEDEvent_v26_01_26_06.csv")
    ('26.0.8', '26.01.26.06')
    """
    name = Path(path).name
    match = re.search(
        r"(?:ged|v|candidate)[_ ]?(\d{2})[._]01[._]\1[._](\d{2})(?!\d)", name, re.IGNORECASE
    )
    if match:
        return f"{match[1]}.01.{match[1]}.{match[2]}"
    match = re.search(
        r"(?:ged|v|candidate)[_ ]?(\d{2})[._]0[._](\d{1,2})(?!\d)", name, re.IGNORECASE
    )
    if match:
        return f"{match[1]}.0.{int(match[2])}"
    match = re.search(r"(?:ged|v|candidate)[_ ]?(\d{2})[._]?(\d)(?!\d)", name, re.IGNORECASE)
    return f"{match[1]}.{match[2]}" if match else "unknown"


def read(layout, rows) -> tuple:
    """Incidents of Mali, Burkina Faso and Niger in a GED or candidate file, global or an extract.

    Returns
    -------
    (DataFrame, Provenance)

    Raises
    ------
    SourceError
        No row is in the three countries, or no date can be read.
    """
    path = layout.path
    provenance = Provenance(path.name, "ucdp-ged", release_of(path))
    text = wanted_text(layout, rows, UCDP.columns, provenance)
    provisional = ~text["code_status"].str.strip().str.lower().isin([CLEAR, ""])
    if _is_candidate(provenance.source_version, provisional):
        provenance.source = "ucdp-candidate"
    frame, violence = _values(text, path, provenance.warnings)
    reasons = {
        **unreadable_dates(frame, text, {"date_start": "date_start", "date_end": "date_end"}),
        "end before start": frame["date_end"] < frame["date_start"],
        "unknown type of violence": ~violence.isin(EVENT_TYPES),
        "no id": frame["incident_id"] == "",
        "negative deaths": (frame.filter(like="deaths_") < 0).any(axis=1),
    }
    frame = drop_rows(frame, reasons, provenance)
    again = repeated_ids(frame, ["date_end", "deaths_best"], provenance)
    frame = drop_rows(frame, {"repeated id": again}, provenance)
    text, provisional = text.loc[frame.index], provisional[frame.index]
    _repair_menaka(frame, text, provenance)
    if provenance.source == "ucdp-candidate" and provisional.any():
        provenance.warnings["provisional: code_status is not Clear"] = frame.loc[
            provisional, "incident_id"
        ].tolist()
    return checked(frame.join(kept(text[rows.keep])), provenance, text["adm_1"])


def _is_candidate(release: str, provisional: pd.Series) -> bool:
    """By the release, or where the name of the file does not tell, by provisional events in it."""
    return release.count(".") > 1 or (release == "unknown" and bool(provisional.any()))


def _repair_menaka(frame: pd.DataFrame, text: pd.DataFrame, provenance) -> None:
    """Set the region of events in the cercles that became Ménaka; in place, and in the account."""
    moved = places.in_split_region(frame["region"], text["adm_2"])
    if moved.any():
        provenance.repairs["Gao before the split, in a cercle of Ménaka: region set to Ménaka"] = (
            frame.loc[moved, "incident_id"].tolist()
        )
        frame.loc[moved, "region"] = "Ménaka"


def _values(text: pd.DataFrame, path, doubts: dict) -> tuple:
    """Typed columns of the incidents frame from GED's text, and the type of violence."""
    violence = to_numbers(text["type_of_violence"], "Int32")
    date_precision = to_numbers(text["date_prec"], "Int8")
    frame = pd.DataFrame(
        {
            "incident_id": to_ids(text["id"], path, "id"),
            "date_start": to_dates(text["date_start"], path, "date_start", doubts=doubts),
            "date_end": to_dates(text["date_end"], path, "date_end"),
            "date_precision": date_precision.where(date_precision.between(1, 5), 5),
            "violence": violence.map({1: "combat", 2: "combat", 3: "civilians"}),
            "event_type": violence.map(EVENT_TYPES),
            "actor_a": text["side_a"],
            "actor_b": text["side_b"],
            "country": text["country"],
            "region": places.canonical_regions(text["country"], text["adm_1"]),
            "place": text["where_coordinates"].replace("", pd.NA),
            **position_columns(text, "where_prec", LOCATION_PRECISION),
        }
    )
    for name in ("best", "low", "high"):
        frame[f"deaths_{name}"] = to_numbers(text[name], "Int32")
    frame["deaths_civilians"] = to_numbers(text["deaths_civilians"], "Int32")
    return frame, violence
