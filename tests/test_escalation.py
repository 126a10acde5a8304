"""Escalation: calendars, ratios, trend, change points, composition, uncertainty of deaths."""

import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sahelkit
from sahelkit import escalation, models, readings
from sahelkit.choices import NotCovered
from sahelkit.counts import add_zone, count, count_kinds
from sahelkit.escalation import changepoints, composition, stories, tolls, trends

MONTHS = pd.period_range("2012-01", periods=144, freq="M", name="month")

FULL = os.environ.get("SAHELKIT_FULL") == "1"


@pytest.fixture(scope="module")
def ds():
    return sahelkit.load()


def test_calendar_is_complete_and_adds_up(ds):
    table = count(ds, "country")
    assert table.index.equals(MONTHS)
    assert (table["BFA"].loc[:"2015-12"] == 0).all()
    assert table.sum(axis=1).eq(count(ds)["incidents"]).all()
    kinds = count_kinds(add_zone(ds.region_month), ["zone", "violence"])
    assert len(kinds) == 144 * 6
    assert kinds["deaths_best"].sum() == ds.region_month["deaths_best"].sum()


def test_yearly_deaths_equal_official_where_not_revised(ds):
    found = escalation.against_published(ds)
    equal = found[found["difference"] == 0]
    assert len(found) == 39 and len(equal) == 27
    assert found.set_index(["country", "year"]).loc[("BFA", 2022), "difference"] == 95
    assert found[found["year"] == 2024]["deaths_best"].isna().all()


def test_deaths_that_a_source_does_not_give_stay_missing(ds):
    table = ds.region_month.assign(deaths_low=pd.NA)
    assert count(table, weight="deaths_low")["deaths_low"].isna().all()
    assert count(table, freq="Y", weight="deaths_low")["deaths_low"].isna().all()


def test_a_last_month_is_judged_by_the_season(ds):
    last = escalation.last_month(ds.region_month)
    assert not last.thin and last.incidents == 44
    assert last.mean_before == pytest.approx(82, abs=1) and 0.01 < last.probability < 0.1
    table = ds.region_month.copy()
    table.loc[table["month"] == "2023-12", "incidents"] //= 4
    assert escalation.last_month(table).thin


def test_bootstrap_ratio_covers_the_ratio_and_depends_on_the_seed(ds):
    first = escalation.ratios(ds.region_month, "deaths_best", 2016)
    assert (first["low"] < first["ratio"]).all() and (first["ratio"] < first["high"]).all()
    assert first.equals(escalation.ratios(ds.region_month, "deaths_best", 2016))
    assert not first.equals(escalation.ratios(ds.region_month, "deaths_best", 2016, seed=1))


def test_level_rose_through_2023(ds):
    assert count(ds, freq="Y")["incidents"].idxmax() == 2023
    assert count(ds, freq="Y", weight="deaths_best")["deaths_best"].idxmax() == 2023
    assert escalation.peaks(ds).loc["incidents", "year_to"] == "2023-11"
    assert escalation.ratios(ds.region_month).loc[2023, "low"] > 1


def test_trend_intervals_hold_the_true_growth_and_season():
    rng = np.random.default_rng(1)
    rainy = MONTHS.month.isin(trends.RAINY_MONTHS)
    level = np.exp(2 + np.log(1.3) * np.arange(144) / 12 + np.log(0.7) * rainy)
    growth, season = 0, 0
    for _ in range(12):
        found = trends.trend(pd.Series(rng.poisson(rng.gamma(10, level / 10)), MONTHS))
        row = found.table.loc["negative binomial"]
        growth += row["low"] < 0.3 < row["high"]
        season += row["rainy_low"] < 0.7 < row["rainy_high"]
        assert 0.02 < found.alpha < 0.25
        assert found.dispersion > 2 and row["aic"] < found.table.loc["poisson", "aic"]
    assert growth >= 10 and season >= 10


