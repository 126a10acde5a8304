"""Many events at once: pooled event study, waiting times, displacement between areas."""

import numpy as np
import pandas as pd

from sahelkit import actors, interventions, places
from sahelkit.counts import finest
from sahelkit.interventions.beforeafter import holm
from sahelkit.interventions.panel import operations
from sahelkit.interventions.placebos import at_every_date, expected, place_of
from sahelkit.models import TAILS

AROUND = 365
"""Days on either side of a date with which a waiting time is compared."""


def _bins(values: np.ndarray, starts: np.ndarray, size: int) -> np.ndarray:
    """Sums over bins: values (n,), starts (..., k) positions -> (..., k)."""
    total = np.concatenate([[0.0], values.cumsum()])
    return total[starts + size] - total[starts]


def event_study(series, dates, reach: int = 6, size: int = 1) -> pd.DataFrame:
    """Counts around many dates, pooled, over what the stretch before would lead one to expect.

    For every bin the counts after (or before) all dates are summed and divided by the sum of their
    expectations: each date's own mean over the bins before it, times the season. The placebo band
    moves all dates together by every possible step around the calendar, so that their spacing
    (losses of leaders come in clusters) and the series' autocorrelation stay as they are. Raises
    `ValueError` where no date has all its bins within the series.

    Index `bin` (-reach..-1, 1..reach); `observed`, `expected`, `ratio`, `low`, `high` (95 % of
    placebo ratios), `p` (two-sided placebo share); and, the same in each row, `dates` used,
    `placebos` (sets; neighbouring ones are nearly the same), `ratio_after` (all bins after
    together), `ratio_usual` (its median over the placebo sets), `p_after`.

    Parameters
    ----------
    series : Series or list of Series
        Counts on one calendar; a list gives one series per date.
    reach : int
        Bins before and after.
    size : int
        Units per bin. The unit of the date itself is in no bin.

    Examples
    --------
    >>> from sahelkit import load
    >>> table = event_study(finest(load()), ["2020-06-03", "2020-11-10"], 3)
    >>> table.index.tolist()
    [-3, -2, -1, 1, 2, 3]
    """
    many = series if isinstance(series, list) else [series] * len(dates)
    calendar, span = many[0].index, reach * size
    at = calendar.get_indexer([pd.Period(str(day), calendar.freq) for day in dates])
    valid = len(calendar) - 2 * span
    offsets = np.concatenate([np.arange(-reach, 0) * size, 1 + np.arange(reach) * size])
    observed, hoped, used = 0.0, 0.0, 0
    for position, own in zip(at, many, strict=True):
        if not span <= position < len(calendar) - span:
            continue
        moved = span + (position - span + np.arange(valid)) % valid
        starts = moved[:, None] + offsets
        counts, usual = (_bins(v, starts, size) for v in (own.to_numpy(float), expected(own)))
        level = counts[:, :reach].sum(1) / usual[:, :reach].sum(1)
        observed, hoped, used = observed + counts, hoped + level[:, None] * usual, used + 1
    if not used:
        raise ValueError("No date has all its bins within the series.")
    # A placebo set whose months before hold nothing leads to expect nothing: no ratio.
    sound = (hoped > 0).all(axis=1)
    sound[0] = True
    observed, hoped = observed[sound], np.maximum(hoped[sound], 1e-9)
    ratio = observed / hoped
    after = observed[:, reach:].sum(1) / hoped[:, reach:].sum(1)
    low, high = np.quantile(ratio, TAILS, axis=0)
    table = {"observed": observed[0], "expected": hoped[0], "ratio": ratio[0]}
    table |= {"low": low, "high": high, "p": _two_sided(ratio)}
    bins = pd.Index([*range(-reach, 0), *range(1, reach + 1)], name="bin")
    return pd.DataFrame(table, bins).assign(
        dates=used,
        placebos=int(sound.sum()),
        ratio_after=after[0],
        ratio_usual=float(np.median(after)),
        p_after=float(_two_sided(after[:, None])[0]),
    )


