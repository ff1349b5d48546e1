"""The shortest Python that gives a network the states of a plan.

Several ways of saying it are worked out, each is checked against the plan, and the shortest is
taken; blocks by attribute are preferred, since a pattern has to be read twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from tui.model.block_code import block_code, is_sequence, loop, symbol_of
from tui.model.exact_pattern import exact_pattern
from tui.model.folding import covering, folded
from tui.model.grad_req_code import Step, StepWriter, request, state_after
from tui.model.plan import Action, FreezePlan
from tui.model.resolution import Resolution
from tui.model.selection import match_names
from tui.model.states import State
from tui.model.tree import ModelTree

_Way = Callable[[], "list[Step] | None"]

FEW = 4
"""Lines of blocks by attribute that are preferred to a shorter pattern."""


def freeze_steps(tree: ModelTree, plan: FreezePlan, resolution: Resolution) -> list[Step]:
    """The steps that give a newly built network the states of a plan."""
    writer = StepWriter(tree)

    def exact(steps: list[Step]) -> bool:
        states = list(tree.built_states)
        for step in steps:
            for index in step.reached:
                if states[index] is not State.AUXILIARY:
                    states[index] = state_after(step.action)
        return states == list(resolution.states)

    states = resolution.states
    by_attribute: tuple[_Way, ...] = (
        lambda: _by_blocks(writer, states, _differing(tree, states)),
        lambda: _by_blocks(writer, states, _fewest(tree, states)),
    )
    others: tuple[_Way, ...] = (
        lambda: _as_planned(writer, plan),
        lambda: _by_pattern(writer, states),
        lambda: _one_by_one(writer, states),
    )
    found: list[list[Step]] = []
    for ways in (by_attribute, others):
        found += [steps for way in ways if (steps := way()) is not None and exact(steps)]
        best = min(found, key=_length, default=None)
        if best is not None and _length(best) <= FEW:
            return best
    return min(found, key=_length)


def _as_planned(writer: StepWriter, plan: FreezePlan) -> list[Step] | None:
    steps: list[Step] = []
    for rule in plan.rules:
        found = writer.rule(rule)
        if found is None:
            return None
        steps += found
    return steps


def _by_pattern(writer: StepWriter, states: Sequence[State]) -> list[Step] | None:
    """One pattern over all names, from the network as built, all frozen, or all thawed."""
    tree = writer.tree
    either = [i for i, p in enumerate(tree.parameters) if not p.can_train]
    ways: list[list[Step]] = []
    everything = range(len(tree.parameters))
    starts: tuple[Action | None, ...] = (None, "freeze", "thaw")
    for start in starts:
        first = writer.all_of(start, "net", everything) if start else None
        if start and first is None:
            continue
        before = [
            built if built is State.AUXILIARY or start is None else state_after(start)
            for built in tree.built_states
        ]
        differ = [i for i, state in enumerate(states) if state is not before[i]]
        actions: dict[Action, list[int]] = {}
        for index in differ:
            actions.setdefault(_action(states[index]), []).append(index)
        steps: list[Step | None] = [first] if start else []
        for action, wanted in actions.items():
            free = [i for i in either if action == "freeze" or i not in writer.trapped]
            pattern = exact_pattern(writer.names, wanted, free)
            if pattern is None:
                steps.append(None)
                break
            reached = match_names(pattern, writer.names)
            steps.append(writer.matching(action, "net", pattern, reached))
        written = [step for step in steps if step is not None]
        if len(written) == len(steps):
            ways.append(written)
    return min(ways, key=_length, default=None)


def _one_by_one(writer: StepWriter, states: Sequence[State]) -> list[Step]:
    tree = writer.tree
    steps: list[Step] = []
    actions: tuple[Action, ...] = ("freeze", "thaw")
    for action in actions:
        wanted = [
            index
            for index, state in enumerate(states)
            if state is state_after(action) and state is not tree.built_states[index]
        ]
        if wanted:
            step = writer.parameters(action, wanted)
            assert step is not None
            steps.append(step)
    return steps


def _fewest(tree: ModelTree, states: Sequence[State]) -> list[tuple[Action, int]]:
    """The fewest nodes, where later ones may be exceptions of earlier ones."""
    return [
        (rule.action, tree.index_of[rule.select])
        for rule in folded(tree, states, tree.built_states)
    ]


def _differing(tree: ModelTree, states: Sequence[State]) -> list[tuple[Action, int]]:
    """The nodes that hold only what is to become otherwise than it was built."""
    differ = {i for i, state in enumerate(states) if state is not tree.built_states[i]}
    fixed = [i for i, parameter in enumerate(tree.parameters) if not parameter.can_train]
    found: list[tuple[Action, int]] = []
    actions: tuple[Action, ...] = ("freeze", "thaw")
    for action in actions:
        wanted = {index for index in differ if states[index] is state_after(action)}
        if wanted:
            nodes = [tree.index_of[path] for path in covering(tree, [*wanted, *fixed])]
            found += [(action, n) for n in nodes if not wanted.isdisjoint(tree.under(n))]
    return found


def _by_blocks(
    writer: StepWriter, states: Sequence[State], chosen: Sequence[tuple[Action, int]]
) -> list[Step] | None:
    """These nodes, by attribute; inside a SymbolBlock by pattern."""
    tree = writer.tree
    nodes = [(action, _whole_child(tree, node)) for action, node in chosen]
    shared = any(len(parameter.structure_names) > 1 for parameter in tree.parameters)
    if not shared:
        # Blocks of one depth have nothing in common, so their order is free.
        nodes.sort(key=lambda item: (tree.nodes[item[1]].depth, item[0], item[1]))
    symbols = {node: symbol_of(tree, node) for _, node in nodes}
    steps: list[Step | None] = []
    done: set[int] = set()
    before = list(tree.built_states)
    runs = groupby(nodes, key=lambda item: (symbols[item[1]], item[0], tree.nodes[item[1]].parent))
    for (symbol, action, parent), run in runs:
        members = [node for _, node in run]
        if symbol >= 0:
            if symbol not in done:
                done.add(symbol)
                steps += _symbol_steps(writer, symbol, states, before)
            continue
        for node in members:
            for index in tree.under(node):
                if before[index] is not State.AUXILIARY:
                    before[index] = state_after(action)
        steps += _run_steps(writer, action, parent, members)
    written = [step for step in steps if step is not None]
    return _looped(writer, written) if len(written) == len(steps) else None


def _whole_child(tree: ModelTree, node: int) -> int:
    """A parameter's block, where that is one of a sequence and can train nothing else: a run of
    such blocks is a slice."""
    block = tree.nodes[node].parent
    if tree.nodes[node].is_block or block < 0 or tree.nodes[block].parent < 0:
        return node
    alone = sum(tree.parameters[index].can_train for index in tree.under(block)) == 1
    return block if alone and is_sequence(tree, tree.nodes[block].parent) else node


def _run_steps(
    writer: StepWriter, action: Action, parent: int, members: Sequence[int]
) -> list[Step | None]:
    """Siblings that are to be set alike: a slice of a sequence, or each by itself."""
    tree = writer.tree
    leaves = [tree.nodes[node].parameter for node in members if not tree.nodes[node].is_block]
    steps: list[Step | None] = [writer.parameters(action, leaves)] if leaves else []
    blocks = {node for node in members if tree.nodes[node].is_block}
    code = block_code(tree, parent) if parent >= 0 else None
    if code is None or not is_sequence(tree, parent):
        return [*steps, *(_block_step(writer, action, node) for node in sorted(blocks))]
    siblings = [child for child in tree.children(parent) if tree.nodes[child].is_block]
    idle = [not any(tree.parameters[i].can_train for i in tree.under(node)) for node in siblings]
    place = 0
    while place < len(siblings):
        if siblings[place] not in blocks:
            place += 1
            continue
        first = last = end = place
        while end < len(siblings) and (siblings[end] in blocks or idle[end]):
            last = end if siblings[end] in blocks else last
            end += 1
        if last == first:
            steps.append(_block_step(writer, action, siblings[first]))
        else:
            left = "" if all(idle[:first]) else str(first)
            right = "" if all(idle[last + 1 :]) else str(last + 1)
            start = 0 if not left else first
            stop = len(siblings) if not right else last + 1
            reached = {i for node in siblings[start:stop] for i in tree.under(node)}
            sliced = code if not left and not right else f"{code}[{left}:{right}]"
            steps.append(writer.all_of(action, sliced, reached))
        place = end
    return steps


def _block_step(writer: StepWriter, action: Action, node: int) -> Step | None:
    code = block_code(writer.tree, node)
    return None if code is None else writer.all_of(action, code, writer.tree.under(node))


def _symbol_steps(
    writer: StepWriter, symbol: int, states: Sequence[State], before: list[State]
) -> list[Step | None]:
    """A SymbolBlock: what differs by pattern, or all one way and then the rest by pattern."""
    tree = writer.tree
    code = block_code(tree, symbol)
    if code is None:
        return [None]
    inside = [i for i in tree.under(symbol) if tree.parameters[i].can_train]
    starts: tuple[Action | None, ...] = (None, "freeze", "thaw")
    ways: list[list[Step | None]] = []
    for start in starts:
        now = {i: before[i] if start is None else state_after(start) for i in inside}
        steps = [writer.all_of(start, code, tree.under(symbol))] if start else []
        actions: tuple[Action, ...] = ("freeze", "thaw")
        for action in actions:
            wanted = [
                i for i in inside if states[i] is state_after(action) and now[i] is not states[i]
            ]
            if wanted:
                steps.append(writer.in_symbol(action, symbol, wanted))
        ways.append(steps)
    for index in inside:
        before[index] = states[index]
    possible = [way for way in ways if None not in way]
    return min(possible, key=lambda way: _length(s for s in way if s), default=[None])


def _looped(writer: StepWriter, steps: list[Step]) -> list[Step]:
    """The same, with three and more alike in a loop."""
    found: list[Step] = []
    for key, run in groupby(
        steps, key=lambda s: (s.action, s.selected, bool(s.block), bool(s.single))
    ):
        alike = list(run)
        action, selected, blocks, single = key
        if single and len(alike) > 1:
            step = writer.parameters(action, [index for one in alike for index in one.single])
            found += [step] if step is not None else alike
        elif blocks and len(alike) > 2:
            lines = (
                *loop("block", [one.block for one in alike]),
                f"    block.collect_params({selected}).setattr('grad_req', {request(action)})",
            )
            found.append(Step(action, lines, frozenset().union(*(one.reached for one in alike))))
        else:
            found += alike
    return found


def _length(steps: Iterable[Step]) -> int:
    return sum(len(step.lines) for step in steps)


def _action(state: State) -> Action:
    return "freeze" if state is State.FROZEN else "thaw"
