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
    labels : dict
        Value of the incidents frame's `source` -> its name for readers.
    licence : str
    recognises : callable
        Whether a header is its, from the column names in lower case with _ for blanks.
    module : str
        Module of `sahelkit.sources` that makes incidents of its files, by ``read(layout, rows)``.
    needed : tuple of str
        Columns that it must have, by their names in its documentation.
    aliases : dict
        Further names that exports use: documented name -> names, the first one found counts.
    optional : tuple of str
        Columns that are read where there are any.
    refusal : str
        Why its files cannot be read at all, and what to do.
    """

    labels: dict
    licence: str
    recognises: Callable
    module: str = ""
    needed: tuple = ()
    aliases: dict = field(default_factory=dict)
    optional: tuple = ()
    refusal: str = ""

    @property
    def columns(self) -> list:
        """Documented names of all columns that are read."""
        return [*self.needed, *self.optional]


SAVED = Source(
    labels={"coded": "sahelkit major incidents"},
    licence="CC BY 4.0",
    recognises=lambda names: {"incident_id", "source", "source_version", "date_start"} <= names,
    module="saved",
)
UCDP = Source(
    labels={"ucdp-ged": "UCDP GED", "ucdp-candidate": "UCDP Candidate Events"},
    licence="CC BY 4.0",
    recognises=lambda names: {"type_of_violence", "side_a", "side_b"} <= names,
    module="ucdp",
    needed=(
        "id",
        "type_of_violence",
        "side_a",
        "side_b",
        "country",
        "date_start",
        "date_end",
        "best",
    ),
    aliases={name: (name, f"{name}_est") for name in ("best", "high", "low")},
    optional=(
        *("high", "low", "deaths_civilians", "where_prec", "date_prec", "latitude", "longitude"),
        *("where_coordinates", "adm_1", "adm_2", "code_status"),
    ),
)
GTD = Source(
    labels={"gtd": "GTD"},
    licence="START end user agreement, attribution required, no redistribution of rows",
    recognises=lambda names: {"eventid", "iyear"} <= names,
    module="gtd",
    needed=(
        "eventid",
        "iyear",
        "imonth",
        "iday",
        "country",
        "gname",
    ),
    aliases={"country": ("country_txt",)},
    optional=(
        "latitude",
        "longitude",
        "nkill",
        "provstate",
        "city",
        "specificity",
        "attacktype1_txt",
        "targtype1",
        "targtype1_txt",
        "target1",
        "doubtterr",
    ),
)
GTD_RENAMED = Source(
    labels={},
    licence="",
    recognises=lambda names: {"year", "month", "day", "killed", "attacktype"} <= names,
    refusal="GTD under other names, without its ids. Give the file as START gives it.",
)
ACLED_SUMS = Source(
    labels={},
    licence="",
    recognises=lambda names: {"fatalities", "events", "country"} <= names,
    refusal="a table of sums (events and fatalities per place and month), not of events. Export the "
    "events themselves from acleddata.com.",
)
ACLED = Source(
    labels={"acled": "ACLED"},
    licence="ACLED terms of use, attribution required, no redistribution of rows",
    recognises=lambda names: "event_type" in names and bool({"actor1", "event_date"} & names),
    module="acled",
    needed=("event_date", "event_type", "country"),
    aliases={
        "country": ("country", "iso3", "iso"),
        "event_id_cnty": ("event_id_cnty", "event_id_no_cnty", "data_id"),
        "event_date": ("event_date", "date"),
        "time_precision": ("time_precision", "time_prec"),
        "geo_precision": ("geo_precision", "geo_prec"),
    },
    optional=(
        "event_id_cnty",
        "latitude",
        "longitude",
        "fatalities",
        "sub_event_type",
        "time_precision",
        "geo_precision",
        "actor1",
        "actor2",
        "inter2",
        "admin1",
        "admin2",
        "location",
        "timestamp",
    ),
)
SOURCES = (SAVED, UCDP, ACLED_SUMS, ACLED, GTD, GTD_RENAMED)
"""The first that recognises a header reads."""


def labels() -> dict:
    """Value of the incidents frame's `source` -> its name for readers.

    >>> labels()["ucdp-ged"]
    'UCDP GED'
    """
    return {name: label for source in SOURCES for name, label in source.labels.items()}


def licence_of(name: str) -> str:
    """Licence of a value of the incidents frame's `source`."""
    return next(source.licence for source in SOURCES if name in source.labels)


def recognise(layout: Layout) -> tuple:
    """The source of a file, and the file's layout with the source's own header where it lacks one.

    Raises
    ------
    SourceError
        No source has such a header, or its files cannot be read.

    Examples
    --------
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

    A mark of byte order that was read as letters is no part of a name, and a name cut to ten letters
    (as shapefiles do) is the documented one that begins so.
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

    Parameters
    ----------
    keep : collection of str
        Further columns of the file, kept under their own names.

    Raises
    ------
    SourceError
        A needed column is missing, or one to keep.
    """
    written, found = _by_plain_name(layout), {}
    for name in source.columns:
        aliases = source.aliases.get(name, (name,))
        alias = next((alias for alias in aliases if alias in written), None)
        if alias is not None:
            found[written[alias]] = name
    missing = [name for name in source.needed if name not in found.values()]
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
