"""The sources, one record each: what it is called, how its files are recognised, what is read of them.

Nothing here imports pandas, which takes longer to import than most files to read: a file is
recognised, and the reading begins, while it is being imported.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sahelkit.choices import one_of
from sahelkit.files import SourceError
from sahelkit.sources.reading import Layout

_GED_HEADER = """
id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id
conflict_name dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a
side_b_dset_id side_b_new_id side_b number_of_sources source_article source_office
source_date source_headline source_original where_prec where_coordinates where_description
adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id region event_clarity
date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best high low
gwnoa gwnob
"""
GED_COLUMNS = tuple(_GED_HEADER.split())
"""GED's 49 columns in their order, for releases that lack the header row (candidate 24.0.1)."""


@dataclass(frozen=True)
class Source:
    """One source of incidents.

    Attributes
    ----------
    recognises : callable
        Whether a header is its, from the column names in lower case with _ for blanks.
    labels : dict
        Value of the incidents frame's `source` -> its name for readers.
    module : str
        Module of `sahelkit.sources` that makes incidents of its files, by ``read(layout, rows)``.
    frame : dict
        Column of the incidents frame -> the column that it is made of, where names differ.
    needed, further : str
        Documented columns that it must have, and those besides `frame` that are read where there
        are any, separated by blanks; a source that names none is read whole.
    aliases : dict
        Further names that exports use: documented name -> names, the first one found counts.
    codes : dict
        Column of the incidents frame -> the source's code of precision -> ours; others are the vaguest.
    month_first : bool
        Its habit where a date has day and month in numbers.
    refusal : str
        Why its files cannot be read at all, and what to do.
    """

    recognises: Callable
    labels: dict = field(default_factory=dict)
    licence: str = ""
    module: str = ""
    frame: dict = field(default_factory=dict)
    needed: str = ""
    further: str = ""
    aliases: dict = field(default_factory=dict)
    codes: dict = field(default_factory=dict)
    month_first: bool = True
    refusal: str = ""

    @property
    def columns(self) -> list:
        """Documented names of all columns that are read."""
        listed = f"{self.needed} {self.further}".split()
        return list(dict.fromkeys([*listed, *self.frame.values()]))


SAVED = Source(
    lambda names: {"incident_id", "source", "source_version", "date_start"} <= names,
    labels={"coded": "sahelkit major incidents"},
    licence="CC BY 4.0",
    module="saved",
)
UCDP = Source(
    lambda names: {"type_of_violence", "side_a", "side_b"} <= names,
    labels={"ucdp-ged": "UCDP GED", "ucdp-candidate": "UCDP Candidate Events"},
    licence="CC BY 4.0",
    module="ucdp",
    frame={
        "incident_id": "id",
        "date_precision": "date_prec",
        "actor_a": "side_a",
        "actor_b": "side_b",
        "region": "adm_1",
        "place": "where_coordinates",
        "location_precision": "where_prec",
        "deaths_best": "best",
        "deaths_low": "low",
        "deaths_high": "high",
    },
    needed="id type_of_violence side_a side_b country date_start date_end best",
    further="latitude longitude deaths_civilians adm_2 code_status",
    aliases={name: (name, f"{name}_est") for name in ("best", "high", "low")},
    # where_prec: 4 region, 5 a linear or fuzzy feature, 6 country, 7 waters
    codes={"date_precision": {1: 1, 2: 2, 3: 3, 4: 4}, "location_precision": {1: 1, 2: 2, 3: 3}},
)
GTD = Source(
    lambda names: {"eventid", "iyear"} <= names,
    labels={"gtd": "GTD"},
    licence="START end user agreement, attribution required, no redistribution of rows",
    module="gtd",
    frame={
        "incident_id": "eventid",
        "event_type": "attacktype1_txt",
        "actor_a": "gname",
        "actor_b": "target1",
        "region": "provstate",
        "place": "city",
        "location_precision": "specificity",
        "deaths_best": "nkill",
    },
    needed="eventid iyear imonth iday country gname",
    further="latitude longitude targtype1 targtype1_txt doubtterr",
    aliases={"country": ("country_txt",)},
    # specificity: 1 the place itself, 2 and 3 centroid of the district, 4 of the region, 5 unknown
    codes={"location_precision": {1: 1, 2: 3, 3: 3}},
)
GTD_RENAMED = Source(
    lambda names: {"year", "month", "day", "killed", "attacktype"} <= names,
    refusal="GTD under other names, without its ids. Give the file as START gives it.",
)
ACLED_SUMS = Source(
    lambda names: {"fatalities", "events", "country"} <= names,
    refusal="a table of sums (events and fatalities per place and month), not of events. Export the "
    "events themselves from acleddata.com.",
)
ACLED = Source(
    lambda names: "event_type" in names and bool({"actor1", "event_date"} & names),
    labels={"acled": "ACLED"},
    licence="ACLED terms of use, attribution required, no redistribution of rows",
    module="acled",
    frame={
        "incident_id": "event_id_cnty",
        "date_start": "event_date",
        "date_precision": "time_precision",
        "actor_a": "actor1",
        "actor_b": "actor2",
        "region": "admin1",
        "place": "location",
        "location_precision": "geo_precision",
        "deaths_best": "fatalities",
    },
    needed="event_date event_type country",
    further="latitude longitude sub_event_type inter2 admin2 timestamp",
    aliases={
        "country": ("country", "iso3", "iso"),
        "event_id_cnty": ("event_id_cnty", "event_id_no_cnty", "data_id"),
        "event_date": ("event_date", "date"),
        "time_precision": ("time_precision", "time_prec"),
        "geo_precision": ("geo_precision", "geo_prec"),
    },
    # time_precision: 1 day, 2 week, 3 month; geo_precision: 1 exact, 2 near, 3 a larger region
    codes={"date_precision": {1: 1, 2: 3, 3: 4}, "location_precision": {1: 1, 2: 2}},
    month_first=False,
)
SOURCES = (SAVED, UCDP, ACLED_SUMS, ACLED, GTD, GTD_RENAMED)
"""The first that recognises a header reads."""


