"""Runs held against each other: what differs in their settings and plans, and what came of each.

All of it is data, by run in the order in which they were named: a command prints it, a screen can
draw it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tui.model.plan import FreezePlan, describe
from tui.model.plan_file import read_plan
from tui.runs.events import Finished, PlanApplied, Prepared, Proof, RunStarted, Step, Validated
from tui.runs.folder import RunFolder
from tui.runs.lasting import lasting_events
from tui.runs.listed import RunOutside, list_run
from tui.runs.series import Series
from tui.runs.spec import RunSpec, read_spec
from tui.toml import TomlError

LAST_STEPS = 50
"""Steps over which the loss at the end is the mean: one step's is chance."""

SMOOTHING = 0.9
"""How much of the past the curves of losses keep at each step."""

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
    order. `loss` is the mean over the last `LAST_STEPS` steps, `value` the metric last measured
    and `best` the best one, at `best_step`; `per_class` and `beside` are of the last validation.
    `losses` is the smoothed loss by step, `metrics` the metric by step. `proof` is None while
    there is none. `problem` is what of the folder cannot be read.
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


class Difference(msgspec.Struct, frozen=True):
    """Something that is not the same in all runs, with its value in each; None where a run has
    none. Of a rule the values are its places in the plans, counted from 1."""

    name: str
    values: tuple[Any, ...]


class Comparison(msgspec.Struct, frozen=True):
    """Runs, what of their settings differs and how many are the same, and the rules that are not
    in all plans, or not in the same place. `trains` are the counts that differ."""

    runs: tuple[ComparedRun, ...]
    settings: tuple[Difference, ...]
    same_settings: int
    rules: tuple[Difference, ...]
    trains: tuple[Difference, ...]


def compare(folders: Sequence[RunFolder]) -> Comparison:
    """Hold runs against each other. What cannot be read is told of its run, and compared as far
    as it goes."""
    runs = tuple(compared(folder) for folder in folders)
    settings, same = _differing([run.settings for run in runs])
    places = [{rule: place for place, rule in enumerate(run.rules, 1)} for run in runs]
    counts = [msgspec.structs.asdict(run.trains) if run.trains else {} for run in runs]
    return Comparison(runs, settings, same, _differing(places)[0], _differing(counts)[0])


def compared(folder: RunFolder) -> ComparedRun:
    """One run, its log read as a whole."""
    listed = list_run(folder)
    known: dict[str, Any] = {"problem": listed.problem, "metric": listed.metric}
    try:
        known |= _settled(folder)
        known |= _told(folder)
    except TomlError as error:
        known["problem"] = str(error)
    except OSError as error:
        known["problem"] = f"{Path(str(error.filename or '')).name}: {error.strerror or error}"
    # The state and the names are those of the list; the rest is exact here.
    return ComparedRun(listed.name, listed.path, listed.state, **{"steps": listed.step, **known})


def settings_of(spec: RunSpec) -> dict[str, Any]:
    """A run.toml as names with values: the model's own and the hyper-parameters in one row, since
    none of either has the other's name."""
    told = msgspec.to_builtins(spec)
    model, hyper, _ = told.pop("model"), told.pop("hyper"), told.pop("distribution")
    divided = msgspec.structs.asdict(spec.distribution)
    told.pop("version")
    model.pop("seed", None)  # the run's, said twice
    return {**model, **told, **hyper, **divided}


def _settled(folder: RunFolder) -> dict[str, Any]:
    return {
        "settings": settings_of(read_spec(folder.spec_file)),
        "rules": rules_of(read_plan(folder.plan_file)),
    }


def rules_of(plan: FreezePlan) -> tuple[str, ...]:
    """A plan's rules in words, those that are switched off left out; the same rule twice counts
    where it stands last."""
    rules = dict.fromkeys(reversed([describe(rule) for rule in plan.rules if not rule.off]))
    off = ("dropout off where nothing trains",) if plan.dropout_off else ()
    return (*reversed(rules), *off)


def _told(folder: RunFolder) -> dict[str, Any]:
    """What the log tells."""
    known: dict[str, Any] = {}
    curve, last = Series(), deque[float](maxlen=LAST_STEPS)
    validations: list[Validated] = []
    for envelope in lasting_events(folder.events_file):
        match envelope.event:
            case Step() as step:
                curve.append(step.step, step.loss)
                known["steps"] = step.step
                if step.loss is not None:
                    last.append(step.loss)
            case Validated() as validated:
                validations.append(validated)
            case Prepared() as prepared:
                known |= {"trains": _trains(prepared), "total_steps": prepared.total_steps}
                known["metric"] = prepared.metric
            case PlanApplied() as change:
                known["trains"] = _trains(change)
                if change.plan is not None:
                    known["rules"] = rules_of(change.plan)
            case RunStarted():
                known |= {"proof": None, "seconds": None}
            case Proof() as proof:
                known["proof"] = proof
            case Finished() as finished:
                known |= {"seconds": finished.seconds, "steps": finished.steps}
    if last:
        known["loss"] = sum(last) / len(last)
    known["losses"] = tuple(curve.line(SMOOTHING))
    return known | _measured(validations)


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


def _differing(runs: Sequence[dict[str, Any]]) -> tuple[tuple[Difference, ...], int]:
    names = list(dict.fromkeys(name for run in runs for name in run))
    rows = [Difference(name, tuple(run.get(name) for run in runs)) for name in names]
    found = tuple(row for row in rows if any(value != row.values[0] for value in row.values[1:]))
    return found, len(rows) - len(found)
