"""Whether thaw is looked at over ssh, and whether this machine can reach others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from tui.commands.checks.line import Line


def check() -> Iterator[Line]:
    """The connection, then the client."""
    yield of_session(os.environ.get("SSH_CONNECTION", ""))
    yield of_client(shutil.which("ssh"))


def of_session(connection: str) -> Line:
    """The connection that this terminal came by."""
    if connection:
        said = f"from {connection.split()[0]}; a run goes on when it drops"
        return Line("connection", "ok", f"over ssh {said}, and thaw attach comes back")
    return Line("connection", "ok", "not over ssh")


def of_client(found: str | None) -> Line:
    """The program with which other machines are reached."""
    if found:
        return Line("ssh", "ok", found)
    advice = "Only training on several machines needs it (Debian: apt install openssh-client)."
    return Line("ssh", "warn", "no client on this machine", advice)
