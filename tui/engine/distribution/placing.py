"""Where each process of a run is to run."""

from __future__ import annotations

import contextlib
import socket

import psutil

from tui.engine.refusal import Refusal
from tui.runs.hostfile import HostsProblem, slots_of
from tui.runs.spec import Distribution


def places_of(distribution: Distribution) -> list[str]:
    """The host of each process, by its number; an empty word for this machine. Process 0, which
    is the trainer, is here.

    Raises:
        Refusal: the hosts are not enough, or none of them is this machine.
    """
    count = distribution.processes
    if not distribution.hosts:
        return [""] * count
    try:
        slots = slots_of(distribution.hosts)
    except HostsProblem as problem:
        raise Refusal(f"hosts: {problem}") from None
    known = {host: "" if is_here(host) else host for host in dict.fromkeys(slots)}
    places = [known[host] for host in slots]
    if "" not in places:
        raise Refusal(
            f"none of the hosts is this machine, where process 0 runs: {', '.join(known)}; name it "
            f"too, as localhost or {socket.gethostname()}"
        )
    if len(places) < count:
        raise Refusal(f"the hosts have {len(places)} slots, and {count} processes are asked for")
    places.remove("")
    return ["", *places][:count]


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host in ("localhost", socket.gethostname()):
        return True
    ours = {one.address for of in psutil.net_if_addrs().values() for one in of}
    with contextlib.suppress(OSError):
        return socket.gethostbyname(host.rpartition("@")[2]) in ours
    return False
