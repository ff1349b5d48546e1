"""Two files of weights, name by name."""

from __future__ import annotations

import numpy as np

from tui.engine.weights.load import read_params
from tui.runs.inspection import Differences, WeightDifference


def compare(first: str, second: str) -> Differences:
    """Which parameters differ between two `.params` files, and by how much.

    Raises:
        Refusal: one of them cannot be read.
    """
    one, other = read_params(first), read_params(second)
    rows = []
    for name, array in one.items():
        shape = tuple(array.shape)
        if name not in other:
            rows.append(WeightDifference(name, "first only", shape))
        elif tuple(other[name].shape) != shape:
            rows.append(WeightDifference(name, "reshaped", shape))
        else:
            rows.append(_held(name, array.asnumpy(), other[name].asnumpy()))
    rows.extend(
        WeightDifference(name, "second only", tuple(array.shape))
        for name, array in other.items()
        if name not in one
    )
    return Differences(tuple(rows))


def _held(name: str, one: np.ndarray, other: np.ndarray) -> WeightDifference:
    # By their bytes: NaN is the same as NaN, and 0 is not -0.
    if one.dtype == other.dtype and one.tobytes() == other.tobytes():
        return WeightDifference(name, "same", one.shape)
    how = "changed" if one.dtype == other.dtype else "retyped"
    one, other = one.astype(np.float64), other.astype(np.float64)
    finite = np.isfinite(one) & np.isfinite(other)
    apart = np.where(finite, other, 0) - np.where(finite, one, 0)
    norm = float(np.linalg.norm(np.where(finite, one, 0)))
    return WeightDifference(
        name,
        how,
        one.shape,
        largest=float(np.abs(apart).max(initial=0.0)),
        relative=float(np.linalg.norm(apart)) / norm if norm else None,
        not_finite=int(finite.size - finite.sum()),
    )
