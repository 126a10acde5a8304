"""Sources: from the bytes of a file to the incidents frame; the format is recognised, not asked for.

The readers need pandas, which takes longer to import than most files to read. So they are imported
here only when a file is, and the search for its rows begins before that.
"""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from sahelkit.sources.account import Provenance
from sahelkit.sources.layout import layout_of
from sahelkit.sources.opening import SourceError, accessed, sha256
from sahelkit.sources.records import Search

FORMATS = ("coded", "own", "ucdp", "gtd", "acled")
"""Modules with `recognises(header)` and `read(search)`; the first that recognises a header reads."""


def readers() -> list:
    """The modules of `FORMATS`."""
    return [import_module(f"sahelkit.sources.{name}") for name in FORMATS]


def read_incidents(path, political_only: bool = True, hashed: bool = True) -> tuple:
    """Read an incident file of any known format, or several as one.

    Parameters
    ----------
    path : str, Path or list of them
        UCDP GED or candidate csv or zip, an ACLED export, GTD, sahelkit's own ``incidents.csv`` or
        what ``sahelkit load --out`` wrote. Of several files of one source, the newest says what
        happened in the period it covers and nothing counts twice (`merge.merge`).
    political_only : bool
        Of ACLED, keep political violence alone (see `acled.read`).
    hashed : bool
        Note the hash of each file, which takes about as long as reading it.

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
    with Search(layout_of(path)) as search, ThreadPoolExecutor(1) as pool:
        digest = pool.submit(sha256, path) if hashed else None
        incidents, provenance = _read(search, readers(), political_only)
        if hashed:
            provenance.sha256 = digest.result()
            provenance.accessed = accessed(path, provenance.sha256)
    return incidents, provenance


def _read(search: Search, modules: list, political_only: bool) -> tuple:
    header = list(search.layout.names)
    for module in modules:
        if module.recognises(header):
            acled = module.__name__.endswith("acled")
            return module.read(search, political_only) if acled else module.read(search)
    seen = ", ".join(sorted(header)[:6])
    raise SourceError(
        f"{search.layout.path}: no known format: its header has {len(header)} columns "
        f"({seen[:200]}, …). Give a UCDP GED csv or zip, an ACLED or GTD export, or sahelkit's own "
        "incidents.csv."
    )


__all__ = ["FORMATS", "Provenance", "SourceError", "read_incidents", "readers"]
