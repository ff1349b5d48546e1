"""The run screen in its states, and the dialogs over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from tests.app.fake_trainer import finished, make_folder, proof, sample_events
from tests.app.gallery.shown import Ready, Shown
from tests.app.models import ssd
from tests.app.run_screens import ONE_GPU, Host, living, screen_of, settled
from tests.app.sampled import state_of, with_samples
from tests.app.screens.test_pictures import ready as pictures_drawn
from tests.app.screens.test_run_plan import run_of
from tests.app.showing import until
from tests.app.stand_in_inspector import StandInInspector
from tests.app.test_run_facts import checked_only, classifier
from tui.app.picture_terminal import PictureTerminal
from tui.app.screens.learning_rate import AskLearningRate
from tui.app.screens.pictures import PicturesScreen
from tui.app.screens.quit_run import QuitRun
from tui.app.screens.run_facts import RunFacts
from tui.app.screens.run_plan import OpeningRunPlan, RunPlanScreen
from tui.runs.events import Event, Failed

TRACEBACK = """\
Traceback (most recent call last):
  File "loop.py", line 88, in step
    total.backward()
mxnet.base.MXNetError: cudaMalloc retry failed: out of memory
"""


def going(log: Callable[[], list[Event]], **options: Any) -> Callable[[], Host]:
    """A run that goes on, with this log."""
    return lambda: Host(screen_of(log(), process=living(), **options))


def ended(log: Callable[[], list[Event]], said: str = "", code: int | None = None) -> Any:
    """A run that is over, with this log; `said` is the end of its log.txt, `code` what its process
    ended with where it was killed."""

    def app() -> Host:
        process = None if code is None else living(code)
        screen = screen_of(log(), process=process)
        screen.folder.log_file.write_text(said)
        return Host(screen)

    return app


def middle() -> list[Event]:
    return list(sample_events(250))


def failed() -> list[Event]:
    message = "the GPU is out of memory; use a smaller batch size"
    return [*sample_events(120), Failed(message, "step 121, backward")]


def pressed(*keys: str, then: type[Screen[Any]] | None = None) -> Ready:
    """Press keys once the whole log is shown."""

    async def press(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await pilot.press(*keys)
        if then is not None:
            await until(pilot, lambda: isinstance(pilot.app.screen, then))

    return press


def changing_the_plan() -> Host:
    return Host(OpeningRunPlan(run_of(Path("runs/demo")), StandInInspector(ssd())))


def of_pictures() -> Host:
    folder = make_folder(Path("runs/demo"))
    state = state_of(with_samples(folder, middle()))
    return Host(PicturesScreen(folder, state, terminal=PictureTerminal()))


async def plan_open(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, RunPlanScreen))


RUNS: dict[str, Shown] = {
    "run": Shown(going(middle), pressed()),
    "run_first_batch": Shown(going(checked_only), pressed()),
    "run_on_a_gpu": Shown(going(middle, memory=ONE_GPU), pressed()),
    "run_complete": Shown(ended(lambda: [*sample_events(400), proof(), finished()]), pressed()),
    "run_failed": Shown(ended(failed, TRACEBACK), pressed()),
    "run_killed": Shown(
        ended(lambda: list(sample_events(120)), "loading the data\n", -9), pressed()
    ),
    "run_facts": Shown(going(classifier), pressed("b", then=RunFacts)),
    "run_mistakes": Shown(going(classifier), pressed("m", then=RunFacts)),
    "learning_rate": Shown(going(middle), pressed("l", then=AskLearningRate)),
    "quit_run": Shown(going(middle), pressed("q", then=QuitRun)),
    "pictures": Shown(of_pictures, pictures_drawn),
    "run_plan": Shown(changing_the_plan, plan_open),
}
