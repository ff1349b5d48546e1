"""The shortest Python that gives the parameters of a network one attribute, as a plan says.

Several ways of saying it are worked out, each is checked against the plan, and the shortest is
taken; blocks by attribute are preferred, since a pattern has to be read twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from tui.model.block_code import block_code, is_sequence, loop, symbol_of
from tui.model.exact_pattern import exact_pattern
from tui.model.folding import covering, folded_values
from tui.model.plan import Rule
from tui.model.selection import match_names
from tui.model.setting import Setting, Value
from tui.model.setting_code import Step, StepWriter
from tui.model.tree import ModelTree

_Way = Callable[[], "list[Step] | None"]
_Chosen = Sequence[tuple[Value, int]]

FEW = 4
"""Lines of blocks by attribute that are preferred to a shorter pattern."""


def setting_steps(tree: ModelTree, setting: Setting, *plans: tuple[Rule, ...]) -> list[Step]:
    """The steps that set what is to become otherwise; none where nothing is. Rules of `plans`
    are repeated as they are where that is exact, and as short as anything else."""
    if not setting.changed:
        return []
    writer = StepWriter(tree, setting)

    def exact(steps: list[Step]) -> bool:
        values = list(setting.before)
        for step in steps:
            for index in step.reached:
                values[index] = step.value
        return all(
            value == wanted
            for value, wanted in zip(values, setting.after, strict=True)
            if wanted is not None
        )

    by_attribute: tuple[_Way, ...] = (
        lambda: _by_blocks(writer, _differing(writer)),
        lambda: _by_blocks(writer, _fewest(writer)),
    )
    others: tuple[_Way, ...] = (
        *(lambda rules=rules: _as_planned(writer, rules) for rules in dict.fromkeys(plans)),
        lambda: _by_pattern(writer),
        lambda: _one_by_one(writer),
    )
    found: list[list[Step]] = []
    for ways in (by_attribute, others):
        for way in ways:
            steps = way()
            if steps is not None and exact(steps):
                found.append(steps)
                # One line for each value cannot be undercut.
                if _length(steps) <= len(setting.changed):
                    return steps
        best = min(found, key=_length, default=None)
        if best is not None and _length(best) <= FEW:
            return best
    return min(found, key=_length)


def _as_planned(writer: StepWriter, rules: Sequence[Rule]) -> list[Step] | None:
    steps: list[Step] = []
    for rule in rules:
        found = writer.rule(rule)
        if found is None:
            return None
        steps += found
    return steps


def _by_pattern(writer: StepWriter) -> list[Step] | None:
    """One pattern for each value over all names, from the network as it is, or from all set
    alike."""
    setting = writer.setting
    either = [index for index, matters in enumerate(setting.matters) if not matters]
    ways: list[list[Step]] = []
    everything = range(len(setting.after))
    for start in setting.starts:
        first = None if start is None else writer.all_of(start, "net", everything)
        if start is not None and first is None:
            continue
        steps: list[Step | None] = [] if first is None else [first]
        for value, wanted in _from(setting, start).changed.items():
            free = [i for i in either if value != "write" or i not in writer.trapped]
            pattern = exact_pattern(writer.names, wanted, free)
            if pattern is None:
                steps.append(None)
                break
            reached = match_names(pattern, writer.names)
            steps.append(writer.matching(value, "net", pattern, reached))
        written = [step for step in steps if step is not None]
        if len(written) == len(steps):
            ways.append(written)
    return min(ways, key=_length, default=None)


def _from(setting: Setting, start: Value | None) -> Setting:
    """The same, from where everything has one value."""
    if start is None:
        return setting
    before = tuple(None if value is None else start for value in setting.before)
    return Setting(setting.attribute, before, setting.after)


def _one_by_one(writer: StepWriter) -> list[Step]:
    steps = [writer.parameters(value, wanted) for value, wanted in writer.setting.changed.items()]
    return [step for step in steps if step is not None]


def _fewest(writer: StepWriter) -> _Chosen:
    """The fewest nodes, where later ones may be exceptions of earlier ones."""
    tree, setting = writer.tree, writer.setting
    # Where either value would do for a whole block, what trains is the exception.
    values = tuple(reversed(setting.values))
    return [
        (value, tree.index_of[path])
        for value, _, path in folded_values(tree, setting.after, setting.before, values)
    ]


def _differing(writer: StepWriter) -> _Chosen:
    """The nodes that hold only what is to become otherwise than it is."""
    tree, setting = writer.tree, writer.setting
    free = [index for index, matters in enumerate(setting.matters) if not matters]
    found: list[tuple[Value, int]] = []
    for value, wanted in setting.changed.items():
        nodes = [tree.index_of[path] for path in covering(tree, [*wanted, *free])]
        here = set(wanted)
        found += [(value, node) for node in nodes if not here.isdisjoint(tree.under(node))]
    return found


def _by_blocks(writer: StepWriter, chosen: _Chosen) -> list[Step] | None:
    """These nodes, by attribute; inside a SymbolBlock by pattern."""
    tree = writer.tree
    nodes = [(value, _whole_child(writer, node)) for value, node in chosen]
    shared = any(len(parameter.structure_names) > 1 for parameter in tree.parameters)
    if not shared:
        # Blocks of one depth have nothing in common, so their order is free.
        nodes.sort(key=lambda item: (tree.nodes[item[1]].depth, str(item[0]), item[1]))
    symbols = {node: symbol_of(tree, node) for _, node in nodes}
    steps: list[Step | None] = []
    done: set[int] = set()
    before = list(writer.setting.before)
    runs = groupby(nodes, key=lambda item: (symbols[item[1]], item[0], tree.nodes[item[1]].parent))
    for (symbol, value, parent), run in runs:
        members = [node for _, node in run]
        if symbol >= 0:
            if symbol not in done:
                done.add(symbol)
                steps += _symbol_steps(writer, symbol, before)
            continue
        for node in members:
            for index in tree.under(node):
                if before[index] is not None:
                    before[index] = value
        steps += _run_steps(writer, value, parent, members)
    written = [step for step in steps if step is not None]
    return _looped(writer, written) if len(written) == len(steps) else None


def _whole_child(writer: StepWriter, node: int) -> int:
    """A parameter's block, where that is one of a sequence and nothing else matters in it: a
    run of such blocks is a slice."""
    tree = writer.tree
    block = tree.nodes[node].parent
    if tree.nodes[node].is_block or block < 0 or tree.nodes[block].parent < 0:
        return node
    alone = sum(writer.setting.matters[index] for index in tree.under(block)) == 1
    return block if alone and is_sequence(tree, tree.nodes[block].parent) else node


def _run_steps(
    writer: StepWriter, value: Value, parent: int, members: Sequence[int]
) -> list[Step | None]:
    """Siblings that are to be set alike: a slice of a sequence, or each by itself."""
    tree = writer.tree
    leaves = [tree.nodes[node].parameter for node in members if not tree.nodes[node].is_block]
    steps: list[Step | None] = [writer.parameters(value, leaves)] if leaves else []
    blocks = {node for node in members if tree.nodes[node].is_block}
    code = block_code(tree, parent) if parent >= 0 else None
    if code is None or not is_sequence(tree, parent):
        return [*steps, *(_block_step(writer, value, node) for node in sorted(blocks))]
    siblings = [child for child in tree.children(parent) if tree.nodes[child].is_block]
    matters = writer.setting.matters
    idle = [not any(matters[i] for i in tree.under(node)) for node in siblings]
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
            steps.append(_block_step(writer, value, siblings[first]))
        else:
            left = "" if all(idle[:first]) else str(first)
            right = "" if all(idle[last + 1 :]) else str(last + 1)
            start = 0 if not left else first
            stop = len(siblings) if not right else last + 1
            reached = {i for node in siblings[start:stop] for i in tree.under(node)}
            sliced = code if not left and not right else f"{code}[{left}:{right}]"
            steps.append(writer.all_of(value, sliced, reached))
        place = end
    return steps


def _block_step(writer: StepWriter, value: Value, node: int) -> Step | None:
    code = block_code(writer.tree, node)
    return None if code is None else writer.all_of(value, code, writer.tree.under(node))


def _symbol_steps(writer: StepWriter, symbol: int, before: list[Value | None]) -> list[Step | None]:
    """A SymbolBlock: what differs by pattern, or all one way and then the rest by pattern."""
    tree, after = writer.tree, writer.setting.after
    code = block_code(tree, symbol)
    if code is None:
        return [None]
    inside = [i for i in tree.under(symbol) if writer.setting.matters[i]]
    ways: list[list[Step | None]] = []
    for start in writer.setting.starts:
        now = {i: before[i] if start is None else start for i in inside}
        steps = [] if start is None else [writer.all_of(start, code, tree.under(symbol))]
        for value in writer.setting.values:
            wanted = [i for i in inside if after[i] == value and now[i] != value]
            if wanted:
                steps.append(writer.in_symbol(value, symbol, wanted))
        ways.append(steps)
        # Another start costs a line of its own: it helps only where some value needs several.
        if None not in steps and _length(s for s in steps if s) == len(steps):
            break
    for index in inside:
        before[index] = after[index]
    possible = [way for way in ways if None not in way]
    return min(possible, key=lambda way: _length(s for s in way if s), default=[None])


def _looped(writer: StepWriter, steps: list[Step]) -> list[Step]:
    """The same, with three and more alike in a loop."""
    found: list[Step] = []
    for key, run in groupby(
        steps, key=lambda s: (s.value, s.selected, bool(s.block), bool(s.single))
    ):
        alike = list(run)
        value, selected, blocks, single = key
        if single and len(alike) > 1:
            step = writer.parameters(value, [index for one in alike for index in one.single])
            found += [step] if step is not None else alike
        elif blocks and len(alike) > 2:
            lines = (
                *loop("block", [one.block for one in alike]),
                f"    block.{writer.setting_all(selected, value)}",
            )
            found.append(Step(value, lines, frozenset().union(*(one.reached for one in alike))))
        else:
            found += alike
    return found


def _length(steps: Iterable[Step]) -> int:
    return sum(len(step.lines) for step in steps)
