"""How violence rose: the last month, the peak, ratios between years, published totals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelkit.choices import NotCovered
from sahelkit.counts import count
from sahelkit.dataset import Dataset
from sahelkit.files import read_table
from sahelkit.models import TAILS, rate_ratio, season
from sahelkit.words import Sentence

WIDER = 1.2
"""Factor, on the log scale, by which a bootstrap over months is too narrow where months hang together."""
THIN_PROBABILITY = 0.01
"""A last month rarer than this, given the twelve before, is flagged as thin."""


@dataclass(frozen=True)
class LastMonth:
    """The last month beside the twelve before: its count, their mean, the chance of so few."""

    month: pd.Period
    incidents: int
    mean_before: float
    probability: float

    @property
    def thin(self) -> bool:
        """Whether the month is too thin to be read as a fall."""
        return self.probability < THIN_PROBABILITY

    @property
    def sentence(self) -> Sentence:
        """The judgement in words."""
        verdict = "too thin to be read as a fall" if self.thin else "not out of the ordinary"
        return Sentence(
            f"{self.month}: {self.incidents} incidents where the twelve months before, at this time of "
            f"year, lead to expect {self.mean_before:.0f}; chance of so few {self.probability:.1%}: "
            f"{verdict}."
        )


def last_month(table: pd.DataFrame) -> LastMonth:
    """Is the last month complete? The chance of so few incidents, given the twelve months before.

    The last month of a release is often still being coded. The chance is that of a negative
    binomial with mean and variance of the twelve months before, each brought to the season of the
    last one (Poisson if they vary less).

    >>> from sahelkit import load
    >>> found = last_month(load().region_month)
    >>> str(found.month), found.incidents, found.thin
    ('2023-12', 44, False)
    """
    from scipy import stats

    counts = count(table)["incidents"]
    factors = season(counts.to_numpy(), counts.index.month.to_numpy())
    before, last = counts.iloc[-13:-1], int(counts.iloc[-1])
    here, usual = factors[counts.index[-1].month - 1], factors[before.index.month - 1]
    scaled = before / usual * here
    mean, variance = scaled.mean(), scaled.var()
    if not mean > 0:
        chance = 1.0
    elif variance > mean:
        chance = stats.nbinom.cdf(last, mean**2 / (variance - mean), mean / variance)
    else:
        chance = stats.poisson.cdf(last, mean)
    return LastMonth(counts.index[-1], last, float(mean), float(chance))


def monthly(ds: Dataset) -> pd.DataFrame:
    """Incidents per month and country, and deaths of all with their low and high.

    >>> from sahelkit import load
    >>> monthly(load()).columns.tolist()
    ['BFA', 'MLI', 'NER', 'deaths_best', 'deaths_low', 'deaths_high']
    """
    deaths = ("deaths_best", "deaths_low", "deaths_high")
    return count(ds, "country").join([count(ds, weight=name) for name in deaths])


def peaks(ds: Dataset) -> pd.DataFrame:
    """The heaviest month and the heaviest twelve months on end, of incidents and of deaths.

    Index `of`; `month`, `in_month`, `year_to` (last of the twelve), `in_year`.

    >>> from sahelkit import load
    >>> peaks(load()).loc["deaths_best", "month"]
    '2022-03'
    """
    rows = {}
    for weight in ("incidents", "deaths_best"):
        counts, rows[weight] = count(ds, weight=weight)[weight], {}
        for months, when, what in ((1, "month", "in_month"), (12, "year_to", "in_year")):
            sums = counts.rolling(months).sum().dropna()
            rows[weight][when] = str(sums.idxmax()) if len(sums) else "None"
            rows[weight][what] = float(sums.max())
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("of")


def ratios(
    table: pd.DataFrame, weight="incidents", base=None, *, draws=2000, seed=0
) -> pd.DataFrame:
    """Each year's total over the year before, or over a base year, with two intervals.

    A year that the data do not hold to its end is compared in the months that they hold. The exact
    interval holds for independent incidents (`models.rate_ratio`); violence comes in waves, so the
    bootstrap over the months of both years, widened by `WIDER`, is the one to quote. Deaths, which
    come in clusters, have the bootstrap alone.

    Of `Dataset.region_month`, index year; `total, base_total, ratio, exact_low, exact_high, low,
    high`.

    >>> from sahelkit import load
    >>> found = ratios(load().region_month, base=2016).loc[2023]
    >>> found[["ratio", "exact_low", "exact_high"]].round(1).tolist()
    [14.0, 11.0, 18.1]
    """
    rng = np.random.default_rng(seed)
    counts = count(table, weight=weight)[weight]
    months = dict(iter(counts.groupby(counts.index.year)))
    rows = {}
    for year in months:
        other = year - 1 if base is None else base
        if other not in months or other >= year:
            continue
        # Of a year that is not whole, the same months of the other.
        both = np.intersect1d(months[year].index.month, months[other].index.month)
        late, early = (
            m[m.index.month.isin(both)].to_numpy(float) for m in (months[year], months[other])
        )
        exact = rate_ratio(early.sum(), late.sum()) if weight == "incidents" else {}
        resampled = [rng.choice(values, (draws, len(values))).sum(1) for values in (late, early)]
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = resampled[0] / resampled[1]
            ratio = late.sum() / early.sum()
            drawn = drawn[~np.isnan(drawn)]
            ends = np.quantile(drawn, TAILS, method="lower") if len(drawn) else [np.nan] * 2
            low, high = (ratio * (end / ratio) ** WIDER for end in ends)
        exact = [exact.get(f"exact_{end}", np.nan) for end in ("low", "high")]
        rows[year] = (late.sum(), early.sum(), ratio, *exact, low, high)
    names = ["total", "base_total", "ratio", "exact_low", "exact_high", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("year")


def rise(ds: Dataset, weight: str = "incidents", base: int = 2016) -> float:
    """The last year's total over that of a base year, or of the first where the data begin later.

    >>> from sahelkit import load
    >>> round(rise(load(), weight="deaths_best"), 1)
    17.0
    """
    totals = count(ds, freq="Y", weight=weight)[weight].loc[list(ds.years)]
    early = totals.loc[max(base, totals.index[0])]
    return float(totals.iloc[-1] / early) if early else np.nan


def rates(ds: Dataset) -> pd.DataFrame:
    """Deaths per 100,000 inhabitants, per country code and for 'all' that the data hold.

    Index year, of the whole years that data and population share; `NotCovered` where there is none.
    Inhabitants on 1 July: United Nations, World Population Prospects 2024 (`data/population.csv`).

    >>> from sahelkit import load
    >>> rates(load()).loc[2023].round(1).to_dict()
    {'BFA': 26.5, 'MLI': 8.9, 'NER': 2.0, 'all': 12.0}
    """
    people = read_table("population.csv").astype({"year": int, "population": float})
    people = people.pivot(index="year", columns="country", values="population")
    sums = count(ds, "country", "Y", "deaths_best")
    years = [year for year in ds.years if year in people.index]
    if not years:
        raise NotCovered(f"{ds.label} holds no whole year of those with a population.")
    sums, people = sums.loc[years], people.loc[years, list(sums)]
    sums, people = (t.assign(all=t.sum(axis=1)) for t in (sums, people))
    return (1e5 * sums / people).rename_axis(columns=None)


def against_published(ds: Dataset) -> pd.DataFrame:
    """Deaths per country and year in the tables beside UCDP's published totals.

    `country, year, deaths_best, published, release, difference` (published less table) for every
    published country-year; deaths_best is missing beyond the tables' years.

    >>> from sahelkit import load
    >>> int((against_published(load())["difference"] == 0).sum())
    27
    """
    table = count(ds, "country", "Y", "deaths_best")
    own = table.stack().rename("deaths_best").reset_index()
    published = ds.country_year.rename(columns={"deaths_best": "published"})
    out = published[["country", "year", "published", "deaths_low", "deaths_high", "release"]]
    out = out.merge(own, on=["country", "year"], how="left")
    return out.assign(difference=out["published"] - out["deaths_best"])
