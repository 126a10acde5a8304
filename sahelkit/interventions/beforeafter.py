"""Before and after a date: rate ratios, and the same statistic at every other date.

A count after a date differs from the count before it for many reasons: chance, the rains, the
trend, whatever else happened. So a ratio comes with an exact interval, with one that allows for the
overdispersion measured on the same windows, freed of the season, and above all with its place among
the ratios at all other dates. The results are associations.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelkit import interventions
from sahelkit.counts import finest
from sahelkit.interventions.placebos import (
    AT_LEAST,
    NEAR_YEARS,
    at_every_date,
    by_month,
    place_of,
    tail_shares,
)
from sahelkit.words import Sentence

LENGTHS = {"D": (30, 60, 90, 180), "M": (6, 12)}
"""Windows that are always shown together: days where there are days, and months."""


def rate_ratio(
    before: float,
    after: float,
    exposure_before: float = 1.0,
    exposure_after: float = 1.0,
    extra: float = 0.0,
    level: float = 0.95,
) -> dict:
    """Ratio of two rates with the exact conditional interval and one with overdispersion.

    Given their sum, the count after is binomial (Przyborowski & Wilenski 1940); the exact interval
    is Clopper and Pearson's, turned into a ratio. The second interval is normal on the log scale,
    with variance 1/before + 1/after + `extra`, half a count added to each where one is zero.

    Parameters
    ----------
    before, after : float
        Counts.
    exposure_before, exposure_after : float
        Units of time, or expected counts.
    extra : float
        Variance of the log ratio beyond Poisson, as `at_every_date` measures it.
    level : float

    Returns
    -------
    dict
        `ratio`, `exact_low`, `exact_high`, `p_exact`, `low`, `high` (with overdispersion).

    Examples
    --------
    >>> found = rate_ratio(21, 11, 3011, 800)  # R: poisson.test(c(11, 21), c(800, 3011))
    >>> round(found["ratio"], 4), round(float(found["exact_low"]), 4)
    (1.9715, 0.8584)
    """
    from scipy.stats import beta, binomtest, norm

    total, tail = before + after, (1 - level) / 2
    scale = exposure_before / exposure_after
    if total == 0:
        nothing = dict.fromkeys(("ratio", "exact_low", "low"), np.nan)
        return nothing | {"exact_high": np.nan, "high": np.nan, "p_exact": 1.0}
    low = beta.ppf(tail, after, before + 1) if after else 0.0
    high = beta.ppf(1 - tail, after + 1, before) if before else 1.0
    share = exposure_after / (exposure_before + exposure_after)
    half = 0.5 if before == 0 or after == 0 else 0.0
    error = norm.ppf(1 - tail) * np.sqrt(1 / (before + half) + 1 / (after + half) + extra)
    middle = np.log((after + half) / (before + half) * scale)
    return {
        "ratio": after / before * scale if before else np.inf,
        "exact_low": low / (1 - low) * scale,
        "exact_high": high / (1 - high) * scale if high < 1 else np.inf,
        "p_exact": binomtest(int(after), int(total), share).pvalue,
        "low": np.exp(middle - error),
        "high": np.exp(middle + error),
    }


def holm(p_values) -> np.ndarray:
    """P values corrected for the number of dates tried (Holm 1979); missing ones stay missing.

    >>> holm([0.01, 0.04, 0.03]).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    from statsmodels.stats.multitest import multipletests

    values = np.asarray(p_values, float)
    out, known = np.full(values.shape, np.nan), np.isfinite(values)
    if known.any():
        out[known] = multipletests(values[known], method="holm")[1]
    return out


def over_windows(
    series: pd.Series, start, end=None, against: pd.Series | None = None
) -> pd.DataFrame:
    """Before and after one date over all windows (`LENGTHS`): days if there are any, and months.

    Returns
    -------
    DataFrame
        One row per window: `window`, `before`, `after`, `ratio` (plain), `exact_low`, `exact_high`,
        `low`, `high` (with overdispersion), `season` (what the season alone would give),
        `ratio_season_free`, `p` (placebo), `percentile`, `dates`, `placebo_low`,
        `placebo_high`, `p_near` (placebo, dates within `NEAR_YEARS`), `p_all` (placebo p value of
        the smallest p over all windows, as in Westfall &
        Young 1993; the same in every row).

    Examples
    --------
    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> over_windows(finest(load()), "2020-06-03")["window"].tolist()
    ['6 months', '12 months']
    """
    units = [unit for unit in ("D", "M") if unit == "M" or series.index.freqstr == "D"]
    rows, shares = [], {}
    for unit in units:
        own = by_month(series) if unit == "M" else series
        other = against if against is None or unit == "D" else by_month(against)
        for length in LENGTHS[unit]:
            spans = interventions.windows(start, end, length, unit)
            table = at_every_date(own, length, int(spans.loc["during", "units"]), against=other)
            name = f"{length} {'days' if unit == 'D' else 'months'}"
            at = spans.loc["during", "first"]
            if at not in table.index:
                continue
            near = place_of(table, at.start_time, NEAR_YEARS)["p"]
            own_row = _row(table, at, against is None)
            rows.append(
                {"window": name, **own_row, **place_of(table, at.start_time), "p_near": near}
            )
            if table["possible"].any():
                share = tail_shares(table["statistic"].to_numpy(), table["possible"].to_numpy())
                shares[name] = pd.Series(share, index=table.index)
    out = pd.DataFrame(rows)
    return out.assign(p_all=_smallest(shares, units[0], start)) if rows else out


