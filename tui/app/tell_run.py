"""A run is told what to do, off the event loop; what goes wrong is words, not an exception."""

from __future__ import annotations

import asyncio
import subprocess

from tui.runs import control
from tui.runs.folder import RunFolder
from tui.runs.past import read_past, why_not_started
from tui.runs.trainer import start_trainer


async def tell(folder: RunFolder, command: control.Command) -> control.Reply:
    """Send a command; a trainer that cannot be reached has not accepted it."""
    try:
        return await asyncio.to_thread(control.send, folder.socket, command)
    except control.ControlError as error:
        return control.Reply(False, str(error))


async def start_again(folder: RunFolder) -> subprocess.Popen[bytes] | str:
    """Start the trainer of a run: its process, or why it was not started."""

    def start() -> subprocess.Popen[bytes] | str:
        return why_not_started(folder, read_past(folder)) or start_trainer(folder)

    try:
        return await asyncio.to_thread(start)
    except OSError as error:
        return f"the trainer could not be started: {error.strerror or error}"
