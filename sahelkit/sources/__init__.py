"""Sources: from the bytes of a file to the incidents frame; the format is recognised, not asked
for."""

from pathlib import Path

from sahelkit.sources import acled, coded, gtd, own, ucdp
from sahelkit.sources.common import Provenance, SourceError, header_of
from sahelkit.sources.merge import merge

FORMATS = (coded, own, ucdp, gtd, acled)
"""Readers, each with `recognises(header)` and `read(path)`; the first that recognises a header
reads."""


def read_incidents(path, political_only: bool = True) -> tuple:
    """Read an incident file of any known format, or several as one.

    Parameters
    ----------
    path : str, Path or list of them
        UCDP GED or candidate csv or zip, an ACLED export, GTD, sahelkit's own ``incidents.csv`` or
        what ``sahelkit load --out`` wrote. Of several files of one source, the newest says what
        happened in the period it covers and nothing counts twice (`merge.merge`).
    political_only : bool
        Of ACLED, keep political violence alone (see `acled.read`).

    Returns
    -------
    (DataFrame, Provenance)
        The incidents frame (`sahelkit.schema.COLUMNS`) and what was read, kept, dropped, doubted.

    Raises
    ------
    SourceError
        The file is missing, empty, damaged or of no known format; the message says what to do.

    Examples
    --------
    >>> from sahelkit.files import data_dir
    >>> incidents, provenance = read_incidents(data_dir() / "incidents.csv")
    >>> provenance.rows_read == len(incidents)
    True
    """
    if not isinstance(path, (str, Path)):
        paths = list(dict.fromkeys(str(one) for one in path))
        if not paths:
            raise SourceError("no file given. Name at least one.")
        read = [read_incidents(one, political_only) for one in paths]
        return read[0] if len(read) == 1 else merge(read)
    header = header_of(path)
    for module in FORMATS:
        if module.recognises(header):
            return module.read(path, political_only) if module is acled else module.read(path)
    seen = ", ".join(sorted(header)[:6])
    raise SourceError(
        f"{path}: no known format: its header has {len(header)} columns ({seen[:200]}, …). "
        "Give a UCDP GED csv or zip, an ACLED or GTD export, or sahelkit's own incidents.csv."
    )


__all__ = ["FORMATS", "Provenance", "SourceError", "read_incidents"]
