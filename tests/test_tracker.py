"""The monthly tracker: right numbers, every month, one page, nothing from the network."""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pandas as pd
import pytest

from sahelkit import load, tracker
from sahelkit.tracker.wording import LANGUAGES, texts

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-pdf-header-footer",
]


@pytest.fixture(scope="module")
def ds():
    return load()


def test_headline_counts_are_those_of_the_table(ds):
    found = tracker.content(ds, "2017-03")["headline"]
    rows = ds.region_month
    at = {"value": "2017-03", "previous": "2017-02", "year_before": "2016-03"}
    for name, month in at.items():
        expected = rows.loc[rows["month"] == pd.Period(month, "M"), "incidents"].sum()
        assert found.loc["incidents", name] == expected
    year = rows[rows["month"].between(pd.Period("2016-03", "M"), pd.Period("2017-02", "M"))]
    assert found.loc["deaths_best", "mean12"] == pytest.approx(
        float(year["deaths_best"].sum()) / 12
    )


@pytest.mark.slow
def test_any_month_renders_without_a_hole(ds):
    for i, month in enumerate(pd.period_range("2012-01", "2023-12", freq="5M")):
        text = tracker.render(ds, str(month), lang=LANGUAGES[i % 2])
        for body in (text["md"], re.sub(r"<svg.*?</svg>", "", text["html"], flags=re.DOTALL)):
            assert not re.search(r"\bnan\b|<NA>|\bNaT\b|None\b(?!\.)", body), month


def test_an_empty_month_says_so(ds):
    """Niger has no incident in May 2012."""
    text = tracker.render(ds, "2012-05", "NER")
    assert texts("en")["none"] in text["md"] and texts("en")["none"] in text["html"]
    assert "| Incidents | 0 |" in text["md"]


@pytest.mark.parametrize(
    "month, country, lang, message",
    [
        ("2017-13", None, "en", "Write it as 2017-03"),
        ("2011-12", None, "en", "whole months 2012-01 to 2023-12"),
        ("2017-03", "TCD", "en", "is not known"),
        ("2017-03", None, "de", "is not known"),
    ],
)
def test_wrong_arguments_are_named(ds, month, country, lang, message):
    with pytest.raises(ValueError, match=message):
        tracker.render(ds, month, country, lang)


def test_both_languages_have_the_same_words():
    english, french = (texts(lang) for lang in LANGUAGES)
    assert set(english) == set(french)
    from sahelkit.actors import FAMILIES

    assert set(french["families"]) == set(FAMILIES)


@pytest.mark.parametrize(
    "value, kind",
    [(30, "high"), (12, "usual"), (2, "low")],
)
def test_unusual_is_held_against_the_months_own_history(value, kind):
    months = pd.period_range("2018-01", periods=37, freq="M")
    counts = pd.Series([10 + i % 5 for i in range(36)] + [value], index=months)
    found = tracker.unusual(counts, months[-1])
    assert found["kind"] == kind and found["history"] == 36


def test_small_counts_and_short_histories_are_not_called_unusual():
    months = pd.period_range("2018-01", periods=37, freq="M")
    assert tracker.unusual(pd.Series([0] * 36 + [3], index=months), months[-1])["kind"] == "usual"
    assert tracker.unusual(pd.Series([1] * 12, index=months[:12]), months[11]) is None


def test_march_2020_is_unusual(ds):
    judged = {
        name: found
        for kind, name, found in tracker.content(ds, "2020-03")["unusual"]
        if kind == "group"
    }
    assert judged["State forces"]["kind"] == "high"
    assert judged["JNIM and founders"]["kind"] == "usual"


class Links(HTMLParser):
    """Addresses that a browser would fetch."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [v for k, v in attrs if k in ("src", "href", "data", "action", "srcset")]


def test_html_needs_nothing_else(ds):
    html = tracker.render(ds, "2020-03", lang="fr")["html"]
    parser = Links()
    parser.feed(html)
    assert (
        parser.found == []
        and "url(" not in html
        and "@import" not in html
        and "<script" not in html
    )


def test_text_in_the_data_cannot_break_the_page(ds):
    from dataclasses import replace

    hostile = ds.incidents.assign(place="<img src=x onerror=alert(1)>")
    html = tracker.render(replace(ds, incidents=hostile), "2020-03")["html"]
    assert "<img" not in html and "&lt;img" in html


def test_write_names_the_files(ds, tmp_path):
    paths = tracker.write(ds, "2017-03", "MLI", "fr", tmp_path / "new")
    assert [p.name for p in paths] == ["tracker-2017-03-MLI-fr.md", "tracker-2017-03-MLI-fr.html"]
    assert all(p.stat().st_size > 1000 for p in paths)


def test_the_last_month_carries_its_warning(ds):
    warning = texts("en")["limit_last"]
    assert warning in tracker.render(ds, "2023-12")["md"]
    assert warning not in tracker.render(ds, "2023-11")["md"]


def test_a_users_file_gives_the_same_counts(ds, ged):
    found = [tracker.content(source, "2020-03")["headline"] for source in (ds, ged)]
    pd.testing.assert_frame_equal(*found)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("month, lang", [("2020-03", "fr"), ("2023-10", "fr"), ("2012-05", "en")])
def test_html_prints_on_one_a4_page(ds, tmp_path, month, lang):
    page = tracker.write(ds, month, lang=lang, out=tmp_path)[1]
    pdf = tmp_path / "page.pdf"
    offline = ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [CHROMIUM, *FLAGS, *offline, f"--print-to-pdf={pdf}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    body = pdf.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page(?!s)", body)) == 1
    width, height = (
        float(n) for n in re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", body).groups()
    )
    assert (width, height) == pytest.approx((595, 842), abs=2)


def test_nothing_is_in_force_after_the_table_of_interventions_ends(tmp_path):
    from fixture_files import FIXTURES

    from sahelkit import NotCovered, interventions

    after = interventions.COVERED_TO + pd.Timedelta(days=1)
    with pytest.raises(NotCovered, match="ends on"):
        interventions.in_force(after)
    ds = load(FIXTURES / "made_up_GEDEvent_v26_0_1.csv")
    assert "Not known: the table of interventions ends" in tracker.render(ds, "2026-01")["md"] or (
        pd.Timestamp("2026-01-31") <= interventions.COVERED_TO
    )
