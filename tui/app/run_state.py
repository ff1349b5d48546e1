"""What is known of a run, folded from its events: the one state that the run screen shows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from operator import lt
from typing import Literal

from tui.app.step_curves import SUM, StepCurves
from tui.runs import events
from tui.runs.event_words import in_words, rate_in_words
from tui.runs.events import Envelope
from tui.runs.plan_change import change_in_words
from tui.runs.savings import Savings, savings_of
from tui.runs.series import Series

KEPT_NOTICES = 200
KEPT_VALIDATIONS = 1000
KEPT_MARKS = 200
KEPT_WORDS = 500
KEPT_SAMPLES = 100


class Status(Enum):
    """Where a run stands. The value is the word on the screen."""

    WAITING = "waiting for the trainer"
    PREPARING = "preparing"
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    COMPLETE = "complete"
    FAILED = "failed"
    GONE = "ended without a word"

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come."""
        return self in (Status.STOPPED, Status.COMPLETE, Status.FAILED, Status.GONE)


HELD = 3
"""Steps that a learning rate has to hold for its next change to be a step of a schedule, and not
the slope of one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What trains, or the learning rate, changed after a step; `words` say how."""

    step: int
    words: str
    kind: Literal["plan", "rate"] = "plan"


@dataclass(frozen=True, slots=True)
class Told:
    """An event in words; `sign` is `!` for what a person should know, `E` for an error, `-` for
    all else."""

    words: str
    sign: Literal["-", "!", "E"]