def labels() -> dict:
    """Value of the incidents frame's `source` -> its name for readers."""
    return {name: label for source in SOURCES for name, label in source.labels.items()}


def licence_of(name: str) -> str:
    """Licence of a value of the incidents frame's `source`."""
    return next(source.licence for source in SOURCES if name in source.labels)


def recognise(layout: Layout) -> tuple:
    """The source of a file, and the file's layout with the source's own header where it lacks one.

    A SourceError says that no source has such a header, or why its files cannot be read.

    >>> from sahelkit.files import data_dir
    >>> from sahelkit.sources.reading import layout_of
    >>> recognise(layout_of(data_dir() / "incidents.csv"))[0].module
    'saved'
    """
    row = dict(zip(GED_COLUMNS, layout.names, strict=False))
    if len(layout.names) == len(GED_COLUMNS) and (
        row["id"].isdigit() and row["year"].isdigit() and row["type_of_violence"] in ("1", "2", "3")
    ):
        return UCDP, replace(layout, names=GED_COLUMNS, headerless=True)
    names = set(_by_plain_name(layout))
    source = next((source for source in SOURCES if source.recognises(names)), None)
    if source is None:
        seen = ", ".join(sorted(layout.names)[:6])
        raise SourceError(
            f"{layout.path}: no known format: its header has {len(layout.names)} columns "
            f"({seen[:200]}, …). Give a UCDP GED csv or zip, an ACLED or GTD export, or sahelkit's "
            "own incidents.csv."
        )
    if source.refusal:
        raise SourceError(f"{layout.path}: {source.refusal}")
    return source, layout


def _by_plain_name(layout: Layout) -> dict:
    """Column names in lower case, _ for blanks and dots -> as written; of equal ones the first.

    A byte order mark read as letters is no part of a name; one cut to ten letters (as shapefiles do)
    is the documented one that begins so.
    """
    cut = {}
    for name in (name for source in SOURCES for name in source.columns):
        cut.setdefault(name[:10], name)
    found = {}
    for name in reversed(layout.names):
        plain = re.sub(r"^(ï»¿|ï\.\.|\ufeff)", "", name.strip()).lower()
        plain = re.sub(r"[ .]+", "_", plain)
        found[plain] = name
    longest = max(map(len, found), default=0)
    return {cut.get(n, n) if longest <= 10 else n: name for n, name in found.items()}


def columns_to_read(source: Source, layout: Layout, keep=()) -> dict:
    """Which column of the file is which of the source's: name in the file -> documented name.

    Those to keep stay under their own names. A SourceError names what is needed and missing.
    """
    written, found = _by_plain_name(layout), {}
    for name in source.columns or layout.names:
        aliases = source.aliases.get(name, (name,))
        alias = next((alias for alias in aliases if alias in written), None)
        if alias is not None:
            found[written[alias]] = name
    missing = [name for name in source.needed.split() if name not in found.values()]
    if missing:
        label = next(iter(source.labels.values()))
        raise SourceError(
            f"{layout.path}: {label} file without column {', '.join(missing)}. Download or export "
            "the file again with all columns."
        )
    try:
        extra = [one_of(name, list(layout.names), "keep") for name in keep]
    except ValueError as error:
        raise SourceError(f"{layout.path}: {error}") from None
    return found | {name: name for name in extra if name not in found}