def test_trend_equals_the_joint_maximum_likelihood_fit(ds):
    from statsmodels.discrete.discrete_model import NegativeBinomial

    counts = count(ds)["incidents"].loc["2016-01":]
    found = trends.trend(counts)
    years = (np.arange(96) - 47.5) / 12
    rainy = counts.index.month.isin(trends.RAINY_MONTHS)
    design = np.column_stack([np.ones(96), years, rainy])
    joint = NegativeBinomial(counts.to_numpy(), design).fit(disp=0, method="bfgs", maxiter=500)
    growth = found.table.loc["negative binomial", "growth"]
    assert growth == pytest.approx(np.expm1(joint.params[1]), abs=1e-3)
    assert found.alpha == pytest.approx(joint.params[3], rel=0.01)
    assert found.table.loc["negative binomial", "aic"] == pytest.approx(joint.aic, abs=0.01)


def test_trend_of_poisson_counts_is_poisson():
    counts = pd.Series(np.random.default_rng(2).binomial(60, 0.5, 144), MONTHS)
    found = trends.trend(counts)
    assert found.alpha < 1e-3
    assert found.dispersion < 1


@pytest.mark.parametrize("values", [[1, 2] * 5, [0] * 48, [1, np.nan] * 24])
def test_trend_refuses_what_it_cannot_fit(values):
    months = pd.period_range("2015-01", periods=len(values), freq="M")
    with pytest.raises(ValueError, match=r"months from|missing values"):
        trends.trend(pd.Series(values, months))


def test_poisson_series_have_no_change_point_in_95_percent_of_runs():
    rng = np.random.default_rng(3)
    runs = [changepoints.change_points(pd.Series(rng.poisson(28, 144), MONTHS)) for _ in range(60)]
    assert sum(run.empty for run in runs) >= 57


def test_overdispersed_series_have_no_change_point_in_95_percent_of_runs():
    rng = np.random.default_rng(4)
    draws = rng.poisson(rng.gamma(5, 6, (40, 144)))
    runs = [changepoints.change_points(pd.Series(draw, MONTHS)) for draw in draws]
    assert sum(run.empty for run in runs) >= 38


def test_jump_is_found_where_it_is():
    rng = np.random.default_rng(5)
    level = np.repeat([10, 30], 72)
    counts = pd.Series(rng.poisson(rng.gamma(10, level / 10)), MONTHS)
    found = changepoints.change_points(counts)
    assert len(found) == 1
    assert abs((found["month"].iloc[0] - pd.Period("2018-01", "M")).n) <= 2


def test_search_is_the_best_of_all_single_splits(ds):
    counts = count(ds)["incidents"].iloc[-48:]
    values = counts.to_numpy(float)
    alpha = float(changepoints.dispersion(values))
    found = changepoints.change_points(counts)
    gains = {}
    for cut in range(changepoints.MIN_MONTHS, 48 - changepoints.MIN_MONTHS + 1):
        parts = np.split(values, [cut])
        likelihood = [
            stats.nbinom.logpmf(part, 1 / alpha, 1 / (1 + alpha * part.mean())).sum()
            for part in parts
        ]
        gains[counts.index[cut]] = sum(likelihood)
    assert len(found) == 1
    assert found["month"].iloc[0] == max(gains, key=gains.get)


def test_cost_is_the_negative_binomial_likelihood_up_to_a_constant():
    rng = np.random.default_rng(6)
    counts, alpha = rng.poisson(20, 40), 0.1

    def likelihood(part, alpha):
        if not alpha:
            return stats.poisson.logpmf(part, part.mean()).sum()
        return stats.nbinom.logpmf(part, 1 / alpha, 1 / (1 + alpha * part.mean())).sum()

    for a in (alpha, 0.0):
        whole = changepoints.segment_cost(counts.sum(), 40, a)
        split = sum(changepoints.segment_cost(p.sum(), 20, a) for p in np.split(counts, 2))
        expected = sum(likelihood(p, a) for p in np.split(counts, 2)) - likelihood(counts, a)
        assert whole - split == pytest.approx(expected, abs=1e-6)


