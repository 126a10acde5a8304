"""Every format and generation, on made-up files, and what must hold of all of them."""

import zipfile

import pandas as pd
import pytest
from fixture_files import ACLED, ALL, FIXTURES, RELEASE, YEARLY, damaged, read

import sahelkit
from sahelkit import schema
from sahelkit.sources import read_incidents
from sahelkit.sources.formats import SOURCES, recognise
from sahelkit.sources.reading import layout_of


def same(left, right):
    """The same incidents, whatever their order and release."""
    frames = [
        f.drop(columns=RELEASE).sort_values("incident_id", ignore_index=True) for f in (left, right)
    ]
    pd.testing.assert_frame_equal(*frames, check_categorical=False)


@pytest.mark.parametrize("name", ALL)
def test_rows_read_are_kept_or_dropped_and_the_frame_conforms(name):
    frame, provenance = read(name)
    assert provenance.rows_read == provenance.kept + sum(provenance.dropped.values())
    assert provenance.kept == len(frame) > 0
    assert list(frame.columns) == list(schema.NAMES)
    schema.check(frame)


@pytest.mark.parametrize("name", YEARLY[1:])
def test_every_generation_of_ged_gives_the_same_incidents(name):
    same(read(name)[0], read(YEARLY[0])[0])


@pytest.mark.parametrize("name", ACLED[1:])
def test_every_generation_of_acled_gives_the_same_incidents(name):
    same(read(name)[0], read(ACLED[0])[0])


def test_ged_values():
    frame, provenance = read("made_up_ged261.csv")
    row = frame.set_index("incident_id").loc["900003"]
    assert (row["country"], row["region"], row["violence"]) == ("NER", "Tillabéri", "combat")
    assert (row["date_start"], row["date_end"]) == (
        pd.Timestamp("2021-12-30"),
        pd.Timestamp("2022-01-02"),
    )
    assert row["place"] == 'Made-up "camp"'
    assert frame.set_index("incident_id").loc["900005", "region"] == "Ménaka"
    assert provenance.source_version == "26.1"
    assert provenance.warnings["low, best, high out of order"] == ["900005"]


def test_a_candidate_release_without_header_row_is_read_whole():
    frame, provenance = read("made_up_GEDEvent_v24_0_1_no_header.csv")
    assert (provenance.source, provenance.source_version) == ("ucdp-candidate", "24.0.1")
    assert provenance.rows_read == 5
    same(frame, read("made_up_ged261.csv")[0])
    assert provenance.warnings["provisional: code_status is not Clear"] == ["900002"]


def test_acled_is_the_political_violence_subset_unless_asked():
    frame, provenance = read(ACLED[2])
    assert frame["incident_id"].tolist() == ["MLI1", "BFA2", "MLI3", "NER4", "NER5", "NER10"]
    assert frame["violence"].tolist() == [
        "combat",
        "combat",
        "civilians",
        "civilians",
        "civilians",
        "combat",
    ]
    assert provenance.dropped == {
        "another country": 1,
        "protest": 1,
        "riot": 1,
        "strategic development": 1,
    }
    everything, account = read(ACLED[2], political_only=False)
    assert account.kept == 9
    assert everything.loc[everything["violence"].isna(), "incident_id"].tolist() == [
        "MLI6",
        "MLI7",
        "BFA8",
    ]
    assert account.filters != provenance.filters


def test_acled_gives_one_number_of_deaths_and_its_day_as_release():
    frame, provenance = read(ACLED[3])
    assert frame["deaths_best"].sum() == 22
    assert frame[["deaths_low", "deaths_high", "deaths_civilians"]].isna().all(axis=None)
    assert provenance.source_version == "2020-09-13"
    assert frame["date_precision"].tolist() == [1, 1, 3, 1, 1, 4]
    assert frame["location_precision"].tolist() == [1, 2, 1, 1, 1, 4]


def test_acled_without_sub_event_type_says_what_it_cannot_tell():
    frame, provenance = read("made_up_acled_2018_30_columns.csv")
    assert frame["incident_id"].tolist() == ["MLI1", "BFA2", "MLI3", "NER10"]
    assert provenance.dropped["riot or protest"] == 4
    assert (
        len(provenance.warnings["riots without sub-event type: mob violence among them left out"])
        == 4
    )


def test_niger_is_not_nigeria():
    for name in ALL:
        frame, _ = read(name)
        assert not frame["actor_b"].astype("str").str.contains("group D").any() or "gtd" in name
        assert set(frame["country"]) <= {"BFA", "MLI", "NER"}
    text = pd.read_csv(FIXTURES / ACLED[2], dtype=str)
    assert (text["country"] == "Nigeria").sum() == 1


def test_gtd_unknown_days_and_deaths_stay_unknown():
    frame, provenance = read("made_up_gtd.csv")
    frame = frame.set_index("incident_id")
    assert frame["date_precision"].tolist() == [1, 4, 5, 1]
    april, year = frame.loc["201904000002"], frame.loc["201900000003"]
    assert (april["date_start"], april["date_end"]) == (
        pd.Timestamp("2019-04-01"),
        pd.Timestamp("2019-04-30"),
    )
    assert (year["date_start"], year["date_end"]) == (
        pd.Timestamp("2019-01-01"),
        pd.Timestamp("2019-12-31"),
    )
    assert pd.isna(april["deaths_best"]) and year["deaths_best"] == 0
    assert frame["violence"].tolist() == ["combat", "civilians", "civilians", "civilians"]
    assert provenance.warnings["doubt whether it is terrorism (doubtterr)"] == ["201904000002"]
    assert provenance.warnings["deaths missing"] == ["201904000002", "201906060005"]


