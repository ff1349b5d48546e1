"""The Python that does the same as a plan, as a colleague would paste it.

Run on a newly built network it leaves exactly the states and the fixed statistics that the plan
resolves to.
"""

from __future__ import annotations

from collections.abc import Iterable

from tui.model.block_code import block_code, is_symbolic, loop, symbol_of
from tui.model.freeze_code import freeze_steps
from tui.model.network_code import making
from tui.model.plan import FreezePlan
from tui.model.resolution import Resolution, resolve
from tui.model.source import ModelSource
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree


def snippet(tree: ModelTree, plan: FreezePlan, source: ModelSource) -> str:
    """The Python that builds the network and gives it the states and statistics of the plan.

    Raises:
        PatternError: a rule's pattern cannot be used.
    """
    resolution = resolve(plan, tree)
    steps = freeze_steps(tree, plan, resolution)
    imports, made = making(tree, source)
    body: list[str] = []
    for step in steps:
        imports |= step.imports
        body += step.lines
    if not body:
        body = ["# Everything trains that can, as it was built: nothing to set."]
    statistics, needed = _statistics(tree, resolution)
    parts = ["\n".join(_sorted_imports(imports | needed)), "\n".join(made), "\n".join(body)]
    return "\n\n".join(part for part in (*parts, *statistics) if part) + "\n"


def _statistics(tree: ModelTree, resolution: Resolution) -> tuple[list[str], frozenset[str]]:
    """The lines that fix the statistics that the plan fixes, and the imports that they need."""
    fixed = {i for i, statistic in resolution.statistics.items() if statistic is Statistic.FIXED}
    if not fixed:
        return [], frozenset()
    parts: list[str] = ["# A frozen norm layer keeps its running mean and variance too."]
    imports: frozenset[str] = frozenset()
    layers = [norm for norm in tree.norms if not is_symbolic(tree.model, norm.block)]
    symbols = dict.fromkeys(
        symbol_of(tree, tree.index_of[tree.model.blocks[norm.block].path])
        for norm in tree.norms
        if is_symbolic(tree.model, norm.block) and fixed.issuperset(norm.statistics)
    )
    if any(fixed.issuperset(norm.statistics) for norm in layers):
        follows = all(
            fixed.issuperset(norm.statistics)
            is all(resolution.states[i] is not State.TRAINABLE for i in norm.weights)
            for norm in layers
        )
        if follows:
            imports = frozenset({"from mxnet.gluon import nn"})
            parts.append(_KEEP_LAYERS)
        else:
            codes = [
                code
                for norm in layers
                if fixed.issuperset(norm.statistics)
                and (code := block_code(tree, tree.index_of[tree.model.blocks[norm.block].path]))
            ]
            each = "\n".join(loop("norm", codes))
            parts.append(f"{each}\n    norm._kwargs['use_global_stats'] = True")
    test = _BY_BETA if _beta_tells(tree, resolution, fixed) else _BY_BOTH
    for code in [code for node in symbols if (code := block_code(tree, node))]:
        parts.append(_KEEP_SYMBOL.format(code=code, test=test))
        if code != "net":
            parts.append(f"{code}._clear_cached_op()")
    if "HybridBlock" in tree.model.base_classes:
        parts.append("net._clear_cached_op()")
    return ["\n".join(parts)], imports


_KEEP_LAYERS = """\
def keep_statistics(block):
    if isinstance(block, nn.basic_layers._BatchNorm):
        if block.gamma.grad_req == block.beta.grad_req == 'null':
            block._kwargs['use_global_stats'] = True

net.apply(keep_statistics)"""

_KEEP_SYMBOL = """\
params = {code}.collect_params()
for node in {code}._cached_graph[1].get_internals():
    inputs = node.get_children()
    names = inputs.list_outputs() if inputs is not None else []
    if len(names) == 5 and names[3].endswith('_mean'):
{test}
            node._set_attr(use_global_stats='True')"""

_BY_BETA = """\
        if params[names[2]].grad_req == 'null':  # its beta"""

_BY_BOTH = """\
        weights = names[1:3] if node.attr('fix_gamma') in ('False', '0') else names[2:3]
        if all(params[name].grad_req == 'null' for name in weights):"""


def _beta_tells(tree: ModelTree, resolution: Resolution, fixed: set[int]) -> bool:
    """Whether in every SymbolBlock the state of beta alone says what becomes of a layer."""
    for norm in tree.norms:
        if is_symbolic(tree.model, norm.block):
            betas = [i for i in norm.weights if tree.parameters[i].name.endswith("beta")]
            frozen = all(resolution.states[i] is State.FROZEN for i in betas)
            if len(betas) != 1 or frozen is not fixed.issuperset(norm.statistics):
                return False
    return True


def _sorted_imports(imports: Iterable[str]) -> list[str]:
    return sorted(imports, key=lambda line: (line.startswith("from"), line))
