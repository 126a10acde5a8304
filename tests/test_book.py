"""The book: it builds without a warning, its links and anchors resolve, and it loads nothing from outside."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("sphinx", reason="the book is made by Sphinx")
pytest.importorskip("myst_nb", reason="the book reads the notebooks with myst-nb")


ROOT = Path(__file__).parent.parent


class Page(HTMLParser):
    """Ids, links, and what a page loads."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids.add(given.get("id"))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in ("script", "img", "iframe") and given.get("src"):
            self.loads.append(given["src"])
        if tag == "link" and given.get("href"):
            self.loads.append(given["href"])


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    out = tmp_path_factory.mktemp("book")
    command = [sys.executable, "-m", "tools.book", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out / "html"


@pytest.fixture(scope="module")
def pages(book):
    return {path: Page(path.read_text("utf-8")) for path in book.rglob("*.html")}


def test_every_notebook_has_its_page(book):
    names = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert names <= {path.stem for path in (book / "notebooks").glob("*.html")}


def test_links_and_anchors_resolve(book, pages):
    broken = []
    for path, page in pages.items():
        if path.name in ("explorer.html", "genindex.html"):
            continue
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link.startswith(("//", "mailto:")):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            found = pages.get(target)
            if not target.exists() or (
                parts.fragment and found and parts.fragment not in found.ids
            ):
                broken.append((path.relative_to(book).as_posix(), link))
    assert broken == []


def test_no_page_loads_from_outside(pages):
    outside = [
        (path.name, address)
        for path, page in pages.items()
        for address in page.loads
        if re.match(r"(https?:)?//", address)
    ]
    assert outside == []


def test_tables_in_outputs_are_tables(book):
    raw = [p.name for p in book.rglob("*.html") if re.search(r"<p>\| ", p.read_text("utf-8"))]
    assert raw == []


def test_search_finds_a_word_from_a_file(book, browser):
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get((book / "search.html").as_uri() + "?q=tripoint")
    links = "return document.querySelectorAll('#search-results li a').length"
    WebDriverWait(browser, 20).until(lambda page: page.execute_script(links) > 0)
    faults = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert faults == []
