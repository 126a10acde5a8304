"""Interventions, before and after, placebo dates, leadership losses, displacement."""

import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sahelkit
from sahelkit import interventions, models, places, readings
from sahelkit.counts import finest
from sahelkit.interventions import (
    beforeafter,
    eventstudy,
    falsealarms,
    interrupted,
    panel,
    placebos,
)
from sahelkit.places import in_area

FULL = os.environ.get("SAHELKIT_FULL") == "1"
"""With SAHELKIT_FULL=1 the false alarms are counted on 1,000 series for the slow tests, too."""


@pytest.fixture(scope="module")
def shipped():
    return readings.without_diffa(sahelkit.load())


@pytest.fixture(scope="module")
def monthly(shipped):
    return finest(shipped)


class TestTable:
    def test_dates_are_in_order(self):
        table = interventions.read()
        assert (table["start"] <= table["start_latest"]).all()
        assert (table["start"] <= table["until"]).all()
        assert table["intervention_id"].is_unique

    def test_areas_and_countries_are_known(self):
        for row in interventions.read().itertuples():
            frame = pd.DataFrame({"country": ["MLI"], "region": ["Gao"]})
            in_area(frame, interventions.area_of(row._asdict()))

    def test_numbers_belong_to_interventions(self):
        known = set(interventions.read()["intervention_id"])
        assert set(interventions.reported_numbers()["intervention_id"]) <= known

    def test_month_precision_covers_the_month(self):
        row = interventions.intervention("death_ibrahim_dicko")
        assert (row["start"].day, row["start_latest"].day) == (1, 31)

    @pytest.mark.parametrize("day", ["2013-01-11", "2014-07-31"])
    def test_first_and_last_day_are_in_force(self, day):
        assert "serval" in set(interventions.in_force(day)["intervention_id"])

    @pytest.mark.parametrize("day", ["2013-01-10", "2014-08-01"])
    def test_the_days_around_are_not(self, day):
        assert "serval" not in set(interventions.in_force(day)["intervention_id"])

    def test_phases_agree_with_in_force_and_cover_the_calendar(self):
        phases = interventions.overlaps(countries=["MLI"])
        assert phases["days"].sum() == 4383
        assert (phases["start"].iloc[1:].to_numpy() > phases["end"].iloc[:-1].to_numpy()).all()
        for phase in phases.iloc[::7].itertuples():
            for day in (phase.start, phase.end):
                there = interventions.in_force(day, countries=["MLI"])
                assert len(there) == phase.number

    def test_what_happened_includes_vague_dates_that_may_fall_in(self):
        found = interventions.happened("2017-05-20", "2017-05-21")
        assert "death_ibrahim_dicko" in set(found["intervention_id"])
        found = interventions.happened("2017-06-01", "2017-06-02")
        assert "death_ibrahim_dicko" not in set(found["intervention_id"])

    def test_beside_leaves_itself_out_and_keeps_to_its_countries(self):
        found = interventions.also_happened("coup_bfa_2015", 180)
        assert "coup_bfa_2015" not in set(found["intervention_id"])
        assert found["countries"].map(lambda own: not own or "BFA" in own).all()


class TestSeries:
    def test_inside_and_outside_make_the_whole(self, shipped, monthly):
        parts = [finest(shipped, "regions", inside=flag) for flag in (True, False)]
        assert (parts[0] + parts[1]).equals(monthly)

    def test_days_summed_to_months_are_the_shipped_months(self, shipped, ged):
        daily = finest(readings.without_diffa(ged), "regions")
        shipped_series = finest(shipped, "regions")
        assert placebos.by_month(daily).tolist() == shipped_series.tolist()


