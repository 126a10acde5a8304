"""Sources: from the bytes of a file to the incidents frame; the format is recognised, not asked for."""

from importlib import import_module
from pathlib import Path

from sahelkit.files import SourceError, accessed
from sahelkit.sources.reading import layout_of
from sahelkit.sources.source import Provenance

FORMATS = ("own", "ucdp", "gtd", "acled")
"""Modules with `recognises(header)` and `read(layout)`; the first that recognises a header reads."""


def readers() -> list:
    """The modules of `FORMATS`."""
    return [import_module(f"sahelkit.sources.{name}") for name in FORMATS]


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
        if len(paths) > 1:
            from sahelkit.sources.merge import merge

            return merge([read_incidents(one, political_only) for one in paths])
        path = paths[0]
    layout = layout_of(path)
    header = list(layout.names)
    for module in readers():
        if module.recognises(header):
            acled = module.__name__.endswith("acled")
            incidents, provenance = module.read(layout, *[political_only] * acled)
            provenance.accessed = accessed(path, provenance.sha256)
            return incidents, provenance
    seen = ", ".join(sorted(header)[:6])
    raise SourceError(
        f"{path}: no known format: its header has {len(header)} columns ({seen[:200]}, …). Give a "
        "UCDP GED csv or zip, an ACLED or GTD export, or sahelkit's own incidents.csv."
    )


__all__ = ["FORMATS", "Provenance", "SourceError", "read_incidents", "readers"]
