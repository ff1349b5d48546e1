"""The keys of the run screen that tell a run what to do, and what is said of each."""

from __future__ import annotations

import asyncio
import subprocess

from textual import work

from tui.app.run_state import RunState, Status
from tui.app.screens.learning_rate import AskLearningRate
from tui.app.screens.quit_run import STOP, StopRun
from tui.app.screens.stacked_screen import StackedScreen
from tui.app.tell_run import start_again, tell
from tui.runs import control
from tui.runs.folder import RunFolder


class RunOrders(StackedScreen[None]):
    """A screen on a run, which its keys command. What became of a command is in the run's
    events; only what was not taken is said here."""

    def __init__(self, folder: RunFolder, process: subprocess.Popen[bytes] | None) -> None:
        super().__init__()
        self.folder = folder
        self.process = process
        self.state = RunState()
        self._stop_sender = False

    def action_stop_run(self) -> None:
        """Ask once, then stop between two batches."""

        def answered(answer: str | None) -> None:
            if answer == STOP:
                self.stop()

        self.app.push_screen(StopRun(), answered)

    def action_pause(self) -> None:
        """Pause, or go on."""
        paused = self.state.status is Status.PAUSED
        self.order(control.GoOn() if paused else control.Pause())

    def action_checkpoint(self) -> None:
        """Write a checkpoint."""
        self.order(control.KeepCheckpoint())

    def action_validate(self) -> None:
        """Measure now."""
        self.order(control.Validate())

    def action_learning_rate(self) -> None:
        """Ask for another learning rate."""

        def answered(rate: float | None) -> None:
            if rate is not None:
                self.order(control.SetLearningRate(rate))

        step = self.state.step
        self.app.push_screen(AskLearningRate(step.learning_rate if step else None), answered)

    def action_change_plan(self) -> None:
        """Change what trains."""
        from tui.app.screens.run_plan import OpeningRunPlan

        self.app.push_screen(OpeningRunPlan(self.folder))

    @work(group="order")
    async def order(self, command: control.Command) -> None:
        """Send a command."""
        reply = await tell(self.folder, command)
        words = reply.message or ("taken" if reply.accepted else "the trainer did not take it")
        self.notify(words, severity="information" if reply.accepted else "warning", markup=False)

    @work(group="resume", exclusive=True)
    async def action_resume(self) -> None:
        """Start the trainer again."""
        started = await start_again(self.folder)
        if isinstance(started, str):
            self.notify(started, severity="error", markup=False)
            return
        self.process = started
        self.state.mark_resuming()
        self.refresh_bindings()

    @work(group="stop")
    async def stop(self) -> None:
        """Send the stop; a trainer that is not ready to hear it yet is asked again."""
        if self._stop_sender:
            return
        self._stop_sender = True
        self.state.mark_stop_asked()
        self.refresh_bindings()
        said = False
        try:
            while not self.state.status.ended:
                try:
                    reply = await asyncio.to_thread(
                        control.send, self.folder.socket, control.Stop()
                    )
                except control.ControlError as error:
                    if not said:
                        self.notify(f"{error}; asking again", severity="warning", markup=False)
                        said = True
                    await asyncio.sleep(1.0)
                    continue
                if not reply.accepted:
                    self.state.mark_stop_asked(False)
                    self.notify(
                        reply.message or "the trainer did not take the stop",
                        severity="error",
                        markup=False,
                    )
                return
        finally:
            self._stop_sender = False
            self.refresh_bindings()