@pytest.mark.parametrize("name", ["made_up_gtd.csv", ACLED[2]])
def test_a_workbook_gives_what_the_csv_gives(name, tmp_path):
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    text = pd.read_csv(FIXTURES / name, dtype=str, keep_default_na=False)
    sheet.append(list(text.columns))
    for row in text.itertuples(index=False):
        sheet.append([float(v) if v.replace(".", "", 1).isdigit() else v or None for v in row])
    book.save(tmp_path / "made_up.xlsx")
    frame, provenance = read_incidents(tmp_path / "made_up.xlsx")
    same(frame, read(name)[0])
    assert provenance.dropped == read(name)[1].dropped


def test_zipped_and_gzipped_files_read_the_same(tmp_path):
    import gzip

    plain = FIXTURES / "made_up_ged261.csv"
    with zipfile.ZipFile(tmp_path / "ged261-csv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "GEDEvent_v26_1.csv")
    (tmp_path / "ged261.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    for name in ("ged261-csv.zip", "ged261.csv.gz"):
        pd.testing.assert_frame_equal(read_incidents(tmp_path / name)[0], read_incidents(plain)[0])


@pytest.mark.parametrize(
    ("encoding", "newline", "delimiter"),
    [
        ("utf-8-sig", "\r\n", ";"),
        ("utf-16", "\n", "\t"),
        ("utf-16-le-bom", "\r\n", ","),
        ("utf-8", "\r", ","),
        ("utf-8-sig", "\r", "|"),
        ("cp1252", "\n", "|"),
    ],
)
def test_encoding_delimiter_and_line_ends_are_found_out(encoding, newline, delimiter, tmp_path):
    text = pd.read_csv(FIXTURES / "made_up_ged261.csv", dtype=str, keep_default_na=False)
    text["where_description"] = "made up"
    path = tmp_path / "ged261.csv"
    content = text.to_csv(index=False, sep=delimiter, lineterminator=newline)
    if encoding == "utf-16-le-bom":
        path.write_bytes(b"\xff\xfe" + content.encode("utf-16-le"))
    else:
        path.write_bytes(content.encode(encoding))
    same(read_incidents(path)[0], read("made_up_ged261.csv")[0])


@pytest.mark.parametrize(
    "name", ["Burkina-Faso", "burkina", "BFA", "Burkina\u00a0Faso", "Burkina_Faso"]
)
def test_a_country_counts_however_it_is_written(name, tmp_path):
    text = pd.read_csv(FIXTURES / "made_up_ged261.csv", dtype=str, keep_default_na=False)
    text["country"] = text["country"].replace("Burkina Faso", name)
    text.to_csv(tmp_path / "ged261.csv", index=False)
    same(read_incidents(tmp_path / "ged261.csv")[0], read("made_up_ged261.csv")[0])


def test_thousands_are_thousands(tmp_path):
    for written in ("1,204", "1.204", "1 204"):
        frame, _ = read_incidents(damaged(tmp_path, {(1, "best"): written}))
        assert frame.set_index("incident_id").loc["900002", "deaths_best"] == 1204


# Writing, comparing, citing


@pytest.mark.parametrize("name", ["made_up_ged261.csv", ACLED[2], "made_up_gtd.csv"])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_load_write_load_again_changes_nothing(name, suffix, tmp_path):
    from sahelkit.files import write_csv

    frame, provenance = read(name)
    path = tmp_path / f"incidents{suffix}"
    write_csv(frame, path) if suffix == ".csv" else frame.to_parquet(path, index=False)
    again, account = read_incidents(path)
    pd.testing.assert_frame_equal(again, frame)
    assert (account.source, account.source_version) == (
        provenance.source,
        provenance.source_version,
    )


def test_the_whole_analysis_gets_its_tables_from_any_source():
    for name in ("made_up_ged261.csv", ACLED[2], "made_up_gtd.csv"):
        ds = sahelkit.load(FIXTURES / name)
        assert ds.region_month["incidents"].sum() == len(ds.incidents)
        assert ds.grid_year["incidents"].sum() == ds.incidents["latitude"].notna().sum()


# The reference


def test_the_reference_file_is_accounted_for(reference):
    frame, provenance = read_incidents(reference())
    assert (provenance.rows_read, provenance.kept, sum(provenance.dropped.values())) == (
        4211,
        4211,
        0,
    )
    counts = {kind: len(ids) for kind, ids in provenance.warnings.items()}
    assert counts.pop("position outside the named region") == 4
    assert counts == {
        "low, best, high out of order": 63,
        "longitude has the wrong sign": 2,
        "region missing": 137,
        "region name not known": 1,
    }
    assert sorted(provenance.warnings["longitude has the wrong sign"]) == ["479856", "501478"]
    schema.check(frame)


def test_every_header_is_recognised_by_one_source():
    for name in ALL:
        source, layout = recognise(layout_of(FIXTURES / name))
        names = {column.strip().lower().replace(" ", "_") for column in layout.names}
        assert [one for one in SOURCES if one.recognises(names)] == [source]
