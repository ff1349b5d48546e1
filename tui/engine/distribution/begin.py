"""Whether a run is divided over processes, and their beginning."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from tui.engine.distribution.gathering import Gathering
from tui.engine.distribution.group import Group
from tui.engine.distribution.horovod_exchange import horovod
from tui.engine.distribution.placing import places_of
from tui.engine.distribution.rendezvous import Joined, Rendezvous
from tui.engine.refusal import Refusal
from tui.runs.spec import RunSpec


def begin_group(
    spec: RunSpec,
    folder: Path,
    joined: Joined | None,
    say: Callable[[str], None],
    lost: Callable[[], None],
) -> Group | None:
    """Start the other processes of a run, or let those find this one that a launcher has started;
    None where it has one. `say` is told what a person should know, `lost` is called when one is
    lost, both on whatever thread.

    Raises:
        Refusal: they cannot be started.
    """
    if spec.distribution.processes == 1:
        return None
    if joined is not None:
        joined.patience.when_lost = lost
        return Group(Rendezvous(joined, spec, folder, say), spec.distribution.processes)
    if spec.distribution.kvstore == "horovod":
        horovod()
        raise Refusal(
            f"Horovod starts the processes of a run itself: horovodrun -np "
            f"{spec.distribution.processes} thaw train {shlex.quote(str(folder))}"
        )
    hosts = places_of(spec.distribution)
    return Group(Gathering(spec, folder, hosts, say, lost), len(hosts))


def refuse_too_many(processes: int, pictures: int) -> None:
    """See that there is something for each process of a run.

    Raises:
        Refusal: there are fewer pictures than processes.
    """
    if pictures < processes:
        raise Refusal(f"{pictures} training pictures cannot be divided over {processes} processes")
