"""Darknet's files, read a second time by other code, and run by a plain forward pass."""

from __future__ import annotations

import struct
from pathlib import Path

import mxnet as mx
import numpy as np
import pytest

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed; the group interop of pyproject.toml has it"
)

from tests.engine.weights.interop.originals import (  # noqa: E402
    apart,
    assert_close,
    converted,
    picture,
)

pytestmark = pytest.mark.interop

MEAN = np.array([0.485, 0.456, 0.406]).reshape(3, 1, 1)
STD = np.array([0.229, 0.224, 0.225]).reshape(3, 1, 1)


class Darknet:
    """Writes a file layer by layer, as yolov3.cfg lists them, or reads one and computes.

    `border` is what the first layer sees around a picture: darknet's own is black."""

    def __init__(self, path: Path, write: bool, border: str = "black") -> None:
        self.random = np.random.RandomState(0) if write else None
        self.file = path.open("wb" if write else "rb")
        self.border = border
        header = struct.pack("<iiiq", 0, 2, 0, 32013312)
        if write:
            self.file.write(header)
        else:
            assert self.file.read(20) == header

    def numbers(self, count: int, low: float, high: float) -> torch.Tensor:
        if self.random is not None:
            made = self.random.uniform(low, high, count).astype("<f4")
            self.file.write(made.tobytes())
        else:
            made = np.frombuffer(self.file.read(4 * count), "<f4")
            assert len(made) == count
        return torch.from_numpy(made.astype(np.float64))

    def conv(self, x: torch.Tensor, out: int, size: int, stride: int = 1) -> torch.Tensor:
        beta = self.numbers(out, -0.3, 0.3)
        gamma = self.numbers(out, 0.8, 1.4)
        mean, var = self.numbers(out, -0.3, 0.3), self.numbers(out, 0.5, 2)
        bound = (4 / (x.shape[1] * size * size)) ** 0.5
        weight = self.numbers(out * x.shape[1] * size * size, -bound, bound)
        if self.random is not None:  # shapes are all that matters
            return torch.empty(1, out, -(-x.shape[2] // stride), -(-x.shape[3] // stride))
        padding = size // 2
        if x.shape[1] == 3:
            colour = 0 if self.border == "black" else torch.from_numpy(MEAN)[None]
            x = torch.nn.functional.pad(x - colour, (1, 1, 1, 1)) + colour
            padding = 0
        weight = weight.reshape(out, x.shape[1], size, size)
        y = torch.nn.functional.conv2d(x, weight, stride=stride, padding=padding)
        shape = (1, -1, 1, 1)
        y = (y - mean.reshape(shape)) / (var.reshape(shape) + 1e-5).sqrt()
        return torch.nn.functional.leaky_relu(y * gamma.reshape(shape) + beta.reshape(shape), 0.1)

    def linear(self, x: torch.Tensor, out: int) -> torch.Tensor:
        """A 1×1 convolution with a bias, and no more."""
        bias = self.numbers(out, -0.5, 0.5)
        weight = self.numbers(out * x.shape[1], -0.05, 0.05).reshape(out, x.shape[1], 1, 1)
        if self.random is not None:
            return torch.empty(1, out, x.shape[2], x.shape[3])
        return torch.nn.functional.conv2d(x, weight, bias)

    def trunk(self, x: torch.Tensor) -> list[torch.Tensor]:
        """The outputs with strides of 8, 16 and 32."""
        x = self.conv(x, 32, 3)
        outputs = []
        for width, blocks in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
            x = self.conv(x, width, 3, 2)
            for _ in range(blocks):
                x = x + self.conv(self.conv(x, width // 2, 1), width, 3)
            outputs.append(x)
        return outputs[2:]

    def yolo(self, x: torch.Tensor, classes: int = 80) -> list[torch.Tensor]:
        """The raw predictions, the coarsest first."""
        eighth, sixteenth, y = self.trunk(x)
        found = []
        for width, other in ((512, sixteenth), (256, eighth), (128, None)):
            for _ in range(2):
                y = self.conv(self.conv(y, width, 1), 2 * width, 3)
            y = self.conv(y, width, 1)
            found.append(self.linear(self.conv(y, 2 * width, 3), 3 * (5 + classes)))
            if other is not None:
                y = torch.nn.functional.interpolate(self.conv(y, width // 2, 1), scale_factor=2)
                y = torch.cat([y, other], 1)
        return found


def pixels(side: int) -> tuple[np.ndarray, torch.Tensor]:
    """A picture as Gluon has it, normalised, and as darknet has it, from 0 to 1."""
    x = np.clip(picture(side)[0] * 0.25 + 0.5, 0, 1).astype(np.float64)
    return ((x - MEAN) / STD).astype("float32")[None], torch.from_numpy(x)[None]


def written(path: Path, what: str, **given: int) -> str:
    writer = Darknet(path, write=True)
    blank = torch.empty(1, 3, 64, 64)
    if what == "classifier":
        writer.linear(writer.trunk(blank)[-1], 1000)
    else:
        getattr(writer, what)(blank, **given)
    writer.file.close()
    return str(path)


def raw(net: mx.gluon.Block, x: np.ndarray) -> list[mx.nd.NDArray]:
    """The raw predictions of a Gluon YOLOv3: what its outputs make boxes of."""
    seen: list[mx.nd.NDArray] = []
    hooks = [
        output.prediction.register_forward_hook(lambda _, __, y: seen.append(y))
        for output in net.yolo_outputs
    ]
    net(mx.nd.array(x))
    for hook in hooks:
        hook.detach()
    return seen


@pytest.mark.parametrize("side", [320, 416])
def test_yolov3(side: int, tmp_path: Path) -> None:
    file = written(tmp_path / "yolov3.weights", "yolo")
    net, found = converted(file, "yolo3_darknet53_coco", side)
    assert (found.part, found.unused) == ("all", ())
    normalised, plain = pixels(side)
    ours = raw(net, normalised)
    same = Darknet(Path(file), write=False, border="mean").yolo(plain)
    assert_close(map(apart, same, ours), f"yolo3_darknet53_coco at {side}")
    # Darknet's own border is black: Gluon's is the mean colour, and differs by a little there.
    black = Darknet(Path(file), write=False).yolo(plain)
    difference = max(map(apart, black, ours))
    print(f"largest relative difference: with a black border | {difference:.1e}")


@pytest.mark.parametrize("side", [224, 256])
def test_darknet53(side: int, tmp_path: Path) -> None:
    file = written(tmp_path / "darknet53.weights", "classifier")
    net, found = converted(file, "darknet53", side)
    assert found.part == "all"
    normalised, plain = pixels(side)
    reader = Darknet(Path(file), write=False, border="mean")
    deep = reader.trunk(plain)[-1].mean((2, 3), keepdim=True)
    there = reader.linear(deep, 1000).flatten(1)
    assert_close([apart(there, net(mx.nd.array(normalised)))], f"darknet53 at {side}")


@pytest.mark.parametrize("model", ["yolo3_darknet53_voc", "darknet53"])
@pytest.mark.parametrize("what", ["trunk", "yolo", "classifier"])
def test_the_trunk_of_any_of_them(model: str, what: str, tmp_path: Path) -> None:
    name = "darknet53.conv.74" if what == "trunk" else f"{what}.weights"
    file = written(tmp_path / name, what)
    net, found = converted(file, model, 224)
    whole = (model, what) == ("darknet53", "classifier")
    assert found.part == ("all" if whole else "trunk")
    # The classes of COCO are not those of VOC, nor those of ImageNet.
    assert bool(found.unused) == (what != "trunk" and not whole)
    normalised, plain = pixels(224)
    there = Darknet(Path(file), write=False, border="mean").trunk(plain)[-1]
    ours = mx.nd.array(normalised)
    for block in net.stages if "yolo" in model else list(net.features)[:29]:
        ours = block(ours)
    assert_close([apart(there, ours)], f"trunk of {model} | {what}")
