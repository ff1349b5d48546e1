"""The machines that a run is divided over, one a line, as MXNet's and MPI's launchers have them:
`host`, or `host slots=2` for two processes there. What follows a `#` is for people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_LINE = re.compile(r"(?P<host>[A-Za-z0-9_][A-Za-z0-9_.@-]*)(?:\s+slots\s*=\s*(?P<slots>\d{1,3}))?")


class HostsProblem(ValueError):
    """Hosts that cannot be used; the message says why."""


def read_hostfile(path: Path) -> tuple[str, ...]:
    """The lines of a hostfile that name a host, in their usual form.

    Raises:
        HostsProblem: it cannot be read, names none, or has a line of another kind.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise HostsProblem((error.strerror or str(error)).lower()) from None
    except UnicodeDecodeError:
        raise HostsProblem("not a text file") from None
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        try:
            host, slots = parse_host(line)
        except HostsProblem as problem:
            raise HostsProblem(f"line {number}: {problem}") from None
        found.append(host if slots == 1 else f"{host} slots={slots}")
    if not found:
        raise HostsProblem("names no host; write one a line, as: gpu1 slots=2")
    return tuple(found)


def parse_host(line: str) -> tuple[str, int]:
    """A host and how many processes run there.

    Raises:
        HostsProblem: the line says something else.
    """
    match = _LINE.fullmatch(line)
    if not match:
        raise HostsProblem(f"{line[:60]}: no host; write its name, or: gpu1 slots=2")
    slots = int(match["slots"] or 1)
    if not slots:
        raise HostsProblem(f"{line[:60]}: a host without a slot; leave the line out")
    return match["host"], slots


def slots_of(hosts: Sequence[str]) -> list[str]:
    """The host of each slot, in order.

    Raises:
        HostsProblem: one is none.
    """
    return [host for host, slots in map(parse_host, hosts) for _ in range(slots)]
