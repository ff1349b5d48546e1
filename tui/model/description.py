"""A model as the inspector describes it: a typed message that needs no mxnet to be read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

DESCRIPTION_VERSION = 1

ParameterKind = Literal["weight", "statistic", "constant"]
"""`weight` can train; `statistic` is a running mean or variance; `constant` is fixed for ever."""

BlockKind = Literal["block", "group"]
"""`group` is no block of Gluon's: it is made from the names inside a flat block."""

BlockForm = Literal["plain", "norm", "symbol"]
"""`norm` is a BatchNorm of MXNet's, or of a class on it, and `symbol` a SymbolBlock, or a group in
one: in these, and in nothing else, a plan can keep statistics from moving."""

GradReq = Literal["write", "add", "null"]
"""What MXNet does with a gradient."""

DType = Literal[
    "float16",
    "float32",
    "float64",
    "bfloat16",
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]
"""A dtype by its NumPy name."""

# Words out of a few are decoded to one and the same string, and what is as it mostly is goes
# unsaid: over 100,000 parameters that is a third of the memory.


class ParameterInfo(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One parameter.

    `structure_names` are all the places where the parameter stands (a shared one has several);
    the first names it in plans and files. `shape` holds 0 for a dimension that is not known yet
    and is None where nothing is known. `grad_req` is what the network was built with;
    `fixed` is whether it is a statistic that the network itself keeps from moving; `lr_mult` and
    `wd_mult` are the multipliers that it was built with. `pretrained` is whether its values came
    from a file of weights.
    """

    structure_names: tuple[str, ...]
    name: str
    shape: tuple[int, ...] | None
    dtype: DType
    kind: ParameterKind
    grad_req: GradReq
    fixed: bool = False
    lr_mult: float = 1.0
    wd_mult: float = 1.0
    pretrained: bool = False

    @property
    def structure_name(self) -> str:
        """The structure name that stands for this parameter."""
        return self.structure_names[0]

    @property
    def can_train(self) -> bool:
        """Whether a plan can make it train."""
        return self.kind == "weight"

    @property
    def count(self) -> int | None:
        """How many values it holds; None while a dimension is not known."""
        return count_values(self.shape)

    @property
    def nbytes(self) -> int | None:
        """Bytes of its data; None while a dimension is not known."""
        count = self.count
        return None if count is None else count * itemsize(self.dtype)

    @property
    def shape_text(self) -> str:
        """The shape as people read it: `64×?×3×3`."""
        if self.shape is None:
            return "?"
        return "×".join(str(size) if size else "?" for size in self.shape) or "scalar"


class BlockInfo(msgspec.Struct, frozen=True, gc=False):
    """One block, or one group of names inside a flat one, mostly a SymbolBlock.

    `path` is its structure path (the root's is empty), `parent` an index into
    `ModelInfo.blocks` (-1 for the root), `parameters` are indices into `ModelInfo.parameters`
    of what it holds itself, `names` are the structure names at which it holds them. `dropouts`
    are the rates of the dropout in it: one of a Dropout layer, all of a SymbolBlock, in order.
    """

    path: str
    class_name: str
    kind: BlockKind
    parent: int
    parameters: tuple[int, ...]
    names: tuple[str, ...]
    dropouts: tuple[float, ...] = ()
    form: BlockForm = "plain"


class ModelInfo(msgspec.Struct, frozen=True):
    """A whole model. `blocks` stand in depth-first order, each after its parent.

    `train_pattern` is the regex on prefixed names by which the model itself says what trains
    (GluonCV's R-CNN models do, for `collect_train_params`); empty where it does not.
    `foreign_weights` is the file that its values, or those of its trunk, came from, where Gluon's
    own `load_parameters` does not take it: another framework's, or one of other names or shapes.
    `stands` is whether Python of the user's own holds it as a network, which is not called.
    """

    name: str
    class_name: str
    base_classes: tuple[str, ...]
    blocks: tuple[BlockInfo, ...]
    parameters: tuple[ParameterInfo, ...]
    classes: tuple[str, ...] = ()
    input_size: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    train_pattern: str = ""
    foreign_weights: str = ""
    stands: bool = False
    version: int = DESCRIPTION_VERSION


def with_shapes(model: ModelInfo, shapes: Mapping[str, tuple[int, ...]]) -> ModelInfo:
    """The same model with these shapes, by structure name: what waited for a first input."""
    return msgspec.structs.replace(
        model,
        parameters=tuple(
            msgspec.structs.replace(parameter, shape=shapes[parameter.structure_name])
            if parameter.structure_name in shapes
            else parameter
            for parameter in model.parameters
        ),
    )


def count_values(shape: tuple[int, ...] | None) -> int | None:
    """How many values a shape holds; None while a dimension is not known."""
    return None if shape is None or 0 in shape else math.prod(shape)


@cache
def itemsize(dtype: str) -> int:
    """Bytes of one value of an MXNet dtype, by its NumPy name; 4 for one that is not known."""
    digits = "".join(character for character in dtype if character.isdigit())
    return int(digits) // 8 if digits and int(digits) >= 8 else 1 if dtype == "bool" else 4
