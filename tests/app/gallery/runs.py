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
from tests.app.run_screens import ONE_GPU, living, screen_of, settled
from tests.app.sampled import state_of, with_samples
from tests.app.screens.test_pictures import ready as pictures_ready
from tests.app.screens.test_run_plan import run_of
from tests.app.showing import until
from tests.app.stand_in_inspector import StandInInspector
from tests.app.test_run_facts import checked_only, classifier
from tui.app.app import ThawApp
from tui.app.panes.log import LogPane
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


LOG = """\
[12:00:01] src/storage.cc:195: Using Pooled (Naive) StorageManager for CPU
WARNING root: 3 pictures have no objects in them
Traceback (most recent call last):
  File "loop.py", line 88, in step
ValueError: a picture of 0 by 0 pixels
""" + "".join(f"shard {number} of 40 read\n" for number in range(1, 41))


def going(log: Callable[[], list[Event]], **options: Any) -> Callable[[], ThawApp]:
    """A run that goes on, with this log."""
    return lambda: ThawApp(first=screen_of(log(), process=living(), **options))


def ended(log: Callable[[], list[Event]], said: str = "", code: int | None = None) -> Any:
    """A run that is over, with this log; `said` is the end of its log.txt, `code` what its process
    ended with where it was killed."""

    def app() -> ThawApp:
        process = None if code is None else living(code)
        screen = screen_of(log(), process=process)
        screen.folder.log_file.write_text(said)
        return ThawApp(first=screen)

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


def with_log() -> ThawApp:
    screen = screen_of(middle(), process=living())
    screen.folder.log_file.write_text(LOG)
    return ThawApp(first=screen)


async def log(pilot: Pilot[Any]) -> None:
    await settled(pilot)
    pane = pilot.app.screen.query_one(LogPane)
    if not pane.region:
        await pilot.press("5")
    await pilot.press("slash", *"pictur", "enter")
    await until(pilot, lambda: "found" in pane.text)


def pictures() -> ThawApp:
    folder = make_folder(Path("runs/demo"))
    state = state_of(with_samples(folder, middle()))
    return ThawApp(first=PicturesScreen(folder, state, terminal=PictureTerminal()))


def changing_the_plan() -> ThawApp:
    return ThawApp(first=OpeningRunPlan(run_of(Path("runs/demo")), StandInInspector(ssd())))


async def plan_open(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, RunPlanScreen))


RUNS: dict[str, Shown] = {
    "run": Shown(going(middle), pressed()),
    "run_validation": Shown(going(middle), pressed("]")),
    "run_speed": Shown(going(middle), pressed("]", "]", "]")),
    "run_read": Shown(going(middle), pressed("z", "left", "left")),
    "run_log": Shown(with_log, log),
    "run_jump": Shown(going(middle), pressed("o")),
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
    "pictures": Shown(pictures, pictures_ready),
    "run_plan": Shown(changing_the_plan, plan_open),
}
