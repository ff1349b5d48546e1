"""Weights from a `.params` file into a network, with nothing left in doubt."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import mxnet as mx
from mxnet.gluon import Block

from tui.engine.refusal import Refusal
from tui.model.weight_kinds import PARAMS_MAGIC

TARGETS = "_target_generator."
"""How constants begin that an R-CNN of GluonCV's has only once it has trained: its file may hold
them, and the network that takes it may not."""


def read_params(file: str) -> dict[str, mx.nd.NDArray]:
    """The arrays of a `.params` file, by name, without the `arg:` and `aux:` of an export.

    Raises:
        Refusal: it is missing, not MXNet's, truncated, or its arrays have no names.
    """
    try:
        with open(file, "rb") as stream:
            magic = stream.read(8)
    except OSError as error:
        raise Refusal(f"{file}: {error.strerror or error}") from None
    if magic != PARAMS_MAGIC:
        raise Refusal(f"{file}: not a .params file of MXNet (its first bytes are others)")
    try:
        arrays = mx.nd.load(file)
    except Exception:
        size = os.path.getsize(file)
        raise Refusal(
            f"{file}: broken off or damaged ({size:,} bytes can be read, more were written); "
            "fetch it again"
        ) from None
    if not arrays:
        raise Refusal(f"{file}: holds no arrays at all")
    if not isinstance(arrays, dict):
        raise Refusal(f"{file}: holds arrays without names, so they cannot be told apart")
    return {name.removeprefix("arg:").removeprefix("aux:"): a for name, a in arrays.items()}


def load_weights(
    net: Block,
    file: str,
    ctx: mx.Context,
    replaced: Sequence[str] = (),
    by_classes: Sequence[str] = (),
) -> tuple[str, ...]:
    """Load a file into a network: every parameter, each of its own shape.

    Names in the file are structure names (`features.0.weight`), or prefixed names of the same
    network built in another process (`ssd0_conv0_weight`). `replaced` are blocks that are made
    anew for other classes: they keep their new values, and are returned. So do those layers
    inside `by_classes`, blocks with layers as wide as there are classes, that are of another
    width in the file.

    Raises:
        Refusal: the file is unusable, or does not fit; says which names, which shapes.
    """
    arrays = read_params(file)
    wanted = dict(net._collect_params_with_prefix())
    arrays = by_structure_name(arrays, net)
    kept = {name for name in wanted if name.startswith(tuple(f"{path}." for path in replaced))}

    shared: dict[int, str] = {id(wanted[name]): name for name in wanted if name in arrays}
    missing = [name for name, p in wanted.items() if name not in kept and id(p) not in shared]
    extra = [name for name in arrays if name not in wanted and not name.startswith(TARGETS)]
    misfits = [
        name
        for name in wanted
        if name in arrays and name not in kept and not fits(wanted[name].shape, arrays[name].shape)
    ]
    if not missing and not extra:
        new = {
            name.rpartition(".")[0]
            for name in misfits
            if name.startswith(tuple(f"{path}." for path in by_classes))
        }
        kept |= {name for name in wanted if name.rpartition(".")[0] in new}
        misfits = [name for name in misfits if name not in kept]
        replaced = (*replaced, *(path for path in by_classes if _holds(path, new)))
    wrong = [
        f"{name} {shape_text(arrays[name].shape)} in the file, "
        f"{shape_text(wanted[name].shape)} here"
        for name in misfits
    ]
    if wrong and not missing and not extra:
        raise Refusal(f"{file}: other shapes: {some(wrong)}{_class_hint(wrong)}")
    if missing or extra or wrong:
        parts = [
            f"lacks {some(missing)}" if missing else "",
            f"holds {some(extra)} that the model has not" if extra else "",
            f"other shapes: {some(wrong)}" if wrong else "",
        ]
        raise Refusal(
            f"{file}: weights of another model: " + "; ".join(part for part in parts if part)
        )
    for name, parameter in wanted.items():
        if name in arrays and name not in kept:
            if parameter.shape is None:
                parameter.shape = arrays[name].shape
            parameter._load_init(arrays[name], ctx, cast_dtype=True)
    return tuple(replaced) if kept else ()


def by_structure_name(arrays: dict[str, mx.nd.NDArray], net: Block) -> dict[str, mx.nd.NDArray]:
    """The same arrays under structure names, where they have none: by their very names, else (the
    network was built in another process, and counted otherwise) by what follows the network's
    prefix."""
    if any("." in name for name in arrays):
        return arrays
    places = net._collect_params_with_prefix()
    exact = {parameter.name: place for place, parameter in places.items()}
    if exact.keys() >= arrays.keys():
        return {exact[name]: array for name, array in arrays.items()}
    prefix = os.path.commonprefix(list(arrays))  # noqa: RUF071  (names, not paths)
    prefix = prefix[: prefix.rfind("_") + 1]
    own = {
        parameter.name[len(net.prefix) :]: place
        for place, parameter in places.items()
        if parameter.name.startswith(net.prefix)
    }
    renamed = {own.get(name[len(prefix) :], name): array for name, array in arrays.items()}
    return renamed if len(renamed) == len(arrays) else arrays


def _holds(path: str, blocks: Iterable[str]) -> bool:
    return any(block == path or block.startswith(f"{path}.") for block in blocks)


def fits(wanted: Sequence[int] | None, there: Sequence[int]) -> bool:
    """Whether an array has the shape of a parameter, as far as that is known."""
    if wanted is None:
        return True
    return len(wanted) == len(there) and all(
        w in (0, -1, t) for w, t in zip(wanted, there, strict=True)
    )


def _class_hint(wrong: list[str]) -> str:
    last = ("class", "output", "fc", "prediction", "heads", "classifier")
    if all(any(word in line.split(" ")[0] for word in last) for line in wrong):
        return (
            "; only class layers differ, so it is for another number of classes: "
            "open the model that it was made for, with as many --classes"
        )
    return ""


def shape_text(shape: Iterable[int] | None) -> str:
    """A shape in words; a size that is not known is a question mark."""
    return "×".join(str(size) if size > 0 else "?" for size in shape or ()) or "?"


def some(names: Sequence[str], most: int = 3) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
