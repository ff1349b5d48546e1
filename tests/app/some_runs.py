"""Runs in the user's own folder, each in another state, for tests of the list and of comparing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from textual.pilot import Pilot

from tests.app.fake_trainer import finished, make_folder, proof, sample_events, write_log
from tests.app.showing import NARROW, until
from tests.runs.test_listed import ALIVE, run, steps
from tui.app.app import ThawApp
from tui.app.screens.compare import CompareScreen
from tui.app.screens.runs import RunsScreen
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_file import write_plan
from tui.runs.events import Event, Failed, Paused, Proof, Step, Validated
from tui.runs.folder import RunFolder, runs_home
from tui.runs.spec import read_spec, write_spec
from tui.runs.states_file import StatesFile, write_states

NOW = 1_000_500.0
HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
TRUNK = tuple(f"features.stage{stage}.{n}.weight" for stage in (1, 2) for n in range(3))
HEAD = ("class_predictors.0.weight", "box_predictors.0.weight")


def state(name: str) -> list[Event]:
    """The log of a run in a state."""
    logs: dict[str, list[Event]] = {
        "running": steps(250, ALIVE),
        "paused": [*steps(120, ALIVE), Paused(120)],
        "done": [*sample_events(400), proof(), finished()],
        "stopped": [*sample_events(210), proof(), finished(210, stopped=True)],
        "failed": [*sample_events(20), Failed("the GPU is out of memory; use a smaller batch")],
        "lost": list(sample_events(99)),
        "new": [],
    }
    return logs[name]


ALL = ("running", "paused", "done", "stopped", "failed", "lost", "new")


def make_runs(*names: str) -> list[RunFolder]:
    """One run a state, by its name; the first one began last."""
    made = []
    for number, name in enumerate(names or ALL):
        folder = run(runs_home() / name, *state(name))
        text = folder.events_file.read_text() if folder.events_file.exists() else ""
        if text:
            folder.events_file.write_text(text.replace("1000000.0", f"{1e6 - number * 4000}", 1))
        made.append(folder)
    return made


def two_runs(*, live: bool = False) -> list[RunFolder]:
    """A run that trained the head alone, and one that trained all: other settings, other curves."""
    one = make_folder(runs_home() / "head")
    write_plan(one.plan_file, HEAD_ONLY)
    write_states(one.states_file, StatesFile(0, HEAD_ONLY, 2, trainable=HEAD, frozen=TRUNK))
    write_log(one, [*steps(200, ALIVE)] if live else [*sample_events(400), proof(), finished()])
    other = make_folder(runs_home() / "everything")
    plan = FreezePlan((Rule("thaw", "all"),))
    write_plan(other.plan_file, plan)
    write_states(other.states_file, StatesFile(0, plan, 8, trainable=(*TRUNK, *HEAD)))
    spec = read_spec(other.spec_file)
    hyper = msgspec.structs.replace(spec.hyper, learning_rate=0.01, decay_epochs=(2, 3))
    write_spec(other.spec_file, msgspec.structs.replace(spec, hyper=hyper))
    log = [
        *map(_worse, sample_events(300)),
        Proof(0, 0, 8, broken=(TRUNK[0],)),
        finished(300, stopped=True),
    ]
    write_log(other, log)
    return [one, other]


def _worse(event: Event) -> Event:
    if isinstance(event, Step) and event.loss is not None:
        return msgspec.structs.replace(event, loss=1.5 * event.loss - event.step / 120)
    if isinstance(event, Validated) and event.value is not None:
        return msgspec.structs.replace(event, value=event.value - 0.08)
    return event


def runs_app(homes: Sequence[Path] = (), **options: object) -> tuple[ThawApp, RunsScreen]:
    """An app on the list of runs, looking often, at a time that stands."""
    screen = RunsScreen(homes, clock=lambda: NOW, interval=0.05, **options)  # type: ignore[arg-type]
    return ThawApp(first=screen), screen


@asynccontextmanager
async def runs_screen(
    size: tuple[int, int] = NARROW, homes: Sequence[Path] = ()
) -> AsyncIterator[tuple[Pilot[int], RunsScreen]]:
    """The list of runs, all of them read."""
    app, screen = runs_app(homes)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: screen.is_current and screen.looks, "the runs are not read")
        yield pilot, screen


@asynccontextmanager
async def compare_screen(
    folders: Sequence[RunFolder], size: tuple[int, int] = NARROW
) -> AsyncIterator[tuple[Pilot[int], CompareScreen]]:
    """Runs compared, all of them read."""
    screen = CompareScreen(folders, interval=0.05)
    async with ThawApp(first=screen).run_test(size=size) as pilot:
        await until(pilot, lambda: screen.is_current and screen.found, "the runs are not read")
        yield pilot, screen
