"""Claims: every verdict is pinned, so that a change of data or code that turns one names it."""

import os
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest
from fixture_files import FIXTURES

from sahelkit import claims, load, readings
from sahelkit.claims import checks_record, reading
from sahelkit.claims.reading import Finding
from sahelkit.files import records

PINNED = FIXTURES / "verdicts.csv"


@pytest.fixture(scope="module")
def shipped():
    return load()


@pytest.fixture(scope="module")
def results(shipped):
    return claims.evaluate(shipped)


@pytest.fixture(scope="module")
def from_ged(ged):
    return claims.evaluate(ged)


def pinned(column):
    return pd.read_csv(PINNED, keep_default_na=False).set_index("id")[column].to_dict()


def turned(results, column):
    now, then = results.set_index("id")["verdict"].to_dict(), pinned(column)
    return {
        key: (then.get(key), now.get(key)) for key in {*now, *then} if now.get(key) != then.get(key)
    }


def test_no_verdict_has_turned_with_the_shipped_data(results):
    assert turned(results, "shipped") == {}


def test_no_verdict_has_turned_with_the_reference_file(from_ged):
    assert turned(from_ged, "ged") == {}


def test_ledger_is_complete():
    table = claims.read()
    assert table["id"].is_unique
    documents = table["source"].isin(claims.DOCUMENTS)
    assert documents.sum() >= 40 and (~documents).sum() >= 25
    assert set(table.loc[documents, "source"]) == set(claims.DOCUMENTS)
    assert (table[["claim", "source", "date", "place", "kind"]] != "").all(axis=None)
    kinds = {
        "incident fact",
        "count",
        "trend",
        "geography",
        "actor",
        "prediction",
        "causal",
        "file check",
        "intervention",
    }
    assert set(table["kind"]) == kinds


def test_a_claim_has_a_check_or_says_why_not():
    table = claims.read()
    unchecked = table["check"] == ""
    assert (table.loc[unchecked, "note"] != "").all()
    assert (table.loc[unchecked, "checkable_with"] == "").all()
    with_check = table[~unchecked]
    assert (with_check["expected"] != "").all()
    for row in with_check.itertuples():
        claims.check_named(row.check)
        assert set(row.checkable_with.split("|")) <= {"shipped", "ged", "acled"}, row.id


def test_unknown_check_is_named():
    with pytest.raises(ValueError, match="'guess', which does not exist"):
        claims.check_named("guess")


def test_every_row_has_a_verdict_and_a_reason(results):
    assert set(results["verdict"]) == set(claims.VERDICTS)
    assert (results["why"].str.len() > 5).all()
    unchecked = results["verdict"] == "cannot be checked"
    assert results.loc[unchecked, "found"].isna().all()
    assert results.loc[~unchecked, "found"].notna().all()
    assert (~unchecked).sum() >= 45


def test_published_country_years_come_out_as_published(results):
    published = results[results["source"] == "UCDP organised violence 25.1"]
    assert len(published) >= 15
    assert set(published["verdict"]) == {"reproduced"}


def test_country_year_sums_agree_with_the_events(shipped):
    """The independent side of the published totals: events of GED 24.1 summed here."""
    plain = readings.readings(shipped)[0]
    for year in range(2012, 2024):
        events = reading.total(plain, "deaths_best", start=f"{year}-01", end=f"{year}-12")
        table = checks_record.official(plain, str(year)).value
        assert events == pytest.approx(table, rel=0.025), year


def test_prediction_fails_in_2019_and_2023(shipped):
    table = claims.scores(shipped, "zimmerer-2017-32")
    assert table.loc[2023, ["BFA", "MLI"]].tolist() == [492, 194]
    assert table.loc[2019, ["BFA", "MLI"]].tolist() == [143, 119]
    assert table.index[~table["holds"]].tolist() == [2019, 2023]


def test_more_can_be_checked_with_the_reference_file(results, from_ged):
    checked = [(r["verdict"] != "cannot be checked").sum() for r in (results, from_ged)]
    assert checked[1] > checked[0]


def test_verdicts_on_both_sources_agree(results, from_ged):
    both = results.merge(from_ged, on="id", suffixes=("", "_ged"))
    both = both[(both[["verdict", "verdict_ged"]] != "cannot be checked").all(axis=1)]
    differ = both[both["verdict"] != both["verdict_ged"]]
    assert differ[["id", "verdict", "verdict_ged"]].to_dict("records") == []