@dataclass(slots=True)
class RunState:
    """A run so far. Only `apply` and the `mark_…` below change it; `version` tells that they
    did. Times are seconds since the epoch, as the trainer wrote them, those of steps without the
    pauses before them. `seconds_before` is how long the run had trained before it was resumed,
    `rate_held` for how many steps the learning rate has been the same."""

    version: int = 0
    seen_at: float = 0.0
    started: events.RunStarted | None = None
    started_at: float = 0.0
    doing: str = ""
    prepared: events.Prepared | None = None
    caching: events.Caching | None = None
    checked: events.Checked | None = None
    step: events.Step | None = None
    first_step: int = 0
    first_step_at: float = 0.0
    last_step_at: float = 0.0
    curves: StepCurves = field(default_factory=StepCurves)
    rate_held: int = 0
    validations: deque[events.Validated] = field(
        default_factory=lambda: deque(maxlen=KEPT_VALIDATIONS)
    )
    best: events.Validated | None = None
    memory: events.Memory | None = None
    savings: Savings | None = None
    training_values: int = 0
    notices: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_NOTICES))
    notice_count: int = 0
    told: deque[Told] = field(default_factory=lambda: deque(maxlen=KEPT_WORDS))
    told_count: int = 0
    marks: deque[Mark] = field(default_factory=lambda: deque(maxlen=KEPT_MARKS))
    checkpoint: events.Checkpointed | None = None
    samples: deque[events.Sampled] = field(default_factory=lambda: deque(maxlen=KEPT_SAMPLES))
    seconds_before: float = 0.0
    stop_asked: bool = False
    paused_at: int | None = None
    paused_since: float | None = None
    paused_seconds: float = 0.0
    proof: events.Proof | None = None
    finished: events.Finished | None = None
    failed: events.Failed | events.Died | None = None
    ended_at: float = 0.0
    gone: str = ""

    @property
    def status(self) -> Status:
        """Where the run stands."""
        if self.failed is not None:
            return Status.FAILED
        if self.finished is not None:
            return Status.STOPPED if self.finished.stopped else Status.COMPLETE
        if self.gone:
            return Status.GONE
        if self.stop_asked:
            return Status.STOPPING
        if self.paused_at is not None:
            return Status.PAUSED
        if self.step is not None:
            return Status.TRAINING
        return Status.PREPARING if self.started is not None else Status.WAITING

    @property
    def losses(self) -> dict[str, Series]:
        """The losses by step, each part by its name and the whole."""
        return self.curves.losses

    @property
    def sampled(self) -> events.Sampled | None:
        """The newest pictures."""
        return self.samples[-1] if self.samples else None

    @property
    def total_steps(self) -> int:
        """Steps of the whole run; 0 while not known."""
        return self.prepared.total_steps if self.prepared else 0

    @property
    def share(self) -> float:
        """How much of the run is done, 0 to 1."""
        if self.step is None or not self.total_steps:
            return 0.0
        return min(1.0, self.step.step / self.total_steps)

    @property
    def seconds_left(self) -> float | None:
        """Until the last step at the speed so far, validations included; None while unknown."""
        if self.step is None or not self.total_steps or self.step.step <= self.first_step:
            return None
        each = (self.last_step_at - self.first_step_at) / (self.step.step - self.first_step)
        return max(0.0, each * (self.total_steps - self.step.step))

    def elapsed(self, now: float) -> float:
        """Seconds from the trainer's start to its end, or to `now`, without pauses, and what it
        had trained before it was resumed."""
        if self.started is None:
            return 0.0
        if self.finished is not None:
            return self.finished.seconds
        end = self.ended_at or now
        if self.paused_since is not None:
            end = min(end, self.paused_since)
        return self.seconds_before + max(0.0, end - self.started_at - self.paused_seconds)

    @property
    def not_finite(self) -> tuple[int, int]:
        """How many steps had a loss that is no finite number, and the first such step."""
        series = self.losses.get(SUM)
        # A series of nothing but such steps is empty, and so false.
        return (0, 0) if series is None else (series.not_finite, series.first_not_finite)

    def apply_all(self, envelopes: Iterable[Envelope]) -> None:
        """Fold some events in, in their order; what many steps need is done once for all."""
        run: list[Envelope] = []
        seen_at = self.seen_at
        for envelope in envelopes:
            seen_at = envelope.time
            self._come_back()
            match envelope.event:
                case events.Step():
                    run.append(envelope)
                case events.Memory() as memory:
                    # Between nearly all steps, and nothing to them.
                    self.version += 1
                    newest = run[-1].event if run else self.step
                    self._remember(memory, newest)
                case _:
                    self._apply_steps(run)
                    run = []
                    self.apply(envelope)
        self._apply_steps(run)
        self.seen_at = seen_at

    def apply(self, envelope: Envelope) -> None:
        """Fold one event in."""
        self.version += 1
        self._come_back()
        self.seen_at = envelope.time
        self._tell(envelope.event)
        match envelope.event:
            case events.Step() as step:
                self._stepped(step, envelope.time)
            case events.Memory() as memory:
                self._remember(memory, self.step)
            case events.Phase(doing):
                self.doing = doing
            case events.RunStarted() as started:
                self._start(started, envelope.time)
            case events.Prepared() as prepared:
                self.prepared, self.training_values = prepared, prepared.trainable_values
            case events.Checked() as checked:
                self.checked, self.savings = checked, savings_of(checked)
            case events.Validated() as validated:
                self._validated(validated)
            case events.Sampled() as sampled:
                self._sampled(sampled)
            case events.Notice(message):
                self.notices.append(message)
                self.notice_count += 1
            case events.PlanApplied() as change:
                self.marks.append(Mark(change.step, change_in_words(change)))
                if self.savings is not None:
                    self.savings = self.savings.after(self.training_values, change)
                self.training_values = change.trainable_values
            case events.Checkpointed() as checkpoint:
                self.checkpoint = checkpoint
            case events.Resumed() as resumed:
                self._resume(resumed)
            case events.Caching() as caching:
                self.caching = caching
            case events.Paused(step):
                self.paused_at, self.paused_since = step, envelope.time
            case events.Continued():
                self._go_on(envelope.time)
            case events.LearningRateChanged() as change:
                self.marks.append(Mark(change.step, rate_in_words(change), "rate"))
            case events.Commanded(command):
                self.stop_asked = self.stop_asked or "stop" in command.lower()
            case events.Proof() as proof:
                self.proof = proof
            case events.Finished() as finished:
                self.finished, self.ended_at = finished, envelope.time
            case events.Died() if self.failed or self.finished:
                pass  # it had said so itself
            case events.Failed() | events.Died() as failed:
                self.failed, self.ended_at = failed, envelope.time

    def mark_stop_asked(self, asked: bool = True) -> None:
        """A stop was sent (or was not taken after all)."""
        self.version += 1
        self.stop_asked = asked

    def mark_not_begun(self, words: str) -> None:
        """Nothing is known to be under way; `words` stand until something is."""
        self.doing = words

    def mark_resuming(self) -> None:
        """A trainer was started again, and has said nothing yet."""
        self.version += 1
        self.finished = self.failed = self.proof = None
        self.gone, self.ended_at, self.stop_asked = "", 0.0, False
        self.started, self.doing = None, "starting the trainer again"

    def mark_gone(self, reason: str) -> None:
        """The trainer's process is no more, and it wrote no last event."""
        self.version += 1
        self.gone, self.ended_at = reason, self.seen_at

    def _come_back(self) -> None:
        # Whoever writes is there.
        if self.gone:
            self.gone, self.ended_at = "", 0.0

    def _tell(self, event: events.Event) -> None:
        match event:
            case events.Step() | events.Memory():
                return  # told by curves
            case events.Notice(message):
                told = Told(message, "!")
            case events.Failed() | events.Died():
                told = Told(in_words(event), "E")
            case _:
                told = Told(in_words(event), "-")
        if told.words:
            self.told.append(told)
            self.told_count += 1

    def _start(self, started: events.RunStarted, time: float) -> None:
        # A second start is a run that was resumed: what it did before still counts.
        self.started, self.started_at = started, time
        self.finished = self.failed = self.proof = None
        self.gone, self.ended_at, self.stop_asked, self.doing = "", 0.0, False, ""
        self.paused_at = self.paused_since = None
        self.paused_seconds = 0.0
        self.first_step = 0

    def _go_on(self, time: float) -> None:
        if self.paused_since is not None:
            self.paused_seconds += time - self.paused_since
        self.paused_at = self.paused_since = None

    def _resume(self, resumed: events.Resumed) -> None:
        # What came after the checkpoint did not last: the run does it again.
        self.seconds_before = resumed.seconds
        self._forget_from(resumed.step + 1)
        marks = [mark for mark in self.marks if mark.step < resumed.step]
        self.marks.clear()
        self.marks.extend(marks)
        self._forget_samples(resumed.step)
        validations = [one for one in self.validations if one.step <= resumed.step]
        self.validations.clear()
        self.best = None
        for validated in validations:
            self._validated(validated)

    def _sampled(self, sampled: events.Sampled) -> None:
        self._forget_samples(sampled.step - 1)  # the same step again, by hand
        self.samples.append(sampled)

    def _forget_samples(self, after: int) -> None:
        while self.samples and self.samples[-1].step > after:
            self.samples.pop()

    def _validated(self, validated: events.Validated) -> None:
        self.validations.append(validated)
        if validated.value is not None and (
            self.best is None or self.best.value is None or validated.value > self.best.value
        ):
            self.best = validated

    def _stepped(self, step: events.Step, time: float) -> None:
        if self.step is not None and step.step <= self.step.step:
            self._forget_from(step.step)
        if not self.first_step:
            self.first_step, self.first_step_at = step.step, time - self.paused_seconds
        self._mark_rates([step])
        self.step, self.last_step_at = step, time - self.paused_seconds
        self.doing = ""
        self.curves.append(step)

    def _apply_steps(self, run: list[Envelope]) -> None:
        """Fold in some steps that follow on each other."""
        steps = [one.event for one in run if isinstance(one.event, events.Step)]
        numbers = [step.step for step in steps]
        before = [self.step.step if self.step else 0, *numbers[:-1]]
        if (
            len(steps) < 2
            or not all(map(lt, before, numbers))
            or any(step.losses.keys() != steps[0].losses.keys() for step in steps)
        ):
            for envelope in run:
                self.apply(envelope)
            return
        self.version += len(run) - 1
        self.curves.extend(numbers[:-1], steps[:-1])
        self._mark_rates(steps[:-1])
        self.step = steps[-2]
        if not self.first_step:
            self.first_step = numbers[0]
            self.first_step_at = run[0].time - self.paused_seconds
        self.apply(run[-1])

    def _mark_rates(self, steps: list[events.Step]) -> None:
        """Mark where the learning rate, which held, is another: these steps follow on each
        other, and on the newest one so far."""
        before = self.step
        for step in steps:
            if before is None or step.learning_rate == before.learning_rate:
                self.rate_held += 1
            else:
                if self.rate_held >= HELD and not self._rate_told(before.step):
                    words = f"learning rate {step.learning_rate:g}, by schedule"
                    self.marks.append(Mark(before.step, words, "rate"))
                self.rate_held = 1
            before = step

    def _rate_told(self, step: int) -> bool:
        # By hand it is told by an event of its own.
        return any(mark.kind == "rate" and mark.step == step for mark in self.marks)

    def _remember(self, memory: events.Memory, newest: events.Event | None) -> None:
        self.memory = memory
        step = newest.step if isinstance(newest, events.Step) else 0
        self.curves.remember(step, memory)

    def _forget_from(self, step: int) -> None:
        self.rate_held = 0
        self.curves.forget_from(step)
