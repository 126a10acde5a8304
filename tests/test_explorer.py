"""The explorer in a real browser, from file:// with no network: what it shows is what the tables hold."""

import io
import json
import random
from urllib.parse import urlencode

import pandas as pd
import pytest

import sahelkit
from sahelkit import coding, places, readings

pytest.importorskip("bokeh", reason="the explorer is drawn with bokeh")
pytest.importorskip("selenium", reason="browser tests drive selenium")

from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from tools import explorer

TOLLS = ["deaths_low", "deaths_best", "deaths_high"]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorer")
    explorer.main(["--out", str(folder)])
    return (folder / "explorer.html").as_uri()


def opened(browser, address, **state):
    browser.get("about:blank")
    WebDriverWait(browser, 60).until(lambda page: page.current_url == "about:blank")
    browser.get(f"{address}#{urlencode(state)}" if state else address)
    WebDriverWait(browser, 60).until(lambda page: page.execute_script("return !!window.explorer"))
    return browser


@pytest.fixture(scope="module")
def frame():
    incidents = sahelkit.load().incidents
    zones = {name: places.in_liptako_gourma(incidents, name) for name in places.DEFINITIONS}
    return incidents.assign(
        who=coding.perpetrators(incidents), diffa=places.in_diffa(incidents), **zones
    )


def selected(frame, **state):
    """The incidents that a state of the page stands for, chosen from the table."""
    first, last = state.pop("from", "2012-01-01"), state.pop("to", "2026-12-31")
    rows = frame[(frame["date_start"] <= last) & (frame["date_end"] >= first)]
    if zone := state.pop("zone", None):
        rows = rows[rows[zone].fillna(False).astype(bool)]
    if diffa := state.pop("diffa", None):
        rows = rows[rows["diffa"] == (diffa == "only")]
    for name, value in state.items():
        rows = rows[rows[name] == value]
    return rows


def of_page(browser):
    text = browser.execute_script("return JSON.stringify(explorer.shown)")
    return pd.DataFrame(json.loads(text), columns=["incident_id", *TOLLS])


