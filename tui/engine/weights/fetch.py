"""One file from one address: resumed where it broke off, checked, and in place whole or not at
all. What has arrived of a file stays beside its place under a name of its own."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tui import __version__
from tui.engine.refusal import Refusal

Progress = Callable[[int, int | None], None]
"""Told how many bytes there are, and how many there will be, where that is known."""

CHUNK = 1 << 16
"""Bytes between two looks at the clock."""
PATIENCE = (10.0, 30.0)
"""Seconds to wait for a connection, and for the next bytes."""


class NotServed(Refusal):
    """This place cannot serve it; another may."""


@dataclass(frozen=True)
class Wanted:
    """A file to fetch. `sha256` are the first digits of its digest (empty: not known), `size` its
    bytes; `headers` go along with the request."""

    url: str
    path: Path
    sha256: str = ""
    size: int | None = None
    headers: dict[str, str] | None = None


def fetch(wanted: Wanted, progress: Progress) -> str:
    """Fetch a file to its place, and return its SHA-256. What is there already is only checked.

    Raises:
        NotServed: the place does not answer, or not with this file.
        Refusal: the disk is full, or the folder may not be written.
    """
    part = wanted.path.with_name(f"{wanted.path.name}.part")
    try:
        if not wanted.path.exists():
            wanted.path.parent.mkdir(parents=True, exist_ok=True)
            with _alone(part):
                _all_of_it(wanted, part, progress)
                _check(wanted, part)
                os.replace(part, wanted.path)
        return digest(wanted.path)
    except OSError as error:
        if error.errno is None:
            raise
        raise _of_the_disk(error, wanted, part) from error


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        found = hashlib.sha256()
        while chunk := stream.read(CHUNK * 4):
            found.update(chunk)
    return found.hexdigest()


def megabytes(count: int) -> str:
    """A number of bytes in words: `97.8 MB`."""
    return f"{count / 1e6:,.1f} MB"


@contextmanager
def _alone(part: Path) -> Iterator[None]:
    """Two that append to the same file would spoil it."""
    with part.open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(f"{part}: another process is fetching this file; wait for it") from None
        try:
            yield
        finally:
            if part.exists() and not part.stat().st_size:
                part.unlink()


def _all_of_it(wanted: Wanted, part: Path, progress: Progress) -> None:
    import requests

    while True:
        before = _length(part)
        try:
            _some_of_it(wanted, part, before, progress)
            return
        except requests.exceptions.RequestException as error:
            # As long as something arrives it goes on by itself.
            after = _length(part)
            if after <= before:
                raise NotServed(_no_answer(wanted, error, after)) from error


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _some_of_it(wanted: Wanted, part: Path, start: int, progress: Progress) -> None:
    import requests

    if wanted.size is not None and start == wanted.size:
        return
    # Compressed on the way, a range would count other bytes.
    headers = {"User-Agent": f"thaw/{__version__}", "Accept-Encoding": "identity"}
    headers.update(wanted.headers or {})
    if start:
        headers["Range"] = f"bytes={start}-"
    with requests.get(wanted.url, headers=headers, stream=True, timeout=PATIENCE) as response:
        if response.status_code == 416:
            # Longer than what is served: of another file.
            part.unlink(missing_ok=True)
            raise NotServed(
                f"{wanted.url}: what had arrived before is no part of this file, and was "
                "deleted; try again"
            )
        if not response.ok:
            retry = response.headers.get("Retry-After", "")
            raise NotServed(refused(wanted.url, response.status_code, retry))
        resumed = response.status_code == 206
        there = start if resumed else 0
        length = response.headers.get("Content-Length", "")
        total = there + int(length) if length.isdecimal() else wanted.size
        if wanted.size is not None and total != wanted.size:
            raise NotServed(
                f"{wanted.url}: serves {total:,} bytes where the file has {wanted.size:,}"
            )
        progress(there, total)
        with part.open("ab" if resumed else "wb") as stream:
            for chunk in response.iter_content(CHUNK):
                stream.write(chunk)
                there += len(chunk)
                progress(there, total)
            stream.flush()
            os.fsync(stream.fileno())
    if total is not None and there < total:
        raise requests.exceptions.ConnectionError("broken off")


def _check(wanted: Wanted, part: Path) -> None:
    found = digest(part)
    if found.startswith(wanted.sha256.lower()):
        return
    part.unlink(missing_ok=True)
    raise NotServed(
        f"{wanted.url}: another file than it should be (its SHA-256 begins with {found[:8]}, not "
        f"with {wanted.sha256[:8]}); it was deleted"
    )


def refused(what: str, code: int, retry_after: str) -> str:
    """What an HTTP status says of a file, in words."""
    if code in (401, 403):
        # Some servers answer so for what is not there, too.
        return f"{what}: not there, or not open to everyone (HTTP {code})"
    if code in (404, 410):
        return f"{what}: there is no such file (HTTP {code})"
    if code == 429:
        later = f"{retry_after} s" if retry_after.isdecimal() else "some minutes"
        return f"{what}: too many requests (HTTP 429); try again in {later}"
    if code >= 500:
        return f"{what}: the server is in trouble (HTTP {code}); try again later"
    return f"{what}: the server answers HTTP {code}"


def _no_answer(wanted: Wanted, error: Exception, there: int) -> str:
    kept = ""
    if there:
        kept = f"; {megabytes(there)} of it are kept, and the next try goes on from there"
    host = urlsplit(wanted.url).hostname
    return f"{wanted.url}: {host} cannot be reached ({type(error).__name__}){kept}"


def _of_the_disk(error: OSError, wanted: Wanted, part: Path) -> Refusal:
    folder = wanted.path.parent
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        there = _length(part)
        kept = f"; {megabytes(there)} of it are kept, and it goes on from there" if there else ""
        return Refusal(f"{folder}: the disk is full; make room, then try again{kept}")
    return Refusal(f"{folder}: {(error.strerror or str(error)).lower()}")
