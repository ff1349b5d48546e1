"""How many cores there are for this process, and the threads that MXNet takes for an operator.

MXNet takes half of what the system calls processors, as if each core were two of them. Where it is
not, as on most virtual machines, half of the machine stays idle: so whoever has not set
OMP_NUM_THREADS gets a thread for each core. Small steps are the exception: they lose more by
waiting for all threads than they gain, and keep to MXNet's half. The variable is read when MXNet is
imported; what can be set later (`MXSetNumOMPThreads`) does not reach the threads that its operators
run on.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tui.engine.cpu_quota import allowed
from tui.runs.spec import Hyperparameters

THREADS = "OMP_NUM_THREADS"
PROCESSORS = Path("/sys/devices/system/cpu")


def processors() -> set[int]:
    """The numbers of those that this process may use: a scheduler often grants fewer than there
    are."""
    if sys.platform == "linux":
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def cores(numbers: set[int], known: Path = PROCESSORS) -> int:
    """How many cores these processors are, as the kernel tells it; where it does not, each one."""
    return len({_core(known / f"cpu{number}", number) for number in numbers}) or 1


def _core(processor: Path, number: int) -> str:
    try:
        return (processor / "topology" / "thread_siblings_list").read_text()
    except OSError:
        return str(number)


def use_cores(processes: int, *, small_steps: bool = False) -> None:
    """Give MXNet, which is to be imported next, this process's share of the cores that it may keep
    busy, one of so many processes that have them together. What a person has set stays."""
    numbers = processors()
    share = allowed(cores(numbers)) // processes
    if small_steps:
        share = min(share, len(numbers) // 2)
    os.environ.setdefault(THREADS, str(max(1, share)))


def makes_small_steps(hyper: Hyperparameters) -> bool:
    """Whether a run is to keep features, as far as its settings say: what is left of a step is
    small then."""
    if hyper.cache == "auto":
        return not hyper.augment or hyper.views > 0
    return hyper.cache == "on"
