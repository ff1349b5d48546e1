"""The trunk that a detector, a segmenter or a pose network is built on."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from typing import TypeVar

import mxnet as mx
from gluoncv.model_zoo import get_model
from gluoncv.model_zoo.ssd.vgg_atrous import vgg16_atrous_300
from mxnet.gluon import Block, Parameter

from tui.engine.sources.no_download import nothing_downloaded
from tui.engine.sources.shapes import infer_shapes
from tui.model.zoo import find_entry

Value = TypeVar("Value")


def trunk_of(model: str) -> str:
    """The name of the trunk that a zoo model is built on; empty where it is built on none."""
    entry = find_entry(model)
    return entry.trunk if entry and entry.trunk != entry.name else ""


def build_trunk(name: str) -> Block:
    """A zoo network by itself, without values: its names and, where they can be known, shapes."""
    with warnings.catch_warnings(), nothing_downloaded():
        warnings.simplefilter("ignore")
        if name == "vgg16_atrous":
            # The scale of its pictures has a value from the start, so the rest has to have one.
            net = vgg16_atrous_300()
            net.collect_params().initialize()
            infer_shapes(net, (300, 300))
            return net
        net = get_model(name, pretrained=False)
        net.infer_shape(mx.nd.zeros((1, 3, 299, 299)))
        return net


def parameters_of(net: Block) -> dict[str, Parameter]:
    """What can be filled in a network: all but its constants, by structure name."""
    places: dict[str, Parameter] = net._collect_params_with_prefix()
    return {
        name: parameter
        for name, parameter in places.items()
        if not isinstance(parameter, mx.gluon.Constant)
    }


def transplanted(
    trunk: Block, values: Mapping[str, Value], net: Block
) -> tuple[dict[str, Value], tuple[str, ...]]:
    """What stands under a trunk's structure names, under those of a network that is built on it;
    and the names that have no place there. The parameters of a trunk keep the ends of their names
    in whatever block, or symbol, they are put."""
    ends = {
        parameter.name.removeprefix(trunk.prefix): name
        for name, parameter in parameters_of(trunk).items()
        if name in values
    }
    names = {
        place: re.sub(r"syncbatchnorm|batchnormcudnnoff", "batchnorm", parameter.name)
        for place, parameter in parameters_of(net).items()
    }
    before = _prefix(names.values(), ends)
    placed = {
        place: values[ends[name[len(before) :]]]
        for place, name in names.items()
        if name.startswith(before) and name[len(before) :] in ends
    }
    held = set(names.values())
    left = tuple(name for end, name in ends.items() if before + end not in held)
    return placed, left


def _prefix(names: Iterable[str], ends: Mapping[str, str]) -> str:
    """What stands before most of the ends."""
    known = set(names)
    first = next(iter(ends), "")
    candidates = {name.removesuffix(first) for name in known if name.endswith(first)}
    return max(
        sorted(candidates),
        key=lambda prefix: sum(prefix + end in known for end in ends),
        default="",
    )
