"""The model that is open and the plan as it stands: the one place that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from tui.app.row_filter import RowFilter
from tui.model.families import Roles, find_roles
from tui.model.history import PlanHistory
from tui.model.ladder import Ladder
from tui.model.multiplier_roll_up import MultiplierRollUp
from tui.model.origins import Origins
from tui.model.plan import FreezePlan
from tui.model.resolution import Resolution, resolve, same_effect
from tui.model.statistics_roll_up import StatisticsRollUp
from tui.model.tree import ModelTree, RollUp, Totals
from tui.runs.inspection import BlockCost, BlockFacts, Costs, Opened, ParameterFacts


@dataclass
class Session:
    """What the model screen shows. Every change of the plan goes through here and can be undone.

    `kept` is the plan that was last trained, written or copied: what leaving would not lose.
    `costs` are those of the last picture sent through. `facts` is what the inspector has said,
    by node; `patterns` are the shortest that select exactly a block, by node, None where none
    was found.
    `shown` is the filter on the tree. `typed` is what was typed into the training form, by field.
    """

    opened: Opened
    tree: ModelTree
    roles: Roles
    history: PlanHistory = field(default_factory=PlanHistory)
    resolution: Resolution = field(init=False)
    totals: Totals = field(init=False)
    roll_up: RollUp = field(init=False)
    statistics: StatisticsRollUp = field(init=False)
    multipliers: MultiplierRollUp = field(init=False)
    kept: FreezePlan = field(default_factory=FreezePlan)
    costs: Costs | None = None
    _cost_of: dict[int, BlockCost] = field(default_factory=dict)
    facts: dict[int, BlockFacts | ParameterFacts] = field(default_factory=dict)
    patterns: dict[int, str | None] = field(default_factory=dict)
    shown: RowFilter = field(default_factory=RowFilter)
    typed: dict[str, str] = field(default_factory=dict)
    _later: dict[int, Resolution] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._show(resolve(self.history.plan, self.tree))

    @classmethod
    def of(cls, opened: Opened) -> Session:
        """A new session on a model, with an empty plan."""
        tree = ModelTree(opened.model)
        return cls(opened, tree, find_roles(tree))

    @property
    def plan(self) -> FreezePlan:
        """The plan as it stands."""
        return self.history.plan

    @property
    def unkept(self) -> bool:
        """Whether leaving now would lose a plan."""
        return self.plan != self.kept

    @cached_property
    def origins(self) -> Origins:
        """Which values came from a file."""
        return Origins(self.tree)

    @cached_property
    def ladder(self) -> Ladder:
        """The rungs from the head down."""
        # Shapes that become known later change no rung.
        return Ladder(self.tree, self.roles)

    def at_epoch(self, epoch: int) -> Resolution:
        """What the plan makes of the model in an epoch of its schedule."""
        if epoch == 1:
            return self.resolution
        if epoch not in self._later:
            self._later[epoch] = resolve(self.plan, self.tree, epoch)
        return self._later[epoch]

    def change(self, plan: FreezePlan, what: str, *, in_words: bool = False) -> bool:
        """Make another plan the current one; False where it would change nothing. With
        `in_words`, other rules that do the same are a change as well.

        Raises:
            PatternError: a rule's pattern cannot be used; nothing has changed.
        """
        resolution = resolve(plan, self.tree)
        same = resolution.effect == self.resolution.effect and (
            plan.epochs == self.plan.epochs == (1,) or same_effect(plan, self.plan, self.tree)
        )
        same = same and plan.dropout_off is self.plan.dropout_off
        if (same and not in_words) or not self.history.change(plan, what):
            return False
        self._show(resolution)
        return True

    def undo(self) -> str | None:
        """Go back one step; the step's name, or None at the beginning."""
        what = self.history.undo()
        if what is not None:
            self._show(resolve(self.plan, self.tree))
        return what

    def redo(self) -> str | None:
        """Go forward again; the step's name, or None at the end."""
        what = self.history.redo()
        if what is not None:
            self._show(resolve(self.plan, self.tree))
        return what

    @property
    def input_size(self) -> tuple[int, int] | None:
        """Height and width of the pictures that the model takes, where that is known."""
        if self.costs is not None:
            return self.costs.input_size
        return self.opened.source.input_size or self.opened.model.input_size

    def cost_of(self, node: int) -> BlockCost | None:
        """What a picture costs in a block; None for a parameter, and while nothing is counted."""
        return self._cost_of.get(self.tree.nodes[node].block)

    def count(self, costs: Costs) -> None:
        """Take in what a forward pass has told. The plan stays as it is."""
        self.costs = costs
        of = {cost.path: cost for cost in costs.blocks}
        blocks = enumerate(self.tree.model.blocks)
        self._cost_of = {index: of[block.path] for index, block in blocks if block.path in of}
        if costs.shapes:
            self.tree = self.tree.with_shapes(costs.shapes)
            self.opened = msgspec.structs.replace(self.opened, model=self.tree.model)
            self._show(self.resolution)

    def keep(self) -> None:
        """The plan as it stands is on disk, or on its way there."""
        self.kept = self.plan

    def _show(self, resolution: Resolution) -> None:
        self.resolution = resolution
        self._later = {}
        self.roll_up = RollUp(self.tree, resolution.states)
        self.statistics = StatisticsRollUp(self.tree, resolution.statistics)
        self.multipliers = MultiplierRollUp(self.tree, resolution)
        self.totals = self.tree.totals(resolution.states)
