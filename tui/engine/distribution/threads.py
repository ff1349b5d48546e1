"""How many threads an operator of MXNet's may use on a processor that several processes share."""

from __future__ import annotations

import ctypes
import os
import sys

from mxnet.base import _LIB, check_call


def threads_for(processes: int) -> int:
    """The share of each of so many processes on this machine."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, cores // processes)


def use_threads(count: int) -> None:
    """Use so many in this process from here on; 0: as many as MXNet likes."""
    if count:
        check_call(_LIB.MXSetNumOMPThreads(ctypes.c_int(count)))