class TestRateRatio:
    def test_poisson_test_of_the_r_manual(self):
        # R, ?poisson.test: poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878))
        found = models.rate_ratio(6 + 8 + 7, 11, 1083 + 1050 + 878, 800)
        assert found["ratio"] == pytest.approx(1.971488, abs=1e-6)
        assert found["p_exact"] == pytest.approx(0.07967, abs=5e-6)
        assert found["exact_low"] == pytest.approx(0.8584264, abs=1e-6)
        assert found["exact_high"] == pytest.approx(4.2772659, abs=1e-6)

    def test_exact_interval_inverts_the_binomial(self):
        from scipy.stats import binom

        found = models.rate_ratio(20, 9)
        low, high = (found[k] / (1 + found[k]) for k in ("exact_low", "exact_high"))
        assert binom.sf(8, 29, low) == pytest.approx(0.025)
        assert binom.cdf(9, 29, high) == pytest.approx(0.025)

    def test_overdispersion_widens(self):
        plain, wide = models.rate_ratio(30, 50), models.rate_ratio(30, 50, extra=0.2)
        assert wide["low"] < plain["low"] < plain["high"] < wide["high"]

    def test_zero_counts(self):
        assert models.rate_ratio(0, 5)["ratio"] == np.inf
        assert models.rate_ratio(5, 0)["exact_low"] == 0
        assert np.isnan(models.rate_ratio(0, 0)["ratio"])


class TestPlacebo:
    def test_windows_of_the_placebo_are_those_of_the_calendar(self, monthly):
        table = placebos.at_every_date(monthly, 6)
        for date in ("2014-08-01", "2020-06-03"):
            spans = interventions.windows(date, length=6, unit="M")
            at = spans.loc["during", "first"]
            for side in ("before", "during", "after"):
                span = spans.loc[side]
                assert table.loc[at, side] == monthly[span["first"] : span["last"]].sum()

    def test_season_is_recovered_in_spite_of_a_trend(self):
        months = np.arange(144) % 12 + 1
        truth = 1 + 0.4 * np.cos(2 * np.pi * (months - 3) / 12)
        found = placebos.season(50 * truth * np.exp(np.arange(144) / 60), months)
        assert found == pytest.approx(truth[:12], abs=0.05)

    def test_a_pure_season_leaves_no_ratio(self):
        index = pd.period_range("2012-01", periods=144, freq="M")
        pure = pd.Series(
            np.rint(1e6 * (1 + 0.4 * np.sin(2 * np.pi * index.month / 12))), index=index
        )
        assert placebos.at_every_date(pure.astype("int64"), 6)["ratio"].sub(1).abs().max() < 0.02

    def test_a_step_stands_out_at_its_date_and_nowhere_more(self):
        rng = np.random.default_rng(5)
        index = pd.period_range("2012-01", periods=144, freq="M")
        steps = pd.Series(rng.poisson(np.where(np.arange(144) < 70, 20, 80)), index=index)
        table = placebos.at_every_date(steps, 6)
        assert abs(int(table["statistic"].to_numpy().argmax()) + 6 - 70) <= 1
        assert placebos.place_of(table, index[70].start_time)["p"] < 0.03

    def test_tail_shares_are_uniform_ranks(self):
        values = np.array([-3.0, -1.0, 0.0, 1.0, 5.0])
        found = placebos.tail_shares(values, np.ones(5, bool))
        assert found.tolist() == [0.4, 0.8, 1.0, 0.8, 0.2]

    def test_unaffected_area_cancels_a_common_change(self):
        index = pd.period_range("2012-01", periods=144, freq="M")
        common = np.where(np.arange(144) < 72, 100, 300)
        own, other = (pd.Series(n * common, index) for n in (1, 2))
        table = placebos.at_every_date(own, 6, against=other)
        assert table["ratio"].sub(1).abs().max() < 0.01

    def test_windows_always_come_together(self, shipped, ged):
        table = beforeafter.over_windows(finest(shipped), "2020-06-03")
        assert table["window"].tolist() == ["6 months", "12 months"]
        table = beforeafter.over_windows(finest(ged), "2020-06-03")
        assert table["window"].tolist() == [
            "30 days",
            "60 days",
            "90 days",
            "180 days",
            "6 months",
            "12 months",
        ]

    def test_correction_is_at_least_the_plain_p(self):
        corrected = beforeafter.holm([0.01, np.nan, 0.5, 0.02])
        assert np.isnan(corrected[1])
        assert corrected[[0, 2, 3]].tolist() == [0.03, 0.5, 0.04]

    def test_sentence_is_an_association_with_what_was_beside(self, shipped):
        found = beforeafter.associated(shipped, "takuba")
        assert "An association" in found.sentence
        assert "effect" not in found.sentence
        assert "Operation Monclar" in found.sentence


