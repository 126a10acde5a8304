"""Downloads, over real HTTP, from a local server that behaves as the providers do at their
worst."""

import http.server
import io
import json
import threading
import zipfile
from datetime import date
from functools import cache

import pytest
from fixture_files import FIXTURES

from sahelkit import fetch
from sahelkit.fetch import FetchError, fetch_ucdp
from sahelkit.files import record_of, sha256
from sahelkit.sources import read_incidents

GED = (FIXTURES / "made_up_ged261.csv").read_bytes()


@cache  # a zip holds the time at which it was made
def zipped(data=GED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("GEDEvent_v26_1.csv", data)
    return stream.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        step = self.server.script.pop(0) if self.server.script else self.server.otherwise
        self.answer(*(step(self) if callable(step) else step))

    def answer(self, status, body=b"", headers=None, cut=False):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + 1000 * cut))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or cut


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("NETRC", "/nonexistent")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.seen, httpd.script, httpd.waits = [], [], []
        httpd.otherwise = (404, b"nothing here")
        monkeypatch.setattr("urllib3.util.retry.time.sleep", httpd.waits.append)
        httpd.url = f"http://127.0.0.1:{httpd.server_port}"
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield httpd
        httpd.shutdown()
        thread.join()


def ucdp(server, folder, release="26.1", **options):
    what = "ucdp-ged" if release.count(".") == 1 else "ucdp-candidate"
    return fetch_ucdp(what, release, folder, base=server.url + "/", **options)


# UCDP


def test_a_release_is_fetched_once_and_its_hash_kept(server, tmp_path):
    server.script = [(200, zipped())]
    path = ucdp(server, tmp_path)
    assert path.name == "ged261-csv.zip" and server.seen[0][0] == "/ged/ged261-csv.zip"
    record = json.loads(record_of(path).read_text())
    assert record["sha256"] == sha256(path) and record["bytes"] == len(zipped())
    assert ucdp(server, tmp_path) == path and len(server.seen) == 1
    frame, provenance = read_incidents(path)
    assert len(frame) == 4 and provenance.accessed == record["accessed"]


def test_a_candidate_is_fetched_by_its_name(server, tmp_path):
    server.script = [(200, (FIXTURES / "made_up_GEDEvent_v26_0_1.csv").read_bytes())]
    path = ucdp(server, tmp_path, "26.0.1")
    assert server.seen[0][0] == "/candidateged/GEDEvent_v26_0_1.csv"
    assert read_incidents(path)[1].source_version == "26.0.1"


@pytest.mark.parametrize(
    ("status", "word"), [(401, "does not give"), (403, "not give this file"), (404, "no such file")]
)
def test_a_refusal_has_a_plain_word_and_leaves_nothing(server, tmp_path, status, word):
    server.otherwise = (status, b"<html>go away</html>")
    with pytest.raises(FetchError, match=rf"{status}: .*{word}"):
        ucdp(server, tmp_path)
    assert list(tmp_path.iterdir()) == [] and server.waits == []


def test_asked_too_fast_it_waits_and_tries_again(server, tmp_path):
    server.script = [(400, b"too fast"), (429, b"", {"Retry-After": "7"}), (503,), (200, zipped())]
    assert ucdp(server, tmp_path).exists()
    assert 7 in server.waits and len(server.seen) == 4


@pytest.mark.parametrize(("status", "word"), [(400, "too fast"), (429, "too many requests")])
def test_it_gives_up_in_the_end_and_says_why(server, tmp_path, status, word):
    server.otherwise = (status, b"")
    with pytest.raises(FetchError, match=word):
        ucdp(server, tmp_path)
    assert len(server.seen) == fetch.ATTEMPTS and list(tmp_path.iterdir()) == []


def test_a_broken_transfer_starts_again_cleanly(server, tmp_path):
    server.script = [(200, zipped()[:200], None, True), (200, zipped())]
    path = ucdp(server, tmp_path)
    assert path.read_bytes() == zipped() and len(server.seen) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, record_of(path).name]


