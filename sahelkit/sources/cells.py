"""Cells of text -> values: days, numbers, and the traces of a spreadsheet that damaged them."""

import re
import unicodedata

import numpy as np
import pandas as pd

from sahelkit.files import SourceError

DAMAGE = {
    "date shown as 00:00.0 by a spreadsheet": r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?",
    "date shown as #### by a spreadsheet": r"#+",
    "cell holds its text twice": r"(.{6,}?)\s*\1",
}
"""What became of a date: name of the damage -> the whole cell, as a regular expression."""
EXPONENT = r"\d+(?:[.,]\d+)?[eE]\+?\d+"
"""An identifier such as 2.01E+11: its digits are lost."""
_PLAIN_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "%d %b %y", "%b %d %Y", "%Y %b %d")
_MONTHS = {
    "Jan": ("january", "janvier"),
    "Feb": ("february", "fevrier"),
    "Mar": ("march", "mars"),
    "Apr": ("april", "avril"),
    "May": ("may", "mai"),
    "Jun": ("june", "juin"),
    "Jul": ("july", "juillet"),
    "Aug": ("august", "aout"),
    "Sep": ("september", "septembre"),
    "Oct": ("october", "octobre"),
    "Nov": ("november", "novembre"),
    "Dec": ("december", "decembre"),
}
"""English short form of a month -> its names in English and French, without accents."""
_NUMBERED = (
    (r"[34]\d{4}(?:\.0+)?", "D", "1899-12-30"),
    (r"[6-9]\d{8}|1\d{9}", "s", "1970-01-01"),
    (r"[6-9]\d{11}|1\d{12}", "ms", "1970-01-01"),
)
"""A date as a spreadsheet's day number (1982-2036), as seconds and as milliseconds since 1970."""
SWAPPED = "day and month may be swapped: no day above 12 tells which comes first"
_AMBIGUOUS = r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})"


def some_rows(index, at_most: int = 3) -> str:
    """Row numbers for a message: 'rows 2, 3, 5, …'."""
    shown = ", ".join(str(i) for i in index[:at_most])
    return f"row{'s' if len(index) > 1 else ''} {shown}{', …' if len(index) > at_most else ''}"


def to_dates(
    text: pd.Series, path, column: str, month_first: bool = True, doubts: dict | None = None
) -> pd.Series:
    """Days from text in any of the forms that exports use; what is none of them is NaT.

    Known are 2023-01-31, 2023/01/31, 20230131, days with an English or French month in any order,
    each with or without a time of day; a spreadsheet's day number, seconds or milliseconds since
    1970; and 31/01/2023 or 01/31/2023 with /, - or a point. Which of the last two it is, the whole
    column decides; where all days are 12 or less it is `month_first`, the source's habit, that does,
    and `SWAPPED` is noted among the `doubts`.

    Raises
    ------
    SourceError
        Not one of the values is a date, or both orders occur, by path, column and row (the index).

    Examples
    --------
    >>> days = ["2023-01-31", "31 janvier 2023", "31-Jan-23", "1/31/2023 00:00:00", "00:00.0"]
    >>> to_dates(pd.Series(days), "x.csv", "date").dt.strftime("%d.%m.").tolist()
    ['31.01.', '31.01.', '31.01.', '31.01.', nan]
    >>> to_dates(pd.Series(["Tue Mar 05 2024", "45356", "1709596800000"]), "x.csv", "date").nunique()
    1
    """
    text = text.fillna("")  # a missing cell has the code -1, and would take the last day
    codes, unique = pd.factorize(text.str.strip())
    unique = pd.Series(unique, dtype="str")
    plain = unique.str.replace(r"(?<=\d)[T ]+\d{1,2}:\d{2}.*$", "", regex=True)
    spelt = plain.map(_month_in_english)
    days = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[s]")
    for form in _PLAIN_FORMATS:
        rest = days.isna()
        if not rest.any():
            break
        days[rest] = pd.to_datetime(spelt[rest], format=form, errors="coerce").dt.as_unit("s")
    for form, unit, origin in _NUMBERED:
        rest = plain[days.isna() & plain.str.fullmatch(form)].astype("float64")
        found = pd.to_datetime(rest, unit=unit, origin=origin)
        days[rest.index] = found.dt.normalize().dt.as_unit("s")
    parts = plain[days.isna()].str.extract(f"^{_AMBIGUOUS}$").dropna()
    if len(parts):
        days[parts.index] = _ambiguous(parts, plain, path, column, month_first, doubts)
    days[~days.dt.year.between(1900, 2100)] = pd.NaT
    found = pd.Series(days.to_numpy()[codes], index=text.index, dtype="datetime64[s]")
    if len(found) and found.isna().all():
        reason = why_no_date(text).iloc[0]
        raise SourceError(
            f"{path}: column {column}: none of {len(found)} values is a date "
            f"({some_rows(text.index)}: {text.iloc[0]!r}; {reason}). Expected 2019-11-01: download "
            "or export the file again and do not open it in a spreadsheet."
        )
    return found