@pytest.mark.parametrize(
    "expected, tolerance, finding, verdict",
    [
        ("100", "5%", Finding(105.0, ""), "reproduced"),
        ("100", "5%", Finding(106.0, ""), "near"),
        ("100", "5%", Finding(116.0, ""), "not reproduced"),
        ("100", "", Finding(90.0, "", 80, 120), "near"),
        (">100", "", Finding(100.0, ""), "not reproduced"),
        (">100", "", Finding(101.0, ""), "reproduced"),
        (">100", "", Finding(101.0, "", readings=(101.0, 90.0)), "near"),
        (">=100", "", Finding(100.0, ""), "reproduced"),
        ("<1", "", Finding(1.2, "", 0.9, 1.3), "near"),
        ("14..21", "", Finding(18.0, ""), "reproduced"),
        ("2019-11-02", "", Finding("2019-11-01", ""), "near"),
        ("2017-08-22", "", Finding("2017-08-13", ""), "not reproduced"),
        ("2013", "", Finding("2013-01-11", ""), "reproduced"),
        ("2017-03-02", "", Finding("2017", ""), "not reproduced"),
        ("Mopti", "", Finding("Gao", "", others=("Mopti",)), "near"),
        ("BFA", "", Finding("BFA", "", readings=("BFA", "MLI")), "near"),
        ("BFA", "", Finding("BFA", "", readings=("BFA", "BFA", "MLI")), "reproduced"),
        (">1", "", Finding(1.2, "", readings=(1.2, 1.1, 0.9)), "reproduced"),
        ("100", "5%", Finding(101.0, "", readings=(101.0, 90.0, 80.0)), "near"),
    ],
)
def test_judge(expected, tolerance, finding, verdict):
    assert claims.judge(expected, tolerance, finding) == verdict


def without_years(ds, first):
    """The dataset from a year on, as a user's short file would give it."""
    rows = ds.region_month[ds.region_month["month"] >= pd.Period(f"{first}-01", "M")]
    grid = ds.grid_year[ds.grid_year["year"] >= first]
    return replace(ds, region_month=rows, grid_year=grid)


def test_a_source_that_starts_late_is_told_and_not_counted_as_zero(shipped):
    results = claims.evaluate(
        without_years(shipped, 2020), only=["tracker-2017-07", "thread-2020-23"]
    )
    assert set(results["verdict"]) == {"cannot be checked"}
    assert results["why"].str.contains("covers 2020-01 to 2023-12").all()


def test_a_source_of_one_country_is_not_held_against_all_three(shipped):
    table = shipped.region_month
    alone = replace(
        shipped, region_month=table[table["country"] == "NER"], events=shipped.incidents
    )
    results = claims.evaluate(alone).set_index("id")
    assert results.loc["un-2020-05", "why"].endswith("has no incident in Burkina Faso.")
    for row in ("un-2020-05", "acled-2021-04", "africa-center-02", "africa-center-10"):
        assert results.loc[row, "verdict"] == "cannot be checked", row


def test_changed_data_turn_a_verdict(shipped):
    rows = shipped.region_month.copy()
    in_mali = (rows["country"] == "MLI") & (rows["month"] >= pd.Period("2023-01", "M"))
    rows.loc[in_mali, "incidents"] *= 4
    changed = replace(shipped, region_month=rows)
    before, after = (claims.evaluate(ds, only=["zimmerer-2017-32"]) for ds in (shipped, changed))
    assert before["found"].item() == 5 and after["found"].item() == 6


def test_acled_numbers_are_checked_with_an_acled_file_only(shipped):
    only = ["accord-2018-01", "un-2020-01"]
    assert set(claims.evaluate(shipped, only)["verdict"]) == {"cannot be checked"}
    as_acled = replace(
        shipped,
        events=shipped.incidents,
        provenance=replace(shipped.provenance, source="acled", source_version="test"),
    )
    results = claims.evaluate(as_acled, only)
    assert "cannot be checked" not in set(results["verdict"])


@pytest.mark.parametrize(
    "name", ["made_up_acled_2024_population.csv", "made_up_gtd.csv", "made_up_ged261.csv"]
)
def test_every_claim_runs_with_every_kind_of_source(name):
    """ACLED and GTD give one estimate of deaths; short files do not cover most statements."""
    results = claims.evaluate(load(FIXTURES / name))
    assert len(results) == len(claims.read()) and set(results["verdict"]) <= set(claims.VERDICTS)
    barkhane = results.set_index("id").loc["zimmerer-2017-25"]
    assert barkhane["verdict"] == "reproduced"


def test_records_are_plain(results):
    import json

    found = records(results)
    assert {"id", "claim", "source", "expected", "found", "verdict"} <= set(found[0])
    assert json.loads(json.dumps(found)) == found


def test_table_prints(results):
    from rich.console import Console

    console = Console(width=150, record=True, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    console.print(claims.as_table(results))
    text = console.export_text()
    console.file.close()
    assert "Security alert, 13 November 2020" in text and "not reproduced" in text


def test_discrepancies_name_who_says_what():
    table = claims.discrepancies()
    assert Counter(table["what"])["day"] == 5
    place = table[table["what"] == "place"].iloc[0]
    assert place["document says"] == "Bamako" and "RTBF" in place["others say"]
    tarkint = table[table["incident"].str.startswith("Tarkint") & (table["what"] == "day")]
    assert tarkint["document says"].item() == "2020-03-20"
    assert tarkint["others say"].item().startswith("2020-03-19 (UCDP")


def test_figures_say_what_the_tables_hold(shipped, results):
    from sahelkit.figures import claims as drawn

    fig = drawn.prediction(claims.scores(shipped, "zimmerer-2017-32"), "MLI", shipped.label)
    assert "5 of 7 years; it fails in 2019 and 2023" in fig.sahelkit["Title"]
    counts = claims.counts(results)
    fig = drawn.verdicts(counts, shipped.label)
    widths = sum(bar.get_width() for bar in fig.axes[0].patches)
    assert widths == len(results) == counts.to_numpy().sum()
