"""The counts to compare: an area's incidents per day or month, and the stretches around a date."""

import pandas as pd

from sahelkit import places, schema


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


def in_area(frame: pd.DataFrame, area="all") -> pd.Series:
    """Which rows lie in an area.

    Parameters
    ----------
    frame : DataFrame
        `country`, `region`; for 'radius' and 'border' also `latitude`, `longitude`.
    area : str or collection of str
        'all'; a definition of Liptako-Gourma (`places.DEFINITIONS`); a country code; or several
        codes and regions ('MLI', 'MLI:Gao').

    Raises
    ------
    ValueError
        The area needs positions and the frame has none, or a region is not known.

    Examples
    --------
    >>> in_area(pd.DataFrame({"country": ["MLI"], "region": ["Gao"]}), ["MLI:Gao"]).tolist()
    [True]
    """
    if area == "all":
        return pd.Series(True, index=frame.index)
    if isinstance(area, str) and area in places.DEFINITIONS:
        if area in ("radius", "border") and "latitude" not in frame:
            raise ValueError(f"area={area!r} needs positions; the table by region has none.")
        return places.in_liptako_gourma(frame, area)
    wanted = {area} if isinstance(area, str) else set(area)
    units = places.regions()
    counted = dict(zip(units["country"] + ":" + units["region"], units["counted_as"], strict=True))
    unknown = sorted(wanted - set(counted) - set(schema.COUNTRIES))
    if unknown:
        raise ValueError(f"Invalid area {unknown}: a country code or 'MLI:Gao'.")
    wanted = {f"{name[:4]}{counted[name]}" if ":" in name else name for name in wanted}
    country = frame["country"].astype("str")
    named = country + ":" + frame["region"].astype("str").fillna("")
    return country.isin(wanted) | named.isin(wanted)


def series(ds, area="all", weight="incidents", group=None, inside=True, unit=None) -> pd.Series:
    """Counts per day where the dataset has events, per month where it has tables.

    Parameters
    ----------
    ds : Dataset
    area : str or collection of str
        See `in_area`.
    weight : str
        'incidents', or a column of deaths; missing deaths count as none.
    group : str, optional
        One of `actors.FAMILIES`.
    inside : bool
        False: everything outside the area.
    unit : {'D', 'M'}, optional
        Default: days from events, months from tables.

    Returns
    -------
    Series
        int64, on a complete PeriodIndex of days or months. An incident counts on its first day.

    Raises
    ------
    ValueError
        Days are asked of tables by month.

    Examples
    --------
    >>> from sahelkit import load
    >>> monthly = series(load(), "regions")
    >>> monthly.index.freqstr, int(monthly.sum())
    ('M', 2672)
    """
    unit = unit or ("M" if ds.events is None else "D")
    if ds.events is None and unit == "D":
        raise ValueError("The shipped tables are by month: days need a file of events.")
    months = ds.region_month["month"]
    if ds.events is None:
        frame = ds.region_month[ds.region_month["incidents"] > 0]
        period = frame["month"]
    else:
        frame = ds.events[ds.events["date_start"] >= months.min().start_time]
        period = frame["date_start"].dt.to_period(unit)
    keep = in_area(frame, area) == inside
    if group is not None:
        keep &= (frame["group"] == group).astype(bool)
    counted = frame[weight] if weight in frame else pd.Series(1, index=frame.index)
    first, last = months.min().asfreq(unit, "start"), months.max().asfreq(unit, "end")
    calendar = pd.period_range(first, last, freq=unit, name="day" if unit == "D" else "month")
    sums = counted[keep].fillna(0).groupby(period[keep]).sum()
    return sums.reindex(calendar, fill_value=0).astype("int64").rename(weight)
