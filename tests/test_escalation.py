"""Escalation: calendars, ratios, trend, change points, composition, uncertainty of deaths."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sahelkit
from sahelkit import escalation, readings
from sahelkit.counts import add_zone, count, count_kinds
from sahelkit.escalation import changepoints, composition, trends, uncertainty
from sahelkit.figures import composition as made_of
from sahelkit.figures import escalation as rising

MONTHS = pd.period_range("2012-01", periods=144, freq="M", name="month")


@pytest.fixture(scope="module")
def ds():
    return sahelkit.load()


def test_calendar_is_complete_and_adds_up(ds):
    table = count(ds, "country")
    assert table.index.equals(MONTHS)
    assert (table["BFA"].loc[:"2015-12"] == 0).all()
    assert table.sum(axis=1).eq(count(ds)["incidents"]).all()
    kinds = count_kinds(add_zone(ds.region_month), ["zone", "violence"])
    assert len(kinds) == 144 * 4
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


def test_thin_last_month_is_found_by_the_rule_and_not_elsewhere(ds):
    last = escalation.last_month(ds.region_month)
    assert last.thin and last.incidents == 44
    assert round(last.mean_before, 1) == 85.6
    earlier = ds.region_month[ds.region_month["month"] < "2023-12"]
    assert not escalation.last_month(earlier).thin


def test_exact_ratio_is_the_clopper_pearson_interval():
    ratio, low, high = escalation.count_ratio(1011, 72)
    p = [stats.beta.ppf(0.025, 1011, 73), stats.beta.ppf(0.975, 1012, 72)]
    assert ratio == 1011 / 72
    assert np.allclose([low, high], [p[0] / (1 - p[0]), p[1] / (1 - p[1])])
    assert escalation.count_ratio(3, 0)[2] == np.inf
    assert np.isnan(escalation.count_ratio(0, 0)).all()


def test_bootstrap_ratio_covers_the_ratio_and_depends_on_the_seed(ds):
    first = escalation.ratios(ds.region_month, "deaths_best", 2016)
    assert (first["low"] < first["ratio"]).all() and (first["ratio"] < first["high"]).all()
    assert first.equals(escalation.ratios(ds.region_month, "deaths_best", 2016))
    assert not first.equals(escalation.ratios(ds.region_month, "deaths_best", 2016, seed=1))


def test_level_rose_through_2023(ds):
    assert count(ds, freq="Y")["incidents"].idxmax() == 2023
    assert count(ds, freq="Y", weight="deaths_best")["deaths_best"].idxmax() == 2023
    assert str(escalation.peak(ds.region_month)[0]) == "2023-11"
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
    assert "2022-03" in stable and "2013-01" in stable
    assert found["survives"].between(0, 1).all() and (found["survives"] < 0.8).any()


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


def test_mixture_draws_have_its_mean_and_keep_certain_reports():
    frame = pd.DataFrame(
        {"deaths_best": [50.0, 7.0], "deaths_low": [40.0, 7.0], "deaths_high": [90.0, 7.0]}
    )
    model = uncertainty.parameters(frame)
    assert model["weight"].tolist() == [0, 1]
    ends = stats.gumbel_r.ppf([0.05, 0.95], 50, model["scale"].iloc[0])
    assert ends[1] - ends[0] == pytest.approx(50)
    rng = np.random.default_rng(8)
    drawn = uncertainty.draw(model.assign(weight=[0.3, 1.0]), 40_000, rng=rng)
    expected = uncertainty.mean(model.assign(weight=[0.3, 1.0]))
    assert drawn[:, 0].mean() == pytest.approx(expected.iloc[0], rel=0.01)
    assert (drawn[:, 0] == 50).mean() == pytest.approx(0.3, abs=0.01)
    assert (drawn[:, 1] == 7).all() and (drawn >= 0).all()


def test_dependence_leaves_each_report_alone_and_widens_the_sum():
    numbers = {"reported": 100.0, "location": 100.0, "scale": 5.0, "weight": 0.0}
    model = pd.DataFrame([numbers] * 30)
    alone = uncertainty.draw(model, 4000, rng=np.random.default_rng(9))
    shared = uncertainty.draw(model, 4000, dependence=0.5, rng=np.random.default_rng(9))
    assert shared[:, 0].mean() == pytest.approx(alone[:, 0].mean(), rel=0.01)
    assert shared[:, 0].std() == pytest.approx(alone[:, 0].std(), rel=0.1)
    assert shared.sum(axis=1).std() > 3 * alone.sum(axis=1).std()


def test_sums_of_many_like_reports_are_as_if_each_were_drawn():
    numbers = {"reported": 4.0, "location": 4.0, "scale": 3.0, "weight": 0.2}
    model, one = pd.DataFrame([numbers] * 60), pd.DataFrame([numbers])
    for dependence in (0.0, 0.5):
        rng = np.random.default_rng(10)
        each = uncertainty.draw(model, 20_000, dependence=dependence, rng=rng).sum(axis=1)
        factor = rng.standard_normal((20_000, 1))
        sums = uncertainty.draw_crowds(one, np.array([60]), factor, dependence=dependence, rng=rng)
        assert sums.mean() == pytest.approx(each.mean(), rel=0.01)
        assert sums.std() == pytest.approx(each.std(), rel=0.03)
        quantiles = [0.025, 0.975]
        assert np.quantile(sums, quantiles) == pytest.approx(np.quantile(each, quantiles), rel=0.02)


def test_model_intervals_are_narrower_than_plain_sums(ds):
    found = uncertainty.yearly_totals(ds, draws=300)
    countries = found[found["country"] != "all"].groupby("year")["best"].sum()
    found = found[found["country"] == "all"].set_index("year")
    assert found["best"].equals(countries)
    assert (found["high"] - found["low"] < found["sum_high"] - found["sum_low"]).all()
    assert (found["shared_high"] - found["shared_low"] > found["high"] - found["low"]).all()
    assert found["best"].sum() == ds.region_month["deaths_best"].sum()


def test_source_without_ranges_gets_no_interval(ds):
    bare = replace(ds, region_month=ds.region_month.assign(deaths_low=pd.NA, deaths_high=pd.NA))
    found = uncertainty.yearly_totals(bare, draws=10)
    assert found["best"].notna().all() and found[["sum_low", "low"]].isna().all(axis=None)
    assert uncertainty.wide_share(uncertainty.reports(bare))["wide"].isna().all()


def test_event_file_gives_the_same_counts_as_the_shipped_tables(ds, ged):
    for weight in ("incidents", "deaths_best"):
        shipped = count(ds, "country", weight=weight)
        assert count(ged, "country", weight=weight).equals(shipped)
    assert uncertainty.table_against_events(ds) is None


def test_what_the_month_table_blurs_is_as_the_notebook_says(ged):
    both = uncertainty.table_against_events(ged)
    deaths = count(ged, freq="Y", weight="deaths_best")["deaths_best"]
    whole = both.mul(deaths, axis=0).sum() / deaths.sum()
    assert round(100 * whole["wide_incidents"]) == 16 and round(100 * whole["wide_cells"]) == 17
    assert round(100 * whole["no_range_incidents"]) == 70
    assert round(100 * whole["no_range_cells"]) == 41
    width = both["high_cells"] - both["low_cells"]
    assert 1.1 < (width / (both["high_incidents"] - both["low_incidents"])).mean() < 1.3


def test_headline_statistics_run_over_the_variants(ds):
    rise = readings.over_readings(ds, lambda r: escalation.rise(r.ds, r.weight)).set_index(
        "variant"
    )["value"]
    assert rise["deaths, best"] == pytest.approx(8752 / 516)
    assert (rise > 10).all()
    assert trends.growth_rate(ds, weight="deaths_best") > 0.3


def test_figures_draw_the_tables_that_they_are_given(ds):
    counts = count(ds, "country")
    table = counts.join([count(ds, weight=f"deaths_{w}") for w in ("best", "low", "high")])
    figure = rising.monthly(table, "test", escalation.last_month(ds.region_month))
    drawn = figure.axes[1].get_lines()[0].get_ydata()
    assert (drawn == table["deaths_best"]).all()
    assert "1,011 incidents and 8,752 deaths in 2023" in figure.sahelkit["Title"]
    mix = composition.mix(ds.region_month)
    bars = made_of.mix(mix, "test").axes[0].containers[0]
    assert np.allclose([bar.get_height() for bar in bars], 100 * mix["JNIM and founders"])
    ratios = escalation.ratios(ds.region_month)
    dots = rising.ratios(ratios, "test").axes[0].collections[-1].get_offsets()
    assert np.allclose(dots[:, 1], ratios["ratio"])


@pytest.fixture(autouse=True)
def _close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")
