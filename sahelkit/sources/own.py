"""Incidents that `sahelkit load --out` wrote, csv or parquet, read again unchanged."""

import pandas as pd

from sahelkit import schema
from sahelkit.sources.account import Provenance
from sahelkit.sources.common import finish
from sahelkit.sources.opening import SourceError, open_bytes
from sahelkit.sources.values import to_dates, to_numbers


def recognises(header: list) -> bool:
    """Whether a header is that of an incidents frame."""
    return {"incident_id", "source", "source_version", "date_start"} <= set(header)


def read(search) -> tuple:
    """Incidents from a file in the form of the incidents frame.

    Parameters
    ----------
    search : Search
        Of a csv or parquet.

    Returns
    -------
    (DataFrame, Provenance)
        Further columns of the file are left out.

    Raises
    ------
    SourceError
        A column is missing or a value breaks the schema.
    """
    layout, path = search.layout, search.layout.path
    missing = [name for name in schema.NAMES if name not in layout.names]
    if missing:
        raise SourceError(f"{path}: column {missing[0]} is missing. Write it again: sahelkit load.")
    parquet = layout.kind == "parquet"
    frame = pd.read_parquet(path, columns=list(schema.NAMES)) if parquet else _from_csv(path)
    if frame.empty:
        raise SourceError(f"{path}: a header but no rows. Write it again: sahelkit load.")
    source = " + ".join(sorted(frame["source"].astype("str").unique()))
    version = " + ".join(sorted(frame["source_version"].astype("str").unique()))
    if source == "ucdp-candidate + ucdp-ged":
        source = "ucdp-ged"
    provenance = Provenance(path.name, source, version)
    provenance.rows_read = len(frame)
    no_violence = ("violence",) if frame["violence"].isna().any() else ()
    return finish(frame, provenance, may_lack=no_violence)


def _from_csv(path) -> pd.DataFrame:
    with open_bytes(path) as stream:
        try:
            text = pd.read_csv(stream, dtype="str", keep_default_na=False, encoding="utf-8-sig")
        except (ValueError, pd.errors.ParserError) as error:
            raise SourceError(
                f"{path}: not readable as a csv: {str(error).splitlines()[0]}. Write it again: "
                f"sahelkit load."
            ) from None
    frame = text[list(schema.NAMES)].replace("", pd.NA)
    for column in schema.COLUMNS:
        values = text[column.name]
        if column.dtype.startswith("datetime"):
            frame[column.name] = to_dates(values, path, column.name)
        elif column.dtype in ("Int8", "Int32", "float64"):
            frame[column.name] = to_numbers(values, column.dtype)
    return frame
