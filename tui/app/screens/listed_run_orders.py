"""What a list tells the run under its cursor: to stop, to pause, to go on, to be no more."""

from __future__ import annotations

import asyncio
import subprocess
from abc import abstractmethod

from textual import work

from tui.app.run_rows import RunRow
from tui.app.screens.list_screen import ListScreen
from tui.app.widgets.message_line import MessageLine
from tui.figures import size
from tui.runs import control
from tui.runs.folder import RunFolder


class ListedRunOrders(ListScreen):
    """A list of runs, as far as its keys change one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.trainers: dict[str, subprocess.Popen[bytes]] = {}
        """Those that were started here, by the paths of their runs."""

    @property
    @abstractmethod
    def current(self) -> RunRow | None:
        """The run under the cursor."""

    @abstractmethod
    def look_now(self) -> None:
        """Read how the runs stand."""

    @property
    def message(self) -> MessageLine:
        """The line that says what was done."""
        return self.query_one("#message", MessageLine)

    def action_stop_run(self) -> None:
        """Ask once, then stop between two batches."""
        row = self.current
        if row is None:
            return
        from tui.app.screens.quit_run import STOP, StopRun

        def answered(answer: str | None) -> None:
            if answer == STOP:
                self._order(row, control.Stop())

        self.app.push_screen(StopRun(), answered)

    def action_pause(self) -> None:
        """Pause, or go on."""
        row = self.current
        if row is not None:
            self._order(row, control.GoOn() if row.run.state == "paused" else control.Pause())

    def action_resume(self) -> None:
        """Go on, or start the trainer."""
        row = self.current
        if row is None:
            return
        if row.run.state == "paused":
            self._order(row, control.GoOn())
        else:
            self._start(row)

    @work(group="order")
    async def _order(self, row: RunRow, command: control.Command) -> None:
        from tui.app.tell_run import tell

        reply = await tell(RunFolder(row.path), command)
        words = reply.message or ("taken" if reply.accepted else "the trainer did not take it")
        self._answered(row, words, reply.accepted)

    @work(group="start")
    async def _start(self, row: RunRow) -> None:
        from tui.app.tell_run import start_again

        started = await start_again(RunFolder(row.path))
        if isinstance(started, str):
            self._answered(row, started.removeprefix(f"{row.path}: "), False)
            return
        self.trainers[row.run.path] = started
        self._answered(row, "its trainer is starting", True)

    def _answered(self, row: RunRow, words: str, accepted: bool) -> None:
        line = f"{row.run.name}: {words}"
        if accepted:
            self.message.say(line)
        else:
            self.message.warn(line)
        self.look_now()

    @work(group="delete", exclusive=True)
    async def action_delete(self) -> None:
        """Delete the run under the cursor, once it was asked what goes with it."""
        from tui.app.screens.delete_run import DELETE, DeleteRun
        from tui.runs.pruning import contents, remove

        row = self.current
        if row is None:
            return
        if row.path.is_symlink():
            self._answered(row, "a link to a folder elsewhere; it is not deleted from here", False)
            return
        try:
            holds = await asyncio.to_thread(contents, row.path)
        except OSError as error:
            self._answered(row, f"{(error.strerror or str(error)).lower()}", False)
            return
        if await self.app.push_screen_wait(DeleteRun(row.run, holds)) != DELETE:
            return
        removed = await asyncio.to_thread(remove, row.path)
        if removed.problem:
            self._answered(row, removed.problem, False)
        elif removed.left:
            left = ", ".join(removed.left[:3]) + (" and more" if len(removed.left) > 3 else "")
            self._answered(row, f"deleted but for what thaw did not write: {left}", False)
        else:
            self._answered(row, f"deleted, {size(removed.freed)} freed", True)
