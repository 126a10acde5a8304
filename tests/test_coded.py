"""The coding sheet: rules of reconciliation, completeness, agreement with GED."""

import pandas as pd
import pytest

import sahelkit
from sahelkit import actors
from sahelkit import coding as coded
from sahelkit.coding import rules
from sahelkit.files import data_dir
from sahelkit.sources import SourceError

EMPTY = {
    "kind": "press",
    "publisher": "A",
    "covers": "incident",
    "toll_scope": "all",
    "date_start": pd.NaT,
    "date_end": pd.NaT,
    "date_precision": None,
    "deaths_low": pd.NA,
    "deaths_best": pd.NA,
    "deaths_high": pd.NA,
    "deaths_civilians": pd.NA,
    "deaths_attackers": pd.NA,
    "deaths_defenders": pd.NA,
    "deaths_a": pd.NA,
    "deaths_b": pd.NA,
    "actor_a": "",
    "actor_b": "",
    "agency": "",
    "longitude": 0.0,
}


def reports(*rows):
    frame = pd.DataFrame([EMPTY | row for row in rows])
    for name in ("date_start", "date_end"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def ged(day="2019-11-01", **changes):
    return {
        "kind": "ged",
        "publisher": "UCDP",
        "date_start": day,
        "date_end": day,
        "date_precision": 1,
        "deaths_low": 50,
        "deaths_best": 50,
        "deaths_high": 50,
        "deaths_civilians": 1,
    } | changes


@pytest.fixture(scope="module")
def sheet():
    return coded.read_reports()


@pytest.fixture(scope="module")
def incidents():
    return sahelkit.load().incidents.set_index("incident_id")


def test_geds_day_stands_against_one_other():
    found = rules.agreed_date(reports(ged(), {"date_start": "2019-11-02"}))
    assert found[0] == pd.Timestamp("2019-11-01")


def test_two_others_that_agree_against_geds_day_win():
    others = [{"date_start": "2019-11-02"}, {"date_start": "2019-11-02"}]
    assert rules.agreed_date(reports(ged(), *others))[0] == pd.Timestamp("2019-11-02")


def test_one_supporter_keeps_geds_day():
    others = [{"date_start": d} for d in ("2019-11-02", "2019-11-02", "2019-11-01")]
    assert rules.agreed_date(reports(ged(), *others))[0] == pd.Timestamp("2019-11-01")


def test_a_vague_ged_date_yields_to_a_day_inside_it_only():
    vague = ged("2019-11-01", date_end="2019-11-30", date_precision=4)
    inside = rules.agreed_date(reports(vague, {"date_start": "2019-11-12"}))
    outside = rules.agreed_date(reports(vague, {"date_start": "2019-12-12"}))
    assert inside[0] == pd.Timestamp("2019-11-12") and inside[2] == 1
    assert outside[0] == pd.Timestamp("2019-11-01") and outside[2] == 4


def test_without_ged_the_earlier_of_two_equal_dates():
    found = rules.agreed_date(reports({"date_start": "2020-03-20"}, {"date_start": "2020-03-19"}))
    assert found[0] == pd.Timestamp("2020-03-19")


def test_ged_events_of_one_battle_are_summed():
    deaths = rules.agreed_deaths(reports(ged(deaths_best=45), ged(deaths_best=46)), fought=True)
    assert deaths["deaths_best"] == 91


def test_an_event_that_counts_the_same_dead_again_raises_the_high_alone(incidents):
    again = ged(deaths_best=21, covers="again")
    deaths = rules.agreed_deaths(reports(ged(), again), fought=True)
    assert (deaths["deaths_low"], deaths["deaths_best"], deaths["deaths_high"]) == (50, 50, 71)
    assert incidents.loc["BFA-2020-02-16-pansi", "deaths_best"] == 24


def test_without_totals_a_states_dead_and_the_attackers_it_claims_make_the_whole(incidents):
    post = {"deaths_best": 15, "toll_scope": "security_forces"}
    claim = {"kind": "party_claim", "deaths_best": 36, "deaths_attackers": 21}
    deaths = rules.agreed_deaths(reports(post, claim), fought=True)
    assert (deaths["deaths_low"], deaths["deaths_best"]) == (15, 36)
    assert incidents.loc["NER-2024-07-22-foneko", "deaths_best"] == 36


def test_totals_widen_the_range_and_parts_only_raise_it():
    others = [
        {"deaths_best": 40},
        {"deaths_best": 20, "toll_scope": "security_forces"},
        {"deaths_best": 60, "toll_scope": "security_forces"},
    ]
    deaths = rules.agreed_deaths(reports(ged(), *others), fought=True)
    assert (deaths["deaths_low"], deaths["deaths_best"], deaths["deaths_high"]) == (40, 50, 60)


def test_a_toll_of_more_than_the_incident_counts_for_neither_end():
    deaths = rules.agreed_deaths(
        reports(ged(), {"deaths_best": 200, "covers": "more"}), fought=True
    )
    assert deaths["deaths_high"] == 50


def test_a_partys_claim_is_kept_apart():
    claim = {"kind": "party_claim", "deaths_best": 85}
    deaths = rules.agreed_deaths(reports(ged(), claim), fought=True)
    assert deaths["deaths_high"] == 50 and deaths["deaths_claimed"] == 85


def test_victims_are_the_whole_only_where_one_side_did_the_killing():
    toll = {"deaths_best": 30, "toll_scope": "victims"}
    assert rules.agreed_deaths(reports(ged(), toll), fought=False)["deaths_low"] == 30
    assert rules.agreed_deaths(reports(ged(), toll), fought=True)["deaths_low"] == 50


def test_the_order_of_reports_does_not_matter(sheet):
    coding = coded.read_coding()
    shuffled = sheet.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(coded.reconcile(sheet, coding), coded.reconcile(shuffled, coding))


def test_a_report_without_coding_is_refused(sheet):
    coding = coded.read_coding()
    with pytest.raises(SourceError, match=coding["incident"].iloc[0]):
        coded.reconcile(sheet, coding.iloc[1:])


def test_the_shipped_incidents_are_the_reconciled_sheet(tmp_path):
    from sahelkit.files import write_csv

    write_csv(coded.build(), tmp_path / "incidents.csv")
    assert (tmp_path / "incidents.csv").read_bytes() == (data_dir() / "incidents.csv").read_bytes()


def test_every_large_ged_event_is_reported_once(sheet, reference):
    events = pd.read_csv(reference(), dtype={"id": "str"})
    events = events[(events["year"] >= 2012) & (events["best"] >= 20)].set_index("id")
    assert len(events) == 405
    mine = sheet[sheet["kind"] == "ged"].set_index("ged_id")
    assert mine.index.is_unique
    assert set(events.index) <= set(mine.index)
    mine = mine.loc[events.index]
    for ours, theirs in (("deaths_best", "best"), ("deaths_low", "low"), ("deaths_high", "high")):
        assert (mine[ours] == events[theirs]).all()
    for name in ("date_start", "date_end"):
        assert (mine[name] == pd.to_datetime(events[name].str[:10])).all()
    for name in ("latitude", "longitude"):
        assert ((mine[name] - events[name]).abs() <= 0.01).all()


def test_reports_beside_ged_are_plenty(sheet):
    others = sheet[~sheet["kind"].isin([*rules.EVENT_DATA, "party_claim"])]
    counts = others.groupby("incident")[["publisher", "agency"]].apply(
        lambda rows: rules.publishers(rows.assign(kind="press"))
    )
    old = counts.index.str[4:8] < "2024"
    assert (counts[old] >= 1).sum() >= 250 and (counts[old] >= 2).sum() >= 100


def test_every_report_but_the_documents_has_an_address_and_every_toll_a_meaning(sheet):
    assert (sheet.loc[sheet["kind"] != "document", "url"].str.startswith("http")).all()
    assert (
        (sheet[["publisher", "toll_kind", "toll_scope", "covers", "stated_by"]] != "").all().all()
    )
    given = sheet[["deaths_low", "deaths_best", "deaths_high"]].notna().any(axis=1)
    assert (given == (sheet["toll_kind"] != "none")).all()


def test_codes_are_from_the_codebook_and_never_blank(sheet):
    codes = pd.read_csv(data_dir() / "raw" / "codes.csv", keep_default_na=False)
    allowed = codes.groupby("field")["code"].agg(set)
    coding = coded.read_coding()
    for field in ("target", "tactic", "attribution", "claimed", "place_kind"):
        assert set(coding[field]) <= allowed[field]
    for field in ("kind", "toll_kind", "toll_scope", "covers", "attackers_counted"):
        assert set(sheet[field]) <= allowed[field]
    groups = set(actors.groups()["group_id"])
    assert set(coding["perpetrator"]) <= groups
    assert set("|".join(coding["groups"]).split("|")) <= groups
    assert ((coding["attribution"] == "claimed") == (coding["claimed"] == "yes")).all()


@pytest.mark.parametrize(
    ("incident", "day", "region", "ged_event"),
    [
        ("MLI-2019-11-01-in-delimane", "2019-11-01", "Ménaka", True),
        ("MLI-2020-03-19-tarkint", "2020-03-19", "Gao", True),
        ("MLI-2020-04-06-bamba", "2020-04-06", "Gao", True),
        ("MLI-2019-09-30-boulkessi", "2019-09-30", "Mopti", True),
        ("MLI-2019-09-30-mondoro", "2019-09-30", "Mopti", True),
        ("BFA-2017-08-13-ouagadougou", "2017-08-13", "Centre", False),
        ("MLI-2017-08-14-tombouctou", "2017-08-14", "Tombouctou", True),
        ("MLI-2017-08-14-douentza", "2017-08-14", "Mopti", True),
    ],
)
def test_incidents_that_the_documents_name(incidents, incident, day, region, ged_event):
    row = incidents.loc[incident]
    assert row["date_start"] == pd.Timestamp(day)
    assert row["region"] == region
    assert (row["ged_ids"] != "") is ged_event
    assert row["documents"] != ""


def test_the_disagreements_stand(incidents, sheet):
    boulkessi = sheet[sheet["incident"] == "MLI-2019-09-30-boulkessi"]
    assert {25, 38, 40, 85} <= set(boulkessi["deaths_best"].dropna())
    assert incidents.loc["MLI-2019-09-30-boulkessi", "deaths_claimed"] == 85
    tarkint = sheet[sheet["incident"] == "MLI-2020-03-19-tarkint"]
    assert {29, 30} <= set(tarkint["deaths_best"].dropna())
    document = sheet[
        (sheet["incident"] == "MLI-2019-11-01-in-delimane") & (sheet["kind"] == "document")
    ]
    assert document["place"].tolist() == ["Bamako"]


ONE_SIDED = [  # incident, low by a press toll of civilians, UCDP's best
    ("NER-2021-03-15-darey-daye", 30, 66),
    ("BFA-2023-04-20-karma", 60, 154),
    ("MLI-2020-06-05-binedama", 26, 37),
]


@pytest.mark.parametrize(("incident", "low", "best"), ONE_SIDED)
def test_a_toll_of_civilians_is_whole_where_all_victims_are(incidents, incident, low, best):
    row = incidents.loc[incident]
    assert (row["deaths_low"], row["deaths_best"]) == (low, best)
    assert row["agreement"] != "agree"


def test_where_one_side_did_the_killing_every_whole_toll_lies_in_the_range(incidents, sheet):
    told = sheet[~sheet["kind"].isin([*rules.EVENT_DATA, "party_claim"])]
    told = told[(told["covers"] == "incident") & told["deaths_best"].notna()]
    told = told[told["toll_scope"].isin(["all", "victims", "civilians"])]
    rows = incidents.loc[told["incident"]]
    one_sided = (rows["violence"] == "civilians").to_numpy()
    toll = told["deaths_best"].to_numpy()
    within = (rows["deaths_low"].to_numpy() <= toll) & (toll <= rows["deaths_high"].to_numpy())
    assert within[one_sided].all()


def test_no_civilians_is_not_a_number_where_only_civilians_were_killed(incidents):
    one_sided = incidents[incidents["violence"] == "civilians"]
    assert not (one_sided["deaths_civilians"] == 0).any()
    assert incidents.loc["MLI-2019-06-09-sobane-da", "deaths_civilians"] > 35


def test_the_precision_of_a_date_follows_its_days(incidents):
    days = (incidents["date_end"] - incidents["date_start"]).dt.days
    assert (incidents.loc[days > 0, "date_precision"] >= 2).all()
    assert (incidents.loc[days > 7, "date_precision"] >= 4).all()
    assert incidents.loc["NER-2016-07-01-diffa", "date_precision"] == 5


def test_an_id_has_the_incidents_own_day_and_the_former_one_is_kept(incidents):
    assert (incidents.index.str[4:14] == incidents["date_start"].dt.strftime("%Y-%m-%d")).all()
    assert incidents.loc["BFA-2021-06-04-solhan", "former_id"] == "BFA-2021-06-05-solhan"


def test_sums_are_marked(incidents):
    assert incidents.loc["NER-2019-03-01-diffa", "aggregate"] == "month"
    assert incidents.loc["MLI-2013-01-11-northern-mali", "aggregate"] == "operation"
    days = (incidents["date_end"] - incidents["date_start"]).dt.days
    assert set(incidents["aggregate"]) == {"", "month", "operation"} and days.max() < 93


def test_the_high_covers_the_dead_of_both_sides(incidents):
    both = incidents["deaths_attackers"] + incidents["deaths_defenders"]
    assert (both <= incidents["deaths_high"]).fillna(True).all()
    assert both.notna().sum() > 200
    assert incidents.loc["BFA-2023-02-17-ti-n-edia", "deaths_high"] >= 170


def test_a_group_is_used_within_its_dates(incidents):
    table = actors.groups().set_index("group_id")
    for row in incidents.itertuples():
        for group in {row.perpetrator, *filter(None, row.groups.split("|"))}:
            day = str(row.date_start.date())
            founded, ended = table.loc[group, ["founded", "ended"]]
            assert not founded or day[: len(founded)] >= founded, (row.Index, group)
            assert not ended or day[: len(ended)] <= ended, (row.Index, group)


def test_every_candidate_event_of_twenty_dead_is_in_one_incident(sheet, reference):
    found = []
    for name in ("25.01.25.12_sahel_reduced", "26.0.2_sahel", "26.0.4_sahel"):
        events = pd.read_csv(reference(f"ucdp_candidate_{name}.csv"), dtype={"id": "str"})
        found += events.loc[events["best"] >= 20, "id"].tolist()
    mine = sheet.loc[sheet["kind"] == "candidate", "ged_id"]
    assert len(found) == 121 and mine.is_unique and set(mine) == set(found)


def test_what_no_yearly_release_has_is_provisional(incidents):
    later = incidents["date_start"] >= coded.PROVISIONAL_FROM
    assert ((incidents["provisional"] == "yes") == later).all()
    assert incidents["date_end"].max() <= pd.Timestamp(coded.COVERED[1])


def test_no_row_claims_low_above_best_above_high(incidents):
    assert (incidents["deaths_low"] <= incidents["deaths_best"]).all()
    assert (incidents["deaths_best"] <= incidents["deaths_high"]).all()
