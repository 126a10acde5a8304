"""Downloads from UCDP, with a plain word for every refusal and nothing half done left behind.

UCDP's files need no account. Certificates are always checked. Beside each download lies a record of
where it came from, when, and its hash. What is there stays until the new file is complete and read.
"""

import json
import re
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from sahelkit.files import SourceError, download_record, record_of, sha256

UCDP = "https://ucdp.uu.se/downloads/"
YEARLY = "26.1"
"""Newest yearly GED that this version of sahelkit knows of."""
ATTEMPTS = 4
TIMEOUT_SECONDS = (15, 120)
RETRIED = (400, 429, 500, 502, 503, 504)
_WORDS = {
    400: "the server refuses the request; UCDP does so when it is asked too fast. "
    "Wait a minute and try again",
    403: "the server does not give this file to everybody. See ucdp.uu.se/downloads",
    404: "there is no such file or release. See ucdp.uu.se/downloads for what there is",
    429: "too many requests. The daily limit may be reached: try again later",
}


class FetchError(SourceError):
    """A download was refused or broke off. The message says why and what to do."""


def ucdp_url(release: str, base: str = UCDP) -> str:
    """Where UCDP keeps a release: a yearly one (26.1), the candidate of a month (26.0.8), or those from
    January to a month (26.01.26.06).

    Raises
    ------
    FetchError
        Not the name of a release.

    Examples
    --------
    >>> ucdp_url("26.1"), ucdp_url("26.0.8")
    ('https://ucdp.uu.se/downloads/ged/ged261-csv.zip',
     'https://ucdp.uu.se/downloads/candidateged/GEDEvent_v26_0_8.csv')
    """
    if re.fullmatch(r"\d\d\.\d", release):
        return f"{base}ged/ged{release.replace('.', '')}-csv.zip"
    if re.fullmatch(r"(\d\d)\.(0\.\d{1,2}|01\.\1\.\d\d)", release):
        return f"{base}candidateged/GEDEvent_v{release.replace('.', '_')}.csv"
    raise FetchError(
        f"release {release}: not a UCDP release. Yearly ones are called 25.1, candidates 26.0.8 "
        "(August 2026) or 26.01.26.06 (January to June 2026)."
    )


def newest_candidate(today: date) -> str:
    """The monthly candidate that should be out: it comes about the 20th of the next month.

    >>> newest_candidate(date(2026, 9, 25)), newest_candidate(date(2026, 1, 5))
    ('26.0.8', '25.0.11')
    """
    back = 1 if today.day >= 22 else 2
    months = today.year * 12 + today.month - 1 - back
    return f"{months // 12 % 100:02d}.0.{months % 12 + 1}"


def fetch_ucdp(what: str, release: str = "", folder=None, *, base=UCDP, again=False) -> Path:
    """Download a UCDP release once; later calls give the same file without the network.

    Parameters
    ----------
    what : {'ucdp-ged', 'ucdp-candidate'}
    release : str
        See `ucdp_url`; default the newest that should be out.
    folder : str or Path, optional
        Default: the user's cache folder for sahelkit.
    again : bool
        Download even if the file is there, and take it even if it has changed.

    Raises
    ------
    FetchError
        Refused, broken off, not the file that it should be, or changed by the provider.
    """
    import pooch

    if what not in ("ucdp-ged", "ucdp-candidate"):
        raise FetchError(f"{what}: not a source to fetch. One of: ucdp-ged, ucdp-candidate.")
    today, yearly = datetime.now(UTC).date(), what == "ucdp-ged"
    release = release or (YEARLY if yearly else newest_candidate(today))
    url = _encrypted(ucdp_url(release, base))
    if yearly != (release.count(".") == 1):
        raise FetchError(
            f"release {release} is not one of {what}. Yearly: 25.1; candidates: 26.0.8."
        )
    path = Path(folder or pooch.os_cache("sahelkit")) / url.rsplit("/", 1)[1]
    known = download_record(path).get("sha256", "")
    if path.exists() and known == sha256(path) and not again:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        made = Path(scratch) / path.name
        _download(url, made, f"UCDP {release}")
        if known not in ("", sha256(made)) and not again:
            raise FetchError(
                f"{url}: the provider's file is not the one fetched before. If that is expected, "
                "take the new one with --again."
            )
        _refuse_other_than_incidents(made, url)
        record = {"url": url, "accessed": f"{today}", "sha256": sha256(made)}
        text = json.dumps(record | {"bytes": made.stat().st_size}, indent=1) + "\n"
        record_of(made).write_text(text, encoding="utf-8")
        made.replace(path)
        record_of(made).replace(record_of(path))
    return path


def _encrypted(url: str) -> str:
    """Refuse to ask for anything unencrypted over a network."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise FetchError(f"{url}: only https is used.")
    return url


def _download(url: str, path: Path, label: str) -> None:
    """One session, whose retries wait as long as the server asks; a broken transfer starts again."""
    import requests
    from requests import exceptions
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import HTTPError
    from urllib3.util import Retry

    def check_redirect(response, **_):
        if response.is_redirect:
            _encrypted(urljoin(response.url, response.headers["Location"]))

    retry = Retry(ATTEMPTS - 1, status_forcelist=RETRIED, backoff_factor=1, raise_on_status=False)
    with requests.Session() as session:
        session.hooks["response"].append(check_redirect)
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with session.get(url, stream=True, timeout=TIMEOUT_SECONDS) as response:
                    status = response.status_code
                    if status != 200:
                        words = _WORDS.get(status, "the server does not give the file")
                        raise FetchError(f"{url}: {status}: {words}.")
                    _write(response, path, label)
                return
            except (requests.RequestException, HTTPError) as error:
                if attempt < ATTEMPTS and isinstance(error, exceptions.ChunkedEncodingError):
                    continue
                reason = "no connection to the server, or it broke off; nothing was kept"
                if isinstance(error, exceptions.SSLError):
                    reason = "the server's certificate is not valid, so nothing was sent"
                elif isinstance(error, exceptions.Timeout):
                    reason = "the server does not answer in time"
                raise FetchError(f"{url}: {reason}. Check the connection and try again.") from None


def _write(response, path: Path, label: str) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(24), DownloadColumn()
    size = int(response.headers.get("Content-Length", 0)) or None
    with Progress(*columns, console=Console(stderr=True)) as bar, path.open("wb") as out:
        task = bar.add_task(label, total=size)
        for piece in response.iter_content(1 << 20):
            out.write(piece)
            bar.advance(task, len(piece))


def _refuse_other_than_incidents(path: Path, url: str) -> None:
    """Read a download to its end: a web page, a damaged archive or another table is not taken."""
    from sahelkit.sources import read_incidents

    try:
        read_incidents(path)
    except SourceError as error:
        words = str(error).split(": ", 1)[-1]
        raise FetchError(f"{url}: what came is no table of incidents: {words}") from None
