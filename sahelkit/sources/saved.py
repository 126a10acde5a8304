"""Incidents in the form of the incidents frame: the shipped list, and what `sahelkit load --out` wrote."""

import pandas as pd

from sahelkit import schema
from sahelkit.coding import EXTRA, EXTRA_DATES, EXTRA_NUMBERS
from sahelkit.files import SourceError, opened, sha256
from sahelkit.sources.cells import to_dates, to_numbers
from sahelkit.sources.formats import SAVED, columns_to_read
from sahelkit.sources.reading import as_text
from sahelkit.sources.source import Provenance, checked


def read(layout, keep=()) -> tuple:
    """Incidents from a csv or parquet in the form of the incidents frame.

    Returns
    -------
    (DataFrame, Provenance)
        The columns of `schema.COLUMNS`; of the list of major incidents also those of
        `coding.EXTRA`. Further columns are left out, but for those to keep.

    Raises
    ------
    SourceError
        A column is missing or a value breaks the schema.
    """
    path = layout.path
    wanted = [*schema.NAMES, *(EXTRA if "n_reports" in layout.names else ())]
    missing = [name for name in wanted if name not in layout.names]
    if missing:
        raise SourceError(f"{path}: column {missing[0]} is missing. Write it again: sahelkit load.")
    wanted += columns_to_read(SAVED, layout, keep)
    frame = _typed(_text(layout), wanted, path)
    if frame.empty:
        raise SourceError(f"{path}: a header but no rows. Write it again: sahelkit load.")
    source, version = (
        " + ".join(sorted(frame[name].astype("str").unique()))
        for name in ("source", "source_version")
    )
    if source == "ucdp-candidate + ucdp-ged":
        source = "ucdp-ged"
    provenance = Provenance(path.name, source, version, sha256(path), len(frame))
    return checked(frame, provenance, may_lack=("violence",) * bool(frame["violence"].isna().any()))


def _text(layout) -> pd.DataFrame:
    """All cells as text, empty where nothing is given."""
    if layout.sheet is not None:
        rows = [[as_text(value) for value in row] for row in layout.sheet]
        return pd.DataFrame(rows, columns=list(layout.names), dtype="str")
    with opened(layout.path) as (_, stream):
        try:
            return pd.read_csv(stream, dtype="str", keep_default_na=False, encoding="utf-8-sig")
        except (ValueError, pd.errors.ParserError) as error:
            raise SourceError(
                f"{layout.path}: not readable as a csv: {str(error).splitlines()[0]}. Write it "
                "again: sahelkit load."
            ) from None


def _typed(text: pd.DataFrame, wanted: list, path) -> pd.DataFrame:
    frame = text[wanted].copy()
    frame[list(schema.NAMES)] = frame[list(schema.NAMES)].replace("", pd.NA)
    types = {column.name: column.dtype for column in schema.COLUMNS}
    types |= dict.fromkeys(EXTRA_DATES, "datetime64[s]") | dict.fromkeys(EXTRA_NUMBERS, "Int64")
    for name in wanted:
        if types.get(name, "").startswith("datetime"):
            frame[name] = to_dates(text[name], path, name)
        elif types.get(name) in ("Int8", "Int32", "Int64", "float64"):
            frame[name] = to_numbers(text[name], types[name])
    return frame
