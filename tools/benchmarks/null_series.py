"""Does every test that is reported at 5 % reject 3 to 7 % of series in which nothing changes?

    python -m tools.benchmarks.null_series [--series 1000] [--only NAME ...]

Null series have the season, the overdispersion and the autocorrelation of the shipped data: the
persistence of the simulated rates is set so that the residuals hang together from month to month as
the data's do. Prints, for each test, the share of series that it rejects at 5 %, by how much chance may
move that share, and whether the test may be reported. About half an hour on two cores.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import cache

import numpy as np
import pandas as pd

import sahelkit
from sahelkit import escalation, interventions, readings
from sahelkit.counts import count, finest
from sahelkit.escalation import stories, trends
from sahelkit.interventions import eventstudy, falsealarms, interrupted, panel, placebos
from sahelkit.places import UNKNOWNS

DATE, LENGTH = "2020-06-03", 6


@cache
def data():
    """The shipped data without Diffa."""
    return readings.without_diffa(sahelkit.load())


@cache
def monthly(inside: bool | None = True) -> pd.Series:
    """Incidents per month inside Liptako-Gourma, outside, or (None) in all."""
    return finest(data()) if inside is None else finest(data(), "regions", inside=inside)


def residual_autocorrelation(series, like: pd.Series) -> float:
    """First autocorrelation of counts about the running mean and season of `like`."""
    mean = falsealarms._smooth(pd.Series(series, like.index)) * placebos.expected(like)
    residuals = (np.asarray(series, float) - mean) / np.sqrt(mean)
    return float(np.corrcoef(residuals[:-1], residuals[1:])[0, 1])


@cache
def persistence(inside: bool | None = True) -> float:
    """Persistence of the rates at which simulated residuals hang together as the data's do."""
    like = monthly(inside)
    wanted = residual_autocorrelation(like.to_numpy(), like)
    grid = np.arange(0, 0.8, 0.05)
    found = [
        np.mean(
            [
                residual_autocorrelation(row, like)
                for row in falsealarms.simulate(like, 200, persistence=p, trend=True, seed=5)
            ]
        )
        for p in grid
    ]
    return float(grid[np.argmin(np.abs(np.array(found) - wanted))])


def null(seed: int, inside: bool | None = True, trend: bool = False) -> pd.Series:
    """One series without a change."""
    like = monthly(inside)
    row = falsealarms.simulate(like, 1, persistence=persistence(inside), trend=trend, seed=seed)[0]
    return pd.Series(row, like.index)


def placebo_dates(seed: int) -> float:
    """Rank of June 2020 among all possible dates."""
    return placebos.place_of(placebos.at_every_date(null(seed), LENGTH), DATE)["p"]


def placebo_dates_near(seed: int) -> float:
    """The same among dates at most two years away."""
    table = placebos.at_every_date(null(seed), LENGTH)
    return placebos.place_of(table, DATE, placebos.NEAR_YEARS)["p"]


def inside_over_outside(seed: int) -> float:
    """Ratio of two areas that change apart from each other, among all dates."""
    table = placebos.at_every_date(null(seed), 2, 1, against=null(seed + 10**6, False))
    return placebos.place_of(table, "2020-03-03")["p"]


def interrupted_model(seed: int) -> float:
    """Level of the interrupted series by the model's own errors."""
    return interrupted.interrupted(null(seed, trend=True), DATE).table.loc["level", "p"]


def interrupted_placebo(seed: int) -> float:
    """The same level among those at every other month."""
    return interrupted.placebo_of_level(null(seed, trend=True), DATE)["as_unusual"]


def parallel(seed: int) -> float:
    """Did two areas run in parallel before a date?"""
    pair = null(seed), null(seed + 10**6, False)
    return interrupted.parallel(*pair, "2020-03-27")["p"]


def losses_together(seed: int) -> float:
    """Event study of leadership losses, all bins after together."""
    losses = interventions.losses(data())
    dates = losses.loc[losses["testable"], "start"]
    return eventstudy.event_study(null(seed), dates, 6)["p_after"].iloc[0]


def year_on_year(seed: int) -> float:
    """Does the interval of a year's incidents over those of the year before exclude 1? (0 where so.)"""
    series = null(seed, None).rename("incidents").rename_axis("month").reset_index()
    table = series.assign(country="MLI", region="Mopti", violence="combat", group="Other")
    row = escalation.ratios(table, draws=999).loc[2020]
    return float(row["low"] <= 1 <= row["high"])