def test_dispersion_is_unbiased_and_not_fooled_by_a_jump():
    rng = np.random.default_rng(7)
    level = np.repeat([10.0, 80.0], 2000)
    counts = rng.poisson(rng.gamma(5, level / 5))
    assert changepoints.dispersion(counts) == pytest.approx(0.2, rel=0.15)
    assert changepoints.dispersion(rng.poisson(50, 4000)) < 0.005


def test_jump_of_march_2022_survives_every_reading(ds):
    found = changepoints.stability(ds)
    stable = found.loc[found["survives"] == 1, "month"].astype(str).tolist()
    assert "2022-03" in stable
    assert found["survives"].between(0, 1).all() and (found["survives"] < 0.8).any()


def level(memory, n, seed):
    months = pd.period_range("2012-01", periods=144, freq="M")
    rng = np.random.default_rng(seed)
    rates = models.simulated_rates(0.07, memory, (n, 144), rng)
    return [pd.Series(row, months) for row in rng.poisson(20 * rates)]


def test_memory_alone_makes_few_change_points():
    for memory, most in ((0.0, 0.03), (0.36, 0.08)):
        found = [len(changepoints.change_points(row)) > 0 for row in level(memory, 60, 5)]
        assert np.mean(found) <= most


def growing(rng, n=96):
    mean = 8 * 1.33 ** (np.arange(n) / 12)
    months = pd.period_range("2016-01", periods=n, freq="M")
    return pd.Series(rng.poisson(mean * rng.gamma(1 / 0.07, 0.07, n)), months)


@pytest.mark.slow
def test_smooth_growth_is_rarely_called_jumps():
    rng, n = np.random.default_rng(11), 200 if FULL else 8
    found = [stories.compare(growing(rng), draws=39).verdict for _ in range(n)]
    assert found.count("jumps") <= max(1, 0.05 * n)


def test_the_data_cannot_tell_jumps_from_a_climb(ds):
    found = stories.compare(ds.count()["incidents"], draws=39)
    assert found.verdict == "cannot tell" and "cannot tell jumps from a climb" in found.sentence
    best = found.table["aic"].groupby(level=0).min()
    assert best["straight line"] > best["level shifts"] + 5
    assert found.dates["month"].astype(str).tolist() == ["2017-01", "2018-02", "2022-03"]


def test_interventions_near_a_month():
    near = changepoints.beside_interventions([pd.Period("2013-01", "M")], within=0)
    assert near["date"].str.startswith("2013-01").all()
    assert "Operation Serval" in near["name"].tolist()
    assert changepoints.beside_interventions([]).empty


def test_lethality_is_a_ratio_of_sums(ds):
    found = composition.lethality(ds.region_month, "country").set_index(["country", "year"])
    rows = ds.region_month[ds.region_month["month"].dt.year == 2023]
    mali = rows[rows["country"] == "MLI"]
    expected = mali["deaths_best"].sum() / mali["incidents"].sum()
    assert found.loc[("MLI", 2023), "deaths_per_incident"] == pytest.approx(expected)
    known = found["civilian_share"].dropna()
    assert known.between(0, 1).all()
    assert found.loc[("BFA", 2012)].drop("incidents").isna().all()


def test_concentration_ignores_unknown_regions_and_even_shares_are_their_number(ds):
    rows = {
        "year": 2020,
        "country": "MLI",
        "region": ["a", "b", "unknown"],
        "incidents": [4, 4, 90],
    }
    assert composition.concentration(pd.DataFrame(rows)).loc[2020].tolist() == [2, 1, 2]
    cells = composition.concentration(ds.grid_year, "priogrid_gid", top=10)
    assert (cells["effective"] <= cells["units"]).all()
    assert cells.loc[2023, "units"] == ds.grid_year.query("year == 2023")["priogrid_gid"].nunique()


