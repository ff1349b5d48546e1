"""A run among those that are compared, told from its folder: once, or again as it goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tui.model.plan import FreezePlan, describe
from tui.model.plan_file import read_plan
from tui.runs.events import (
    Continued,
    Envelope,
    Finished,
    Paused,
    PlanApplied,
    Prepared,
    Proof,
    Resumed,
    RunStarted,
    Step,
    Validated,
)
from tui.runs.folder import RunFolder
from tui.runs.listed import RunOutside, list_run
from tui.runs.log import EventReader
from tui.runs.series import Series
from tui.runs.spec import RunSpec, read_spec
from tui.runs.states_file import read_trains
from tui.runs.watch import stamp_of
from tui.toml import TomlError

LAST_STEPS = 50
"""Steps over which the speed is the mean."""

LAST_SHARE = 0.1
"""Of a run's steps, over which the loss at the end is the mean, as one step's is chance; never more
than those."""

SMOOTHING = 0.9
"""How much of the past the curves of losses keep at each step."""

_KEPT_STEPS = 5000
"""Newest steps that are kept, so that what a resume takes back leaves the last ones known."""

Point = tuple[int, float]


class Trains(msgspec.Struct, frozen=True):
    """What trains under a run's plan as it stands, in parameters and in their values."""

    trainable_parameters: int
    frozen_parameters: int
    trainable_values: int
    values: int


class ComparedRun(msgspec.Struct, frozen=True):
    """A run among those that are compared.

    `settings` are those of its run.toml by name, `rules` those of its plan in words, in their
    order; `plan` is the plan in a word, `changed` after which steps it was changed by hand. `loss`
    and `pictures_per_second` are means over the last steps, `value` is the metric last measured
    and `best` the best one, at `best_step`; `per_class` and `beside` are of the last validation.
    `losses` is the smoothed loss by step, `metrics` the metric by step. `seconds` is how long it
    trained, None before its end, `elapsed` how long it has so far, pauses left out. `proof` is None
    while there is none. `problem` is what of the folder cannot be read.
    """

    name: str
    path: str
    state: RunOutside
    settings: dict[str, Any] = {}
    rules: tuple[str, ...] = ()
    trains: Trains | None = None
    steps: int = 0
    total_steps: int = 0
    seconds: float | None = None
    loss: float | None = None
    metric: str = ""
    value: float | None = None
    best: float | None = None
    best_step: int | None = None
    per_class: dict[str, float | None] = {}
    beside: dict[str, float | None] = {}
    losses: tuple[Point, ...] = ()
    metrics: tuple[Point, ...] = ()
    proof: Proof | None = None
    problem: str = ""
    plan: str = ""
    changed: tuple[int, ...] = ()
    elapsed: float | None = None
    pictures_per_second: float | None = None


def settings_of(spec: RunSpec) -> dict[str, Any]:
    """A run.toml as names with values: the model's own and the hyper-parameters in one row, since
    none of either has the other's name."""
    told = msgspec.to_builtins(spec)
    model, hyper, _ = told.pop("model"), told.pop("hyper"), told.pop("distribution")
    divided = msgspec.structs.asdict(spec.distribution)
    told.pop("version")
    model.pop("seed", None)  # the run's, said twice
    return {**model, **told, **hyper, **divided}


def rules_of(plan: FreezePlan) -> tuple[str, ...]:
    """A plan's rules in words, those that are switched off left out; the same rule twice counts
    where it stands last."""
    rules = dict.fromkeys(reversed([describe(rule) for rule in plan.rules if not rule.off]))
    off = ("dropout off where nothing trains",) if plan.dropout_off else ()
    return (*reversed(rules), *off)


