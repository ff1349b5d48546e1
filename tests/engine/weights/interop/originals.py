"""Networks of torchvision and timm with values that would show any mistake, and their files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import mxnet as mx
import numpy as np
import torch
from mxnet.gluon import Block

from tui.engine.sources import build
from tui.engine.weights.conversion import Conversion, convert_file
from tui.model.source import ModelSource

CLOSE = 1e-4
"""How far outputs may be apart, as a share of the largest."""

LARGE = 120_000_000


def lively(net: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """Give a network random weights, and norms whose statistics and factors matter, such that
    activations neither vanish nor grow without bounds. It computes in float64 afterwards, but for
    the largest, whose few layers need no more than float32."""
    made = torch.Generator().manual_seed(seed)
    for layer in net.modules():
        if isinstance(layer, torch.nn.modules.batchnorm._BatchNorm):
            count = layer.num_features
            layer.weight.data = torch.rand(count, generator=made) * 0.5 + 0.75
            layer.bias.data = torch.randn(count, generator=made) * 0.2
            layer.running_mean = torch.randn(count, generator=made) * 0.2
            layer.running_var = torch.rand(count, generator=made) * 1.5 + 0.5
        elif isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            shape = layer.weight.shape
            spread = (1.5 / layer.weight[0].numel()) ** 0.5
            layer.weight.data = torch.randn(shape, generator=made) * spread
            if layer.bias is not None:
                layer.bias.data = torch.randn(shape[0], generator=made) * 0.1
    large = sum(value.numel() for value in net.parameters()) > LARGE
    return net.eval() if large else net.eval().double()


def compute(net: torch.nn.Module, x: np.ndarray) -> torch.Tensor:
    """A network's outputs for a picture."""
    dtype = next(net.parameters()).dtype
    with torch.no_grad():
        return net(torch.from_numpy(x).to(dtype))


def saved(net: torch.nn.Module, folder: Path) -> str:
    """The file of a network's weights, in float32 as they are published."""
    path = folder / "weights.pth"
    torch.save(
        {n: v.float() if v.is_floating_point() else v for n, v in net.state_dict().items()}, path
    )
    return str(path)


def gluon(model: str, side: int) -> Block:
    """A zoo model with random values and known shapes."""
    source = ModelSource(model, pretrained=False, input_size=(side, side))
    return build(source, lambda _: None).net


def converted(file: str, model: str, side: int) -> tuple[Block, Conversion]:
    """A zoo model with the values of a file."""
    net = gluon(model, side)
    found = convert_file(file, net, model)
    fill(net, found)
    return net, found


def fill(net: Block, found: Conversion) -> None:
    """Set a network's parameters."""
    places = net._collect_params_with_prefix()
    for name, array in found.arrays.items():
        places[name].set_data(array)


def picture(side: int) -> np.ndarray:
    """A normalised picture of noise, one in a batch."""
    return np.random.RandomState(side).randn(1, 3, side, side).astype("float32")


def apart(original: torch.Tensor | np.ndarray, ours: mx.nd.NDArray) -> float:
    """The largest difference of a value, as a share of the largest value."""
    there = np.asarray(original)
    here = ours.asnumpy()
    assert there.shape == here.shape
    # Outputs that are all the same would be close whatever the weights are.
    assert there.std() > 1e-3 * np.abs(there).max()
    return float(np.abs(there - here).max() / np.abs(there).max())


def assert_close(differences: Iterable[float], what: str) -> None:
    """See that none is too far apart, and tell how far they are (pytest -rP shows it)."""
    differences = list(differences)
    print(f"largest relative difference: {what} | {max(differences):.1e}")
    assert max(differences) < CLOSE, differences
