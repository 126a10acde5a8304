"""Sources: from the bytes of a file to the incidents frame; the format is recognised, not asked for."""

from sahelkit.sources.common import Provenance, SourceError, header_of
from sahelkit.sources import coded, ucdp  # noqa: I001 (after common)

FORMATS = (coded, ucdp)
"""Readers, each with `recognises(header)` and `read(path)`; the first that recognises a header reads."""


def read_incidents(path) -> tuple:
    """Read an incident file of any known format.

    Parameters
    ----------
    path : str or Path
        UCDP GED csv or its zip, or sahelkit's own ``incidents.csv``.

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
    header = header_of(path)
    for module in FORMATS:
        if module.recognises(header):
            return module.read(path)
    seen = ", ".join(sorted(header)[:6])
    raise SourceError(
        f"{path}: no known format: its header has {len(header)} columns ({seen}, …). "
        "Give a UCDP GED csv or zip, or sahelkit's own incidents.csv."
    )


__all__ = ["FORMATS", "Provenance", "SourceError", "read_incidents"]