def test_it_opens_small_and_alone(browser, address):
    opened(browser, address)
    loaded = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    outside = [u for u in browser.execute_script(loaded) if not u.startswith(("data:", "blob:"))]
    assert outside == []
    assert [e for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []


def test_random_selections_are_the_tables(browser, address, frame):
    opened(browser, address)
    rng = random.Random(20)
    names = ["country", "group", "who", "attribution", "tactic", "target", "weapon"]
    for _ in range(20):
        state = {n: rng.choice(sorted(frame[n].dropna().unique())) for n in rng.sample(names, 2)}
        if rng.random() < 0.5:
            state["zone"] = rng.choice(list(places.DEFINITIONS))
        if rng.random() < 0.3:
            state["diffa"] = rng.choice(["without", "only"])
        year = rng.randint(2012, 2025)
        state |= {"from": f"{year}-01-01", "to": f"{min(year + rng.randint(0, 8), 2026)}-05-31"}
        browser.execute_script(f"location.hash = {json.dumps(urlencode(state))}")
        browser.execute_async_script("setTimeout(arguments[0], 50)")
        there, expected = of_page(browser), selected(frame, **state)
        assert set(there["incident_id"]) == set(expected["incident_id"]), state
        assert there[TOLLS].sum().tolist() == expected[TOLLS].sum().tolist(), state


@pytest.mark.parametrize("zone", ["regions", "authority"])
def test_the_months_of_a_zone_are_the_tables(browser, address, zone):
    table = readings.without_diffa(sahelkit.load()).region_month
    table = table[places.in_liptako_gourma(table, zone)]
    opened(browser, address, zone=zone, diffa="without")
    model = "const bars = Bokeh.documents[0].get_model_by_name('months').data;"
    add = "return ['deaths', 'incidents'].map(n => Array.from(bars[n]).reduce((a, b) => a + b, 0))"
    shown = browser.execute_script(model + add)
    assert shown == [table["deaths_best"].sum(), table["incidents"].sum()]


def test_a_layer_of_cells_has_each_cell_once_at_its_middle(browser, address):
    ds = sahelkit.load()
    gids = ds.grid_year.loc[ds.grid_year["year"] == 2023, "priogrid_gid"].unique()
    opened(browser, address, cells=2023)
    model = "const cells = Bokeh.documents[0].get_model_by_name('cells').data;"
    x, y = browser.execute_script(model + "return [Array.from(cells.x), Array.from(cells.y)]")
    assert sorted(places.grid_cell(y, x)) == sorted(gids)
    assert {(v % 0.5) for v in (*x, *y)} == {0.25}


def test_filters_download_and_link(browser, address, frame):
    opened(browser, address)
    Select(browser.find_element(By.NAME, "country")).select_by_value("NER")
    expected = selected(frame, country="NER")
    assert f"{len(expected)} incidents" in browser.find_element(By.ID, "counts").text
    table = pd.read_csv(io.StringIO(browser.execute_script("return explorer.csv()")))
    assert table["deaths_best"].sum() == expected["deaths_best"].sum()
    assert browser.current_url.endswith("#country=NER")
    opened(browser, browser.current_url)
    assert len(of_page(browser)) == len(expected)


def test_the_brush_chooses_a_period(browser, address, frame):
    opened(browser, address)
    bars = browser.execute_script(
        "const model = Bokeh.documents[0].get_model_by_name('deaths');"
        "const view = Bokeh.index.find_one(model), frame = view.frame.bbox;"
        "view.el.scrollIntoView({block: 'center'});"
        "const at = view.el.getBoundingClientRect();"
        "return [at.left + frame.left, at.top + frame.top, frame.width, frame.height]"
    )
    left, top, width, height = bars
    drag = ActionBuilder(browser)
    pointer = drag.pointer_action
    pointer.move_to_location(int(left + 0.3 * width), int(top + height / 2)).pointer_down()
    pointer.move_to_location(int(left + 0.5 * width), int(top + height / 2)).pointer_up()
    drag.perform()
    WebDriverWait(browser, 5).until(lambda page: "from=" in page.current_url)
    first, last = (
        browser.find_element(By.NAME, name).get_attribute("value") for name in ("from", "to")
    )
    assert "2016" <= first[:4] <= "2017" and "2018" <= last[:4] <= "2020"
    expected = selected(frame, **{"from": first, "to": last})
    assert len(of_page(browser)) == len(expected) > 0


def test_an_incident_shows_its_reports_by_keyboard(browser, address):
    opened(browser, address)
    browser.find_element(By.CSS_SELECTOR, "#list button").send_keys(Keys.ENTER)
    details = browser.find_element(By.ID, "details")
    first = of_page(browser)["incident_id"].iloc[0]
    reports = sahelkit.load().reports
    reports = reports[reports["incident"] == first]
    links = [link.get_attribute("href") for link in details.find_elements(By.TAG_NAME, "a")]
    assert len(details.find_elements(By.TAG_NAME, "li")) == len(reports)
    assert len(links) == (reports["url"] != "").sum()


def test_both_languages_say_the_same(browser, address):
    opened(browser, address)
    english = of_page(browser)
    browser.find_element(By.ID, "language").click()
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "fr"
    assert "morts" in browser.find_element(By.ID, "counts").text
    pd.testing.assert_frame_equal(of_page(browser), english)
    words = json.loads((explorer.HERE / "explorer_words.json").read_text("utf-8"))
    assert all(set(texts) == {"en", "fr"} and all(texts.values()) for texts in words.values())


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nothing_that_axe_finds_fault_with(browser, address, lang):
    axe = pytest.importorskip("axe_core_python.selenium").Axe()
    opened(browser, address, lang=lang)
    browser.find_element(By.CSS_SELECTOR, "#list button").click()
    found = axe.run(browser)["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:80]) for v in found] == []
