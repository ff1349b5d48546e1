"""What a run tells at each step, as curves: losses, learning rate, speed, memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.runs.events import Memory, Step
from tui.runs.series import Series

SUM = "sum"
"""The name of the whole loss among its parts."""


@dataclass(slots=True)
class StepCurves:
    """`losses` by name, the sum among them; `rates` are learning rates, `speeds` images a second,
    `resident` is the trainer's memory in bytes, `devices` that of the GPUs that it trains on, by
    their numbers."""

    losses: dict[str, Series] = field(default_factory=dict)
    rates: Series = field(default_factory=Series)
    speeds: Series = field(default_factory=Series)
    resident: Series = field(default_factory=Series)
    devices: dict[int, Series] = field(default_factory=dict)

    def append(self, step: Step) -> None:
        """Add a step, which comes after all steps so far."""
        self.rates.append(step.step, step.learning_rate)
        self.speeds.append(step.step, step.pictures_per_second)
        self._loss(SUM).append(step.step, step.loss)
        for name, value in step.losses.items():
            self._loss(name).append(step.step, value)

    def extend(self, numbers: Sequence[int], steps: Sequence[Step]) -> None:
        """Add several steps, by their numbers; all of them have the same parts."""
        self.rates.extend(numbers, [step.learning_rate for step in steps])
        self.speeds.extend(numbers, [step.pictures_per_second for step in steps])
        self._loss(SUM).extend(numbers, [step.loss for step in steps])
        for name in steps[0].losses:
            self._loss(name).extend(numbers, [step.losses[name] for step in steps])

    def remember(self, step: int, memory: Memory) -> None:
        """Add the memory that is taken after a step: the first that is told of it."""
        last = self.resident.last
        if last is not None and step <= last.step:
            return
        self.resident.append(step, memory.resident)
        for one in memory.devices:
            self.devices.setdefault(one.device, Series()).append(step, one.used)

    def forget_from(self, step: int) -> None:
        """Take back what came at and after a step: a run that is resumed does it again."""
        by_step = (self.rates, self.speeds, self.resident)
        for series in (*self.losses.values(), *self.devices.values(), *by_step):
            series.forget_from(step)

    def _loss(self, name: str) -> Series:
        found = self.losses.get(name)
        if found is None:
            found = self.losses[name] = Series()
        return found