def test_shares_of_the_mix_add_up(ds):
    for weight in ("incidents", "deaths_best"):
        assert np.allclose(composition.mix(ds.region_month, weight=weight).sum(axis=1), 1)


@pytest.mark.parametrize(
    ("kind", "deaths", "published"),
    [
        ("state-based conflict", 0, [0.838977, 0.737544, 0.478589, 0.659428]),
        ("state-based conflict", 3, [4.234854, 1.798039, 0.396941, 4.370580]),
    ],
)
def test_the_published_model_is_reproduced(kind, deaths, published):
    found = tolls.model([deaths], [kind])[["location", "scale", "weight", "mean"]]
    assert found.iloc[0].tolist() == pytest.approx(published, abs=1e-5)


def test_all_published_values_of_the_model(reference):
    table = pd.read_csv(reference("uncertainucdp_0.7.6_values.csv"))
    names = {
        "sb": "state-based conflict",
        "ns": "non-state conflict",
        "os": "one-sided violence",
    }
    table = table[table["violence"].isin(names)]
    columns = ["location", "scale", "weight", "mean"]
    found = tolls.model(table["deaths"], table["violence"].map(names))[columns]
    assert len(table) > 20
    np.testing.assert_allclose(found, table[columns], rtol=1e-4)


def test_draws_have_the_mean_of_the_model_and_keep_reported_numbers():
    numbers = tolls.model([50, 7], ["one-sided violence"] * 2)
    drawn = tolls.draw(numbers, 40_000, np.random.default_rng(8))
    assert drawn.mean(0) == pytest.approx(numbers["mean"].to_numpy(), rel=0.01)
    kept = (drawn == numbers["reported"].to_numpy()).mean(0)
    assert kept == pytest.approx(numbers["weight"].to_numpy(), abs=0.01)


def test_dependence_leaves_each_report_alone_and_widens_the_sum():
    numbers = tolls.model([100] * 30, ["state-based conflict"] * 30)
    alone, shared = (
        tolls.draw(numbers, 4000, np.random.default_rng(9), d) for d in (0.0, tolls.DEPENDENCE)
    )
    assert shared[:, 0].mean() == pytest.approx(alone[:, 0].mean(), rel=0.02)
    assert shared.sum(axis=1).std() > 2 * alone.sum(axis=1).std()


def test_yearly_intervals_are_those_of_the_published_model(ds):
    found = tolls.yearly_totals(ds)
    countries = found[found["country"] != "all"].groupby("year")["best"].sum()
    found = found[found["country"] == "all"].set_index("year")
    assert found["best"].equals(countries)
    for year, low, high in [(2012, 430, 587), (2020, 4718, 5280), (2023, 11778, 12731)]:
        assert found.loc[year, "low"] == pytest.approx(low, rel=0.02)
        assert found.loc[year, "high"] == pytest.approx(high, rel=0.02)
    assert (found["mean"] / found["best"]).between(1.3, 1.6).all()
    assert (found["shared_high"] - found["shared_low"] > found["high"] - found["low"]).all()


def test_a_source_without_tolls_is_refused(ds):
    with pytest.raises(NotCovered):
        tolls.yearly_totals(replace(ds, tolls=None))


def test_event_file_gives_the_same_counts_as_the_shipped_tables(ds, ged):
    for weight in ("incidents", "deaths_best"):
        shipped = count(ds, "country", weight=weight)
        assert count(ged, "country", weight=weight).equals(shipped)
    pd.testing.assert_frame_equal(ged.tolls, ds.tolls, check_dtype=False)


def test_headline_statistics_run_over_the_variants(ds):
    rise = readings.over_readings(ds, lambda r: escalation.rise(r.ds, r.weight)).set_index(
        "variant"
    )["value"]
    assert rise["deaths, best"] == pytest.approx(8752 / 516)
    assert (rise > 10).all()
    assert trends.growth_rate(ds, weight="deaths_best") > 0.3
