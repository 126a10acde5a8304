"""Downloads from the providers, with a plain word for every refusal and nothing half done left
behind.

UCDP's files need no account; for ACLED see `fetch_acled`. Certificates are always checked. Beside
each
download lies a record of where it came from, when, and its hash.
"""

import json
import re
import time
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sahelkit.files import SourceError, opened, record_of, sha256

UCDP = "https://ucdp.uu.se/downloads/"
YEARLY = "26.1"
"""Newest yearly GED that this version of sahelkit knows of."""
ATTEMPTS = 4
TIMEOUT_SECONDS = (15, 120)
LONGEST_WAIT_SECONDS = 120
RETRIED = {400, 429, 500, 502, 503, 504}
_WORDS = {
    400: "the server refuses the request; UCDP does so when it is asked too fast. "
    "Wait a minute and try again",
    401: "the name, password or token is not accepted. "
    "Check ACLED_USERNAME and ACLED_PASSWORD (or netrc)",
    403: "the account may not read this. Log in at the provider's site, accept the terms, and ask "
    "for access to event data; a token alone is not enough",
    404: "there is no such file or release. See ucdp.uu.se/downloads for what there is",
    429: "too many requests. The daily limit may be reached: try again later",
}


class FetchError(SourceError):
    """A download was refused or broke off. The message says why and what to do."""


def ucdp_url(release: str, base: str = UCDP) -> str:
    """Where UCDP keeps a release.

    Parameters
    ----------
    release : str
        Yearly 26.1; candidate of a month 26.0.8; candidates from January to a month 26.01.26.06.

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
        f"(August "
        "2026) or 26.01.26.06 (January to June 2026)."
    )


def newest_candidate(today: date) -> str:
    """The monthly candidate that should be out: it comes about the 20th of the next month.

    >>> newest_candidate(date(2026, 9, 25)), newest_candidate(date(2026, 1, 5))
    ('26.0.8', '25.0.11')
    """
    back = 1 if today.day >= 22 else 2
    months = today.year * 12 + today.month - 1 - back
    return f"{months // 12 % 100:02d}.0.{months % 12 + 1}"


def write_record(path: Path, url: str, day: date) -> None:
    """Note beside a download where it came from, on which day, and its hash."""
    record = {
        "url": url,
        "accessed": f"{day:%Y-%m-%d}",
        "sha256": sha256(path),
        "bytes": path.stat().st_size,
    }
    record_of(path).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def checked(url: str) -> str:
    """Refuse to send anything unencrypted over a network."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise FetchError(f"{url}: only https is used.")
    return url


def fetch_ucdp(release, folder=None, *, base=UCDP, again=False, bar=None, wait=time.sleep) -> Path:
    """Download a UCDP release once; later calls give the same file without the network.

    Parameters
    ----------
    release : str
        See `ucdp_url`.
    folder : Path, optional
        Default: the user's cache folder for sahelkit.
    again : bool
        Download even if the file is there, and take it even if it has changed.
    bar : object, optional
        Progress bar as pooch knows it (`Bar`).
    wait : callable
        Called with seconds between attempts.

    Returns
    -------
    Path

    Raises
    ------
    FetchError
        Refused, broken off, not the file that it should be, or changed by the provider.
    """
    import pooch

    url = checked(ucdp_url(release, base))
    folder = Path(folder or pooch.os_cache("sahelkit"))
    path = folder / url.rsplit("/", 1)[1]
    if again:
        path.unlink(missing_ok=True)
        record_of(path).unlink(missing_ok=True)
    known = None
    if record_of(path).exists():
        known = json.loads(record_of(path).read_text(encoding="utf-8"))["sha256"]
    if path.exists() and known == sha256(path):
        return path
    path.unlink(missing_ok=True)
    _download(url, path, known, bar, wait)
    _refuse_other_than_table(path, url)
    if known is None:
        write_record(path, url, datetime.now(UTC).date())
    return path


