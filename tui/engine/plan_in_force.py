"""The plan that a run goes by, while it goes: by schedule, by hand, and what it comes to.

All that touches the network happens on the main thread, between two batches; `offer` may be
called from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from mxnet.gluon import Block

from tui.engine.distribution.spread import settle_statistics
from tui.engine.freezing import apply_plan
from tui.engine.refusal import Refusal
from tui.engine.verification import Witness
from tui.model.plan import FreezePlan, Rule
from tui.model.resolution import Resolution, resolve
from tui.model.states import State
from tui.model.tree import ModelTree
from tui.runs.events import Event, Notice, PlanApplied, Reason
from tui.runs.proof_file import Kept
from tui.runs.states_file import StatesFile


class PlanInForce:
    """Applies a plan to a network, and keeps to its schedule for `epochs` epochs.

    `replays` are changes by hand of an earlier time, to be made again, by how many steps have
    been done then. With `accumulate`, what trains adds up the gradients of batches. `changed` is
    called, once the run has begun, with the steps done whenever what trains may have changed.

    Raises:
        PatternError: one of the plan's patterns cannot be used.
        Refusal: nothing would train, in the epoch that it begins with or in a later one.
    """

    def __init__(
        self,
        net: Block,
        plan: FreezePlan,
        epochs: int,
        emit: Callable[[Event], None],
        *,
        epoch: int = 1,
        replays: Mapping[int, FreezePlan] | None = None,
        accumulate: bool = False,
        changed: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.net = net
        self.plan = plan
        self.epoch = epoch
        self.epochs = epochs
        self.witness = Witness(net)
        self._accumulate = accumulate
        self._emit = emit
        self._changed = changed
        self._replays = dict(replays or {})
        self._offered: FreezePlan | None = None
        self._closed_to_offers = False
        self._lock = threading.Lock()
        self.tree: ModelTree
        self.resolution: Resolution
        self.tree, self.resolution = apply_plan(net, plan, epoch, accumulate=accumulate)
        self._refuse_idle(plan)
        self._note_missed()
        for rule in plan.rules:
            if rule.epoch > epochs and not rule.off:
                self._emit(Notice(f"a rule waits for epoch {rule.epoch}, and the run has {epochs}"))

    def offer(self, plan: FreezePlan) -> None:
        """Take a plan that is to be put in force at the next batch.

        Raises:
            PatternError: one of its patterns cannot be used.
            Refusal: nothing would train, or nothing trains any more.
        """
        self._refuse_idle(plan)
        with self._lock:
            if self._closed_to_offers:
                raise Refusal("the last batch is done; the plan stays as it is")
            self._offered = plan

    def close(self) -> None:
        """After the last batch: take no more plans."""
        with self._lock:
            self._closed_to_offers = True
            late, self._offered = self._offered, None
        if late is not None:
            self._emit(Notice("the change of the plan came after the last batch, and was not made"))

    def begin_epoch(self, epoch: int, step: int) -> None:
        """At the beginning of an epoch, after `step` steps: let those of the plan's rules come
        into force that wait for it."""
        self.epoch = epoch
        if epoch > 1 and epoch in self.plan.epochs:
            rules = tuple(r for r in self.plan.rules if r.epoch == epoch and not r.off)
            self._apply(self.plan, step, "schedule", rules)

    def between_batches(self, step: int) -> None:
        """After `step` steps: put in force what was offered, or was changed here before."""
        again = self._replays.pop(step, None)
        if again is not None:
            self._apply(again, step, "replayed")
        if self._offered is None:
            return
        with self._lock:
            offered, self._offered = self._offered, None
        # A person who changes the plan now has seen what is: older changes are not made again.
        self._replays.clear()
        self._apply(offered, step, "by hand")
        self._note_missed()

    def begin(self, step: int, kept: Kept | None = None) -> None:
        """Before the first batch, which will be `step`: take what the proof needs, or go on with
        what was kept."""
        if kept is None:
            self.witness.begin(self.tree, self.resolution, step)
        else:
            self.witness.go_on(kept, self.tree, self.resolution)
        self._changed(step - 1)

    def settle(self) -> None:
        """Before the network is looked at as one: of several devices, the first one's statistics
        are what has moved."""
        settle_statistics(self.net, self.tree, self.resolution)

    def _apply(
        self, plan: FreezePlan, step: int, reason: Reason, rules: tuple[Rule, ...] = ()
    ) -> None:
        # Its digests are of what the plan before has left.
        self.settle()
        self.witness.end(step)
        self.tree, self.resolution = apply_plan(
            self.net, plan, self.epoch, accumulate=self._accumulate
        )
        self.witness.begin(self.tree, self.resolution, step + 1)
        self.plan = plan
        totals = self.tree.totals(self.resolution.states)
        self._emit(
            PlanApplied(
                step=step,
                epoch=self.epoch,
                reason=reason,
                trainable_parameters=totals.trainable_parameters,
                frozen_parameters=totals.frozen_parameters,
                trainable_values=totals.trainable_values,
                values=totals.values,
                rules=rules,
                plan=None if reason == "schedule" else plan,
            )
        )
        self._changed(step)

    def states(self, step: int) -> StatesFile:
        """What trains now, after `step` steps, by structure name."""
        named: dict[State, list[str]] = {State.TRAINABLE: [], State.FROZEN: [], State.AUXILIARY: []}
        for info, state in zip(self.tree.parameters, self.resolution.states, strict=True):
            named[state].append(info.structure_name)
        trainable = tuple(named[State.TRAINABLE])
        return StatesFile(
            step, self.plan, len(trainable), trainable=trainable, frozen=tuple(named[State.FROZEN])
        )

    def _refuse_idle(self, plan: FreezePlan) -> None:
        for epoch in sorted({self.epoch, *plan.epochs}):
            if self.epoch <= epoch <= self.epochs:
                states = resolve(plan, self.tree, epoch).states
                if State.TRAINABLE not in states:
                    when = f" in epoch {epoch}" if len(plan.epochs) > 1 else ""
                    raise Refusal(
                        f"every parameter is frozen{when}, so nothing can train; thaw some"
                    )

    def _note_missed(self) -> None:
        for index in self.resolution.missed:
            self._emit(Notice(f"rule {index + 1} of the plan selects nothing in this model"))
