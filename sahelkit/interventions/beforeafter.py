"""Before and after a date: rate ratios, and the same statistic at every other date.

A count after a date differs from the count before it for many reasons: chance, the rains, the
trend, whatever else happened. So a ratio comes with an exact interval, with one that allows for the
overdispersion measured on the same windows, freed of the season, and above all with its place among
the ratios at all other dates. The results are associations.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from sahelkit import interventions
from sahelkit.counts import finest
from sahelkit.interventions.placebos import (
    AT_LEAST,
    NEAR_YEARS,
    WINDOW,
    at_every_date,
    by_month,
    place_of,
    tail_shares,
)
from sahelkit.models import rate_ratio
from sahelkit.words import Sentence

LENGTHS = {"D": (30, 60, 90, 180), "M": (6, 12)}
"""Windows that are always shown together: days where there are days, and months."""
WORDS = {"D": "days", "M": "months"}


def holm(p_values) -> np.ndarray:
    """P values corrected for the number of dates tried (Holm 1979); missing ones stay missing."""
    from statsmodels.stats.multitest import multipletests

    values = np.asarray(p_values, float)
    out, known = np.full(values.shape, np.nan), np.isfinite(values)
    if known.any():
        out[known] = multipletests(values[known], method="holm")[1]
    return out


def over_windows(series: pd.Series, date, against: pd.Series | None = None) -> pd.DataFrame:
    """Before and after one date over all windows (`LENGTHS`): days if there are any, and months.

    One row per window: `window`, `before`, `after`, `ratio` (plain), `exact_low`, `exact_high`,
    `low`, `high` (with overdispersion; the first three not beside another area), `season` (what the
    season alone would give), `ratio_season_free`, `p` (placebo), `percentile`, `dates`,
    `placebo_low`, `placebo_high`, `p_near` (placebo, dates within `NEAR_YEARS`), `p_all` (placebo p
    value of the smallest p over all windows, as in Westfall & Young 1993; the same in every row).

    >>> from sahelkit import load
    >>> from sahelkit.counts import finest
    >>> over_windows(finest(load()), "2020-06-03")["window"].tolist()
    ['6 months', '12 months']
    """
    rows, shares = [], []
    for unit in ("D", "M") if series.index.freqstr == "D" else ("M",):
        own, other = (
            by_month(one) if unit == "M" and one is not None else one for one in (series, against)
        )
        for length in LENGTHS[unit]:
            table, at = at_every_date(own, length, against=other), pd.Period(str(date), unit)
            if at not in table.index:
                continue
            near = {"p_near": place_of(table, at, NEAR_YEARS)["p"]}
            row = _row(table.loc[at], against is None) | place_of(table, at) | near
            rows.append({"window": f"{length} {WORDS[unit]}"} | row)
            every = tail_shares(table["statistic"].to_numpy(), table["possible"].to_numpy())
            shares.append(pd.Series(every, table.index))
    return pd.DataFrame(rows).assign(p_all=_smallest(shares, date)) if rows else pd.DataFrame()


def _row(here: pd.Series, single: bool) -> dict:
    """Counts, ratios, intervals at one date; no exact interval if two areas are compared."""
    counts = {"before": int(here["before"]), "after": int(here["after"])}
    free = {"season": here["season"], "ratio_season_free": here["ratio"]}
    if not single:
        ends = {"low": here["log_ratio"] - 1.96 * here["error"]}
        ends["high"] = here["log_ratio"] + 1.96 * here["error"]
        return counts | free | {name: np.exp(end) for name, end in ends.items()}
    poisson = 1 / (here["before"] + 0.5) + 1 / (here["after"] + 0.5)
    return counts | rate_ratio(**counts, extra=max(here["error"] ** 2 - poisson, 0.0)) | free


def _smallest(shares: list, date) -> float:
    """Placebo p value of the smallest p over the windows in which the date is possible."""
    calendar = max(shares, key=len).index
    columns = [s.reindex(calendar.asfreq(s.index.freq)).set_axis(calendar) for s in shares]
    every, at = pd.concat(columns, axis=1), pd.Period(str(date), calendar.freq)
    if at not in every.index or every.loc[at].isna().all():
        return np.nan
    smallest = every.loc[:, every.loc[at].notna()].dropna().min(axis=1)
    return float((smallest <= smallest[at] + 1e-12).mean())


class Association(NamedTuple):
    """A count before and after an intervention (`over_windows`), and the result in words."""

    table: pd.DataFrame
    sentence: Sentence


def associated(ds, intervention_id: str) -> Association:
    """Counts in an intervention's area before and after its start, over all windows, in words."""
    row = interventions.intervention(intervention_id)
    unit = "M" if ds.events is None else "D"
    table = over_windows(finest(ds, interventions.area_of(row)), row["start"])
    beside = interventions.also_happened(intervention_id, WINDOW[unit], unit, whole=False)
    name = f"{interventions.short_name(row['name'])}, start"
    return Association(table, Sentence(sentence(table, name, beside)))


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

    Rows of all tables with `name`, and `p_holm`: `p_all` of each date after `holm`. No rows where
    no window of any date fits into the series.

    >>> from sahelkit import load
    >>> found = pooled(several(load(), ["serval", "takuba"]))
    >>> found["name"].nunique()
    2
    """
    corrected = holm([each.table["p_all"].iloc[0] for each in found.values()])
    parts = [
        each.table.assign(name=name, p_holm=p)
        for (name, each), p in zip(found.items(), corrected, strict=True)
    ]
    nothing = pd.DataFrame(columns=["name", "p_all", "p_holm"])
    return pd.concat(parts, ignore_index=True) if parts else nothing


def sentence(table: pd.DataFrame, name: str, beside: pd.DataFrame) -> str:
    """A result as an association: 90 days or, from months, 6 months; and what was beside it."""
    if table.empty:
        return f"{name}: no window fits into the series."
    chosen = table[table["window"] == "90 days"]
    row = chosen.iloc[0] if len(chosen) else table.iloc[0]
    place = (
        f"{row['p']:.0%} of {row['dates']:,} possible dates lie at least as far from their median"
        if np.isfinite(row["p"])
        else f"fewer than {AT_LEAST} in the windows: too few to compare with other dates"
    )
    return (
        f"{name}: {row['before']} before, {row['after']} after ({row['window']}), ratio "
        f"{row['ratio']:.2f} (with overdispersion {row['low']:.2f} to {row['high']:.2f}); the season "
        f"alone would give {row['season']:.2f}; {place}. An association; beside it in these windows: "
        f"{interventions.in_one_line(beside)}."
    )