def _download(url: str, path: Path, known, bar, wait) -> None:
    """pooch's download into a temporary file that is moved when it is complete; tried a few
    times."""
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    downloader = pooch.HTTPDownloader(progressbar=bar or False, timeout=TIMEOUT_SECONDS)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            pooch.retrieve(url, known, path.name, path.parent, downloader=downloader)
            return
        except requests.HTTPError as error:
            if error.response.status_code not in RETRIED or attempt == ATTEMPTS:
                raise refused(url, error.response) from None
            wait(pause(error.response, attempt))
        except requests.RequestException as error:
            if attempt == ATTEMPTS:
                raise FetchError(
                    f"{url}: {reason(error)}. Check the connection and try again."
                ) from None
            wait(2**attempt)
        except ValueError as error:
            if "hash" not in str(error):
                raise
            raise FetchError(
                f"{url}: the provider's file is not the one fetched before. If that is "
                f"expected, take the "
                "new one with --again."
            ) from None


def _refuse_other_than_table(path: Path, url: str) -> None:
    """Read a download to its end; a web page or a damaged archive is removed."""
    try:
        with opened(path) as (_, stream):
            while stream.read(1 << 22):
                pass
    except SourceError as error:
        path.unlink(missing_ok=True)
        raise FetchError(f"{url}: what came is no table: {str(error).split(': ', 1)[-1]}") from None


def reason(error) -> str:
    """A requests error in words."""
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate is not valid, so nothing was sent"
    if isinstance(error, requests.exceptions.Timeout):
        return "the server does not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the transfer broke off; nothing was kept"
    return "no connection to the server, or it broke off; nothing was kept"


def refused(url: str, response) -> FetchError:
    """What a refusal means, by its status."""
    status = response.status_code
    words = _WORDS.get(status, "the server does not give the file. Try again later")
    return FetchError(f"{url.split('?')[0]}: {status}: {words}.")


def pause(response, attempt: int) -> float:
    """Seconds to wait: what the server asks for, else 2, 4, 8."""
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_WAIT_SECONDS) if asked.isdigit() else 2.0**attempt


def run(
    what: str, release: str = "", out=None, start: str = "", end: str = "", again: bool = False
) -> Path:
    """What `sahelkit fetch` does: download with a progress bar.

    Parameters
    ----------
    what : {'ucdp-ged', 'ucdp-candidate', 'acled'}
    release : str
        Of UCDP; default the newest that should be out.
    out : str or Path, optional
        Folder for UCDP, default the user's cache; for ACLED the csv to write, default acled.csv.
    start, end : str
        First and last day of ACLED events, 2020-01-31.
    again : bool
        Download even if the file is there.

    Returns
    -------
    Path
        The file, to be given to `sahelkit load`.

    Raises
    ------
    FetchError
        Refused or broken off, or `what` is not known.
    """
    if what in ("ucdp-ged", "ucdp-candidate"):
        newest = YEARLY if what == "ucdp-ged" else newest_candidate(datetime.now(UTC).date())
        release = release or newest
        if (what == "ucdp-ged") != bool(re.fullmatch(r"\d\d\.\d", release)):
            raise FetchError(
                f"release {release} is not one of {what}. Yearly: 25.1; candidates: 26.0.8."
            )
        return fetch_ucdp(release, out, again=again, bar=Bar(f"UCDP {release}"))
    if what == "acled":
        from rich.console import Console

        from sahelkit.fetch.acled import fetch_acled

        with Console(stderr=True).status("ACLED: asking for access") as status:
            return fetch_acled(
                out or "acled.csv",
                start=start,
                end=end,
                progress=lambda n: status.update(f"ACLED: {n:,} events"),
            )
    raise FetchError(f"{what}: not a source to fetch. One of: ucdp-ged, ucdp-candidate, acled.")


class Bar:
    """A progress bar for pooch, drawn by rich."""

    def __init__(self, label: str):
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TransferSpeedColumn,
        )

        columns = (
            TextColumn("{task.description}"),
            BarColumn(24),
            DownloadColumn(),
            TransferSpeedColumn(),
        )
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._task = self._progress.add_task(label, total=None)

    @property
    def total(self):
        """Bytes in all."""
        return self._progress.tasks[0].total

    @total.setter
    def total(self, size):
        self._progress.start()
        self._progress.update(self._task, total=size or None, completed=0)

    def update(self, size) -> None:
        """Count bytes."""
        self._progress.advance(self._task, size)

    def reset(self) -> None:
        """Start at zero."""
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        """Leave the finished bar on the screen."""
        self._progress.stop()
