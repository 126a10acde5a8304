"""Losses of leaders one by one and together: before and after, and how long until the next attack."""

import numpy as np
import pandas as pd

from sahelkit import interventions, models
from sahelkit.counts import finest
from sahelkit.interventions import beforeafter, eventstudy, falsealarms, placebos


def testable(ds) -> pd.DataFrame:
    """The losses that can be tested with these data (`interventions.losses`).

    >>> from sahelkit import load
    >>> len(testable(load()))
    16
    """
    table = interventions.losses(ds)
    return table[table["testable"]].reset_index(drop=True)


def series_of(ds) -> dict:
    """Label of each testable loss -> counts of the family that lost its leader.

    >>> from sahelkit import load
    >>> "Droukdel" in series_of(load())
    True
    """
    table = testable(ds)
    families = {family: finest(ds, group=family) for family in table["family"].unique()}
    return {row.label: families[row.family] for row in table.itertuples()}


def one_by_one(ds) -> pd.DataFrame:
    """Incidents of the same family before and after each loss, in 90 days or 6 months.

    Rows of `beforeafter.over_windows` with `name`, `family` and `p_holm`, corrected for the number
    of losses.

    >>> from sahelkit import load
    >>> len(one_by_one(load()))
    16
    """
    window, rows = "90 days" if ds.events is not None else "6 months", []
    series = series_of(ds)
    for loss in testable(ds).itertuples():
        found = beforeafter.over_windows(series[loss.label], loss.start)
        found = found[found["window"] == window].assign(p_dates=found["p_all"].iloc[0])
        rows.append(found.assign(name=loss.label, family=loss.family))
    table = pd.concat(rows, ignore_index=True)
    return table.assign(p_holm=beforeafter.holm(table["p_dates"]))


def unit(ds) -> str:
    """What a stretch of `together` is.

    >>> from sahelkit import load
    >>> unit(load())
    'months'
    """
    return "stretches of 30 days" if ds.events is not None else "months"


def together(ds) -> pd.DataFrame:
    """`eventstudy.event_study` of all testable losses: 6 stretches of a month.

    >>> from sahelkit import load
    >>> together(load())["dates"].iloc[0].item()
    16
    """
    table, series = testable(ds), series_of(ds)
    size = 30 if ds.events is not None else 1
    return eventstudy.event_study([series[n] for n in table["label"]], table["start"], 6, size)


def power(ds, n: int = 100, seed: int = 0) -> pd.Series:
    """What `together` would have found: share of simulated sets in which it rejects at 5 %.

    Every family's series is simulated with its own overdispersion, season and growth; in the six
    months after each loss its rate is multiplied. Families are drawn independently. `x0.5`, `x1.5`,
    `x2` (0 to 1).

    >>> from sahelkit import load
    >>> power(load(), n=5).index.tolist()
    ['x0.5', 'x1.5', 'x2']
    """
    table = testable(ds)
    found = dict.fromkeys(falsealarms.FACTORS, 0)
    for factor in found:
        drawn = {}
        for i, (family, rows) in enumerate(table.groupby("family", sort=False)):
            like = placebos.by_month(finest(ds, group=family))
            at = like.index.get_indexer(pd.PeriodIndex(rows["start"], freq="M"))
            after = np.isin(np.arange(len(like)), at[:, None] + np.arange(1, 7))
            sets = falsealarms.simulate(like, n, factor, after, trend=True, seed=seed + i)
            drawn[family] = [pd.Series(counts, like.index) for counts in sets]
        for i in range(n):
            series = [drawn[family][i] for family in table["family"]]
            p = eventstudy.event_study(series, table["start"], 6)["p_after"].iloc[0]
            found[factor] += (p <= 0.05) / n
    return pd.Series({f"x{factor:g}": share for factor, share in found.items()})


def attacks_after(ds) -> list:
    """Per testable loss, the days of the same family's major incidents."""
    major = ds.major
    return [major.loc[major["group"] == f, "date_start"] for f in testable(ds)["family"]]


def waiting(ds) -> pd.DataFrame:
    """Days to the next major incident of the same family after each loss, beside what is usual then.

    As `eventstudy.waiting_placebo`, with `name`.

    >>> from sahelkit import load
    >>> bool((waiting(load())["days"] > 0).all())
    True
    """
    table = testable(ds)
    calendar = pd.period_range(*ds.covered, freq="D")
    found = eventstudy.waiting_placebo(attacks_after(ds), table["start"], calendar)
    return found.assign(name=table["label"])


def weeks_after(ds) -> pd.Series:
    """Major incidents of the same family in the four weeks before and after all losses.

    `before`, `after` (incidents), `ratio`, `exact_low`, `exact_high` (95 %).

    >>> from sahelkit import load
    >>> bool(weeks_after(load())["exact_low"] < 1)
    True
    """
    span, before, after = pd.Timedelta(weeks=4), 0, 0
    for found, day in zip(attacks_after(ds), testable(ds)["start"], strict=True):
        before += int(found.between(day - span, day, inclusive="left").sum())
        after += int(found.between(day, day + span, inclusive="right").sum())
    ratio = models.rate_ratio(before, after)
    names = ("ratio", "exact_low", "exact_high")
    return pd.Series({"before": before, "after": after} | {name: ratio[name] for name in names})
