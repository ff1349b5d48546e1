"""The events of a run: typed messages, one JSON line each in events.jsonl.

The log is append-only and the only way from the trainer to a screen. Each line is an
`Envelope`: a running number, a time, and one event.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from tui.model.plan import FreezePlan, Rule

EVENTS_VERSION = 1

Reason = Literal["schedule", "by hand", "replayed"]


class RunStarted(msgspec.Struct, frozen=True, tag=True):
    """The trainer is up. `create_time` and `pid` together name the process for good."""

    pid: int
    create_time: float
    model: str
    recipe: str
    data: str
    version: int = EVENTS_VERSION


class Phase(msgspec.Struct, frozen=True, tag=True):
    """What the trainer is about to do, in words: `importing MXNet`, `validating`."""

    doing: str


class Prepared(msgspec.Struct, frozen=True, tag=True):
    """Everything is ready for the first step."""

    train_pictures: int
    validation_pictures: int
    steps_per_epoch: int
    epochs: int
    total_steps: int
    trainable_parameters: int
    frozen_parameters: int
    trainable_values: int
    values: int
    metric: str


class Checked(msgspec.Struct, frozen=True, tag=True):
    """One batch went forth and back before the first step, and nothing was updated: the loss and
    its parts, seconds that it took, how many `pictures` it had and how many of their `labels` were
    held to the classes (0: of a kind that is not looked at). Bytes: of all parameters, of the
    gradients and the optimiser's arrays of those that train, and, as measured, of what a batch
    leaves in memory for its way back (None where that could not be measured). `saved_…`: what the
    gradients and the optimiser's arrays of the frozen ones would take beside.
    """

    loss: float
    losses: dict[str, float]
    seconds: float
    pictures: int
    labels: int
    parameter_bytes: int
    gradient_bytes: int
    optimizer_bytes: int
    activation_bytes: int | None
    statistics_fixed: int = 0
    statistics: int = 0
    saved_gradient_bytes: int = 0
    saved_optimizer_bytes: int = 0


class Caching(msgspec.Struct, frozen=True, tag=True):
    """Whether what the frozen side makes of a picture is kept from here on, and if not, why. In so
    many `tensors`, bytes a picture and in all; seconds that the frozen side takes for a picture;
    how many pictures were found kept already."""

    active: bool
    why_not: str = ""
    tensors: int = 0
    picture_bytes: int = 0
    total_bytes: int = 0
    picture_seconds: float = 0.0
    found: int = 0


class Step(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """One optimiser step. `losses` holds each part by name (`sum` is not among them),
    `step` counts from 1 over the whole run, `epoch` from 1. A loss that is not finite is read
    as None: JSON has no NaN. Where several processes make it together, it is of all of them, and
    `by_process` has how many pictures a second each does by itself, as it was last measured (0: not
    yet)."""

    step: int
    epoch: int
    loss: float | None
    losses: dict[str, float | None]
    learning_rate: float
    pictures_per_second: float
    by_process: tuple[float, ...] = ()


class Confused(msgspec.Struct, frozen=True):
    """`count` pictures of the class `real`, which had `pictures`, were taken for `found`."""

    real: str
    found: str
    count: int
    pictures: int


class Validated(msgspec.Struct, frozen=True, tag=True):
    """A validation. `value` is the metric that the recipe is judged by, 0 to 1; `per_class`
    its parts by class name, where it has them; `beside` are other values of the same predictions,
    by name, 0 to 1. NaN is read as None. `confused` are the pairs of classes that a classifier
    confuses most, `confusion` the file of the whole table, relative to the run folder (empty: there
    is none)."""

    epoch: int
    step: int
    metric: str
    value: float | None
    per_class: dict[str, float | None] = {}
    beside: dict[str, float | None] = {}
    confused: tuple[Confused, ...] = ()
    confusion: str = ""


class SampledPicture(msgspec.Struct, frozen=True):
    """A picture with what was predicted and what is true: a PNG, relative to the run folder, and
    a line about it. `small` is the same drawn for few pixels, as half blocks in a terminal have;
    empty in older runs."""

    path: str
    caption: str
    small: str = ""


class Sampled(msgspec.Struct, frozen=True, tag=True):
    """After `step` steps a few validation pictures were written, the same ones each time. Those of
    long ago may be gone."""

    step: int
    pictures: tuple[SampledPicture, ...]


class DeviceMemory(msgspec.Struct, frozen=True):
    """A GPU's memory in bytes, of all its processes together, as CUDA tells the trainer."""

    device: int
    used: int
    total: int


