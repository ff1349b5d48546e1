"""The options that divide a run over processes and machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.problem import Problem

if TYPE_CHECKING:
    from tui.runs.spec import Distribution

MOST_PROCESSES = 256
STORES = ("auto", "dist_sync", "dist_device_sync", "horovod")

_OPTIONS = (
    click.option(
        "--processes",
        type=click.IntRange(1, MOST_PROCESSES),
        metavar="N",
        help="Train in N processes, each on its part of every batch: --batch-size pictures each. "
        "(--workers is how many processes read pictures.)",
    ),
    click.option(
        "--hostfile",
        metavar="FILE",
        help="The machines for the processes, one a line: host, or host slots=2; this one among "
        "them. The others are reached by ssh, which must ask for nothing, and have thaw, the data "
        "and the weights at the same paths.",
    ),
    click.option(
        "--kvstore",
        type=click.Choice(STORES),
        help="What adds up gradients over processes. auto: MXNet's dist_sync, or dist_device_sync "
        "on GPUs. horovod: where it is installed, and started by horovodrun.",
    ),
    click.option(
        "--port",
        type=click.IntRange(1024, 65535),
        help="Of MXNet's parameter server; without it, a free one.",
    ),
)

NAMES = ("--processes", "--hostfile", "--kvstore", "--port")


def distribution_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _refuse_too_few(found: Distribution) -> None:
    from tui.runs.hostfile import HostsProblem, slots_of

    try:
        slots = len(slots_of(found.hosts))
    except HostsProblem as problem:
        raise Problem(f"hosts: {problem}; give --hostfile FILE") from None
    if found.processes > slots:
        raise Problem(
            f"--processes {found.processes}: the run's hosts have {slots} "
            f"slot{'s' * (slots != 1)}; give --hostfile FILE as well"
        )


@dataclass(frozen=True)
class Divided:
    """What the options say."""

    processes: int | None = None
    hostfile: str | None = None
    kvstore: str | None = None
    port: int | None = None

    def on(self, base: Distribution) -> Distribution:
        """`base` with that instead; what cannot be used is a problem."""
        import msgspec

        changes: dict[str, Any] = {}
        if self.hostfile is not None:
            changes["hosts"], changes["processes"] = self._hosts(self.hostfile)
        for name in ("processes", "kvstore", "port"):
            if (value := getattr(self, name)) is not None:
                changes[name] = value
        found = msgspec.structs.replace(base, **changes)
        if found.hosts and self.hostfile is None and self.processes is not None:
            _refuse_too_few(found)
        if found.processes == 1 and (self.port or self.kvstore not in (None, "auto")):
            given = "--port" if self.port else f"--kvstore {self.kvstore}"
            raise Problem(f"{given}: of no use to one process; give --processes N as well")
        return found

    def _hosts(self, hostfile: str) -> tuple[tuple[str, ...], int]:
        from tui.runs.hostfile import HostsProblem, read_hostfile, slots_of

        try:
            hosts = read_hostfile(Path(hostfile).expanduser())
        except HostsProblem as problem:
            raise Problem(f"--hostfile {hostfile}: {problem}") from None
        slots = len(slots_of(hosts))
        wanted = self.processes or slots
        if wanted > slots:
            raise Problem(
                f"--hostfile {hostfile}: {slots} slot{'s' * (slots != 1)}, and --processes asks "
                f"for {wanted}"
            )
        if wanted > MOST_PROCESSES:
            raise Problem(f"--hostfile {hostfile}: {slots} slots; at most {MOST_PROCESSES}")
        return hosts, wanted


def refuse_launched(text: str) -> None:
    """See that nobody has started this many times to make a run each time."""
    from tui.runs.launched import launched_as

    if launched_as():
        raise Problem(
            f"{text}: a launcher starts the processes of a run that is there (DMLC_ROLE or "
            "HOROVOD_RANK is set); make one before, with --only-make, and name its folder here"
        )