class TestPublishedCounts:
    """Counts by day on UCDP GED 24.1 (reference file)."""

    @pytest.mark.parametrize(
        ("inside", "counts", "rates"),
        [(True, [78, 33, 84], [1.30, 1.57, 1.40]), (False, [28, 7, 20], [0.47, 0.33, 0.33])],
    )
    def test_operation_of_march_2020(self, ged, inside, counts, rates):
        near = readings.without_diffa(ged)
        table = eventstudy.displacement(near, "2020-03-03", "2020-03-23", 60)
        here = (table["group"] == "all") & (table["where"] == ("inside" if inside else "outside"))
        assert table.loc[here, "incidents"].tolist() == counts
        assert table.loc[here, "per_day"].round(2).tolist() == rates
        groups = table[(table["group"] != "all") & (table["where"] == table[here]["where"].iloc[0])]
        assert groups.groupby("window", sort=False)["incidents"].sum().tolist() == counts

    @pytest.mark.parametrize(("diffa", "counts"), [(False, (159, 65)), (True, (169, 67))])
    def test_third_of_june_2020(self, ged, diffa, counts):
        ds = ged if diffa else readings.without_diffa(ged)
        table = beforeafter.over_windows(finest(ds), "2020-06-03")
        row = table[table["window"] == "90 days"].iloc[0]
        assert (row["before"], row["after"]) == counts
        assert row["season"] < 0.8
        assert row["p"] > 0.05
        assert row["dates"] > 3000


class TestRegression:
    def test_a_known_level_and_slope_are_found(self):
        rng = np.random.default_rng(3)
        index = pd.period_range("2014-01", periods=72, freq="M")
        distance = np.arange(72) - 36
        mean = (
            40 * np.exp(0.01 * distance) * np.where(distance > 0, 0.5 * np.exp(0.02 * distance), 1)
        )
        mean = mean * (1 + 0.3 * np.cos(2 * np.pi * index.month / 12))
        found = interrupted.interrupted(
            pd.Series(rng.poisson(mean * 20), index), "2017-01-10"
        ).table
        assert found.loc["level", "ratio"] == pytest.approx(0.5, rel=0.08)
        assert found.loc["slope", "ratio"] == pytest.approx(np.exp(0.24), rel=0.08)
        assert found.loc["trend before", "ratio"] == pytest.approx(np.exp(0.12), rel=0.08)

    def test_too_short_a_side_is_refused(self, monthly):
        with pytest.raises(ValueError, match="6 months"):
            interrupted.interrupted(monthly, "2023-10-01")

    def test_parallel_areas_pass_and_others_do_not(self):
        rng = np.random.default_rng(4)
        index = pd.period_range("2018-01", periods=24, freq="M")
        rest = pd.Series(rng.poisson(60, 24), index)
        same = pd.Series(rng.poisson(30, 24), index)
        growing = pd.Series(rng.poisson(30 * np.exp(np.arange(24) / 12 * 0.7)), index)
        assert interrupted.parallel(same, rest, "2020-01-01")["p"] > 0.05
        apart = interrupted.parallel(growing, rest, "2020-01-01")
        assert apart["p"] < 0.01
        assert apart["low"] < 2.01 < apart["high"]


class TestEventStudy:
    def test_an_injected_rise_is_seen(self, monthly):
        flat = pd.Series(50, monthly.index)
        dates = ["2014-03-04", "2016-07-01", "2020-06-03"]
        for date in dates:
            flat[pd.Period(date, "M") + 1 : pd.Period(date, "M") + 2] = 100
        table = eventstudy.event_study(flat, dates, 3)
        assert table.loc[[1, 2], "ratio"].tolist() == pytest.approx([2, 2], rel=0.1)
        assert table["p_after"].iloc[0] < 0.05
        assert table.loc[-1, "ratio"] == pytest.approx(1, rel=0.1)

    def test_dates_at_the_edge_are_left_out(self, monthly):
        assert (
            eventstudy.event_study(monthly, ["2020-06-03", "2023-11-01"], 6)["dates"].iloc[0] == 1
        )
        with pytest.raises(ValueError, match="No date"):
            eventstudy.event_study(monthly, ["2023-11-01"], 6)

    def test_waiting_time_after_an_announced_attack_is_short(self):
        calendar = pd.period_range("2020-01-01", "2022-12-31", freq="D")
        attacks = pd.date_range("2020-01-15", "2022-12-15", freq="60D")
        dates = [attacks[6] - pd.Timedelta(days=1), attacks[9] - pd.Timedelta(days=1)]
        table = eventstudy.waiting_placebo([attacks] * 2, dates, calendar)
        assert table["days"].tolist() == [1, 1]
        assert (table["share"] < 0.03).all()
        assert table["shares_mean"].iloc[0] == table["share"].mean()

    def test_months_are_said_where_days_are_not_known(self, shipped):
        table = eventstudy.displacement(shipped, "2020-03-03", "2020-03-23")
        assert table.loc[table["window"] == "during", "days"].unique().tolist() == [31]


