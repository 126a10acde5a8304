"""Excel workbooks (.xlsx), read row by row, so that memory stays bounded whatever the sheet
holds."""

import zipfile
from contextlib import contextmanager

from sahelkit.sources.opening import SourceError, check_size


@contextmanager
def _rows(path):
    """Rows of the first sheet, as tuples of values.

    Raises
    ------
    SourceError
        Damaged, too big, or the reader is not installed.
    """
    try:
        import openpyxl
    except ImportError:
        raise SourceError(
            f"{path}: reading .xlsx needs openpyxl: pip install openpyxl, or save the sheet as csv."
        ) from None
    try:
        with zipfile.ZipFile(path) as archive:
            check_size(path, archive.infolist())
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            yield sheet.iter_rows(values_only=True)
        finally:
            book.close()
    except SourceError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part of the file makes fail
        raise SourceError(
            f"{path}: the workbook is damaged ({type(error).__name__}: {error}). Export it "
            f"again, or "
            "save the sheet as csv."
        ) from None


def _text(value) -> str:
    """A cell as a csv would hold it: whole numbers without decimals, days as 2019-11-01."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return (
            value.isoformat(sep=" ")
            if hasattr(value, "hour") and hasattr(value, "year")
            else value.isoformat()
        )
    return str(value)


def first_row(path) -> tuple:
    """Column names of the first sheet."""
    with _rows(path) as rows:
        names = [_text(value).strip() for value in next(rows, ())]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise SourceError(
            f"{path}: the first sheet is empty. Save the sheet with the table as csv."
        )
    return tuple(names)


def read_rows(layout, columns: dict, country: str):
    """The rows of the first sheet whose country is wanted; see `rows.read_rows`."""
    from sahelkit.sources.rows import WANTED, Rows, plain

    places = {new: layout.names.index(old) for old, new in columns.items()}
    at = layout.names.index(country)
    found = Rows({name: [] for name in places}, [])
    with _rows(layout.path) as rows:
        next(rows)
        for number, row in enumerate(rows, 2):
            if not any(value is not None for value in row):
                continue
            found.read += 1
            if len(row) > at and plain(_text(row[at])) in WANTED:
                found.numbers.append(number)
                for name, place in places.items():
                    found.columns[name].append(_text(row[place]) if place < len(row) else "")
    return found
