"""Whether a cluster's launcher has started this process, as one of several of a run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

Launched = Literal["", "worker", "server", "scheduler", "horovod"]

_ROLES: dict[str, Launched] = {
    "worker": "worker",
    "server": "server",
    "scheduler": "scheduler",
}


def launched_as(environment: Mapping[str, str] | None = None) -> Launched:
    """As what: the `DMLC_ROLE` of MXNet's launchers, or a process of Horovod's. Empty: nobody
    has, and a run's other processes are started by the run itself."""
    environment = os.environ if environment is None else environment
    if role := _ROLES.get(environment.get("DMLC_ROLE", "")):
        return role
    return "horovod" if "HOROVOD_RANK" in environment else ""
