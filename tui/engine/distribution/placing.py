"""Where each process of a run is to run."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil

from tui.engine.cores import makes_small_steps, use_cores
from tui.engine.refusal import Refusal
from tui.runs.folder import RunFolder
from tui.runs.hostfile import HostsProblem, slots_of
from tui.runs.spec import Distribution, RunSpec, read_spec
from tui.toml import TomlError


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


def use_share(folder: Path) -> None:
    """Use this machine's cores as a run's trainer is to, before it imports MXNet. Nothing is done
    where the run's file or its hosts cannot be used: whoever trains it says why."""
    with contextlib.suppress(OSError, TomlError, Refusal):
        spec = read_spec(RunFolder(folder).spec_file)
        sharing = places_of(spec.distribution).count("")
        use_cores(sharing, small_steps=makes_small_steps(spec.hyper))


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host in ("localhost", socket.gethostname()):
        return True
    ours = {one.address for of in psutil.net_if_addrs().values() for one in of}
    with contextlib.suppress(OSError):
        return socket.gethostbyname(host.rpartition("@")[2]) in ours
    return False


def devices_of(ctx: str, places: Sequence[str]) -> list[str]:
    """The devices of each process, as `--ctx` names them. GPUs are those of every machine, divided
    over its processes; a processor is for all of them.

    Raises:
        Refusal: GPUs cannot be divided so.
    """
    if not ctx.startswith("gpu"):
        return [ctx] * len(places)
    devices = ctx.split(",")
    found, taken = [], dict.fromkeys(places, 0)
    for place in places:
        processes = places.count(place)
        if len(devices) % processes:
            raise Refusal(
                f"--ctx {ctx}: {len(devices)} GPU{'s' * (len(devices) != 1)} cannot be divided "
                f"over {processes} processes on {place or 'this machine'}; name as many, or "
                "several times as many: gpu(0),gpu(1)"
            )
        each = len(devices) // processes
        start = taken[place] * each
        taken[place] += 1
        found.append(",".join(devices[start : start + each]))
    return found


def with_devices(spec: RunSpec, ctx: str) -> RunSpec:
    """A run as a process has it that has these devices."""
    return msgspec.structs.replace(spec, model=msgspec.structs.replace(spec.model, ctx=ctx))
