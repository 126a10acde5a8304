"""One made-up ACLED export written down in the ways that people have it: the same counts, or a plain word."""

import gzip
import json
import zipfile

import pandas as pd
import pytest
from fixture_files import FIXTURES

from sahelkit.sources import read_incidents
from sahelkit.sources.cells import SWAPPED, to_dates
from sahelkit.sources.source import SourceError

FRENCH = ["", *"janv févr mars avr mai juin juil août sept oct nov déc".split()]  # noqa: SIM905


@pytest.fixture(scope="module")
def rows():
    """Six rows like ACLED's, two kept per country but for Niger."""
    row = pd.read_csv(FIXTURES / "made_up_acled_2024_population.csv", dtype=str).iloc[[1]]
    days = pd.to_datetime(["2024-01-05", "2024-03-16", "2024-05-07", "2024-08-18", "2024-10-09"])
    return pd.concat([row] * 5, ignore_index=True).assign(
        event_id_cnty=[f"MADEUP{i}" for i in range(5)],
        event_date=days.strftime("%Y-%m-%d"),
        country=["Mali", "Mali", "Burkina Faso", "Burkina Faso", "Niger"],
        fatalities=["4", "2", "7", "1", "3"],
    )


def days(rows, write):
    return rows.assign(event_date=[write(day) for day in pd.to_datetime(rows["event_date"])])


def csv(rows, path, **options):
    rows.to_csv(path, index=False, **options)
    return path


def edited(rows, path, change, **options):
    path.write_text(change(rows.to_csv(index=False, **options)), encoding="utf-8")
    return path


def zipped(rows, path):
    rows.to_excel(path.with_suffix(".xlsx"), index=False)
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        archive.write(path.with_suffix(".xlsx"), "export.xlsx")
    return path.with_suffix(".zip")


def packed(text, path):
    path.with_suffix(".json.gz").write_bytes(gzip.compress(text.encode()))
    return path.with_suffix(".json.gz")


def second_sheet(rows, path):
    with pd.ExcelWriter(path.with_suffix(".xlsx")) as book:
        pd.DataFrame({"Licence": ["see the site"]}).to_excel(book, sheet_name="about", index=False)
        rows.to_excel(book, sheet_name="data", index=False)
    return path.with_suffix(".xlsx")


def stata(rows, path):
    rows.fillna("").to_stata(path.with_suffix(".dta"), write_index=False, version=118)
    return path.with_suffix(".dta")


def geojson(rows, path):
    features = [{"type": "Feature", "properties": row} for row in rows.to_dict("records")]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


WAYS = {
    "French months": lambda r, p: csv(
        days(r, lambda d: f"{d.day:02d}-{FRENCH[d.month]}-{d:%y}"), p
    ),
    "month first, in letters": lambda r, p: csv(days(r, lambda d: f"{d:%B %d, %Y}"), p),
    "weekday": lambda r, p: csv(days(r, lambda d: f"{d:%a %b %d %Y}"), p),
    "milliseconds": lambda r, p: csv(days(r, lambda d: str(int(d.timestamp() * 1000))), p),
    "day numbers": lambda r, p: csv(
        days(r, lambda d: str((d - pd.Timestamp("1899-12-30")).days)), p
    ),
    "compact": lambda r, p: csv(days(r, lambda d: f"{d:%Y%m%d}"), p),
    "names with dots": lambda r, p: csv(r.rename(columns=lambda n: n.replace("_", ".")), p),
    "mark read as letters": lambda r, p: csv(
        r.rename(columns={"event_id_cnty": "ï..event_id_cnty"}), p
    ),
    "names cut to ten": lambda r, p: csv(
        r.rename(columns=lambda n: n[:10]).loc[:, lambda t: ~t.columns.duplicated()], p
    ),
    "codes": lambda r, p: csv(
        r.assign(
            country=r["country"].map({"Mali": "466", "Burkina Faso": "BFA", "Niger": "Niger (the)"})
        ),
        p,
    ),
    "few columns": lambda r, p: csv(
        r[["event_date", "event_type", "sub_event_type", "country", "fatalities"]], p
    ),
    "sep line": lambda r, p: edited(r, p, lambda text: "sep=;\n" + text, sep=";"),
    "title lines": lambda r, p: edited(r, p, lambda text: "Extract\n\n" + text),
    "row names of R": lambda r, p: edited(
        r,
        p,
        lambda text: (
            "\n".join(f'"{i}",{line}' if i else line for i, line in enumerate(text.splitlines()))
            + "\n"
        ),
    ),
    "JSON": lambda r, p: edited(
        r, p, lambda _: json.dumps({"status": 200, "data": r.to_dict("records")})
    ),
    "JSON in gz": lambda r, p: packed(json.dumps(r.to_dict("records")), p),
    "GeoJSON": geojson,
    "Stata": stata,
    "workbook in a zip": zipped,
    "second sheet": second_sheet,
}


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("mardi 12 avril 2022", "2022-04-12"),
        ("mar. 12 avr. 2022", "2022-04-12"),
        ("mar. 5 mar. 2024", "2024-03-05"),
        ("1er août 2020", "2020-08-01"),
        ("4 juillet 2020", "2020-07-04"),
        ("Tue Mar 05 2024 00:00:00 GMT+0000", "2024-03-05"),
        ("15-Sept-2020", "2020-09-15"),
    ],
)
def test_weekdays_are_no_months(cell, day):
    assert to_dates(pd.Series([cell]), "x.csv", "date")[0] == pd.Timestamp(day)


def test_what_fits_two_months_or_none_is_no_date():
    cells = pd.Series(["2020-01-31", "3 jui 2020", "5 marché 2020"])
    assert to_dates(cells, "x.csv", "date").isna().tolist() == [False, True, True]


@pytest.mark.parametrize("way", WAYS)
def test_the_same_counts(rows, way, tmp_path):
    frame, provenance = read_incidents(WAYS[way](rows, tmp_path / "made_up.csv"))
    sums = frame.groupby(frame["country"].astype(str))["deaths_best"].agg(["size", "sum"])
    assert sums.to_numpy().tolist() == [[2, 8], [2, 6], [1, 3]], provenance.account()
    assert sorted(frame["date_start"].dt.strftime("%m-%d"))[0] == "01-05"


def test_days_that_may_be_months_are_doubted(rows, tmp_path):
    early = rows[pd.to_datetime(rows["event_date"]).dt.day < 13]
    path = csv(days(early, lambda d: f"{d.month}/{d.day}/{d.year}"), tmp_path / "made_up.csv")
    assert SWAPPED in read_incidents(path)[1].warnings


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (
            lambda r: r.assign(event_type="Protests", sub_event_type="Peaceful protest"),
            "nothing is left",
        ),
        (lambda r: r[["country", "fatalities"]].assign(Events=3, Month="May"), "sums"),
        (
            lambda r: pd.DataFrame(
                {"Year": [2020], "Month": [1], "Day": [2], "Killed": [3], "AttackType": ["x"]}
            ),
            "GTD",
        ),
    ],
)
def test_what_is_no_list_of_events_is_named(rows, tmp_path, change, word):
    with pytest.raises(SourceError, match=word):
        read_incidents(csv(change(rows), tmp_path / "made_up.csv"))


def test_a_missing_day_is_no_day():
    days = to_dates(pd.Series(["2023-01-31", None, "2023-02-01"]), "x.csv", "date")
    assert days.isna().tolist() == [False, True, False]
