"""Incidents in the form of the incidents frame: the shipped list, and what `sahelkit load --out` wrote."""

from sahelkit import schema
from sahelkit.coding import EXTRA, EXTRA_DATES, EXTRA_NUMBERS
from sahelkit.files import SourceError
from sahelkit.sources.cells import to_dates, to_numbers
from sahelkit.sources.formats import SAVED
from sahelkit.sources.source import begun, checked


def read(layout, rows) -> tuple:
    """Incidents and their account; of the list of major incidents also the columns of `coding.EXTRA`.

    A SourceError names a column that is missing.
    """
    path, extra = layout.path, EXTRA if "n_reports" in layout.names else ()
    missing = [name for name in (*schema.NAMES, *extra) if name not in layout.names]
    if missing:
        raise SourceError(f"{path}: column {missing[0]} is missing. Write it again: sahelkit load.")
    provenance, text, frame = begun(layout, rows, SAVED)
    frame = frame.join(text[list(dict.fromkeys([*extra, *rows.keep]))])
    for name in extra:
        if name in EXTRA_DATES:
            frame[name] = to_dates(text[name], path, name)
        elif name in EXTRA_NUMBERS:
            frame[name] = to_numbers(text[name], "Int64")
    source, provenance.source_version = (
        " + ".join(sorted(text[name].unique())) for name in ("source", "source_version")
    )
    provenance.source = "ucdp-ged" if source == "ucdp-candidate + ucdp-ged" else source
    return checked(frame, provenance, may_lack=("violence",) * bool(frame["violence"].isna().any()))