def _month_in_english(cell: str) -> str:
    """A cell that spells a month: day, short English month, year with blanks between, no weekday.

    A month is the whole name or its beginning; the last one counts, for mar. is mardi too.
    """
    text = unicodedata.normalize("NFKD", cell.lower()).encode("ascii", "ignore").decode()
    numbers, month, before = [], None, 0
    for part in re.findall(r"[a-z]{3,}|\d+", text):
        fitting = [m for m, names in _MONTHS.items() if any(n.startswith(part) for n in names)]
        if part.isdigit():
            numbers.append(part)
        elif len(fitting) == 1:
            month, before = fitting[0], len(numbers)
    return " ".join([*numbers[:before], month, *numbers[before:]]) if month else cell


def _ambiguous(parts, plain, path, column, month_first, doubts) -> pd.Series:
    first, second = parts[0].astype(int), parts[2].astype(int)
    day_first, month_second = first > 12, second > 12
    if day_first.any() and month_second.any():
        raise SourceError(
            f"{path}: column {column}: {plain[day_first.idxmax()]!r} has the day first, "
            f"{plain[month_second.idxmax()]!r} the month, so that days and months are swapped in "
            "some rows. A spreadsheet did this: download or export the file again."
        )
    if day_first.any() or month_second.any():
        month_first = bool(month_second.any())
    elif doubts is not None and (first != second).any():
        doubts[SWAPPED] = ["file"]
    year = parts[3].astype(int)
    table = {
        "year": year.where(year > 99, year + 2000 - 100 * (year > 68)),
        "month": first if month_first else second,
        "day": second if month_first else first,
    }
    return pd.to_datetime(pd.DataFrame(table), errors="coerce").dt.as_unit("s")


def why_no_date(text: pd.Series) -> pd.Series:
    """Why a cell is no date: one of `DAMAGE`, or 'unreadable date'.

    >>> why_no_date(pd.Series(["00:00.0", "soon"])).tolist()
    ['date shown as 00:00.0 by a spreadsheet', 'unreadable date']
    """

    def reason(cell: str) -> str:
        found = (name for name, form in DAMAGE.items() if re.fullmatch(form, cell.strip()))
        return next(found, "unreadable date")

    return pd.Series([reason(cell) for cell in text], index=text.index, dtype="str")


def to_numbers(text: pd.Series, dtype: str) -> pd.Series:
    """Numbers from text; what is none is missing, as is 2.5 for an integer type.

    In a column of whole numbers, groups of three digits are thousands; otherwise a comma is the
    decimal sign where the column has no point.

    >>> to_numbers(pd.Series(["14,5", "-1,25"]), "float64").tolist()
    [14.5, -1.25]
    >>> to_numbers(pd.Series(["1,204", "1 204", "7"]), "Int32").tolist()
    [1204, 1204, 7]
    """
    text = text.str.strip()
    grouped = text.str.fullmatch(r"[+-]?\d{1,3}(?:[., \u00a0\u202f]\d{3})+")
    if dtype != "float64" and grouped.any():
        text = text.mask(grouped, text.str.replace(r"[., \u00a0\u202f]", "", regex=True))
    if text.str.fullmatch(r"[+-]?\d+,\d+").any() and not text.str.contains(".", regex=False).any():
        text = text.str.replace(",", ".", regex=False)
    values = pd.to_numeric(text, errors="coerce").astype("float64")
    values = values.where(np.isfinite(values))
    if dtype == "float64":
        return values
    limit = np.iinfo(dtype.lower()).max
    return values.where((values == values.round()) & (values.abs() <= limit)).astype(dtype)


def to_ids(text: pd.Series, path, column: str) -> pd.Series:
    """Identifiers: without blanks around them and without the .0 that a number column adds.

    A SourceError says that all are in exponent form (2.01E+11), so that no two can be told apart.
    """
    ids = text.str.strip().str.replace(r"^(\d+)\.0+$", r"\1", regex=True)
    lost = ids.str.fullmatch(EXPONENT)
    if len(ids) and lost.all():
        raise SourceError(
            f"{path}: column {column}: all {len(ids)} ids are in exponent form "
            f"({some_rows(ids.index)}: {ids.iloc[0]!r}): a spreadsheet has cut their digits. "
            "Download or export the file again."
        )
    return ids