def _row(table: pd.DataFrame, at, single: bool) -> dict:
    """Counts, ratios, intervals at one date; no exact interval if two areas are compared."""
    here = table.loc[at]
    counts = {"before": int(here["before"]), "after": int(here["after"])}
    free = {"season": here["season"], "ratio_season_free": here["ratio"]}
    if not single:
        spread = 1.96 * here["error"]
        return (
            counts
            | free
            | {
                "low": np.exp(here["log_ratio"] - spread),
                "high": np.exp(here["log_ratio"] + spread),
            }
        )
    poisson = 1 / (here["before"] + 0.5) + 1 / (here["after"] + 0.5)
    return counts | rate_ratio(**counts, extra=max(here["error"] ** 2 - poisson, 0.0)) | free


def _smallest(shares: dict, unit: str, start) -> float:
    """Placebo p value of the smallest p over the windows in which the date is possible."""
    if not shares:
        return np.nan
    longest = max(shares.values(), key=len)
    calendar = longest.index
    columns = []
    for share in shares.values():
        own = share if share.index.freqstr == unit else share.reindex(calendar.asfreq("M"))
        columns.append(own.set_axis(calendar) if own is not share else share.reindex(calendar))
    at = pd.Period(pd.Timestamp(str(start)), freq=unit)
    every = pd.concat(columns, axis=1)
    if at not in every.index or every.loc[at].isna().all():
        return np.nan
    smallest = every.loc[:, every.loc[at].notna()].dropna().min(axis=1)
    return float((smallest <= smallest[at] + 1e-12).mean())


@dataclass(frozen=True)
class Association:
    """A count before and after an intervention, and what else happened.

    Attributes
    ----------
    table : DataFrame
        From `over_windows`.
    sentence : str
        The result in words, as an association.
    beside : DataFrame
        From `interventions.also_happened`, for the longest window.
    """

    table: pd.DataFrame
    sentence: str
    beside: pd.DataFrame


def associated(
    ds, intervention_id: str, area=None, weight: str = "incidents", date: str = "start"
) -> Association:
    """Counts before and after an intervention's start or end, over all windows, in words.

    Parameters
    ----------
    ds : Dataset
    intervention_id : str
    area : str or collection of str, optional
        See `places.in_area`; default: the intervention's own area.
    weight : str
    date : {'start', 'end', 'span'}
        Its first day, its last, or both with the time between left out.

    Returns
    -------
    Association
    """
    row = interventions.intervention(intervention_id)
    area = interventions.area_of(row) if area is None else area
    day = row["end"] if date == "end" else row["start"]
    last = row["end"] if date == "span" else None
    table = over_windows(finest(ds, area, weight), day, last)
    length = 90 if ds.events is not None else 6
    unit = "D" if ds.events is not None else "M"
    spans = interventions.windows(day, last, length, unit)
    edges = spans["first"].iloc[0].start_time, spans["last"].iloc[2].end_time
    other = interventions.happened(*edges, row["countries"] or None, leave_out=[intervention_id])
    return Association(
        table,
        Sentence(sentence(table, f"{interventions.short_name(row['name'])}, {date}", other)),
        other,
    )


def several(ds, ids: list) -> dict:
    """`associated` of several interventions, by their short names; those without a window left out.

    >>> from sahelkit import load
    >>> list(several(load(), ["serval"]))
    ['Operation Serval']
    """
    names = {i: interventions.short_name(interventions.intervention(i)["name"]) for i in ids}
    found = {name: associated(ds, i) for i, name in names.items()}
    return {name: each for name, each in found.items() if len(each.table)}


def sentences(found: dict) -> Sentence:
    """The sentences of several associations, a paragraph each.

    >>> from sahelkit import load
    >>> sentences(several(load(), ["takuba"])).startswith("Task Force Takuba, start")
    True
    """
    return Sentence("\n\n".join(each.sentence for each in found.values()))


def pooled(found: dict) -> pd.DataFrame:
    """Several associations in one table, corrected for the number of dates tried.

    Parameters
    ----------
    found : dict of str to Association

    Returns
    -------
    DataFrame
        Rows of all tables with `name`, and `p_holm`: `p_all` of each date after `holm`. No rows
        where no window of any date fits into the series.

    Examples
    --------
    >>> from sahelkit import load
    >>> found = pooled(several(load(), ["serval", "takuba"]))
    >>> found["name"].nunique()
    2
    """
    tables = {name: each.table for name, each in found.items() if len(each.table)}
    smallest = [table["p_all"].iloc[0] for table in tables.values()]
    parts = [
        table.assign(name=name, p_holm=p)
        for (name, table), p in zip(tables.items(), holm(smallest), strict=True)
    ]
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["name", "p_all", "p_holm"])
    )


def sentence(table: pd.DataFrame, name: str, beside: pd.DataFrame) -> str:
    """A result as an association: 90 days or, from months, 6 months; and what was beside it."""
    if table.empty:
        return f"{name}: no window fits into the series."
    chosen = table[table["window"].isin(["90 days"])]
    row = chosen.iloc[0] if len(chosen) else table.iloc[0]
    place = (
        f"{row['p']:.0%} of {row['dates']:,} possible dates lie at least as far from their median"
        if np.isfinite(row["p"])
        else f"fewer than {AT_LEAST} in the windows: too few to compare with other dates"
    )
    return (
        f"{name}: {row['before']} before, {row['after']} after ({row['window']}), ratio "
        f"{row['ratio']:.2f} (with overdispersion {row['low']:.2f} to {row['high']:.2f}); the "
        "season "
        f"alone would give {row['season']:.2f}; {place}. An association; beside it in these "
        "windows: "
        f"{interventions.in_one_line(beside)}."
    )
