"""What the frozen parameters of a run save, in bytes: gradients, and the optimiser's arrays."""

from __future__ import annotations

from dataclasses import dataclass

from tui.runs.events import Checked, PlanApplied


@dataclass(frozen=True, slots=True)
class Savings:
    """Bytes that are not taken, and those that are."""

    gradients: int
    optimizer: int
    gradients_taken: int
    optimizer_taken: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.gradients + self.optimizer

    def after(self, before: int, change: PlanApplied) -> Savings:
        """The same once what trains has changed; `before` values trained until then.

        The optimiser keeps the arrays of a parameter that has trained once: to freeze it again
        gives back its gradient, and no more.
        """
        if not before:
            return self
        whole = self.gradients + self.gradients_taken
        taken = min(whole, round(self.gradients_taken * change.trainable_values / before))
        arrays = self.optimizer + self.optimizer_taken
        kept = max(self.optimizer_taken, arrays * taken // whole if whole else 0)
        return Savings(whole - taken, arrays - kept, taken, kept)


def savings_of(check: Checked) -> Savings:
    """Those that the first batch has found."""
    return Savings(
        check.saved_gradient_bytes,
        check.saved_optimizer_bytes,
        check.gradient_bytes,
        check.optimizer_bytes,
    )