class TestFalseAlarms:
    def test_simulations_have_the_overdispersion_and_season_of_the_data(self, monthly):
        drawn = falsealarms.simulate(monthly, 400, seed=2)
        assert drawn.mean() == pytest.approx(monthly.mean(), rel=0.02)
        alphas = [falsealarms.overdispersion(pd.Series(d, monthly.index)) for d in drawn[:60]]
        assert np.mean(alphas) == pytest.approx(falsealarms.overdispersion(monthly), abs=0.02)
        by_month = drawn.reshape(400, -1, 12).mean((0, 1))
        season = placebos.expected(monthly)[:12]
        assert by_month / by_month.mean() == pytest.approx(season, abs=0.06)

    def test_another_seed_gives_other_series(self, monthly):
        one, other = (falsealarms.simulate(monthly, 2, seed=s) for s in (1, 2))
        assert not np.array_equal(one, other)

    @pytest.mark.parametrize("length", beforeafter.LENGTHS["M"])
    def test_the_reported_test_keeps_its_level_and_finds_a_doubling(self, monthly, length):
        table = falsealarms.false_alarms(monthly, length, "2020-06-03", n=1000, seed=11)
        for test in ("placebo dates", "overdispersed interval"):
            assert 0.03 <= table.loc[test, "no change"] <= 0.07
            assert table.loc[test, "rate x2"] > 0.8
        assert table.loc["exact conditional", "no change"] > 0.15

    @pytest.mark.slow
    @pytest.mark.parametrize("length", beforeafter.LENGTHS["D"] if FULL else (90,))
    def test_the_same_by_day(self, ged, length):
        daily = finest(readings.without_diffa(ged))
        n = 1000 if FULL else 100
        table = falsealarms.false_alarms(daily, length, "2020-06-03", n=n, seed=12)
        low, high = (0.03, 0.07) if FULL else (0.0, 0.12)
        assert low <= table.loc["placebo dates", "no change"] <= high
        assert table.loc["placebo dates", "rate x2"] > 0.5

    @pytest.mark.slow
    def test_the_interrupted_series_keeps_its_level(self, monthly):
        n = 1000 if FULL else 100
        table = falsealarms.false_alarms(monthly, 6, "2020-06-03", n=n, fit=True, seed=13)
        low, high = (0.02, 0.08) if FULL else (0.0, 0.13)
        found = table.loc["interrupted series"]
        assert low <= found["no change"] <= high and found["rate x2"] > 0.8

    def test_power_says_what_the_test_would_have_found(self, monthly):
        found = falsealarms.power({"all": monthly}, "2020-06-03", n=60).loc["all"]
        assert found["x2"] > found["x1.5"]


def test_the_season_has_an_interval(shipped):
    found = placebos.season_interval(finest(shipped), "2020-06-03").round(2)
    assert found.tolist() == pytest.approx([0.72, 0.60, 0.81], abs=0.02)


def test_a_panel_finds_a_change_that_was_put_in(shipped):
    near = shipped
    found = panel.panel(near, draws=99)
    assert found["low"] < found["ratio"] < found["high"] and found["p"] > 0.05
    table = near.region_month.copy()
    treated = panel.operations(near).iloc[0]
    months = pd.period_range(treated["start"], treated["end"], freq="M")
    rows = table["month"].isin(months) & places.in_area(table, interventions.area_of(treated))
    table.loc[rows, "incidents"] *= 30
    more = panel.panel(replace(near, region_month=table), draws=9)
    assert more["ratio"] > 1.5 * found["ratio"]
