"""The stretches of time before, during and after an intervention."""

import pandas as pd


def windows(start, end=None, length: int = 90, unit: str = "D") -> pd.DataFrame:
    """The stretches before, during and after.

    The days from start to end (months with ``unit="M"``: every month that they touch) belong to
    neither side; for an event without duration that is its own day or month.

    Parameters
    ----------
    start, end : date-like
        First and last day; without `end`, a single day.
    length : int
        Units before and after.
    unit : {'D', 'M'}

    Returns
    -------
    DataFrame
        Index before, during, after; `first`, `last` (Period), `units`.

    Examples
    --------
    >>> windows("2020-03-03", "2020-03-23", 60)["first"].astype(str).tolist()
    ['2020-01-03', '2020-03-03', '2020-03-24']
    """
    first = pd.Period(pd.Timestamp(start), freq=unit)
    last = pd.Period(pd.Timestamp(start if end is None or pd.isna(end) else end), freq=unit)
    edges = [(first - length, first - 1), (first, last), (last + 1, last + length)]
    table = pd.DataFrame(edges, index=["before", "during", "after"], columns=["first", "last"])
    return table.assign(units=[(b - a).n + 1 for a, b in edges])
