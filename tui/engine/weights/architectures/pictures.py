"""Networks that were trained on pictures of another range, made to take normalised ones."""

from __future__ import annotations

import numpy as np

from tui.engine.weights.architectures.architecture import Arrays

MEAN = np.array([0.485, 0.456, 0.406])
STD = np.array([0.229, 0.224, 0.225])
"""What GluonCV normalises pictures from 0 to 1 with."""


def takes_normalised(
    arrays: Arrays, conv: str, norm: str, mean: np.ndarray, std: np.ndarray
) -> None:
    """Change a first convolution without a bias, and the norm behind it, that took pictures of
    this mean and deviation, so that they take those of GluonCV's and give the same.

    Where the convolution pads, the border is a matter of its own: zeros are the mean colour to
    it now, and were another before.
    """
    weight = arrays[f"{conv}.weight"].astype(np.float64)
    # The picture that it knows is  normalised * STD / std + (MEAN - mean) / std.
    shift = np.einsum("oihw,i->o", weight, (MEAN - mean) / std)
    arrays[f"{conv}.weight"] = (weight * (STD / std).reshape(1, 3, 1, 1)).astype(np.float32)
    running = arrays[f"{norm}.running_mean"].astype(np.float64) - shift
    arrays[f"{norm}.running_mean"] = running.astype(np.float32)
