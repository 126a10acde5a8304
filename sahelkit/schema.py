"""The incidents frame: its columns, their types and meaning, and the one check they must pass."""

from dataclasses import dataclass

import pandas as pd

from sahelkit.countries import COUNTRIES
from sahelkit.sources.formats import labels

SOURCES = tuple(labels())
VIOLENCE = ("combat", "civilians")
FIRST_MONTH = pd.Period("2012-01", "M")
"""First month of every table: the war in northern Mali began in January 2012."""


@dataclass(frozen=True)
class Column:
    """One column of a frame: name, pandas dtype, meaning, and what values it may take."""

    name: str
    dtype: str
    meaning: str
    allowed: tuple = ()
    required: bool = True


COLUMNS = (
    Column("incident_id", "str", "Identifier, unique within the source."),
    Column("source", "category", "Where the incident comes from.", SOURCES),
    Column("source_version", "category", "Release of the source."),
    Column("date_start", "datetime64[s]", "First day."),
    Column("date_end", "datetime64[s]", "Last day."),
    Column(
        "date_precision",
        "Int8",
        "1 day, 2 within 6 days, 3 week, 4 month, 5 longer (UCDP date_prec).",
        (1, 2, 3, 4, 5),
    ),
    Column(
        "violence",
        "category",
        "combat: UCDP state-based and non-state, ACLED battles and explosions; "
        "civilians: UCDP one-sided, ACLED violence against civilians; missing for protests and other "
        "non-violent events, where asked for.",
        VIOLENCE,
        required=False,
    ),
    Column("event_type", "str", "The source's own label.", required=False),
    Column("actor_a", "str", "First side as the source names it.", required=False),
    Column("actor_b", "str", "Second side as the source names it.", required=False),
    Column("group", "category", "Group family the incident belongs to (see actors.csv)."),
    Column("country", "category", "ISO 3166-1 alpha-3.", tuple(COUNTRIES)),
    Column(
        "region",
        "category",
        "First-level unit, canonical French spelling (see places.csv); missing where unknown.",
        required=False,
    ),
    Column("place", "str", "Settlement or area.", required=False),
    Column("latitude", "float64", "Degrees north, WGS 84.", required=False),
    Column("longitude", "float64", "Degrees east, WGS 84.", required=False),
    Column(
        "location_precision",
        "Int8",
        "1 exact, 2 near, 3 second-level centroid, 4 first-level centroid or vaguer.",
        (1, 2, 3, 4),
        required=False,
    ),
    Column("deaths_best", "Int32", "Deaths, best estimate. Missing is not zero.", required=False),
    Column("deaths_low", "Int32", "Deaths, low estimate.", required=False),
    Column("deaths_high", "Int32", "Deaths, high estimate.", required=False),
    Column("deaths_civilians", "Int32", "Civilians among the dead.", required=False),
)
NAMES = tuple(column.name for column in COLUMNS)
DEATHS = ("deaths_best", "deaths_low", "deaths_high", "deaths_civilians")
LIMITS = {
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    **dict.fromkeys(DEATHS, (0, float("inf"))),
}


def conform(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame the columns of `COLUMNS`, in order and type; further columns follow as they are.

    Parameters
    ----------
    frame : DataFrame
        One row per incident. Columns that are absent are added as missing.

    Returns
    -------
    DataFrame
        A new frame with a fresh row index.

    Examples
    --------
    >>> conform(pd.DataFrame({"incident_id": ["1"], "deaths_best": [3]})).dtypes["deaths_best"]
    Int32Dtype()
    """
    out = {}
    for column in COLUMNS:
        values = frame.get(column.name, pd.Series(pd.NA, index=frame.index, dtype=object))
        if column.dtype == "category" and column.allowed:
            # A value that is not allowed becomes a category too, so that `check` can name it.
            found = set(column.allowed) | set(values.dropna().unique())
            out[column.name] = pd.Categorical(values, categories=sorted(found))
        elif column.dtype == "category":
            out[column.name] = pd.Categorical(values)
        elif column.dtype.startswith("datetime"):
            out[column.name] = pd.to_datetime(values).dt.as_unit("s")
        elif column.dtype == "float64":
            out[column.name] = values.astype("Float64").to_numpy(
                dtype="float64", na_value=float("nan")
            )
        else:
            out[column.name] = values.astype(column.dtype)
    result = pd.DataFrame(out, index=frame.index)
    extra = [name for name in frame.columns if name not in NAMES]
    return pd.concat([result, frame[extra]], axis=1).reset_index(drop=True)


def check(frame: pd.DataFrame, may_lack=()) -> None:
    """Raise if a conforming frame breaks the schema.

    Parameters
    ----------
    may_lack : collection of str
        Required columns in which values may be missing all the same.

    Raises
    ------
    ValueError
        With the incident and the column of the first value that is not allowed.

    Examples
    --------
    >>> check(conform(pd.DataFrame({"incident_id": ["1"]})))
    Traceback (most recent call last):
    ValueError: incident 1: column source: nan is not allowed (Where the incident comes from).
    """
    for column in COLUMNS:
        values = frame[column.name]
        bad = values.isna() & (column.required and column.name not in may_lack)
        if column.allowed:
            bad |= ~values.astype(object).isin(column.allowed) & values.notna()
        if column.name in LIMITS:
            bad |= ~values.between(*LIMITS[column.name]).fillna(True).astype(bool) & values.notna()
        if column.name == "incident_id":
            bad |= values.duplicated()
        if column.name == "date_end":
            bad |= values < frame["date_start"]
        if bad.any():
            row = frame[bad].iloc[0]
            raise ValueError(
                f"incident {row['incident_id']}: column {column.name}: {row[column.name]!r} is not "
                f"allowed ({column.meaning.rstrip('.')})."
            )
