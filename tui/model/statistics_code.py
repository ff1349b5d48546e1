"""Python that fixes the running statistics of norm layers, or lets them move.

On a block it is an argument of its operator, inside a SymbolBlock an attribute of the symbol's
node. The shortest form is one test for all layers, whether their gamma and beta are frozen;
layers that do otherwise are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from tui.model.block_code import block_code, is_symbolic, loop, quoted, symbol_of
from tui.model.code import Code
from tui.model.exact_pattern import exact_pattern
from tui.model.folding import folded_values
from tui.model.resolution import Resolution
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree

NN = "from mxnet.gluon import nn"
USES_GLOBAL = "_kwargs['use_global_stats']"


def built_fixed(tree: ModelTree) -> list[bool]:
    """Whether the network was built to keep the statistics of each norm layer."""
    return [any(tree.parameters[i].fixed for i in norm.statistics) for norm in tree.norms]


def fixed_by(tree: ModelTree, resolution: Resolution) -> list[bool]:
    """Whether a plan fixes the statistics of each norm layer."""
    return [
        all(resolution.statistics[i] is Statistic.FIXED for i in norm.statistics)
        for norm in tree.norms
    ]


def wholly_frozen(tree: ModelTree, states: Sequence[State]) -> list[bool]:
    """Whether neither gamma nor beta of each norm layer trains."""
    return [all(states[i] is not State.TRAINABLE for i in norm.weights) for norm in tree.norms]


def statistics_code(
    tree: ModelTree,
    states: Sequence[State] | None,
    before: Sequence[bool],
    after: Sequence[bool],
) -> Code:
    """The lines that turn the fixed statistics `before` into `after`, both by norm layer, in a
    network whose parameters have these states already; without states, by name alone."""
    changed = [place for place, fixed in enumerate(after) if fixed is not before[place]]
    if not changed:
        return Code()
    layers = [place for place, norm in enumerate(tree.norms) if not is_symbolic_norm(tree, place)]
    code = Code()
    if not set(layers).isdisjoint(changed):
        code += _layers(tree, layers, states, before, after)
    for symbol, inside in symbols(tree).items():
        if not set(inside).isdisjoint(changed):
            code += _symbol(tree, symbol, inside, states, before, after)
    return code


def follows_code(tree: ModelTree, after: Iterable[tuple[Sequence[State], Sequence[bool]]]) -> Code:
    """A function `set_statistics` that fixes the statistics of exactly the norm layers that are
    wholly frozen; no lines where this is not what is wanted in all of these states."""
    for states, fixed in after:
        frozen = wholly_frozen(tree, states)
        if any(
            frozen[place] is not wanted
            or (is_symbolic_norm(tree, place) and _beta_frozen(tree, place, states) is None)
            for place, wanted in enumerate(fixed)
        ):
            return Code()
    visit = [
        "    def visit(block):",
        "        if isinstance(block, nn.basic_layers._BatchNorm):",
        "            frozen = block.gamma.grad_req == block.beta.grad_req == 'null'",
        f"            block.{USES_GLOBAL} = frozen",
        "    net.apply(visit)",
    ]
    lines = ["def set_statistics(net):"]
    imports = set()
    if any(not is_symbolic_norm(tree, place) for place in range(len(tree.norms))):
        lines += visit
        imports.add(NN)
    for symbol in symbols(tree):
        expression = block_code(tree, symbol)
        if expression is None:
            return Code()
        set_it = "node._set_attr(use_global_stats=str(frozen))"
        each = _each_norm(expression, _WEIGHTS, f"frozen = {_ALL_FROZEN}", set_it)
        lines += [f"    {line}" for line in each]
    return Code(["set_statistics(net)"], {"set_statistics": "\n".join(lines)}, imports)


def is_symbolic_norm(tree: ModelTree, place: int) -> bool:
    """Whether a norm layer is a node of a SymbolBlock."""
    return is_symbolic(tree.model, tree.norms[place].block)


def symbols(tree: ModelTree) -> dict[int, list[int]]:
    """The norm layers, by place, of each SymbolBlock, by its node."""
    found: dict[int, list[int]] = {}
    for place in range(len(tree.norms)):
        if is_symbolic_norm(tree, place):
            found.setdefault(symbol_of(tree, _node(tree, place)), []).append(place)
    return found


def _node(tree: ModelTree, place: int) -> int:
    return tree.index_of[tree.model.blocks[tree.norms[place].block].path]


def _beta_frozen(tree: ModelTree, place: int, states: Sequence[State]) -> bool | None:
    """Whether the one beta of a norm layer is frozen; None where there is not one."""
    weights = tree.norms[place].weights
    betas = [i for i in weights if tree.parameters[i].name.endswith("beta")]
    return states[betas[0]] is State.FROZEN if len(betas) == 1 else None


# Layers that are blocks


def _layers(
    tree: ModelTree,
    layers: Sequence[int],
    states: Sequence[State] | None,
    before: Sequence[bool],
    after: Sequence[bool],
) -> Code:
    ways = [_by_name(tree, layers, before, after)]
    if states is not None:
        frozen = wholly_frozen(tree, states)
        followed = [fixed or frozen[place] for place, fixed in enumerate(before)]
        following = Code(["net.apply(keep_statistics)"], {"keep_statistics": _FOLLOW}, {NN})
        ways.append(following + _by_name(tree, layers, followed, after))
    return min(ways, key=lambda code: code.length)


_FOLLOW = f"""\
def keep_statistics(block):
    if isinstance(block, nn.basic_layers._BatchNorm):
        if block.gamma.grad_req == block.beta.grad_req == 'null':
            block.{USES_GLOBAL} = True"""

_SET = f"""\
def {{name}}(block):
    if isinstance(block, nn.basic_layers._BatchNorm):
        block.{USES_GLOBAL} = {{fixed}}"""


def _by_name(
    tree: ModelTree, layers: Sequence[int], before: Sequence[bool], after: Sequence[bool]
) -> Code:
    """The fewest blocks that say it, one after another."""
    was: list[bool | None] = [None] * len(tree.parameters)
    wanted = list(was)
    norms = {}
    for place in layers:
        norms[_node(tree, place)] = place
        for index in tree.norms[place].statistics:
            was[index], wanted[index] = before[place], after[place]
    chosen: list[tuple[bool, int]] = []
    for fixed, _, path in folded_values(tree, wanted, was, (True, False)):
        node = tree.index_of[path]
        if not tree.nodes[node].is_block:
            node = tree.nodes[node].parent
        if (fixed, node) not in chosen:
            chosen.append((fixed, node))
    # Layers that share their statistics keep or move them each by itself.
    for node, place in norms.items():
        around = [fixed for fixed, above in chosen if above <= node < tree.nodes.ends[above]]
        if (around[-1] if around else before[place]) is not after[place]:
            chosen.append((after[place], node))
    code = Code()
    for (fixed, single), run in groupby(chosen, key=lambda item: (item[0], item[1] in norms)):
        codes = [text for _, node in run if (text := block_code(tree, node)) is not None]
        name = "fix_statistics" if fixed else "move_statistics"
        what = f"{USES_GLOBAL} = {fixed}" if single else f"apply({name})"
        if not single:
            code.functions[name] = _SET.format(name=name, fixed=fixed)
            code.imports.add(NN)
        if len(codes) < 3:
            code.lines += [f"{text}.{what}" for text in codes]
        else:
            word = "norm" if single else "block"
            code.lines += [*loop(word, codes), f"    {word}.{what}"]
    return code


# Layers inside a SymbolBlock

_REGEX = 3
"""Lines that a test of gamma and beta may be longer than a pattern, which says less."""

_BY_BETA = "if params[names[2]].grad_req == 'null':  # its beta"
_WEIGHTS = "weights = names[1:3] if node.attr('fix_gamma') in ('False', '0') else names[2:3]"
_ALL_FROZEN = "all(params[name].grad_req == 'null' for name in weights)"


def _each_norm(code: str, *then: str, params: bool = True) -> list[str]:
    """A loop over the norm nodes of a SymbolBlock. Their inputs are the picture, gamma, beta,
    mean and variance."""
    return [
        *([f"params = {code}.collect_params()"] if params else []),
        f"for node in {code}._cached_graph[1].get_internals():",
        "    inputs = node.get_children()",
        "    names = inputs.list_outputs() if inputs is not None else []",
        "    if len(names) == 5 and names[3].endswith('_mean'):",
        *(f"        {line}" for line in then),
    ]


def _symbol(
    tree: ModelTree,
    symbol: int,
    inside: Sequence[int],
    states: Sequence[State] | None,
    before: Sequence[bool],
    after: Sequence[bool],
) -> Code:
    code = block_code(tree, symbol)
    if code is None:
        return Code()
    ways = [_symbol_by_name(tree, symbol, code, inside, before, after)]
    betas = {place: _beta_frozen(tree, place, states) for place in inside if states is not None}
    if states is not None and None not in betas.values():
        frozen = wholly_frozen(tree, states)
        set_true = "    node._set_attr(use_global_stats='True')"
        for fixed, test in (
            (betas, (_BY_BETA,)),
            (frozen, (_WEIGHTS, f"if {_ALL_FROZEN}:")),
        ):
            followed = list(before)
            for place in inside:
                followed[place] = before[place] or bool(fixed[place])
            rest = _symbol_by_name(tree, symbol, code, inside, followed, after)
            ways.append(Code(_each_norm(code, *test, set_true)) + rest)
    return min(ways, key=lambda way: way.length + _REGEX * len(way.imports))


def _symbol_by_name(
    tree: ModelTree,
    symbol: int,
    code: str,
    inside: Sequence[int],
    before: Sequence[bool],
    after: Sequence[bool],
) -> Code:
    """The nodes by the names of their means."""
    means = {
        place: [i for i in tree.norms[place].statistics if tree.parameters[i].name.endswith("mean")]
        for place in inside
    }
    every = [index for place in inside for index in means[place]]
    names = [tree.parameters[index].name for index in every]
    made = Code()
    for fixed in (True, False):
        chosen = {
            index
            for place in inside
            if after[place] is fixed and before[place] is not fixed
            for index in means[place]
        }
        if not chosen:
            continue
        set_it = f"node._set_attr(use_global_stats='{fixed}')"
        free = [
            at
            for place in inside
            if after[place] is fixed
            for at, index in enumerate(every)
            if index in means[place]
        ]
        wanted = [at for at, index in enumerate(every) if index in chosen]
        pattern = exact_pattern(names, wanted, free)
        if pattern == "":
            made.lines += _each_norm(code, set_it, params=False)
        elif pattern is not None:
            test = f"if re.match({quoted(pattern)}, names[3]):"
            made.lines += _each_norm(code, test, f"    {set_it}", params=False)
            made.imports.add("import re")
        else:
            told = [quoted(_key(tree, symbol, index)) for index in sorted(chosen)]
            made.lines += [f"means = {code}._collect_params_with_prefix()"]
            made.lines += _listed("means = {means[key].name for key in (", told, ")}")
            test = "if names[3] in means:"
            made.lines += _each_norm(code, test, f"    {set_it}", params=False)
    return made


def _key(tree: ModelTree, symbol: int, index: int) -> str:
    """The structure name of a parameter below a block."""
    front = tree.nodes[symbol].path
    names = tree.parameters[index].structure_names
    inside = next(name for name in names if name.startswith(f"{front}.") or not front)
    return inside[len(front) + 1 :] if front else inside


def _listed(opening: str, items: Sequence[str], closing: str) -> list[str]:
    lines = loop("key", items)
    lines[0] = opening + lines[0].removeprefix("for key in (")
    lines[-1] = lines[-1].removesuffix("):") + closing
    return lines
