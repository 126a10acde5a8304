"""Opening files that came from anywhere: missing, empty, zipped, damaged, or a web page in
disguise.

Imports nothing heavy, so that reading can start while pandas is still being imported.
"""

import gzip
import hashlib
import json
import zipfile
from contextlib import contextmanager
from pathlib import Path

MAX_UNPACKED = 4 * 2**30
"""Bytes that an archive may unpack to; more is refused."""
MAX_RATIO = 200
"""Unpacked size over packed size; incident tables reach about 15, a zip bomb a thousand."""
_PAGE = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<script")


class SourceError(ValueError):
    """A file cannot be read as incidents. The message says what is wrong, where, and what to do."""


def sha256(path) -> str:
    """Hash of a file's bytes, hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def record_of(path) -> Path:
    """Where `sahelkit fetch` notes beside a download where it came from, when, and its hash."""
    path = Path(path)
    return path.with_name(path.name + ".download.json")


def accessed(path, digest: str) -> str:
    """Day on which a file was fetched, if it is still the file that was fetched; else ''."""
    try:
        record = json.loads(record_of(path).read_text(encoding="utf-8"))
        return record["accessed"] if record["sha256"] == digest else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def first_bytes(path, size: int = 512) -> bytes:
    """The beginning of a file that is there and holds something.

    Raises
    ------
    SourceError
        Missing, a folder, unreadable, empty, or an html page.
    """
    path = Path(path)
    try:
        if not path.exists():
            raise SourceError(f"{path}: no such file. Check the name and the folder.")
        if path.is_dir():
            raise SourceError(f"{path}: a folder, not a file. Name the csv or zip inside it.")
        with path.open("rb") as raw:
            start = raw.read(size)
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened: {error.strerror}.") from None
    if not start.strip():
        raise SourceError(f"{path}: the file is empty. Download or export it again.")
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_PAGE):
        raise SourceError(
            f"{path}: a web page, not a table. The download was probably refused or asked for "
            "a login: open the file in a browser to see why, then download the csv again."
        )
    return start


class _Limited:
    """A binary stream that refuses to give more than `MAX_UNPACKED` bytes."""

    def __init__(self, stream, path):
        self.stream, self.path, self.given = stream, path, 0
        self.closed = False

    def read(self, size=-1):
        data = self.stream.read(1 << 20 if size is None or size < 0 else size)
        self.given += len(data)
        if self.given > MAX_UNPACKED:
            raise SourceError(_too_big(self.path, f"more than {MAX_UNPACKED:,}"))
        return data


def _too_big(path, size) -> str:
    return (
        f"{path}: would unpack to {size} bytes, over the limit of {MAX_UNPACKED:,} bytes or "
        f"{MAX_RATIO} times its size. Unpack it yourself if you trust it."
    )


@contextmanager
def open_bytes(path):
    """The bytes of a file, unpacked if it is zipped or gzipped, as a binary stream.

    Raises
    ------
    SourceError
        Missing, a folder, empty, an html page, or a damaged, ambiguous or exploding archive.
    """
    path, start = Path(path), first_bytes(path)
    try:
        if start.startswith(b"PK"):
            with (
                zipfile.ZipFile(path) as archive,
                archive.open(_single_csv(archive, path)) as stream,
            ):
                yield stream
        elif start.startswith(b"\x1f\x8b"):
            with gzip.open(path) as stream:
                yield _Limited(stream, path)
        else:
            with path.open("rb", buffering=0) as stream:
                yield stream
    except (zipfile.BadZipFile, EOFError, gzip.BadGzipFile, zipfile.zlib.error) as error:
        raise SourceError(
            f"{path}: the archive is damaged or cut short ({error}). Download it again."
        ) from None
    except (RuntimeError, NotImplementedError, OSError) as error:
        raise SourceError(f"{path}: the archive cannot be unpacked ({error}).") from None


def _single_csv(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    members = [m for m in archive.infolist() if m.filename.lower().endswith((".csv", ".txt"))]
    members = [m for m in members if not m.filename.startswith("__MACOSX")]
    if len(members) != 1:
        found = ", ".join(m.filename for m in members[:5]) or "none"
        raise SourceError(
            f"{path}: one csv expected in the zip, found {found}. Unpack it and name the csv."
        )
    check_size(path, members)
    return members[0]


def check_size(path, members) -> None:
    """Refuse archive members that would unpack to too much.

    zipfile never gives more bytes than a member's header announces, so the headers can be trusted
    for this.

    Raises
    ------
    SourceError
        Over `MAX_UNPACKED` bytes in all, or a member over `MAX_RATIO` times its packed size.
    """
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED or unpacked > max(MAX_RATIO * packed, 2**20):
        raise SourceError(_too_big(path, f"{unpacked:,}"))


def is_workbook(path) -> bool:
    """Whether a file is an Excel workbook (.xlsx), by its content.

    Raises
    ------
    SourceError
        A zip file that is damaged.
    """
    if not first_bytes(path).startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise SourceError(
            f"{path}: the archive is damaged or cut short ({error}). Download it again."
        ) from None
