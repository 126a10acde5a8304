"""Events from ACLED's API with the user's own account, page by page, as one csv.

Name and password come from the environment (ACLED_USERNAME, ACLED_PASSWORD) or from netrc. Neither
they nor the tokens are ever written down, and they are sent over https alone.
"""

import csv
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sahelkit.fetch import (
    ATTEMPTS,
    RETRIED,
    TIMEOUT_SECONDS,
    FetchError,
    checked,
    pause,
    reason,
    refused,
    write_record,
)

ACLED = "https://acleddata.com"
COUNTRIES = "466|854|562"
"""ISO numbers of Mali, Burkina Faso, Niger: a name would match Nigeria too."""
PAGE_ROWS = 5000
EARLY_SECONDS = 300
"""A token is renewed this long before it ends."""


def credentials(host: str) -> tuple:
    """Name and password for a host, from the environment or netrc.

    Raises
    ------
    FetchError
        There are none.
    """
    import netrc

    name, password = os.environ.get("ACLED_USERNAME"), os.environ.get("ACLED_PASSWORD")
    if name and password:
        return name, password
    try:
        found = netrc.netrc(os.environ.get("NETRC")).authenticators(host)
    except (OSError, netrc.NetrcParseError):
        found = None
    if not found or not found[0] or not found[2]:
        raise FetchError(
            "ACLED asks for an account: set ACLED_USERNAME and ACLED_PASSWORD in the "
            "environment, or add "
            f"'machine {host} login NAME password WORD' to ~/.netrc. Register at acleddata.com."
        )
    return found[0], found[2]


class Client:
    """Asks ACLED for pages of events; keeps its tokens in memory and renews them.

    Parameters
    ----------
    base : str
        Address of the service.
    login : tuple of str
        Name and password.
    wait, clock : callable
        Sleeps for so many seconds; tells seconds since some start.
    """

    def __init__(self, base: str, login: tuple, *, wait=time.sleep, clock=time.monotonic):
        import requests

        self.base, self.login, self.wait, self.clock = checked(base), login, wait, clock
        self.session = requests.Session()
        self.token, self.refresh, self.ends = "", "", 0.0

    def send(self, method: str, path: str, **options):
        """One request, repeated while the server is busy.

        A given `auth` keeps requests from replacing the token by what netrc says; redirects are not
        followed, so that a password never goes to another host.
        """
        import requests

        url = self.base + path
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self.session.request(
                    method, url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **options
                )
            except requests.RequestException as error:
                if attempt == ATTEMPTS:
                    raise FetchError(f"{url}: {reason(error)}. Try again later.") from None
                self.wait(2**attempt)
                continue
            if answer.status_code not in RETRIED - {400} or attempt == ATTEMPTS:
                return answer
            self.wait(pause(answer, attempt))
        return answer

    def renew(self) -> None:
        """Get a token: with the refresh token where there is one, else with name and password."""
        name, password = self.login
        forms = [{"grant_type": "password", "username": name, "password": password}]
        if self.refresh:
            forms.insert(0, {"grant_type": "refresh_token", "refresh_token": self.refresh})
        for form in forms:
            answer = self.send(
                "POST",
                "/oauth/token",
                data={**form, "client_id": "acled"},
                auth=lambda request: request,
            )
            if answer.status_code == 200:
                break
        # OAuth says 400 where it means that name and password are wrong.
        if answer.status_code in (400, 401):
            answer.status_code = 401
        if answer.status_code != 200:
            raise refused(self.base + "/oauth/token", answer)
        body = _json(answer)
        if not isinstance(body.get("access_token"), str):
            raise FetchError(
                f"{self.base}/oauth/token: the answer holds no token. Try again later."
            )
        self.token, self.refresh = body["access_token"], body.get("refresh_token", "")
        self.ends = self.clock() + float(body.get("expires_in", 86400))

    def page(self, number: int, filters: dict) -> list:
        """Rows of one page, as dicts; empty after the last.

        Raises
        ------
        FetchError
            Refused, or not an answer of the API.
        """
        if not self.token or self.clock() > self.ends - EARLY_SECONDS:
            self.renew()
        query = {"_format": "json", "iso": COUNTRIES, "limit": PAGE_ROWS, "page": number, **filters}
        for fresh in (False, True):
            answer = self.send("GET", "/api/acled/read", params=query, auth=self._bearer)
            if answer.status_code != 401 or fresh:
                break
            self.renew()
        if answer.status_code != 200:
            raise refused(self.base + "/api/acled/read", answer)
        body = _json(answer)
        if body.get("success") is False or body.get("status", 200) != 200:
            answer.status_code = body.get("status") if isinstance(body.get("status"), int) else 400
            raise refused(self.base + "/api/acled/read", answer)
        rows = body.get("data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise FetchError(
                f"{self.base}/api/acled/read: the answer holds no events. Try again later."
            )
        return rows

    def _bearer(self, request):
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def _json(answer) -> dict:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise FetchError(
            f"{answer.url.split('?')[0]}: the answer is not JSON but "
            f"{answer.headers.get('Content-Type', 'empty')}. "
            "The service may be down or ask for a login: try again later."
        )
    return body


def fetch_acled(out, *, start="", end="", base=ACLED, login=None, progress=None, **timing) -> Path:
    """Download the events of Mali, Burkina Faso and Niger.

    Parameters
    ----------
    out : str or Path
        The csv to write. It appears when the last page has come, not before.
    start, end : str
        First and last day, 2020-01-31; both or none.
    base : str
        Address of the service.
    login : tuple of str, optional
        Name and password; default `credentials`.
    progress : callable, optional
        Called with the number of rows so far.
    **timing
        `wait` and `clock` of `Client`.

    Returns
    -------
    Path

    Raises
    ------
    FetchError
        Refused, empty, or broken off.
    """
    out, host = Path(out), urlsplit(base).hostname
    client = Client(base, login or credentials(host), **timing)
    filters = (
        {"event_date": f"{start}|{end}", "event_date_where": "BETWEEN"} if start and end else {}
    )
    partial = out.with_name(out.name + ".part")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        rows = _write_pages(client, filters, partial, progress or (lambda rows: None))
        if not rows:
            raise FetchError(
                f"{base}/api/acled/read: no events came. The account may have no access to "
                f"events (research "
                "accounts get none of the last twelve months), or there are none between these "
                "days."
            )
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    write_record(out, f"{base}/api/acled/read", datetime.now(UTC).date())
    return out


def _write_pages(client: Client, filters: dict, path: Path, progress) -> int:
    """Write pages until an empty one; every row once.

    A page that is not full is not taken for the last: the server may give fewer than it is asked
    for.
    """
    seen, number = set(), 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = None
        while rows := client.page(number := number + 1, filters):
            new = [row for row in rows if row.get("event_id_cnty") not in seen]
            if not new:
                raise FetchError(
                    f"{client.base}/api/acled/read: page {number} repeats earlier pages; the "
                    f"file would be "
                    "incomplete. Try again later."
                )
            if writer is None:
                writer = csv.DictWriter(
                    stream, list(new[0]), extrasaction="ignore", lineterminator="\n"
                )
                writer.writeheader()
            writer.writerows(new)
            seen.update(row.get("event_id_cnty") for row in new)
            progress(len(seen))
    return len(seen)