def _two_sided(values: np.ndarray) -> np.ndarray:
    """Share of placebos (rows) at least as far from their median as the first row, per column."""
    distance = np.abs(
        np.log(np.maximum(values, 1e-9)) - np.log(np.maximum(np.median(values, 0), 1e-9))
    )
    return (distance >= distance[0] - 1e-12).mean(0)


def waiting_days(incident_days, calendar: pd.PeriodIndex) -> pd.Series:
    """Days from each day of a calendar to the next incident after it; missing after the last one.

    >>> calendar = pd.period_range("2020-01-01", periods=4, freq="D")
    >>> waiting_days(pd.to_datetime(["2020-01-03"]), calendar).tolist()
    [2.0, 1.0, nan, nan]
    """
    days = np.unique(pd.DatetimeIndex(incident_days).to_period("D").asi8)
    now = calendar.asi8
    following = np.searchsorted(days, now, side="right")
    out = np.full(len(now), np.nan)
    some = following < len(days)
    out[some] = days[following[some]] - now[some]
    return pd.Series(out, index=calendar, name="days")


def waiting_placebo(incidents: list, dates, calendar: pd.PeriodIndex) -> pd.DataFrame:
    """Waiting time to the next incident after each date, among those of the days around.

    `incidents` are, per date, the days of those that would count as retaliation. The comparison is
    with every day of `calendar` at most `AROUND` days away: incidents grew more frequent. No test:
    sets of dates moved together by up to a year reject far too rarely.

    Per date `date`, `days` waited, `usual` (median of the days around), `share` of the days around
    with a waiting time as short or shorter, `shares_mean` (mean over dates; 0.5 is usual).

    """
    rows, steps = [], np.arange(-AROUND, AROUND + 1)
    for found, date in zip(incidents, dates, strict=True):
        waits = waiting_days(found, calendar).to_numpy()
        at = calendar.get_loc(pd.Period(str(date), "D"))
        around = waits[np.unique(np.clip(at + steps, 0, len(waits) - 1))]
        usual = around[np.isfinite(around)]
        share = (usual <= waits[at]).mean() if len(usual) and np.isfinite(waits[at]) else 1.0
        middle = np.median(usual) if len(usual) else np.nan
        rows.append((pd.Timestamp(str(date)), waits[at], middle, share))
    table = pd.DataFrame(rows, columns=["date", "days", "usual", "share"])
    return table.assign(shares_mean=table["share"].mean())


def displacement(ds, start, end=None, length: int | None = None, area="regions") -> pd.DataFrame:
    """Incidents per day inside and outside an area before, during and after, in all and by group.

    By days where there are events, else by the months that start and end touch, `length` of them
    around (`interventions.USUAL`). Outside is the rest of the three countries. `group` ('all'
    first), `where` (inside, outside), `window` (before, during, after), `incidents`, `units` of
    time, `days`, `per_day`.

    >>> from sahelkit import load
    >>> table = displacement(load(), "2020-03-03", "2020-03-23")
    >>> table["units"].unique().tolist(), table["days"].head(3).tolist()
    ([2, 1], [60, 31, 61])
    """
    spans = interventions.windows_in(ds, start, end, length)
    rows = []
    for group in [None, *actors.FAMILIES]:
        for where, inside in (("inside", True), ("outside", False)):
            counts = finest(ds, area, group=group, inside=inside)
            for window, first, last, units in spans.itertuples():
                n = (last.end_time.normalize() - first.start_time).days + 1
                found = int(counts[first:last].sum())
                rows.append((group or "all", where, window, found, units, n, found / n))
    columns = ["group", "where", "window", "incidents", "units", "days", "per_day"]
    return pd.DataFrame(rows, columns=columns)


def _among_dates(ds, start, end, compare: tuple, series, against=None) -> dict:
    """Season-free ratio of two windows of an operation, and its place among all other dates."""
    spans = interventions.windows_in(ds, start, end)
    units = int(spans["units"]["before"]), int(spans["units"]["during"])
    table = at_every_date(series, *units, compare, against)
    ratio = table["ratio"].get(spans["first"]["during"], np.nan)
    return {"ratio": ratio} | place_of(table, start)


