"""A run as a list shows it: its state seen from outside, read from the two ends of its log."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import msgspec
import psutil

from tui.model.plan_file import read_plan
from tui.model.plan_name import plan_name
from tui.runs.checkpoint import FACTS
from tui.runs.events import (
    Continued,
    Died,
    Envelope,
    Failed,
    Finished,
    Paused,
    Prepared,
    Resumed,
    RunStarted,
    Step,
    Validated,
)
from tui.runs.folder import RunFolder, is_run
from tui.runs.lock import is_held
from tui.runs.log_ends import first_events, last_events, last_of
from tui.runs.spec import RunSpec, read_spec
from tui.runs.states_file import read_states_in_short
from tui.runs.trainer import is_alive
from tui.toml import TomlError

T = TypeVar("T")

RunOutside = Literal["new", "running", "paused", "done", "stopped", "failed", "lost", "broken"]
"""Where a run stands, as its folder and its process tell: `new` was never started, `stopped` can
go on, `lost` has a trainer that is gone without a word, `broken` cannot be read."""

STATES: tuple[RunOutside, ...] = get_args(RunOutside)

ACTIVE: frozenset[RunOutside] = frozenset({"running", "paused"})
"""The states in which a trainer is at work on the folder."""

_TURNS = (RunStarted, Step, Paused, Continued, Finished, Failed, Died)
"""Of these the last one says where a run stands."""


class ListedRun(msgspec.Struct, frozen=True):
    """A run at a glance. Times are seconds since the epoch: `begun` that of its first event, or of
    its run.toml while there is none, `last` that of the last thing it said. `value` is the metric
    last measured, `best` the best one, each 0 to 1 and None where none is known. `plan` is the plan
    in force in a word, by which `trainable` parameters train (None: not known yet), `loss` that of
    the newest step. `message` is what failed, `problem` what of the folder cannot be read."""

    name: str
    path: str
    state: RunOutside
    model: str = ""
    recipe: str = ""
    data: str = ""
    step: int = 0
    total_steps: int = 0
    epoch: int = 0
    epochs: int = 0
    metric: str = ""
    value: float | None = None
    best: float | None = None
    begun: float = 0.0
    last: float = 0.0
    message: str = ""
    problem: str = ""
    plan: str = ""
    trainable: int | None = None
    loss: float | None = None


def run_folders(home: Path) -> list[RunFolder]:
    """The run folders in a folder, the one begun last first; those that cannot be looked into are
    among them. A folder that is not there holds none.

    Raises:
        OSError: the folder may not be read, or is none.
    """
    found = [(begun_at(folder), folder) for folder in unsorted_folders(home)]
    found.sort(key=lambda one: (-one[0], one[1].path.name))
    return [folder for _, folder in found]


def unsorted_folders(home: Path) -> list[RunFolder]:
    """As `run_folders`, in any order, with no file of theirs looked into.

    Raises:
        OSError: the folder may not be read, or is none.
    """
    try:
        paths = [Path(entry.path) for entry in os.scandir(home) if _is_folder(entry)]
    except FileNotFoundError:
        return []
    return [folder for folder in map(RunFolder, paths) if is_run(folder)]


def begun_at(folder: RunFolder) -> float:
    """When a run began, in seconds since the epoch, as `ListedRun.begun`; 0 where nothing says."""
    try:
        first = first_events(folder.events_file, 1 << 12)
        return first[0].time if first else folder.spec_file.stat().st_mtime
    except OSError:
        return 0.0


def list_run(folder: RunFolder) -> ListedRun:
    """Look at a run, in milliseconds whatever the length of its log. Nothing is raised for a
    folder that is broken: its row says so."""
    path = _text(os.path.abspath(folder.path))
    try:
        return _look(folder, path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        name = Path(str(error.filename or "")).name
        problem = f"{name}: {why}" if name else why
        return ListedRun(_text(folder.path.name), path, "broken", problem=problem)


def _look(folder: RunFolder, path: str) -> ListedRun:
    spec, problem = _spec(folder)
    head = first_events(folder.events_file)
    tail = last_events(folder.events_file)
    if not head and not tail:
        if folder.events_file.exists() and folder.events_file.stat().st_size > 0:
            problem = problem or f"{folder.events_file.name}: holds no event that can be read"
        return ListedRun(
            path=path,
            name=_text(folder.path.name),
            state="broken" if problem else "new",
            model=spec.model.model if spec else "",
            recipe=spec.recipe if spec else "",
            data=spec.data if spec else "",
            epochs=spec.hyper.epochs if spec else 0,
            begun=begun_at(folder),
            last=begun_at(folder),
            problem=problem,
            plan=_plan(folder)[0],
        )
    log = folder.events_file
    turn = _last(tail, *_TURNS) or _event(last_of(log, *_names(_TURNS)))
    at: Step | Resumed | None = _event(_last_envelope(tail, Step, Resumed))
    at = at or _event(last_of(log, "Step", "Resumed"))
    begin = _last(reversed(head), RunStarted)
    plan = _last((*head, *tail), Prepared)
    value, best = _metric(folder, tail, turn)
    plan_word, trainable = _plan(folder)
    return ListedRun(
        name=_text(folder.path.name),
        path=path,
        state=_state(folder, turn, head, tail),
        model=begin.model if begin else spec.model.model if spec else "",
        recipe=begin.recipe if begin else spec.recipe if spec else "",
        data=begin.data if begin else spec.data if spec else "",
        step=turn.steps if isinstance(turn, Finished) else at.step if at else 0,
        total_steps=plan.total_steps if plan else 0,
        epoch=at.epoch if at else 0,
        epochs=plan.epochs if plan else spec.hyper.epochs if spec else 0,
        metric=plan.metric if plan else "",
        value=value,
        best=best,
        begun=(head or tail)[0].time,
        last=(tail or head)[-1].time,
        message=turn.message if isinstance(turn, Failed | Died) else "",
        problem=problem,
        plan=plan_word,
        trainable=plan.trainable_parameters if plan and trainable is None else trainable,
        loss=at.loss if isinstance(at, Step) else None,
    )


def _state(
    folder: RunFolder, turn: object, head: list[Envelope], tail: list[Envelope]
) -> RunOutside:
    match turn:
        case Finished(stopped):
            return "stopped" if stopped else "done"
        case Failed() | Died():
            return "failed"
    if not _lives(folder, head, tail):
        return "lost"
    return "paused" if isinstance(turn, Paused) else "running"


def _lives(folder: RunFolder, head: list[Envelope], tail: list[Envelope]) -> bool:
    """Whether the newest trainer of a run is alive. Where its lock does not tell, it is looked for
    by its pid. A run that was resumed has had several: where neither end of the log tells of the
    newest, the whole log is looked through."""
    held = is_held(folder.lock_file)
    if held is not None:
        return held
    newest = _last(tail, RunStarted)
    if newest is None:
        first = _last(head, RunStarted)
        if first and is_alive(folder, first):
            return True
        if tail and tail[-1].time < psutil.boot_time():
            return False  # no process is older than the machine's start
        newest = _event(last_of(folder.events_file, "RunStarted"))
    return newest is not None and is_alive(folder, newest)


def _metric(
    folder: RunFolder, tail: list[Envelope], turn: object
) -> tuple[float | None, float | None]:
    """The metric last measured and the best one. What was measured before the end of the log is
    in the newest checkpoint."""
    measured = [one.event.value for one in tail if isinstance(one.event, Validated)]
    value = next((one for one in reversed(measured) if one is not None), None)
    kept = _measured_at_checkpoint(folder)
    if value is None and isinstance(turn, Finished):
        value = turn.value
    if value is None:
        value = kept.value
    values = [one for one in (*measured, kept.peak, kept.best, value) if one is not None]
    return value, max(values, default=None)


class _Measured(msgspec.Struct):
    value: float | None = None
    best: float | None = None
    peak: float | None = None


class _Facts(msgspec.Struct):
    outcome: _Measured


def _measured_at_checkpoint(folder: RunFolder) -> _Measured:
    try:
        names = [name for name in os.listdir(folder.checkpoints) if name.isdecimal()]
        newest = max(names, key=int)
        data = (folder.checkpoints / newest / FACTS).read_bytes()
        return msgspec.json.decode(data, type=_Facts).outcome
    except (OSError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return _Measured()


def _spec(folder: RunFolder) -> tuple[RunSpec | None, str]:
    try:
        return read_spec(folder.spec_file), ""
    except TomlError as error:
        return None, str(error).removeprefix(f"{folder.path}{os.sep}")


def _plan(folder: RunFolder) -> tuple[str, int | None]:
    """The plan in force in a word, and how many parameters train by it, where that is known."""
    states = read_states_in_short(folder)
    if states is not None:
        return plan_name(states.plan), states.trainable_parameters
    try:
        return plan_name(read_plan(folder.plan_file)), None
    except TomlError:
        return "", None


def _text(name: str) -> str:
    # A file's name can be any bytes; what is told of it goes into JSON, which cannot.
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _last(envelopes: Iterable[Envelope], *types: type[T]) -> T | None:
    """The last event of one of these types."""
    found: T | None = _event(_last_envelope(envelopes, *types))
    return found


def _last_envelope(envelopes: Iterable[Envelope], *types: type) -> Envelope | None:
    return next((one for one in reversed(tuple(envelopes)) if isinstance(one.event, types)), None)


def _event(envelope: Envelope | None) -> Any:
    return envelope.event if envelope else None


def _names(types: Iterable[type]) -> list[str]:
    return [one.__name__ for one in types]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
