"""How one leaves the screen of a run, and what is said of a run that goes on."""

from __future__ import annotations

import shlex
import subprocess

from textual.screen import Screen

from tui.app.run_state import Status
from tui.app.screens.loading import LoadingScreen
from tui.app.screens.quit_run import LEAVE, STOP, QuitRun
from tui.app.screens.run_orders import RunOrders
from tui.runs.folder import RunFolder, attach_command, goes_on


class RunLeaving(RunOrders):
    """A screen on a run, which goes on without it. With `quit_at_end` thaw is left as soon as the
    run has ended."""

    def __init__(self, folder: RunFolder, process: subprocess.Popen[bytes] | None) -> None:
        super().__init__(folder, process)
        self.quit_at_end = False

    def action_leave(self) -> None:
        """Leave this screen; a run that is going goes on."""
        if self._is_first():
            self.leave_thaw()
        else:
            self.dismiss()

    def action_back(self) -> None:
        """Leave this screen, after the run."""
        self.action_leave()

    def action_ask_quit(self) -> None:
        """Quit; with a run going, ask what becomes of it."""
        if not self.is_going:
            self.leave_thaw()
            return

        def answered(answer: str | None) -> None:
            if answer == LEAVE or (answer == STOP and self.state.status.ended):
                self.leave_thaw()
            elif answer == STOP:
                self.quit_at_end = True
                self.stop()

        self.app.push_screen(QuitRun(attach_command(self.folder)), answered)

    @property
    def is_going(self) -> bool:
        """Whether there is a trainer, as far as is known: a run may never have been started."""
        waiting = self.state.status is Status.WAITING and self.process is None
        return not (waiting or self.state.status.ended)

    def may_quit(self) -> bool:
        """It asks, or says how the run has ended."""
        self.action_ask_quit()
        return False

    def _is_first(self) -> bool:
        """Whether there is nothing below this screen to go back to."""
        stack = self.app.screen_stack
        if self not in stack:
            return False  # it has been left
        below = stack[stack.index(self) - 1] if stack.index(self) else None
        return below is None or type(below) in (Screen, LoadingScreen)

    @property
    def how_to_begin(self) -> str:
        """What starts the run, as a person types it."""
        return f"thaw train {shlex.quote(str(self.folder.path))} starts it"

    def leave_thaw(self) -> None:
        """Leave, with a line that stays on what became of the run."""
        if self.is_going:
            message = goes_on(self.folder)
        elif self.state.status.ended:
            message = f"{self.folder.path}: {self.state.status.value}"
        else:
            message = f"{self.folder.path}: not started; {self.how_to_begin}"
        self.app.exit(0, message=message)
