"""A Gluon network as a `ModelInfo`: every block, every parameter, nothing twice."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import msgspec
import numpy as np
from mxnet.gluon import Block, Constant, Parameter, SymbolBlock
from mxnet.gluon.nn import Dropout
from mxnet.gluon.nn.basic_layers import _BatchNorm

from tui.engine import as_built
from tui.engine.names_only import NamesOnly
from tui.engine.symbols import batch_norms
from tui.model.description import BlockForm, BlockInfo, ModelInfo, ParameterInfo, ParameterKind
from tui.model.groups import STATISTICS, NameGroup, group_names

FEW = 8
"""A block without children that holds more parameters than this is shown in groups of names."""


def describe(
    net: Block,
    name: str,
    *,
    classes: tuple[str, ...] = (),
    input_size: tuple[int, int] | None = None,
    notes: tuple[str, ...] = (),
    pretrained: Collection[str] = (),
    foreign_weights: str = "",
    stands: bool = False,
) -> ModelInfo:
    """Describe a network as it was built, whatever a plan has made of it since. `pretrained`
    are the structure names of the parameters whose values came from a file, `foreign_weights` is
    that file where `load_parameters` does not take it, `stands` is whether the user's Python
    holds the network itself.

    A parameter that stands in several places is described once, with all of its structure
    names. A flat block with many parameters (a SymbolBlock) gets groups made from its names. One
    that `collect_params` does not have is left out, and named in a note.
    """
    came = frozenset(pretrained)
    placed = {id(one) for one in net._collect_params_with_prefix().values()}
    collected = {id(one) for one in net.collect_params().values()}
    left_out: list[str] = []
    places: dict[int, list[str]] = {}
    parameters: dict[int, Parameter] = {}
    auxiliary: set[int] = set()
    fixed: set[int] = set()
    blocks: list[BlockInfo] = []
    index: dict[int, int] = {}

    def own(block: Block, path: str) -> dict[str, int]:
        """The parameters of a block itself, by their structure name."""
        found = {}
        named = _registered(block)
        # `collect_params` also sees what a block holds without an attribute (`self.params.get`
        # alone): it stands under its prefixed name.
        for key, parameter in block.params._params.items():
            if id(parameter) not in placed and id(parameter) not in index:
                named[key] = parameter
        for key, parameter in named.items():
            place = f"{path}.{key}" if path else key
            if id(parameter) not in collected:
                left_out.append(place)
                continue
            parameters.setdefault(id(parameter), parameter)
            places.setdefault(id(parameter), []).append(place)
            found[place] = index.setdefault(id(parameter), len(index))
        if isinstance(block, SymbolBlock):
            norms = batch_norms(block)
            states = set(block._cached_graph[1].list_auxiliary_states())
            states.update(norm.gamma for norm in norms if norm.fix_gamma)
            auxiliary.update(id(p) for p in named.values() if p.name in states)
            keeps = as_built.of_symbol(block).keeps
            kept = [norm for norm, keep in zip(norms, keeps, strict=True) if keep]
            still = {name for norm in kept for name in (norm.mean, norm.variance)}
            fixed.update(id(p) for p in named.values() if p.name in still)
        elif isinstance(block, _BatchNorm) and as_built.of_norm(block):
            fixed.update(id(p) for p in (block.running_mean, block.running_var))
        return found

    stack: list[tuple[Block, str, int]] = [(net, "", -1)]
    while stack:
        block, path, parent = stack.pop()
        held = own(block, path)
        here = len(blocks)
        class_name = type(block).__name__
        many = 1 if isinstance(block, SymbolBlock) else FEW
        if not block._children and len(held) > many:
            keys = {place[len(path) + 1 :] if path else place: place for place in held}
            _add_groups(blocks, group_names(list(keys)), path, parent, class_name, keys, held)
        else:
            blocks.append(
                BlockInfo(path, class_name, "block", parent, tuple(held.values()), tuple(held))
            )
        if (form := _form(block)) != "plain":
            blocks[here:] = [msgspec.structs.replace(one, form=form) for one in blocks[here:]]
        if rates := _dropouts(block):
            blocks[here] = msgspec.structs.replace(blocks[here], dropouts=rates)
        for key, child in reversed(block._children.items()):
            stack.append((child, f"{path}.{key}" if path else key, here))

    return ModelInfo(
        name=name,
        class_name=type(net).__name__,
        base_classes=tuple(base.__name__ for base in type(net).__mro__[1:-1]),
        blocks=tuple(blocks),
        parameters=tuple(
            _parameter(
                parameter,
                tuple(places[key]),
                auxiliary=key in auxiliary,
                fixed=key in fixed,
                pretrained=not came.isdisjoint(places[key]),
            )
            for key, parameter in parameters.items()
        ),
        classes=classes,
        input_size=input_size,
        notes=(*notes, *_uncollected(left_out)),
        train_pattern=getattr(net, "train_patterns", None) or "",
        foreign_weights=foreign_weights,
        stands=stands,
    )


def _registered(block: Block) -> dict[str, Parameter]:
    """What a block itself holds, by its place below it. Recurrent layers say other places than
    the names of their attributes: those of the cells that they stand for."""
    usual = type(block)._collect_params_with_prefix is Block._collect_params_with_prefix
    if usual or block._children:
        return dict(block._reg_params)
    return dict(block._collect_params_with_prefix())


def _uncollected(places: list[str]) -> tuple[str, ...]:
    told = f"not in collect_params(), so that no Trainer gets it: {', '.join(places)}"
    return (told,) if places else ()


def _form(block: Block) -> BlockForm:
    if isinstance(block, SymbolBlock):
        return "symbol"
    # What is held under a name of a norm's in a bare file stands for one.
    return "norm" if isinstance(block, _BatchNorm | NamesOnly) else "plain"


def _dropouts(block: Block) -> tuple[float, ...]:
    if isinstance(block, Dropout):
        return (as_built.of_dropout(block),)
    if isinstance(block, SymbolBlock):
        return as_built.of_symbol(block).rates
    return ()


def _add_groups(
    blocks: list[BlockInfo],
    group: NameGroup,
    path: str,
    parent: int,
    class_name: str,
    keys: dict[str, str],
    held: dict[str, int],
) -> None:
    here = len(blocks)
    names = tuple(keys[name] for name in group.names)
    where = ".".join(part for part in (path, group.prefix) if part)
    kind = "group" if group.prefix else "block"
    blocks.append(
        BlockInfo(where, class_name, kind, parent, tuple(held[name] for name in names), names)
    )
    for child in group.groups.values():
        _add_groups(blocks, child, path, here, "", keys, held)


def _parameter(
    parameter: Parameter,
    places: tuple[str, ...],
    *,
    auxiliary: bool,
    fixed: bool,
    pretrained: bool,
) -> ParameterInfo:
    built = as_built.of_parameter(parameter)
    kind: ParameterKind = "weight"
    if isinstance(parameter, Constant):
        kind = "constant"
    elif auxiliary or not parameter._differentiable:
        kind = "statistic" if parameter.name.endswith(STATISTICS) else "constant"
    shape = parameter.shape
    return ParameterInfo(
        structure_names=places,
        name=parameter.name,
        shape=None if shape is None else tuple(max(0, int(size)) for size in shape),
        dtype=_name(parameter.dtype),
        kind=kind,
        grad_req=built.grad_req,
        fixed=fixed,
        lr_mult=built.lr_mult,
        wd_mult=built.wd_mult,
        pretrained=pretrained,
    )


@cache
def _name(dtype: object) -> str:
    return str(np.dtype(dtype).name)
