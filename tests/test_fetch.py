"""Downloads, over real HTTP, from a local server that behaves as the providers do at their
worst."""

import http.server
import io
import json
import threading
import zipfile
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from fixture_files import FIXTURES

from sahelkit import fetch
from sahelkit.fetch import FetchError, fetch_ucdp
from sahelkit.fetch.acled import PAGE_ROWS, Client, credentials, fetch_acled
from sahelkit.files import record_of
from sahelkit.sources import read_incidents

GED = (FIXTURES / "made_up_ged261.csv").read_bytes()
SECRET = "made-up-password"


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

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.form = {key: values[0] for key, values in parse_qs(body).items()}
        self.server.forms.append(self.form)
        self.answer(*self.server.token(self))

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
    monkeypatch.delenv("ACLED_USERNAME", raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.seen, httpd.forms, httpd.script, httpd.waits = [], [], [], []
        httpd.otherwise, httpd.token = (404, b"nothing here"), lambda handler: token()
        httpd.url = f"http://127.0.0.1:{httpd.server_port}"
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield httpd
        httpd.shutdown()
        thread.join()


def ucdp(server, folder, release="26.1", **options):
    return fetch_ucdp(release, folder, base=server.url + "/", wait=server.waits.append, **options)


# UCDP


def test_a_release_is_fetched_once_and_its_hash_kept(server, tmp_path):
    server.script = [(200, zipped())]
    path = ucdp(server, tmp_path)
    assert path.name == "ged261-csv.zip" and server.seen[0][0] == "/ged/ged261-csv.zip"
    record = json.loads(record_of(path).read_text())
    assert record["sha256"] == fetch.sha256(path) and record["bytes"] == len(zipped())
    assert ucdp(server, tmp_path) == path and len(server.seen) == 1
    frame, provenance = read_incidents(path)
    assert len(frame) == 4 and provenance.accessed == record["accessed"]


def test_a_candidate_is_fetched_by_its_name(server, tmp_path):
    server.script = [(200, (FIXTURES / "made_up_GEDEvent_v26_0_1.csv").read_bytes())]
    path = ucdp(server, tmp_path, "26.0.1")
    assert server.seen[0][0] == "/candidateged/GEDEvent_v26_0_1.csv"
    assert read_incidents(path)[1].source_version == "26.0.1"


@pytest.mark.parametrize(
    ("status", "word"), [(401, "not accepted"), (403, "may not read"), (404, "no such file")]
)
def test_a_refusal_has_a_plain_word_and_leaves_nothing(server, tmp_path, status, word):
    server.otherwise = (status, b"<html>go away</html>")
    with pytest.raises(FetchError, match=rf"{status}: .*{word}"):
        ucdp(server, tmp_path)
    assert list(tmp_path.iterdir()) == [] and server.waits == []


def test_asked_too_fast_it_waits_and_tries_again(server, tmp_path):
    server.script = [(400, b"too fast"), (429, b"", {"Retry-After": "7"}), (503,), (200, zipped())]
    assert ucdp(server, tmp_path).exists()
    assert server.waits == [2, 7, 8]


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


@pytest.mark.parametrize("body", [b"<!DOCTYPE html><p>log in", b"", zipped()[:300]])
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


def test_the_progress_bar_counts_to_the_end(server, tmp_path, capsys):
    server.script = [(200, zipped())]
    bar = fetch.Bar("UCDP 26.1")
    ucdp(server, tmp_path, bar=bar)
    assert bar.total == len(zipped())


def test_only_https_is_used():
    with pytest.raises(FetchError, match="only https"):
        fetch_ucdp("26.1", "/nonexistent", base="http://ucdp.example/")
    with pytest.raises(FetchError, match="only https"):
        Client("http://acled.example", ("name", SECRET))


@pytest.mark.parametrize("release", ["26", "26.1.1", "../26.1", "26.01.25.06", ""])
def test_what_is_no_release_is_refused(release):
    with pytest.raises(FetchError, match="not a UCDP release"):
        fetch.ucdp_url(release)


def test_the_newest_candidate_is_of_last_month_once_it_is_out():
    assert fetch.newest_candidate(date(2026, 2, 10)) == "25.0.12"
    with pytest.raises(FetchError, match="not one of ucdp-ged"):
        fetch.run("ucdp-ged", "26.0.3")
    with pytest.raises(FetchError, match="not a source"):
        fetch.run("gtd")


# ACLED


def token(number=1, seconds=86400):
    body = {
        "access_token": f"token-{number}",
        "refresh_token": f"refresh-{number}",
        "expires_in": seconds,
    }
    return 200, json.dumps(body).encode(), {"Content-Type": "application/json"}


def event(number):
    return {
        "event_id_cnty": f"MLI{number}",
        "event_date": "2024-05-01",
        "event_type": "Battles",
        "sub_event_type": "Armed clash",
        "actor1": "Made-up group A",
        "actor2": "",
        "country": "Mali",
        "latitude": "14.5",
        "longitude": "-4.2",
        "fatalities": number % 3,
        "timestamp": 1700000000,
    }


def page(*numbers, **more):
    return 200, json.dumps(
        {"status": 200, "success": True, "data": [event(n) for n in numbers]} | more
    ).encode()


def acled(server, tmp_path, **options):
    login = options.pop("login", ("name", SECRET))
    return fetch_acled(
        tmp_path / "acled.csv", base=server.url, login=login, wait=server.waits.append, **options
    )


def queries(server):
    return [parse_qs(urlsplit(path).query) for path, _ in server.seen]


def test_pages_are_followed_to_the_empty_one(server, tmp_path):
    server.script = [page(1, 2, 3), page(4, 5), page()]
    counts = []
    path = acled(server, tmp_path, start="2024-01-01", end="2024-12-31", progress=counts.append)
    assert counts == [3, 5]
    frame, provenance = read_incidents(path)
    assert frame["incident_id"].tolist() == [f"MLI{n}" for n in range(1, 6)]
    assert provenance.accessed
    first = queries(server)[0]
    assert first["iso"] == ["466|854|562"] and first["limit"] == [str(PAGE_ROWS)]
    assert first["event_date"] == ["2024-01-01|2024-12-31"] and first["event_date_where"] == [
        "BETWEEN"
    ]
    assert [query["page"] for query in queries(server)] == [["1"], ["2"], ["3"]]
    assert server.seen[0][1]["Authorization"] == "Bearer token-1"
    assert server.forms[0] == {
        "grant_type": "password",
        "username": "name",
        "password": SECRET,
        "client_id": "acled",
    }


def test_a_token_that_is_refused_midway_is_renewed(server, tmp_path):
    given = iter((1, 2))
    server.token = lambda handler: token(next(given))
    server.script = [page(1), (401, b"expired"), page(2), page()]
    acled(server, tmp_path)
    assert [form["grant_type"] for form in server.forms] == ["password", "refresh_token"]
    assert server.forms[1]["refresh_token"] == "refresh-1"
    assert server.seen[2][1]["Authorization"] == "Bearer token-2"


def test_a_token_is_renewed_before_it_ends(server, tmp_path):
    now = iter(range(0, 10000, 250))
    server.token = lambda handler: token(len(server.forms), seconds=600)
    server.script = [page(1), page(2), page(3), page()]
    acled(server, tmp_path, clock=lambda: next(now))
    assert len(server.forms) > 1


def test_a_refused_refresh_token_falls_back_on_the_password(server, tmp_path):
    def refuse_refresh(handler):
        return (
            (400, b"{}")
            if handler.form["grant_type"] == "refresh_token"
            else token(len(server.forms))
        )

    server.token = refuse_refresh
    server.script = [page(1), (401,), page(2), page()]
    acled(server, tmp_path)
    assert [form["grant_type"] for form in server.forms] == [
        "password",
        "refresh_token",
        "password",
    ]


@pytest.mark.parametrize("status", [400, 401])
def test_a_wrong_password_is_told_without_repeating_it(server, tmp_path, status):
    server.token = lambda handler: (status, b'{"error":"invalid_grant"}')
    with pytest.raises(FetchError, match="401: the name, password") as caught:
        acled(server, tmp_path)
    assert SECRET not in str(caught.value) and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ((403, b"<html>"), "403: the account may not read"),
        ((401, b""), "401: "),
        ((200, b'{"status":403,"success":false,"error":"x"}'), "403: the account may not read"),
        ((200, b"<html>please log in"), "not JSON"),
        ((200, b""), "not JSON"),
        ((200, b'{"status":200,"success":true,"data":"x"}'), "no events"),
        ((302, b"", {"Location": "https://elsewhere.example/"}), "302"),
        ((200, b'{"status":200,"success":true,"data":[]}'), "no events came"),
    ],
)
def test_every_refusal_has_its_word_and_leaves_nothing(server, tmp_path, answer, word):
    server.otherwise = answer
    with pytest.raises(FetchError, match=word):
        acled(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_busy_is_waited_for(server, tmp_path):
    server.script = [
        (429, b"", {"Retry-After": "30"}),
        page(1),
        (429, b"", {"Retry-After": "9999"}),
        page(),
    ]
    acled(server, tmp_path)
    assert server.waits == [30, fetch.LONGEST_WAIT_SECONDS]


def test_busy_for_ever_is_told_and_leaves_no_part(server, tmp_path):
    server.script, server.otherwise = [page(1)], (429, b"")
    with pytest.raises(FetchError, match="429: too many requests"):
        acled(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_breaks_off_is_asked_for_again(server, tmp_path):
    server.script = [(200, page(1)[1][:40], None, True), page(1), page()]
    assert len(read_incidents(acled(server, tmp_path))[0]) == 1


def test_a_server_that_repeats_pages_is_noticed(server, tmp_path):
    server.otherwise = page(1, 2)
    with pytest.raises(FetchError, match="page 2 repeats"):
        acled(server, tmp_path)


def test_name_and_password_come_from_the_environment_or_netrc(monkeypatch, tmp_path):
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.delenv("ACLED_USERNAME", raising=False)
    with pytest.raises(FetchError, match="ACLED_USERNAME"):
        credentials("acleddata.com")
    (tmp_path / "netrc").write_text(f"machine acleddata.com login me password {SECRET}\n")
    (tmp_path / "netrc").chmod(0o600)
    assert credentials("acleddata.com") == ("me", SECRET)
    monkeypatch.setenv("ACLED_USERNAME", "you")
    monkeypatch.setenv("ACLED_PASSWORD", "other")
    assert credentials("acleddata.com") == ("you", "other")


def test_netrc_never_replaces_the_token_and_nothing_secret_is_written(
    server, tmp_path, monkeypatch
):
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.script = [page(1), page()]
    out = tmp_path / "out"
    out.mkdir()
    acled(server, out, login=None)
    assert server.seen[0][1]["Authorization"] == "Bearer token-1"
    written = b"".join(path.read_bytes() for path in out.iterdir())
    for secret in (SECRET, "token-1", "refresh-1"):
        assert secret.encode() not in written


def test_certificates_are_always_checked(root):
    text = "".join(path.read_text(encoding="utf-8") for path in (root / "sahelkit").rglob("*.py"))
    assert (
        "verify=False" not in text and "CERT_NONE" not in text and "_create_unverified" not in text
    )
