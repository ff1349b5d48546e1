"""A loss or a gradient that is no finite number: found before it can reach the weights, and told
by step, part of the loss and parameter."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Mapping, Sequence

import mxnet as mx
import numpy as np
from mxnet.base import _LIB, check_call
from mxnet.gluon import Block, Parameter

from tui.engine.refusal import Refusal

AT_ONCE = 200
"""Arrays that one operator is given: more make its argument list too long."""

LARGE = 1e6
"""A value in a weight that is worth a word when the loss is no number."""

NAMED = 3


class Diverged(Refusal):
    """The loss, a gradient or a parameter is NaN or infinite; the run must not go on."""


def all_finite(arrays: Sequence[mx.nd.NDArray]) -> bool:
    """Whether all values of some arrays, on one device, are finite. Waits for them: the last ones
    first, as a way back through a network comes to its end there first."""
    # A sum of squares is finite only if all of its parts are, and on a CPU takes a fortieth of
    # the time of the operator that is made for it.
    in_memory: list[mx.nd.NDArray] = []
    elsewhere: list[mx.nd.NDArray] = []
    for one in arrays:
        (in_memory if _is_in_memory(one) else elsewhere).append(one)
    sums = [mx.nd.multi_sum_sq(*few, num_arrays=len(few)) for few in _some(elsewhere)]
    if all(math.isfinite(_sum_of_squares(one)) for one in reversed(in_memory)) and all(
        math.isfinite(float(one.sum().asscalar())) for one in sums
    ):
        return True
    # Large values have infinite squares, and are finite all the same.
    exact = [mx.nd.multi_all_finite(*few, num_arrays=len(few)) for few in _some(arrays)]
    return all(one.asscalar() for one in exact)


def _some(arrays: Sequence[mx.nd.NDArray]) -> list[Sequence[mx.nd.NDArray]]:
    return [arrays[start : start + AT_ONCE] for start in range(0, len(arrays), AT_ONCE)]


def _is_in_memory(array: mx.nd.NDArray) -> bool:
    return array.context.device_type == "cpu" and array.dtype == np.float32


def _sum_of_squares(array: mx.nd.NDArray) -> float:
    """On this thread, where the array lies: MXNet's engine works on meanwhile."""
    array.wait_to_read()
    data = ctypes.POINTER(ctypes.c_float)()
    # This brings an array that is in oneDNN's own order into its own; DLPack refuses it.
    check_call(_LIB.MXNDArrayGetData(array.handle, ctypes.byref(data)))
    values = np.ctypeslib.as_array(data, shape=(array.size,))
    return float(np.dot(values, values))


def parameters_of(net: Block) -> dict[str, Parameter]:
    """A network's parameters by structure name, each once, in the order of its forward pass as
    far as its blocks tell it."""
    found: dict[int, tuple[str, Parameter]] = {}
    for name, parameter in net._collect_params_with_prefix().items():
        found.setdefault(id(parameter), (name, parameter))
    return dict(found.values())


def refuse_infinite_values(net: Block, step: int) -> None:
    """See that a network may be written to disk.

    Raises:
        Diverged: some of its parameters are not finite.
    """
    parameters = parameters_of(net)
    if not all_finite([_value(one) for one in parameters.values() if one._data is not None]):
        lost = _lost(parameters, _value)
        raise Diverged(f"after step {step} {_named(lost)} not finite: nothing of it is kept")


def why(step: int, total: float, parts: Mapping[str, float], net: Block) -> str:
    """What is wrong at a step whose update was not made: which part of the loss, and which
    parameters first: by their values from the input on, or else by their gradients from the
    output back."""
    if math.isfinite(total):
        line = f"a gradient is not finite at step {step}, where the loss is {total:.4g}"
    else:
        which = [name for name, value in parts.items() if not math.isfinite(value)]
        line = f"the loss is {total} at step {step} ({' and '.join(which) or 'in sum'})"
    parameters = parameters_of(net)
    if lost := _lost(parameters, _value):
        return f"{line}; {_named(lost)} not finite"
    trained = {name: one for name, one in parameters.items() if one.grad_req != "null"}
    said = ""
    if lost := _lost(trained, lambda one: one.list_grad()[0]):
        said = f"; all parameters are finite, the gradients of {_named(lost[::-1])} not"
    name, largest = max(
        ((name, float(_value(one).abs().max().asscalar())) for name, one in trained.items()),
        key=lambda pair: pair[1],
        default=("", 0.0),
    )
    if largest > LARGE:
        said += f"; the largest value is {largest:.2g}, in {name}"
    return line + said


def _value(parameter: Parameter) -> mx.nd.NDArray:
    """On the first of its devices: all of them have made the same updates."""
    return parameter.list_data()[0]


def _lost(
    parameters: Mapping[str, Parameter], array_of: Callable[[Parameter], mx.nd.NDArray]
) -> list[str]:
    return [
        name
        for name, one in parameters.items()
        if one._data is not None and not all_finite([array_of(one)])
    ]


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{shown}{more} {'is' if len(names) == 1 else 'are'}"