def growth(seed: int) -> float:
    """No growth: does the interval of the trend exclude it? (0 or 1 in the place of p.)"""
    row = trends.trend(null(seed, None)["2016":]).table.loc["negative binomial"]
    return float(row["low"] <= 0 <= row["high"])


@cache
def _regions() -> pd.DataFrame:
    wide = count(data(), ["country", "region"])
    wide = wide.loc[:, ~wide.columns.get_level_values("region").isin(UNKNOWNS)]
    return wide.loc[:, wide.sum() > 0]


def region_panel(seed: int) -> float:
    """Area operations in a panel of regions and months, against dates dealt out at random."""
    wide, rng = _regions(), np.random.default_rng(seed)
    mean = np.outer(wide.sum(axis=1), wide.sum(axis=0)) / wide.to_numpy().sum()
    alpha, rho = 0.3, persistence()
    noise = rng.standard_normal(mean.shape)
    for i in range(1, len(noise)):
        noise[i] = rho * noise[i - 1] + np.sqrt(1 - rho**2) * noise[i]
    from scipy.stats import gamma, norm

    rates = gamma.ppf(norm.cdf(noise), 1 / alpha, scale=alpha)
    spans = panel.spans(data(), wide)
    return panel.randomised(rng.poisson(mean * rates).astype(float), spans, 99, seed)["p"]


def smooth_growth(seed: int) -> float:
    """A rise of 33 % a year without a jump: is it called jumps? (0 where it is.)"""
    return float(_told(_rise(seed)).verdict != "jumps")


def three_steps(seed: int) -> float:
    """Three true steps of the data's size: are they called jumps? (0 where they are.)"""
    return float(_told(_steps(seed)).verdict != "jumps")


def _told(series: pd.Series):
    return stories.compare(series, draws=79, seed=1)


def _whole() -> pd.Series:
    return sahelkit.load().count()["incidents"]


def _negative_binomial(mean, seed) -> pd.Series:
    rng = np.random.default_rng(seed)
    alpha = falsealarms.overdispersion(_whole())
    return pd.Series(rng.poisson(mean * rng.gamma(1 / alpha, alpha, len(mean))), _whole().index)


def _rise(seed) -> pd.Series:
    growth = 1.33 ** (np.arange(len(_whole())) / 12)
    return _negative_binomial(growth * _whole().sum() / growth.sum(), seed)


def _steps(seed) -> pd.Series:
    dates = stories.shift_dates(_whole())
    at = np.searchsorted(_whole().index.asi8, pd.PeriodIndex(dates["month"]).asi8)
    levels = np.array([dates["before"].iloc[0], *dates["after"]])
    segment = (np.arange(len(_whole()))[:, None] >= at).sum(axis=1)
    return _negative_binomial(levels[segment], seed)


NULLS = (
    placebo_dates,
    placebo_dates_near,
    inside_over_outside,
    interrupted_model,
    interrupted_placebo,
    parallel,
    losses_together,
    year_on_year,
    growth,
    region_panel,
    smooth_growth,
)
SLOW = {"smooth_growth": 5, "three_steps": 5, "region_panel": 1}
"""Tests tried on fewer series, by this divisor."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    named = {"inside": True, "outside": False, "all": None}
    print("persistence of the rates:", {name: persistence(flag) for name, flag in named.items()})
    with ProcessPoolExecutor() as pool:
        for test in (*NULLS, three_steps):
            if options.only and test.__name__ not in options.only:
                continue
            n = options.series // SLOW.get(test.__name__, 1)
            found = np.array(list(pool.map(test, range(n), chunksize=max(1, n // 50))))
            found = found[~np.isnan(found)]
            rate = np.mean(found <= 0.05)
            error = 1.96 * np.sqrt(max(rate * (1 - rate), 0.01) / len(found))
            fit = "cautious" if rate < 0.03 else "holds" if rate <= 0.07 else "is no test at 5 %"
            fit = "" if test is three_steps else fit
            print(
                f"{test.__name__:22} {rate:6.1%} of {len(found)} (±{error:.1%}) {fit}", flush=True
            )


if __name__ == "__main__":
    main()
