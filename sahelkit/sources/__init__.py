"""Sources: from the bytes of a file to the incidents frame; the format is recognised, not asked for."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from sahelkit.files import SourceError, download_record
from sahelkit.sources.formats import ACLED, columns_to_read, recognise
from sahelkit.sources.reading import layout_of, read_rows


def read_incidents(path, political_only: bool = True, keep=()) -> tuple:
    """Read an incident file of any known format, or several as one.

    Parameters
    ----------
    path : str, Path, DataFrame or list of them
        UCDP GED or candidate csv or zip, an ACLED export, GTD, sahelkit's own ``incidents.csv`` or
        what ``sahelkit load --out`` wrote; or such a table that is already in memory. Of several
        of one source, the newest says what happened in the period it covers and nothing counts
        twice (`merge.merge`).
    political_only : bool
        Of ACLED, keep political violence alone (see `acled.read`).
    keep : collection of str
        The source's own columns to keep beside those of the frame, by their names in the file:
        GED's `deaths_a`, `adm_2`, `source_article`.

    Returns
    -------
    (DataFrame, Provenance)
        The incidents frame (`schema.COLUMNS`) and what was read, kept, dropped, doubted.

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
    if hasattr(path, "to_csv"):
        with TemporaryDirectory() as folder:
            written = Path(folder) / "DataFrame"
            path.to_csv(written, index=False)
            return read_incidents(written, political_only, keep)
    if not isinstance(path, (str, Path)):
        paths = {str(one) if isinstance(one, (str, Path)) else id(one): one for one in path}
        if not paths:
            raise SourceError("no file given. Name at least one.")
        if len(paths) > 1:
            from sahelkit.sources.merge import merge

            return merge([read_incidents(one, political_only, keep) for one in paths.values()])
        return read_incidents(*paths.values(), political_only, keep)
    source, layout = recognise(layout_of(path))
    options = {"political_only": political_only} if source is ACLED else {}
    # What follows needs pandas: it is imported while the file is read.
    with ThreadPoolExecutor(1) as pool:
        module = pool.submit(import_module, f"sahelkit.sources.{source.module}")
        columns = columns_to_read(source, layout, keep)
        rows = replace(read_rows(layout, columns), keep=[columns[name] for name in keep])
        incidents, provenance = module.result().read(layout, rows, **options)
    record = download_record(path)
    if record.get("sha256") == provenance.sha256:  # still the file that was fetched
        provenance.accessed = record.get("accessed", "")
    return incidents, provenance


__all__ = ["SourceError", "read_incidents"]
