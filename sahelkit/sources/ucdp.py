"""UCDP Georeferenced Event Dataset: yearly GED and candidate releases, csv or zip, to incidents.

Columns and meanings follow the GED codebook (Sundberg & Melander 2013, Journal of Peace Research
50(4)) and, for the monthly candidates, Hegre et al. (2020, Research & Politics 7(3)). Read are the
official 49 columns, those of releases since 17.1, the 47 of the country extracts, whose deaths are
called ``best_est``, ``high_est``, ``low_est``, and a release that lacks its header row.
"""

import re
from pathlib import Path

from sahelkit.sources.cells import to_numbers
from sahelkit.sources.formats import UCDP
from sahelkit.sources.source import begun, checked, kept, repair_menaka, undamaged

VIOLENCE = {1: "combat", 2: "combat", 3: "civilians"}
EVENT_TYPES = {1: "state-based conflict", 2: "non-state conflict", 3: "one-sided violence"}


def release_of(path) -> str:
    """Release as the file name gives it; else 'unknown'.

    Yearly releases are called 24.1, monthly candidates 24.0.11, those from January to a month
    24.01.24.09.

    >>> release_of("GEDEvent_v24_1.csv"), release_of("ged251-csv.zip"), release_of("events.csv")
    ('24.1', '25.1', 'unknown')
    >>> release_of("GEDEvent_v26_0_8.csv"), release_of("GEDEvent_v26_01_26_06.csv")
    ('26.0.8', '26.01.26.06')
    """
    name, start = Path(path).name, r"(?i)(?:ged|v|candidate)[_ ]?(\d{2})"
    if match := re.search(start + r"[._]01[._]\1[._](\d{2})(?!\d)", name):
        return f"{match[1]}.01.{match[1]}.{match[2]}"
    if match := re.search(start + r"[._]0[._](\d{1,2})(?!\d)", name):
        return f"{match[1]}.0.{int(match[2])}"
    match = re.search(start + r"[._]?(\d)(?!\d)", name)
    return f"{match[1]}.{match[2]}" if match else "unknown"


def read(layout, rows) -> tuple:
    """Incidents and their account from a GED or candidate file, global or an extract.

    A file is a candidate by its release, or where its name does not tell, by provisional events: those
    whose code_status is not Clear.
    """
    provenance, text, frame = begun(layout, rows, UCDP, release_of(layout.path))
    provisional = ~text["code_status"].str.strip().str.lower().isin(["clear", ""])
    release = provenance.source_version
    if release.count(".") > 1 or (release == "unknown" and provisional.any()):
        provenance.source = "ucdp-candidate"
    kind = to_numbers(text["type_of_violence"], "Int32")
    frame["violence"], frame["event_type"] = kind.map(VIOLENCE), kind.map(EVENT_TYPES)
    dates = {name: text[name] for name in ("date_start", "date_end")}
    unknown = {"unknown type of violence": ~kind.isin(EVENT_TYPES)}
    frame = undamaged(frame, dates, ["date_end", "deaths_best"], provenance, unknown)
    repair_menaka(frame, text["adm_2"], provenance)
    if provenance.source == "ucdp-candidate":
        provenance.doubt("provisional: code_status is not Clear", frame, provisional[frame.index])
    return checked(frame.join(kept(text[rows.keep])), provenance, text["adm_1"])
