"""`sahelkit load`, `compare`, `fetch`, `cite` as commands: one plain line and status 2, or a
counted drop."""

import json
import os
import subprocess
import sys
import zipfile

import pandas as pd
from fixture_files import FIXTURES

GED = FIXTURES / "made_up_ged261.csv"
ACLED = FIXTURES / "made_up_acled_2023_inter_numbers.csv"


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "sahelkit.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=FIXTURES.parent.parent,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        timeout=120,
    )


def refused(*arguments) -> str:
    done = run(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == "" and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def loaded(*arguments) -> dict:
    done = run("load", *arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    summary = json.loads(done.stdout)
    assert summary["rows_read"] == summary["incidents"] + sum(summary["dropped"].values())
    return summary


def made(tmp_path, change=lambda text: text, name="ged261.csv"):
    text = change(pd.read_csv(GED, dtype=str, keep_default_na=False))
    text.to_csv(tmp_path / name, index=False)
    return tmp_path / name


def test_a_missing_file(tmp_path):
    assert "no such file" in refused("load", tmp_path / "nothing.csv")


def test_an_empty_file(tmp_path):
    (tmp_path / "empty.csv").touch()
    assert "the file is empty" in refused("load", tmp_path / "empty.csv")


def test_a_web_page_saved_as_csv(tmp_path):
    (tmp_path / "ged.csv").write_text("\n <!DOCTYPE html><html><title>Log in</title></html>")
    assert "a web page, not a table" in refused("load", tmp_path / "ged.csv")


def test_a_truncated_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "ged.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(GED)
    whole = (tmp_path / "ged.zip").read_bytes()
    (tmp_path / "ged.zip").write_bytes(whole[: len(whole) // 2])
    assert "damaged or cut short" in refused("load", tmp_path / "ged.zip")


def test_a_missing_column(tmp_path):
    assert "without column date_start" in refused(
        "load", made(tmp_path, lambda text: text.drop(columns="date_start"))
    )


def test_unreadable_dates(tmp_path):
    message = refused("load", made(tmp_path, lambda text: text.assign(date_end="soon")))
    assert "column date_end" in message and "rows 2, 3, 4" in message


def test_one_unreadable_date_is_a_counted_drop(tmp_path):
    text = made(
        tmp_path,
        lambda text: text.assign(date_end=text["date_end"].mask(text["id"] == "900002", "soon")),
    )
    assert loaded(text)["dropped"] == {"another country": 1, "unreadable date": 1}


def test_coordinates_of_another_continent_are_doubted(tmp_path):
    summary = loaded(
        made(tmp_path, lambda text: text.assign(latitude="48.85", longitude="-102.35"))
    )
    assert summary["warnings"]["position far outside the three countries"] == 4


def test_a_file_of_other_countries(tmp_path):
    assert "none of 5 rows is in Mali" in refused(
        "load", made(tmp_path, lambda text: text.assign(country="Nigeria"))
    )


def test_several_files_count_nothing_twice():
    files = [FIXTURES / f"made_up_GEDEvent_v26_0_{month}.csv" for month in (1, 2)]
    summary = loaded(GED, *files)
    assert (summary["rows_read"], summary["incidents"]) == (10, 8)
    assert summary["source_version"] == "26.1 + candidate 26.0.1 + candidate 26.0.2"
    assert summary["dropped"] == {"another country": 1, "same incident in a newer file": 1}


def test_all_types_of_acled_are_a_switch():
    assert loaded(ACLED)["incidents"] == 6
    summary = loaded(ACLED, "--all-types")
    assert summary["incidents"] == 9 and summary["dropped"] == {"another country": 1}


def test_what_load_writes_loads_again(tmp_path):
    assert run("load", ACLED, "--out", tmp_path / "again.parquet").returncode == 0
    first, second = loaded(ACLED), loaded(tmp_path / "again.parquet")
    assert first["by_country_year"] == second["by_country_year"]


def test_the_summary_names_rows_that_were_dropped(tmp_path):
    text = made(
        tmp_path,
        lambda text: text.assign(date_end=text["date_end"].mask(text["id"] == "900002", "00:00.0")),
    )
    done = run("load", text)
    assert "dropped 1: date shown as 00:00.0 by a spreadsheet (row 3)" in done.stdout


def test_compare_prints_what_moved(tmp_path):
    new = made(
        tmp_path, lambda text: text.assign(best=text["best"].mask(text["id"] == "900002", "20"))
    )
    assert "revised 1" in run("compare", GED, new).stdout
    found = json.loads(run("compare", GED, new, "--json").stdout)
    assert found["revised"] == [
        {"incident_id": "900002", "deaths_old": 12, "deaths_new": 20, "columns": ["deaths_best"]}
    ]
    assert "one source" in refused("compare", GED, ACLED)


def test_fetch_refuses_in_one_line():
    assert "not a source to fetch" in refused("fetch", "gtd")
    assert "not a UCDP release" in refused("fetch", "ucdp-candidate", "--release", "26.0.x")


def test_cite_names_the_day_and_the_licence():
    done = run("cite", "--source", ACLED, "--accessed", "2024-06-20", "--bibtex")
    assert "@article{raleigh2023acled" in done.stdout and "accessed 2024-06-20" in done.stdout
    assert "not a day" in refused("cite", "--accessed", "yesterday")


def test_the_reference_file(reference):
    summary = loaded(reference())
    assert (summary["rows_read"], summary["incidents"], summary["dropped"]) == (4211, 4211, {})
    assert summary["warnings"]["low, best, high out of order"] == 63
    assert summary["warnings"]["longitude has the wrong sign"] == 2
    assert summary["warnings"]["region missing"] == 137