class Memory(msgspec.Struct, frozen=True, tag=True):
    """The trainer's own memory, in bytes. `devices` are the GPUs that it trains on: for where the
    screen has no NVML to ask, which tells more."""

    resident: int
    devices: tuple[DeviceMemory, ...] = ()


class Notice(msgspec.Struct, frozen=True, tag=True):
    """Something that a person should know and that stops nothing: a picture skipped."""

    message: str


class PlanApplied(msgspec.Struct, frozen=True, tag=True):
    """What trains was changed between two batches: after `step` steps, in `epoch`.

    `reason`: the plan's own schedule (`rules` are those that came into force), by hand, or a
    change by hand of before a resume, made again at its step. By hand, `plan` is the whole plan
    that is in force from here on.
    """

    step: int
    epoch: int
    reason: Reason
    trainable_parameters: int
    frozen_parameters: int
    trainable_values: int
    values: int
    rules: tuple[Rule, ...] = ()
    plan: FreezePlan | None = None


class Checkpointed(msgspec.Struct, frozen=True, tag=True):
    """A checkpoint was written, after `step` steps. `epoch` is the one that it goes on in, `path`
    is relative to the run folder, `best` whether no earlier one has a better metric."""

    step: int
    epoch: int
    path: str
    best: bool = False


class Resumed(msgspec.Struct, frozen=True, tag=True):
    """The run goes on after `step` steps, in `epoch`, from a checkpoint; what the log tells of
    later steps did not last. Step 0: there was no checkpoint, and the run begins anew.
    `seconds` is how long it had trained until then."""

    step: int
    epoch: int
    seconds: float = 0.0


class Commanded(msgspec.Struct, frozen=True, tag=True):
    """A command was taken, in words. What it changes is told by an event of its own."""

    command: str


class Paused(msgspec.Struct, frozen=True, tag=True):
    """The run waits, after `step` steps, until it is told to go on."""

    step: int


class Continued(msgspec.Struct, frozen=True, tag=True):
    """The run goes on after a pause that it made after `step` steps."""

    step: int


class LearningRateChanged(msgspec.Struct, frozen=True, tag=True):
    """After `step` steps the learning rate was set by hand, to that of the next step: all that the
    schedule says from here on is multiplied by `factor`. `replayed` is a change of before a
    resume, made again at its step."""

    step: int
    learning_rate: float
    factor: float
    replayed: bool = False


class Proof(msgspec.Struct, frozen=True, tag=True):
    """What moved and what did not, by structure name, from digests before and after.

    `broken` are frozen parameters or fixed statistics that changed: there must be none.
    `unchanged` are trainable ones that did not move: dead layers, or no gradient.

    `lr_mult_zero` counts those that only a multiplier of 0 held, and that are identical;
    `not_freezing` are those of `broken` that it did not hold. `intervals` is under how many plans
    in turn the run went on, `frozen_at_times` how many of the trainable ones were frozen in some of
    them, and identical in these. All digests are in proof.json. `processes` is how many it
    is of: what moved in one of them is among `broken`, and says in which.
    """

    frozen_identical: int
    statistics_identical: int
    trainable_changed: int
    unchanged: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    statistics_moved: int = 0
    lr_mult_zero: int = 0
    not_freezing: tuple[str, ...] = ()
    frozen_at_times: int = 0
    intervals: int = 1
    processes: int = 1


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The run ended by itself (`stopped` false) or by command (true). `weights` is relative
    to the run folder, and so is `best_weights`: those of `best_step`, where the metric was
    better than at the end; empty where it was not, or they were not kept."""

    stopped: bool
    steps: int
    epochs: int
    seconds: float
    weights: str
    metric: str = ""
    value: float | None = None
    best_weights: str = ""
    best_step: int | None = None


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The run ended by an error: one line for the screen; the traceback is in log.txt. `diverged`
    is whether the loss, a gradient or a parameter was no finite number any more."""

    message: str
    where: str = ""
    diverged: bool = False


class Died(msgspec.Struct, frozen=True, tag=True):
    """The trainer's process ended and could not say so itself: what ended it, in one line, with
    the number of the signal or the exit code. Written by the process that had started it."""

    message: str
    signal: int | None = None
    exit_code: int | None = None


Event = (
    RunStarted
    | Phase
    | Prepared
    | Checked
    | Caching
    | Step
    | Validated
    | Sampled
    | Memory
    | Notice
    | PlanApplied
    | Checkpointed
    | Resumed
    | Commanded
    | Paused
    | Continued
    | LearningRateChanged
    | Proof
    | Finished
    | Failed
    | Died
)


class Envelope(msgspec.Struct, frozen=True):
    """A line of events.jsonl: the event's number from 0, seconds since the epoch, the event."""

    seq: int
    time: float
    event: Event
