"""Weights of foreign files under the structure names of a Gluon network, with nothing in doubt.

Every parameter is filled once and with its own shape, every tensor of the file has a place or is
named as left over. Anything else is refused, with the names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import mxnet as mx
import numpy as np
from mxnet.gluon import Block, Parameter

from tui.engine.refusal import Refusal
from tui.engine.weights.architectures import ARCHITECTURES, architecture_of
from tui.engine.weights.architectures.architecture import Architecture
from tui.engine.weights.darknet_layers import count_values, give_values, layers_of
from tui.engine.weights.formats import kind_of_file, read_foreign
from tui.engine.weights.formats.darknet import DarknetFile
from tui.engine.weights.formats.tensors import Tensors
from tui.engine.weights.load import (
    by_structure_name,
    fits,
    read_params,
    shape_text,
    some,
)
from tui.engine.weights.trunks import build_trunk, parameters_of, transplanted, trunk_of

Part = Literal["all", "trunk"]

_DARKNET = "darknet53"
_NEAR = 0.5
"""Share of a file's tensors that a network must have a place for, to be named as the nearest."""

_NEW_HEAD = "the last layer is left new"


@dataclass(frozen=True)
class Conversion:
    """`arrays` are the values by structure name, all float32; `unused` are the file's tensors
    that have no place in the network; `widened` is what they were stored as, where that was less;
    `part` is "trunk" where layers are left new; `notes` are lines that should be said."""

    arrays: dict[str, mx.nd.NDArray]
    unused: tuple[str, ...] = ()
    widened: str = ""
    part: Part = "all"
    notes: tuple[str, ...] = ()


def convert_file(file: str, net: Block, model: str) -> Conversion:
    """The weights in a file for a zoo model, or for its trunk.

    `net` is that model with its shapes, of any number of classes. The file is of PyTorch's,
    safetensors, darknet's or MXNet's own with structure names, prefixed ones or an export's.

    Raises:
        Refusal: it cannot be read, or is of another network; says which names, and which network
            is the nearest.
    """
    name = model.lower().removeprefix("vision.")
    source = None if kind_of_file(file) == "params" else read_foreign(file)
    trunk = trunk_of(name)
    if isinstance(source, DarknetFile):
        return _of_darknet(file, source, net, name, trunk)
    if source is None:
        return _of_params(file, net, name, trunk)
    architecture = architecture_of(trunk or name)
    if architecture is None:
        raise Refusal(
            f"{file}: for {model} no other names than Gluon's are known; "
            f"{_nearest(file, source) or 'nor is a network that this file would fit'}"
        )
    bearer = build_trunk(trunk) if trunk else net
    draft = _placed(source, architecture, bearer)
    draft.settle(file, model, architecture.head, lambda: _nearest(file, source))
    if trunk:
        draft.move(file, bearer, net, architecture.head)
    return draft.conversion(net)


