"""Counts over time, the only place that makes them: by month, year or day, with zeros for quiet ones."""

import numpy as np
import pandas as pd

from sahelkit import places
from sahelkit.actors import FAMILIES
from sahelkit.choices import NotCovered, one_of
from sahelkit.dataset import Dataset
from sahelkit.tables import COUNTS

PERIODS = {"D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


def count(
    data, by=None, freq="M", weight="incidents", *, area="all", inside=True, group=None
) -> pd.DataFrame:
    """Incidents or deaths per day, week, month, quarter or year, zeros filled within what is covered.

    Index: years, or a PeriodIndex without gaps. Columns: the values of `by`, or `weight`. Deaths
    that the source does not give at all are missing, not zero. Days or positions asked of tables
    raise `NotCovered`.

    Parameters
    ----------
    data : Dataset or DataFrame
        Or `Dataset.region_month`, some of its rows, or that with `zone` (`add_zone`).
    by : str or list of str, optional
        Columns to tell apart: 'country', 'region', 'violence', 'group', 'zone'.
    freq : {'D', 'W', 'M', 'Q', 'Y'}
        Days and weeks need a dataset with events. An incident counts on its first day.
    weight : str
        'incidents' or one of the deaths columns.
    area : str or collection of str
        See `places.in_area`. An area by position is counted from the events.
    inside : bool
        False: everything outside the area.
    group : str, optional
        One of `actors.FAMILIES`.

    Examples
    --------
    >>> from sahelkit import load
    >>> count(load(), "country").loc["2023-12"].sum().item()
    44
    >>> count(load(), freq="Y", weight="deaths_best").loc[[2016, 2023], "deaths_best"].tolist()
    [516, 8752]
    """
    table = data.region_month if isinstance(data, Dataset) else data
    one_of(weight, COUNTS, "weight")
    one_of(freq, tuple(PERIODS), "freq")
    names = [by] if isinstance(by, str) else by or []
    for name in names:
        one_of(name, [n for n in table.columns if n not in ("month", *COUNTS)], "by")
    if group is not None:
        one_of(group, FAMILIES, "group")
    first, last = table["month"].min(), table["month"].max()
    unit = "D" if freq in ("D", "W") else "M"
    if isinstance(data, Dataset) and (unit == "D" or area in ("radius", "border")):
        table = _events(data, unit)
    keep = places.in_area(table, area) == inside
    if isinstance(data, Dataset) and inside and not keep.any():
        raise NotCovered(f"{data.label} holds nothing of {area!r}: only {data.countries}.")
    if group is not None:
        keep &= (table["group"] == group).astype(bool)
    keys = [PERIODS[unit], *names]
    rows = table if keep.all() else table[keep]
    sums = rows.groupby(keys, observed=True)[weight].sum(min_count=1)
    wide = sums.to_frame() if by is None else sums.unstack(keys[1:])
    if isinstance(by, str) or by is None:
        wide.columns = pd.Index([str(one) for one in wide.columns], name=by)
    ends = (first, last)
    if unit == "D":
        ends = (first.asfreq("D", "start"), last.asfreq("D", "end"))
        if isinstance(data, Dataset):
            ends = tuple(pd.Period(day, "D") for day in data.covered)
    wide = wide.reindex(pd.period_range(*ends, freq=unit, name=PERIODS[unit]))
    if table[weight].isna().all():
        wide = wide.astype("float64")
    else:
        filled = wide.fillna(0)
        wide = filled.astype("int64") if (filled == filled.round()).all(axis=None) else filled
    if freq == unit:
        return wide
    periods = wide.index.year if freq == "Y" else wide.index.asfreq(freq)
    return wide.groupby(periods.rename(PERIODS[freq])).sum(min_count=1)


def finest(ds: Dataset, area="all", weight="incidents", group=None, inside=True, freq=None):
    """Counts per day where the dataset has events, per month where it has tables alone.

    As `count`, a Series on a complete PeriodIndex; `freq`, 'D' or 'M', asks for one of them.

    >>> from sahelkit import load
    >>> monthly = finest(load(), "regions")
    >>> monthly.index.freqstr, int(monthly.sum())
    ('M', 2700)
    """
    freq = freq or ("M" if ds.events is None else "D")
    found = count(ds, None, freq, weight, area=area, inside=inside, group=group)
    return found[weight].rename_axis(PERIODS[freq])


def _events(ds: Dataset, unit: str) -> pd.DataFrame:
    """Events from the first month of the tables on, with their day or month and `incidents` = 1."""
    if ds.events is None:
        raise NotCovered("Days and positions need a file of events; the shipped tables have none.")
    table = ds.events[ds.events["date_start"] >= ds.region_month["month"].min().start_time]
    return table.assign(incidents=1, **{PERIODS[unit]: table["date_start"].dt.to_period(unit)})


def count_kinds(table: pd.DataFrame, by: list) -> pd.DataFrame:
    """Incidents and deaths with low and high per month and kind, months without violence as zeros.

    Of `Dataset.region_month`, with `zone` if asked for (`add_zone`): `month`, the columns of `by`,
    `kind` (their values in words), and the counts.

    >>> from sahelkit import load
    >>> kinds = count_kinds(add_zone(load().region_month), ["country", "zone", "violence"])
    >>> len(kinds) == 144 * 3 * 3 * 2
    True
    """
    sums = table.groupby(["month", *by], observed=True)[list(COUNTS)].sum(min_count=1).reset_index()
    kind = sums[by].astype("str").agg(", ".join, axis=1)
    sums.insert(1, "kind", kind)
    return sums


def add_zone(table: pd.DataFrame, definition: str = "regions") -> pd.DataFrame:
    """`Dataset.region_month` with a column `zone`: 'Liptako-Gourma', 'elsewhere' or 'unknown'.

    The definition is 'regions' or 'authority': the others need positions.

    >>> from sahelkit import load
    >>> sorted(set(add_zone(load().region_month)["zone"]))
    ['Liptako-Gourma', 'elsewhere', 'unknown']
    """
    inside = places.in_liptako_gourma(table, definition)
    unknown = table["region"] == places.UNKNOWN
    zones = np.select([inside, unknown], ["Liptako-Gourma", "unknown"], "elsewhere")
    return table.assign(zone=zones)
