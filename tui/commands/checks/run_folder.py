"""Where runs are kept: whether a run can live there."""

from __future__ import annotations

import fcntl
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tui.commands.checks.folder import at_home, nearest, why_not_written
from tui.commands.checks.line import Line
from tui.figures import counted
from tui.runs.control import short_address
from tui.runs.folder import runs_home
from tui.runs.listed import list_run, run_folders

MOST = 200
"""Runs that are looked at one by one."""


def check() -> Iterator[Line]:
    """Whether it can be written, what a trainer needs of its file system, and the runs in it."""
    home = runs_home()
    where = at_home(home)
    if why_not := why_not_written(home):
        advice = "Name another in XDG_DATA_HOME, or give --run-dir DIR to thaw train."
        yield Line("run folder", "fail", f"{where}: {why_not}", advice)
        return
    there = nearest(home)
    if problem := why_no_trainer(there):
        advice = "Keep runs on a disk of this machine: XDG_DATA_HOME, or --run-dir DIR."
        yield Line("run folder", "warn", f"{where}: {problem}", advice)
    if there != home:
        yield Line("run folder", "ok", f"{where}, made at the first run: thaw demo")
        return
    folders = run_folders(home)
    if not folders:
        yield Line("run folder", "ok", f"{where}: no runs yet; thaw demo makes one")
        return
    states = Counter(list_run(one).state for one in folders[:MOST])
    said = ", ".join(f"{count} {state}" for state, count in states.most_common())
    if len(folders) > MOST:
        said += f", and {len(folders) - MOST:,} older"
    yield Line("run folder", "ok", f"{where}: {counted(len(folders), 'run')}")
    bad = states["lost"] + states["broken"] + states["failed"]
    if bad:
        yield Line("runs", "warn", said, "thaw runs --state lost (or failed, broken) names them.")
    elif said:
        yield Line("runs", "ok", said)


def why_no_trainer(folder: Path) -> str:
    """What a trainer needs and a file system does not have: a lock, a socket. Nothing stays."""
    try:
        with tempfile.TemporaryDirectory(prefix=".thaw-doctor-", dir=folder) as place:
            with open(f"{place}/lock", "wb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as error:
                    return f"files cannot be locked here ({error.strerror})"
            with socket.socket(socket.AF_UNIX) as one, short_address(Path(place) / "s") as address:
                try:
                    one.bind(address)
                except OSError as error:
                    return f"no socket can be made here ({error.strerror}): no orders to a run"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return ""