@dataclass
class _Draft:
    """Arrays by structure name on their way, and what does not fit."""

    wanted: Mapping[str, Parameter]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    new: str = r"(?!)"
    widened: str = ""
    part: Part = "all"

    def settle(
        self, file: str, model: str, head: str | tuple[str, ...], nearest: Callable[[], str]
    ) -> None:
        """See that all fits; leave the head new where only that does not.

        Raises:
            Refusal: anything else does not fit.
        """
        self._shape()
        filled = {id(self.wanted[name]) for name in self.arrays}
        missing = [
            name
            for name, parameter in self.wanted.items()
            if id(parameter) not in filled and not re.fullmatch(self.new, name)
        ]
        wrong = [
            name
            for name, array in self.arrays.items()
            if not fits(self.wanted[name].shape, array.shape)
        ]
        heads = (head,) if isinstance(head, str) else head
        of_head = tuple(f"{path}." for path in heads if path)
        bad = [name for name in (*missing, *wrong) if not name.startswith(of_head)]
        if bad or self.unknown or self.twice:
            parts = [
                f"lacks {some(missing)}" if missing else "",
                f"holds {some(self.unknown)} that the model has not" if self.unknown else "",
                f"{some(self.twice)} have one place together" if self.twice else "",
                "other shapes: " + some([self._told(name) for name in wrong]) if wrong else "",
            ]
            near = nearest()
            raise Refusal(
                f"{file}: weights of another network than {model}: "
                + "; ".join(part for part in parts if part)
                + (f"; {near}" if near else "")
            )
        if missing or wrong:
            self._leave_head(of_head, wrong)
        elif any(re.fullmatch(self.new, name) for name in self.wanted):
            self.part = "trunk"

    def move(self, file: str, trunk: Block, net: Block, head: str) -> None:
        """Put the trunk's arrays where they stand in a network that is built on it. All but the
        trunk's own head has to have a place there.

        Raises:
            Refusal: something else has none.
        """
        placed, left = transplanted(trunk, self.arrays, net)
        lost = [name for name in left if not (head and name.startswith(f"{head}."))]
        if lost or not placed:
            raise Refusal(f"{file}: the model has no place for {some(lost)} of its trunk")
        self.unused.extend(f"{name} (of the trunk)" for name in left)
        self.arrays, self.part = placed, "trunk"
        # Whatever head the trunk has by itself, the model has none of it.
        self.notes = [note for note in self.notes if not note.startswith(_NEW_HEAD)]

    def conversion(self, net: Block) -> Conversion:
        """What it came to: one array under each name that its parameter has."""
        places = parameters_of(net)
        by_parameter = {id(places[name]): array for name, array in self.arrays.items()}
        made = {key: mx.nd.array(array, dtype="float32") for key, array in by_parameter.items()}
        arrays = {
            name: made[id(parameter)] for name, parameter in places.items() if id(parameter) in made
        }
        for name, array in arrays.items():
            if not fits(places[name].shape, array.shape):
                raise Refusal(
                    f"{name} is {shape_text(array.shape)} in the trunk, and "
                    f"{shape_text(places[name].shape)} here"
                )
        if self.widened:
            self.notes.append(f"stored as {self.widened}: widened to float32")
        return Conversion(arrays, tuple(self.unused), self.widened, self.part, tuple(self.notes))

    def _shape(self) -> None:
        """A dense layer and a convolution that sees all of a picture are the same numbers."""
        for name, array in self.arrays.items():
            shape = self.wanted[name].shape
            if shape is None or len(shape) == array.ndim or {len(shape), array.ndim} != {2, 4}:
                continue
            if shape[0] == len(array):
                flat = array.reshape(len(array), -1)
                self.arrays[name] = flat if len(shape) == 2 else flat[:, :, None, None]

    def _leave_head(self, of_head: tuple[str, ...], wrong: Sequence[str]) -> None:
        head = [name for name in self.wanted if name.startswith(of_head)]
        for name in head:
            if name in self.arrays:
                self.unused.append(f"{name} (of another shape)" if name in wrong else name)
        counts = {
            (len(self.arrays[name]), self.wanted[name].shape[0])
            for name in wrong
            if self.arrays[name].ndim and self.wanted[name].shape
        }
        told = [f"it has {there:,} outputs there, {here:,} here" for there, here in sorted(counts)]
        why = told[0] if len(told) == 1 else "other classes" if told else "the file has none"
        self.notes.append(f"{_NEW_HEAD}: {why}")
        for name in head:
            self.arrays.pop(name, None)
        self.part = "trunk"

    def _told(self, name: str) -> str:
        there, here = self.arrays[name].shape, self.wanted[name].shape
        return f"{name} {shape_text(there)} in the file, {shape_text(here)} here"


def _placed(source: Tensors, architecture: Architecture, net: Block) -> _Draft:
    draft = _Draft(parameters_of(net), new=architecture.new, widened=source.widened)
    for name, array in source.arrays.items():
        block, _, leaf = name.rpartition(".")
        if leaf == "num_batches_tracked" or re.fullmatch(architecture.unused, block):
            draft.unused.append(name)
            continue
        at = architecture.place(block)
        if at is not None and f"{at}.gamma" in draft.wanted:
            leaf = {"weight": "gamma", "bias": "beta"}.get(leaf, leaf)
        target = f"{at}.{leaf}"
        if at is None or target not in draft.wanted:
            draft.unknown.append(name)
        elif target in draft.arrays:
            draft.twice.append(name)
        else:
            draft.arrays[target] = array
    draft.unused.extend(f"{name} (no tensor)" for name in source.strange)
    if architecture.adapt and not draft.unknown and not draft.twice:
        # Where it lacks what every network of this kind has, settling says so by name.
        with suppress(KeyError, ValueError, IndexError):
            draft.notes.extend(architecture.adapt(draft.arrays, frozenset(source.arrays)))
    return draft


def _nearest(file: str, source: Tensors) -> str:
    """The network that has a place for most of the tensors, in words; empty where none has one
    for many."""
    best, most = "", 0.0
    for architecture in ARCHITECTURES:
        blocks = {name.rpartition(".")[0] for name in source.arrays}
        if sum(architecture.place(block) is not None for block in blocks) < _NEAR * len(blocks):
            continue
        for model in architecture.models:
            draft = _placed(source, architecture, build_trunk(model))
            draft._shape()
            good = sum(fits(draft.wanted[n].shape, a.shape) for n, a in draft.arrays.items())
            share = good / (len(draft.wanted) + len(draft.unknown))
            if share > most:
                best, most = model, share
    if most < _NEAR:
        return ""
    return f"the nearest network is {best} ({most:.0%} of its parameters are in the file)"


