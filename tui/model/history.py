"""Undo and redo over plans."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.model.plan import FreezePlan


@dataclass
class PlanHistory:
    """The plan as it is, and the ones before and after it. The one place that holds the plan."""

    plan: FreezePlan = field(default_factory=FreezePlan)
    _before: list[tuple[str, FreezePlan]] = field(default_factory=list)
    _after: list[tuple[str, FreezePlan]] = field(default_factory=list)

    def change(self, plan: FreezePlan, what: str) -> bool:
        """Make another plan the current one; `what` names the step. False if it is the same."""
        if plan == self.plan:
            return False
        self._before.append((what, self.plan))
        self._after.clear()
        self.plan = plan
        return True

    def begin_here(self) -> None:
        """Forget the plans before and after: there is nothing to undo."""
        self._before.clear()
        self._after.clear()

    def undo(self) -> str | None:
        """Go back one step; the step's name, or None at the beginning."""
        if not self._before:
            return None
        what, plan = self._before.pop()
        self._after.append((what, self.plan))
        self.plan = plan
        return what

    def redo(self) -> str | None:
        """Go forward again; the step's name, or None at the end."""
        if not self._after:
            return None
        what, plan = self._after.pop()
        self._before.append((what, self.plan))
        self.plan = plan
        return what
