"""Sources: from the bytes of a file to the incidents frame; the format is recognised, not asked for."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from sahelkit.files import SourceError, accessed
from sahelkit.sources.formats import ACLED, columns_to_read, recognise
from sahelkit.sources.reading import layout_of, read_rows


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
    source, layout = recognise(layout_of(path))
    options = {"political_only": political_only} if source is ACLED else {}
    with ThreadPoolExecutor(
        1
    ) as pool:  # what follows needs pandas: imported while the file is read
        module = pool.submit(import_module, f"sahelkit.sources.{source.module}")
        rows = [read_rows(layout, columns_to_read(source, layout))] if source.needed else []
        incidents, provenance = module.result().read(layout, *rows, **options)
    provenance.accessed = accessed(path, provenance.sha256)
    return incidents, provenance


__all__ = ["SourceError", "read_incidents"]