class RunReader:
    """Reads a run, and later what it has written since. Used by one thread at a time. `trains` is
    by structure name whether a parameter trains, None where nothing tells."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.trains: dict[str, bool] | None = None
        self._log = EventReader(folder.events_file)
        self._so_far = _SoFar()
        self._trains_of: object = None

    def read(self) -> ComparedRun:
        """The run as it is now."""
        folder = self.folder
        listed = list_run(folder)
        known: dict[str, Any] = {"problem": listed.problem, "metric": listed.metric}
        try:
            known["settings"] = settings_of(read_spec(folder.spec_file))
            known["rules"] = rules_of(read_plan(folder.plan_file))
            while envelopes := self._log.read():
                for envelope in envelopes:
                    self._so_far.add(envelope)
            known |= self._so_far.told()
        except TomlError as error:
            known["problem"] = str(error)
        except OSError as error:
            known["problem"] = f"{Path(str(error.filename or '')).name}: {error.strerror or error}"
        stamp = stamp_of(folder.states_file), stamp_of(folder.proof_file)
        if stamp != self._trains_of:
            self._trains_of, self.trains = stamp, read_trains(folder)
        # The state and the names are those of the list; the rest is exact here.
        told = {"steps": listed.step, "plan": listed.plan, **known}
        return ComparedRun(listed.name, listed.path, listed.state, **told)


class _SoFar:
    """What the log tells, event by event. What a resume takes back did not last."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}
        self._curve = Series()
        self._last: deque[Step] = deque(maxlen=_KEPT_STEPS)
        self._validations: list[Validated] = []
        self._plans: list[tuple[int, dict[str, Any]]] = []
        self._changed: list[int] = []
        self._begun = self._now = self._paused_at = 0.0
        self._before = self._paused = 0.0

    def add(self, envelope: Envelope) -> None:
        """Take one event, in the log's order."""
        self._now = envelope.time
        match envelope.event:
            case Step() as step:
                self._curve.append(step.step, step.loss)
                self._last.append(step)
                self._known["steps"] = step.step
            case Validated() as validated:
                self._validations.append(validated)
            case Prepared() as prepared:
                self._known |= {"total_steps": prepared.total_steps, "metric": prepared.metric}
                self._plans.append((-1, {"trains": _trains(prepared)}))
            case PlanApplied() as change:
                rules = {} if change.plan is None else {"rules": rules_of(change.plan)}
                self._plans.append((change.step, {"trains": _trains(change), **rules}))
                if change.reason in ("by hand", "replayed"):
                    self._changed.append(change.step)
            case Resumed(step, seconds=seconds):
                self._resume(step)
                self._before = seconds
            case RunStarted():
                self._begun, self._paused, self._paused_at = envelope.time, 0.0, 0.0
                self._known |= {"proof": None, "seconds": None}
            case Paused():
                self._paused_at = envelope.time
            case Continued():
                self._paused += envelope.time - self._paused_at if self._paused_at else 0.0
                self._paused_at = 0.0
            case Proof() as proof:
                self._known["proof"] = proof
            case Finished() as finished:
                self._known |= {"seconds": finished.seconds, "steps": finished.steps}

    def told(self) -> dict[str, Any]:
        """All of it."""
        known = {**self._known, "losses": tuple(self._curve.line(SMOOTHING))}
        for _, change in self._plans:
            known |= change
        known["changed"] = tuple(self._changed)
        last = list(self._last)[-LAST_STEPS:]
        at_the_end = max(1, int(self._known.get("steps", 0) * LAST_SHARE))
        losses = [step.loss for step in last[-at_the_end:] if step.loss is not None]
        if losses:
            known["loss"] = sum(losses) / len(losses)
        if last:
            rates = [step.pictures_per_second for step in last]
            known["pictures_per_second"] = sum(rates) / len(rates)
        if self._begun:
            known["elapsed"] = known.get("seconds") or self._elapsed()
        return known | _measured(self._validations)

    def _elapsed(self) -> float:
        now = self._paused_at or self._now
        return self._before + max(0.0, now - self._begun - self._paused)

    def _resume(self, step: int) -> None:
        self._curve.forget_from(step + 1)
        while self._last and self._last[-1].step > step:
            self._last.pop()
        self._validations = [one for one in self._validations if one.step <= step]
        self._changed = [one for one in self._changed if one < step]
        # A change that came just then is made again.
        self._plans = [one for one in self._plans if one[0] < step]
        self._known["steps"] = step


def _measured(validations: Sequence[Validated]) -> dict[str, Any]:
    points = [(one.step, one.value) for one in validations if one.value is not None]
    if not points:
        return {}
    best_step, best = max(points, key=lambda point: (point[1], -point[0]))
    end = validations[-1]
    return {
        "value": points[-1][1],
        "best": best,
        "best_step": best_step,
        "per_class": end.per_class,
        "beside": end.beside,
        "metrics": tuple(points),
    }


def _trains(event: Prepared | PlanApplied) -> Trains:
    return Trains(
        event.trainable_parameters,
        event.frozen_parameters,
        event.trainable_values,
        event.values,
    )
