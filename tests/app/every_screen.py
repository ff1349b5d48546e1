"""Every screen, dialog and pane, by name: how to come to it in the real app, headless."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from tests.app.fake_trainer import finished, proof, sample_events
from tests.app.looking import looking_app
from tests.app.models import ssd
from tests.app.run_screens import living, screen_of
from tests.app.showing import NARROW, text_of, until
from tests.app.some_runs import NOW, make_runs, two_runs
from tests.app.stand_in_inspector import StandInInspector
from tui.app.app import ThawApp
from tui.app.panes.first_batch import lines_of_check
from tui.app.screens.class_names import ClassNames
from tui.app.screens.compare import CompareScreen
from tui.app.screens.learning_rate import AskLearningRate
from tui.app.screens.model import ModelScreen
from tui.app.screens.quit_run import QuitRun
from tui.app.screens.run import RunScreen
from tui.app.screens.run_facts import RunFacts
from tui.app.screens.runs import RunsScreen
from tui.app.screens.snippet import SnippetScreen
from tui.app.screens.train_form import TrainForm
from tui.app.screens.which_weights import WhichWeights
from tui.model.source import ModelSource
from tui.model.zoo import find_entry
from tui.runs.events import Checked, Failed, Notice
from tui.runs.inspection import CheckData, DataSummary

Comes = Callable[[Pilot[Any], ModelScreen], Awaitable[None]]
Makes = Callable[[Path], Screen[Any]]

CODE = "".join(f"line_{number} = {number}  # → ×\n" for number in range(60))
GOOD = DataSummary(
    *("/data/fruitnuts", "Pascal VOC", 120, 30, "trainval, test"),
    ("fig", "date", "hazelnut"),
    (34, 40, 12),
)
CHECKED = Checked(
    *(6.1234, {"class": 4.2111, "box": 1.9123}, 2.3456, 8, 31),
    *(22_400_000, 1_248_000, 1_248_000, 331_000_000, 62, 62),
)


def pressing(*keys: str) -> Comes:
    """Over the model, by these keys."""

    async def come(pilot: Pilot[Any], screen: ModelScreen) -> None:
        await pilot.press(*keys)
        await pilot.pause(0.1)

    return come


async def _values(pilot: Pilot[Any], screen: ModelScreen) -> None:
    nodes = screen.session.tree.nodes
    screen.parameter_tree.go_to(next(at for at, block in enumerate(nodes.blocks) if block < 0))
    await pilot.press("v", "V")
    await pilot.pause(0.1)


async def _regex(pilot: Pilot[Any], screen: ModelScreen) -> None:
    await pilot.press("slash", *"(?!dense).*")
    await until(pilot, lambda: screen.pattern_field.matched)


async def _found(pilot: Pilot[Any], screen: ModelScreen) -> None:
    await pilot.press("f", *"c2pw")
    await until(pilot, lambda: screen.find_field.found)


async def _told(pilot: Pilot[Any], screen: ModelScreen) -> None:
    for severity in ("information", "warning", "error"):
        pilot.app.notify("what → was ‘said’ …", title="thaw", severity=severity)  # type: ignore[arg-type]
    await until(pilot, lambda: text_of(pilot).count("was") == 3)


async def _themes(pilot: Pilot[Any], screen: ModelScreen) -> None:
    pilot.app.action_change_theme()
    await pilot.pause(0.3)


async def _form(pilot: Pilot[Any], screen: ModelScreen) -> None:
    await pilot.press("h", "t")
    await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
    await pilot.pause(0.1)


ON_THE_MODEL: dict[str, Comes] = {
    "model": pressing(),
    "model, head only": pressing("h", "j"),
    "model, unfolded": pressing("h", "Z", "G"),
    "model, partial": pressing("h", "right_square_bracket", "4"),
    "model, only what is frozen": pressing("h", "F", "F"),
    "regex": _regex,
    "find": _found,
    "detail": pressing("j", "v"),
    "values": _values,
    "costs": pressing("c"),
    "plan": pressing("h", "r"),
    "plan, a rule": pressing("h", "r", "a"),
    "plan, a file": pressing("h", "r", "w"),
    "presets": pressing("P"),
    "python": pressing("h", "y"),
    "help": pressing("question_mark"),
    "palette": pressing("ctrl+p"),
    "themes": _themes,
    "toasts": _told,
    "form": _form,
}


def _run(*more: object, steps: int = 250, **how: Any) -> Makes:
    def made(folder: Path) -> Screen[Any]:
        return screen_of([*sample_events(steps), *more], folder / "run", **how)  # type: ignore[list-item]

    return made


def _weights(folder: Path) -> Screen[Any]:
    entry = find_entry("faster_rcnn_resnet50_v1b_voc")
    assert entry is not None
    return WhichWeights(entry, entry.name)


def _runs(folder: Path) -> Screen[Any]:
    make_runs("running", "paused", "done", "stopped", "failed", "lost")
    return RunsScreen((), clock=lambda: NOW, interval=0.05)


BY_ITSELF: dict[str, Makes] = {
    "run": _run(process=living()),
    "run, other panes": _run(process=living()),
    "runs": _runs,
    "comparison": lambda _: CompareScreen(two_runs(), interval=60),
    "run, complete": _run(proof(), finished()),
    "run, failed": _run(Failed("the GPU is out of memory → use a smaller batch", "step 251")),
    "run, notices": _run(Notice("the learning rate is 0.002 – half of it · by hand")),
    "first batch": lambda _: RunFacts("Before the first step", lines_of_check(CHECKED, None)),
    "quit": lambda _: QuitRun("thaw attach run"),
    "learning rate": lambda _: AskLearningRate(0.001),
    "weights": _weights,
    "classes": lambda _: ClassNames("ssd_512_mobilenet1.0_custom"),
    "code": lambda _: SnippetScreen(CODE, "ssd"),
}

AT_FIRST = ("models", "models, none", "loading", "refused", "too small")

NAMES = (*AT_FIRST, *ON_THE_MODEL, *BY_ITSELF)


@asynccontextmanager
async def shown_screen(
    name: str, folder: Path, size: tuple[int, int] = NARROW
) -> AsyncIterator[Pilot[Any]]:
    """A screen, by its name."""
    if name in ON_THE_MODEL:
        app, inspector = looking_app(ssd())
        inspector.replies[CheckData] = lambda _: GOOD
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ModelScreen))
            assert isinstance(app.screen, ModelScreen)
            await ON_THE_MODEL[name](pilot, app.screen)
            await pilot.pause()
            yield pilot
    elif name in BY_ITSELF:
        app = ThawApp(inspector=StandInInspector())
        async with app.run_test(size=size) as pilot:
            screen = BY_ITSELF[name](folder)
            app.push_screen(screen)
            await until(pilot, lambda: app.screen is screen and screen.is_mounted)
            if isinstance(screen, RunScreen):
                await until(pilot, lambda: screen.shown_version == screen.state.version > 0)
            elif isinstance(screen, RunsScreen):
                await until(pilot, lambda: screen.looks)
            elif isinstance(screen, CompareScreen):
                await until(pilot, lambda: screen.found is not None)
            if name == "run, other panes":
                await pilot.press("o")
            await pilot.pause()
            yield pilot
    else:
        async with _first(name, (50, 12) if name == "too small" else size) as pilot:
            yield pilot


@asynccontextmanager
async def _first(name: str, size: tuple[int, int]) -> AsyncIterator[Pilot[Any]]:
    app = ThawApp(inspector=StandInInspector())
    if name in ("loading", "refused"):
        app = ThawApp(ModelSource("résnet"), inspector=StandInInspector(ssd(), held=True))
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.1)
        if name == "models, none":
            await pilot.press(*"qqqzzz")
        elif name == "refused":
            app.screen.refuse("no such model – did you mean resnet50_v1 …")  # type: ignore[attr-defined]
        await pilot.pause(0.1)
        yield pilot