def _of_darknet(file: str, source: DarknetFile, net: Block, name: str, trunk: str) -> Conversion:
    if _DARKNET not in (name, trunk):
        raise Refusal(f"{file}: a file of darknet, which {name} is not; darknet53 and YOLOv3 are")
    count = len(source.values)
    wanted = parameters_of(net)
    layers = layers_of(wanted)
    bearer = build_trunk(_DARKNET) if trunk else net
    of_trunk = parameters_of(bearer)
    trunk_layers = tuple(layer for layer in layers_of(of_trunk) if layer.norm)
    whole, least = count_values(layers, wanted), count_values(trunk_layers, of_trunk)
    if count == whole:
        arrays = give_values(source.values, layers, wanted)
        return _Draft(wanted, arrays).conversion(net)
    classes = _yolo_classes(layers, wanted, count) if trunk else None
    if count < least or (count > least and trunk and classes is None and not _is_darknet53(count)):
        raise Refusal(
            f"{file}: {count:,} numbers; {name} takes {whole:,}, its trunk {least:,}: of another "
            "network, or broken off (darknet53.conv.74 and yolov3.weights fit)"
        )
    draft = _Draft(of_trunk, give_values(source.values, trunk_layers, of_trunk), part="trunk")
    if count > least:
        draft.unused.append(f"{count - least:,} numbers after the trunk's")
        if classes is not None:
            draft.notes.append(f"it is for {classes} classes: its trunk alone is used")
    if trunk:
        draft.move(file, bearer, net, "output")
    return draft.conversion(net)


def _is_darknet53(count: int) -> bool:
    """Whether so many numbers are those of the classifier on ImageNet."""
    of_classifier = parameters_of(build_trunk(_DARKNET))
    return count == count_values(layers_of(of_classifier), of_classifier)


def _yolo_classes(
    layers: Sequence[object], wanted: Mapping[str, Parameter], count: int
) -> int | None:
    """For how many classes a YOLOv3 of so many numbers is; None where it is for none."""
    outputs = [name for name in wanted if name.startswith("yolo_outputs.")]
    if not outputs:
        return None
    per_output = sum(int(np.prod(wanted[name].shape[1:])) for name in outputs)
    have = sum(int(np.prod(wanted[name].shape)) for name in outputs)
    rest = count - (count_values(layers_of(wanted), wanted) - have)
    channels, left = divmod(rest, per_output)
    # For each of three anchors: four numbers of the box, one of there being something, classes.
    return channels // 3 - 5 if left == 0 and channels % 3 == 0 and channels > 15 else None


def _of_params(file: str, net: Block, name: str, trunk: str) -> Conversion:
    read = read_params(file)
    arrays = {key: value.asnumpy() for key, value in read.items()}
    widened = "fp16" if any(a.dtype == np.float16 for a in arrays.values()) else ""
    arrays = {
        key: a.astype(np.float32) if np.issubdtype(a.dtype, np.floating) else a
        for key, a in arrays.items()
    }
    direct = _named(arrays, net, widened)
    if not direct.unknown:
        if trunk:
            bearer = build_trunk(trunk)
            names = {key: key for key in parameters_of(bearer)}
            of_trunk, _ = transplanted(bearer, names, net)
            if of_trunk.keys() <= direct.arrays.keys():
                # The rest may be missing: that is a file of the trunk.
                beyond = set(direct.wanted) - set(direct.arrays) - set(of_trunk)
                direct.new = "|".join(re.escape(key) for key in beyond) or r"(?!)"
        direct.settle(file, name, _head_of(net), lambda: "")
        return direct.conversion(net)
    if not trunk:
        direct.settle(file, name, _head_of(net), lambda: "")
    bearer = build_trunk(trunk)
    draft = _named(arrays, bearer, widened)
    architecture = architecture_of(trunk)
    head = architecture.head if architecture else "output"
    draft.new = architecture.new if architecture else draft.new
    draft.settle(file, f"{name} and its trunk {trunk}", head, lambda: "")
    draft.move(file, bearer, net, head)
    return draft.conversion(net)


def _named(arrays: dict[str, np.ndarray], net: Block, widened: str) -> _Draft:
    """Arrays that have Gluon's own names, structure names or prefixed ones."""
    draft = _Draft(parameters_of(net), widened=widened)
    places = net._collect_params_with_prefix()
    for name, array in by_structure_name(arrays, net).items():
        if name in draft.wanted:
            draft.arrays[name] = array
        elif name not in places:  # a constant has its value from the network
            draft.unknown.append(name)
    return draft


def _head_of(net: Block) -> tuple[str, ...]:
    from tui.engine.describe import describe
    from tui.model.families import find_roles
    from tui.model.tree import ModelTree

    return find_roles(ModelTree(describe(net, ""))).head
