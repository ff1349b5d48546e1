"""What trains in a run that goes on, changed on its model's own tree."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work

from tui.app.actions import Where, bindings, key_of
from tui.app.glyphs import glyphs
from tui.app.screens.loading import LoadingScreen
from tui.app.screens.model import ModelScreen
from tui.app.session import Session
from tui.model.plan import FreezePlan
from tui.model.states import State
from tui.runs.control import ControlError
from tui.runs.folder import RunFolder
from tui.runs.inspection import Opened, OpenModel, Phase, Refused
from tui.runs.inspector import Inspector
from tui.runs.plan_change import change_plan, plan_in_force
from tui.toml import TomlError


class OpeningRunPlan(LoadingScreen):
    """Opens the model of a run, in an inspector of its own, and gives way to its tree."""

    BINDINGS = bindings("run_plan_opening")

    def __init__(self, folder: RunFolder, inspector: Inspector | None = None) -> None:
        super().__init__(f"Opening the model of {folder.path.name}")
        self._folder = folder
        self._inspector = inspector or Inspector(folder.path / "inspector.log")

    def on_mount(self) -> None:
        """Begin; Textual calls the base class's own as well."""
        self._open()

    @work
    async def _open(self) -> None:
        try:
            spec, _ = await asyncio.to_thread(self._folder.read)
            plan = await asyncio.to_thread(plan_in_force, self._folder)
            async for answer in self._inspector.ask(OpenModel(spec.model)):
                if isinstance(answer, Phase):
                    self.phase(answer)
                elif isinstance(answer, Refused):
                    self.refuse(answer.message)
                    await self._inspector.close()
                elif isinstance(answer, Opened):
                    session = await asyncio.to_thread(Session.of, answer)
                    screen = RunPlanScreen(session, self._inspector, self._folder, plan)
                    self.give_way_to(screen)
        except (OSError, TomlError) as error:
            self.refuse(str(error))

    async def action_leave(self) -> None:
        """Go back to the run."""
        self.workers.cancel_node(self)
        await self._inspector.close()
        self.dismiss()


class RunPlanScreen(ModelScreen):
    """The model screen on the plan that a run goes by. `t` puts what it has become in force."""

    BINDINGS = bindings("run_plan")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("run_plan", *ModelScreen.HELP_PLACES)

    def __init__(
        self, session: Session, inspector: Inspector, folder: RunFolder, plan: FreezePlan
    ) -> None:
        super().__init__(session, inspector, plan=plan)
        self._folder = folder

    def on_mount(self) -> None:
        """Say whose plan it is, once the screen has taken it up."""
        self.call_after_refresh(self._say_whose)

    def _say_whose(self) -> None:
        # What was before it is no plan of the run's: to undo it would be a change.
        self.session.history.begin_here()
        self.session.keep()
        name = glyphs().safe(self._folder.path.name)
        self.message.say(
            f"the plan of {name}: change it, and {key_of('run_plan.apply')} puts it in force there"
        )

    def action_train(self) -> None:
        """Put the plan in force in the run."""
        if State.TRAINABLE not in self.session.resolution.states:
            self.message.warn("everything is frozen, nothing would train: thaw something")
            return
        self._put_in_force(self.session.plan)

    @work(exclusive=True)
    async def _put_in_force(self, plan: FreezePlan) -> None:
        try:
            reply = await asyncio.to_thread(change_plan, self._folder, plan)
        except ControlError as error:
            self.message.warn(str(error))
            return
        if not reply.accepted:
            self.message.warn(reply.message)
            return
        self.session.keep()
        self.app.notify(reply.message, markup=False)
        self.leave()

    def leave(self) -> None:
        """Back to the run."""
        self.run_worker(self._inspector.close(), name="close")
        self.dismiss()