def test_a_transfer_that_always_breaks_leaves_nothing(server, tmp_path):
    server.otherwise = (200, zipped()[:200], None, True)
    with pytest.raises(FetchError, match="broke off"):
        ucdp(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><p>log in",
        b"",
        zipped()[:300],
        b"%PDF-1.7",
        b'{"error": 1}',
        zipped(b"a,b\n1,2\n"),
    ],
)
def test_what_is_no_table_is_refused_and_removed(server, tmp_path, body):
    server.otherwise = (200, body)
    with pytest.raises(FetchError, match="no table"):
        ucdp(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_the_provider_changed_is_not_taken_silently(server, tmp_path):
    server.script = [(200, zipped())]
    path = ucdp(server, tmp_path)
    path.write_bytes(b"damaged on disk")
    changed = zipped(GED + GED.splitlines(keepends=True)[-1])
    server.otherwise = (200, changed)
    with pytest.raises(FetchError, match="--again"):
        ucdp(server, tmp_path)
    assert ucdp(server, tmp_path, again=True).read_bytes() == changed


def test_a_refused_download_leaves_the_file_that_was_there(server, tmp_path):
    server.script = [(200, zipped())]
    path = ucdp(server, tmp_path)
    before = sorted((p.name, p.read_bytes()) for p in tmp_path.iterdir())
    for answer in ((404, b""), (200, b"<html>"), (200, zipped()[:200], None, True)):
        server.otherwise = answer
        with pytest.raises(FetchError):
            ucdp(server, tmp_path, again=True)
        assert sorted((p.name, p.read_bytes()) for p in tmp_path.iterdir()) == before
    assert path.exists()


def test_a_record_that_cannot_be_read_is_made_again(server, tmp_path):
    server.script = [(200, zipped()), (200, zipped())]
    path = ucdp(server, tmp_path)
    record_of(path).write_text("{half")
    assert ucdp(server, tmp_path) == path and len(server.seen) == 2
    assert json.loads(record_of(path).read_text())["sha256"] == sha256(path)


@pytest.mark.parametrize("asked", ["soon", "-1"])
def test_an_odd_retry_after_ends_in_a_plain_word(server, tmp_path, asked):
    server.script = [(429, b"", {"Retry-After": asked})]
    server.otherwise = (200, zipped())
    try:
        assert ucdp(server, tmp_path).exists()
    except FetchError as error:
        assert "try again" in str(error)


def test_a_redirect_to_an_unencrypted_address_is_not_followed(server, tmp_path):
    server.otherwise = (302, b"", {"Location": "http://elsewhere.example/x"})
    with pytest.raises(FetchError, match="only https"):
        ucdp(server, tmp_path)


def test_only_https_is_used():
    with pytest.raises(FetchError, match="only https"):
        fetch_ucdp("ucdp-ged", "26.1", "/nonexistent", base="http://ucdp.example/")


@pytest.mark.parametrize("release", ["26", "26.1.1", "../26.1", "26.01.25.06", ""])
def test_what_is_no_release_is_refused(release):
    with pytest.raises(FetchError, match="not a UCDP release"):
        fetch.ucdp_url(release)


def test_the_newest_candidate_is_of_last_month_once_it_is_out():
    assert fetch.newest_candidate(date(2026, 2, 10)) == "25.0.12"
    with pytest.raises(FetchError, match="not one of ucdp-ged"):
        fetch_ucdp("ucdp-ged", "26.0.3")
    with pytest.raises(FetchError, match="not a source"):
        fetch_ucdp("gtd")


def test_certificates_are_always_checked(root):
    text = "".join(path.read_text(encoding="utf-8") for path in (root / "sahelkit").rglob("*.py"))
    assert (
        "verify=False" not in text and "CERT_NONE" not in text and "_create_unverified" not in text
    )
