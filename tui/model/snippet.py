"""The Python that does the same as a plan, as a colleague would paste it.

Run on a newly built network it leaves exactly what the plan resolves to: what trains, which
statistics are fixed, the multipliers, and the dropout that is off. Of a plan with a schedule it
leaves the first epoch's, and a function that a training loop calls for those that follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tui.model.code import Code
from tui.model.dropout import dropout_off
from tui.model.dropout_code import dropout_code
from tui.model.network_code import making
from tui.model.plan import FreezePlan, Rule
from tui.model.resolution import Resolution, resolve
from tui.model.setting import settings
from tui.model.setting_steps import setting_steps
from tui.model.source import ModelSource
from tui.model.states import State
from tui.model.statistics_code import (
    built_fixed,
    fixed_by,
    follows_code,
    statistics_code,
    wholly_frozen,
)
from tui.model.tree import ModelTree

NOTHING = "# Everything trains that can, as it was built: nothing to set."
AS_BUILT = "# What trains, and what is frozen, stays as it was built."
FOLLOWS = "# A frozen norm layer keeps its running mean and variance too."
BY_THEMSELVES = "# Running means and variances by themselves, whatever their weights do."
DROPOUT = "# Dropout is off where nothing around it trains."


def snippet(tree: ModelTree, plan: FreezePlan, source: ModelSource) -> str:
    """The Python that builds the network and gives it all that the plan says.

    Raises:
        PatternError: a rule's pattern cannot be used.
        NoPython: no Python builds the network of this source.
    """
    imports, made = making(tree, source)
    stages = [_Stage(tree, plan, epoch) for epoch in plan.epochs]
    first, later = stages[0], stages[1:]
    requests, multipliers = first.settings(None)
    statistics = first.statistics()
    follows = Code()
    if any(stage.fixed != first.fixed for stage in later):
        follows = follows_code(tree, [(s.resolution.states, s.fixed) for s in stages])
        if follows.lines:
            statistics = follows
    dropout = first.dropout(None)

    untouched = AS_BUILT if State.FROZEN in first.resolution.states else NOTHING
    parts = ["\n".join(requests.lines or [untouched])]
    if multipliers.lines:
        parts.append("\n".join(multipliers.lines))
    if statistics.lines:
        said = FOLLOWS if follows.lines or first.follows else BY_THEMSELVES
        parts.append("\n".join([said, *_all_lines(statistics)]))
    if dropout.lines:
        parts.append("\n".join([DROPOUT, *dropout.lines]))
    needed = requests + multipliers + statistics + dropout
    if statistics.lines or dropout.lines:
        parts[-1] = "\n".join([parts[-1], *_FORGET.lines])
        needed += _FORGET
    if later:
        schedule = _schedule(tree, stages, follows)
        needed += schedule
        have = statistics.functions
        parts += [text for name, text in schedule.functions.items() if name not in have]
    head = ["\n".join(_sorted_imports(imports | needed.imports)), "\n".join(made)]
    return "\n\n".join(part for part in (*head, *parts) if part) + "\n"


@dataclass
class _Stage:
    """What a plan makes of a model from an epoch on."""

    tree: ModelTree
    plan: FreezePlan
    epoch: int

    def __post_init__(self) -> None:
        self.resolution: Resolution = resolve(self.plan, self.tree, self.epoch)
        self.fixed = fixed_by(self.tree, self.resolution)
        self.off = dropout_off(self.tree, self.resolution.states) if self.plan.dropout_off else {}

    @property
    def follows(self) -> bool:
        """Whether exactly the norm layers are fixed that are wholly frozen, or were built so."""
        frozen = wholly_frozen(self.tree, self.resolution.states)
        pairs = zip(built_fixed(self.tree), frozen, strict=True)
        return self.fixed == [either or other for either, other in pairs]

    def rules(self, *, new: bool) -> tuple[Rule, ...]:
        """The rules that are in force, or those that come into force."""
        return tuple(
            rule
            for rule in self.plan.rules
            if not rule.off and (rule.epoch == self.epoch if new else rule.epoch <= self.epoch)
        )

    def settings(self, before: _Stage | None) -> tuple[Code, Code]:
        """What sets `grad_req`, and what sets the multipliers."""
        made = []
        for setting in settings(self.tree, self.resolution, before.resolution if before else None):
            code = Code()
            plans = (self.rules(new=False), self.rules(new=True))
            for step in setting_steps(self.tree, setting, *plans):
                code += Code(list(step.lines), imports=set(step.imports))
            made.append(code)
        return made[0], made[1] + made[2]

    def statistics(self) -> Code:
        """What fixes statistics, and lets them move, in a new network."""
        built = built_fixed(self.tree)
        return statistics_code(self.tree, self.resolution.states, built, self.fixed)

    def dropout(self, before: _Stage | None) -> Code:
        """What switches dropout off and on."""
        return dropout_code(self.tree, before.off if before else {}, self.off)


def _schedule(tree: ModelTree, stages: Sequence[_Stage], follows: Code) -> Code:
    """The function for the epochs that follow the first. It says of each of them all that has
    changed since the first: a run that is resumed there calls it once."""
    body = Code()
    traced = bool(follows.lines)
    for before, stage in pairwise(stages):
        requests, multipliers = stage.settings(before)
        # By name: a test of gamma and beta would read them while epochs are gone through.
        by_name = statistics_code(tree, None, before.fixed, stage.fixed)
        statistics = Code() if follows.lines else by_name
        dropout = stage.dropout(before)
        change = requests + multipliers + statistics + dropout
        traced = traced or bool(statistics.lines or dropout.lines)
        if change.lines:
            change.lines = [
                f"    if epoch >= {stage.epoch}:",
                *(f"        {line}" for line in change.lines),
            ]
            body += change
    if not body.lines:
        return Code()
    end = [f"    {line}" for line in follows.lines]
    if traced:
        body.imports |= _FORGET.imports
        end += [f"    {line}" for line in _FORGET.lines]
    text = [
        "def at_epoch(net, epoch):",
        '    """Call it before each epoch; the first is 1, and is set above."""',
        *body.lines,
        *end,
    ]
    return Code([], {**body.functions, "at_epoch": "\n".join(text)}, body.imports)


_FORGET = Code(
    ["net.apply(lambda block: isinstance(block, HybridBlock) and block._clear_cached_op())"],
    imports={"from mxnet.gluon import HybridBlock"},
)
"""What makes a network that has run trace itself anew, wherever in it traces begin."""


def _all_lines(code: Code) -> list[str]:
    functions = [line for text in code.functions.values() for line in (text, "")]
    return [*functions, *code.lines]


def _sorted_imports(imports: Iterable[str]) -> list[str]:
    """One line for each module, plain imports first."""
    plain = {line for line in imports if line.startswith("import")}
    names: dict[str, set[str]] = {}
    for line in set(imports) - plain:
        module, _, name = line.removeprefix("from ").partition(" import ")
        names.setdefault(module, set()).add(name)
    return [
        *sorted(plain),
        *(f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names)),
    ]