def weighted_displacement(ds, start, end=None, area="regions") -> dict:
    """Did violence move to the ring around an area? Bowers & Johnson's weighted quotient.

    Displacement goes next door, if anywhere; so the regions that touch the area are the ring, and
    all others the control. With A, B, C the counts of area, ring and control, the quotient is the
    change of B / C over the change of A / C. It says something only where A / C fell: then a
    negative quotient speaks of displacement, a positive one of benefits that spread. The area is
    one of regions or countries: others are known by position.

    A dict of `counts` (DataFrame: area, ring, control by before, during, after), `quotient`, `fell`
    (change of A / C from before to after), and `p`, the share of possible dates at which the ratio
    of ring to control changed at least as much (placebo).

    Bowers, K. & Johnson, S. (2003). Measuring the geographical displacement and diffusion of
    benefit effects of crime prevention activity. Journal of Quantitative Criminology 19(3).

    >>> from sahelkit import load
    >>> found = weighted_displacement(load(), "2020-03-03", "2020-03-23")
    >>> found["counts"].loc["area", "during"] > 0
    np.True_
    """
    series = {"area": finest(ds, area), "ring": finest(ds, places.neighbours(area))}
    series["control"] = finest(ds) - series["area"] - series["ring"]
    counts = pd.DataFrame(
        {
            window: {name: int(s[first:last].sum()) for name, s in series.items()}
            for window, first, last, _ in interventions.windows_in(ds, start, end).itertuples()
        }
    )
    share = counts.loc[["area", "ring"]] / counts.loc["control"]
    moved = share["after"] - share["before"]
    pair = series["ring"], series["control"]
    p = _among_dates(ds, start, end, ("before", "after"), *pair)["p"]
    quotient = float(moved["ring"] / moved["area"]) if moved["area"] else np.nan
    return {"counts": counts, "quotient": quotient, "fell": float(moved["area"]), "p": p}


def against_outside(ds, start, end=None, area="regions") -> pd.DataFrame:
    """Inside, outside, and inside over outside: during and after over before, among all other dates.

    Index `where`, `compared`; `ratio` (season-free) and what `placebos.place_of` gives.

    >>> from sahelkit import load
    >>> len(against_outside(load(), "2020-03-03", "2020-03-23"))
    6
    """
    inside, outside = (finest(ds, area, inside=flag) for flag in (True, False))
    pairs = {"inside": (inside,), "outside": (outside,), "inside over outside": (inside, outside)}
    rows = {
        (where, f"{later} / before"): _among_dates(ds, start, end, ("before", later), *pair)
        for where, pair in pairs.items()
        for later in ("during", "after")
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["where", "compared"])


def operations_compared(ds) -> pd.DataFrame:
    """Every dated area operation in its own regions: inside over outside, after over before.

    Index name of the operation; `dates`, incidents inside and outside before, during and after,
    `ratio` of ratios (season-free), `p` (placebo), `p_holm`.

    >>> from sahelkit import load
    >>> len(operations_compared(load()))
    12
    """
    rows = {}
    for _, row in operations(ds).iterrows():
        when, area = (row["start"], row["end"]), interventions.area_of(row)
        table = displacement(ds, *when, area=area)
        counts = table[table["group"] == "all"].set_index(["where", "window"])["incidents"]
        numbers = {f"{where} {window}": n for (where, window), n in counts.items()}
        found = against_outside(ds, *when, area).loc[("inside over outside", "after / before")]
        dates = {"dates": interventions.dates_in_words(row)}
        rows[row["name"]] = dates | numbers | found[["ratio", "p"]].to_dict()
    out = pd.DataFrame.from_dict(rows, orient="index").rename_axis("operation")
    return out.assign(p_holm=holm(out["p"])) if len(out) else out
