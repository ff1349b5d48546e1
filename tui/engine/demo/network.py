"""The demo's detector: a small network of GluonCV's own SSD class.

The trunk is a residual network in four stages; the last three give the feature maps that the
head's predictors look at. Its weights ship with the package (`trunk.params`, made by
`python -m tui.engine.demo.pretrain`, facts in `trunk.toml`); the head is always new.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mxnet as mx
from gluoncv.model_zoo.ssd.ssd import SSD
from mxnet.gluon import HybridBlock, nn

from tui.runs.spec import Hyperparameters

TRUNK_FILE = Path(__file__).with_name("trunk.params")

INPUT_SIZE = 128
"""Height and width in pixels of the pictures that it is made for."""

STEM = 16
CHANNELS = (24, 48, 80, 80)
"""The trunk's stages, each at half the resolution of the one before, the first at a quarter of
the picture's."""

STRIDES = (8, 16, 32)
SIZES = (24, 36, 54, 81)
"""Pixels between neighbouring anchors on each feature map, and the anchors' sides."""

DEFAULTS = Hyperparameters(epochs=6, batch_size=16, learning_rate=0.003, augment=False)
"""What the demo trains with: head only, on the built-in shapes, a minute or so on two cores."""


class Residual(HybridBlock):
    """Two 3×3 convolutions with BatchNorm, beside a shortcut; halves height and width."""

    def __init__(self, in_channels: int, channels: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.name_scope():
            self.body = nn.HybridSequential()
            self.body.add(
                _convolution(in_channels, channels, kernel=3, strides=2),
                nn.BatchNorm(in_channels=channels),
                nn.Activation("relu"),
                _convolution(channels, channels, kernel=3),
                _halved_norm(channels),
            )
            self.shortcut = nn.HybridSequential()
            self.shortcut.add(
                _convolution(in_channels, channels, kernel=1, strides=2),
                _halved_norm(channels),
            )

    def hybrid_forward(self, F: Any, x: Any) -> Any:  # noqa: N803
        """B×C×H×W to B×channels×H/2×W/2."""
        return F.relu(self.body(x) + self.shortcut(x))


class Trunk(HybridBlock):
    """Feature maps at an eighth, a sixteenth and a thirty-second of the picture's resolution."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.name_scope():
            self.stem = nn.HybridSequential()
            self.stem.add(
                _convolution(3, STEM, kernel=3, strides=2),
                nn.BatchNorm(in_channels=STEM),
                nn.Activation("relu"),
            )
            self.stages = nn.HybridSequential()
            for before, channels in zip((STEM, *CHANNELS), CHANNELS, strict=False):
                self.stages.add(Residual(before, channels))

    def hybrid_forward(self, F: Any, x: Any) -> list[Any]:  # noqa: N803
        """B×3×H×W to three maps."""
        x = self.stem(x)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps[1:]


def demo_ssd(
    classes: Sequence[str],
    *,
    pretrained: bool = True,
    ctx: mx.Context | None = None,
    **kwargs: Any,
) -> SSD:
    """The detector for these classes, as GluonCV's own SSDs come: with the trunk's weights
    (unless `pretrained` is false) and everything else not initialised yet.

    `kwargs` are the SSD class's own.
    """
    ctx = ctx or mx.cpu()

    def features(pretrained: bool, ctx: mx.Context, root: str) -> Trunk:
        trunk = Trunk()
        if pretrained:
            trunk.load_parameters(str(TRUNK_FILE), ctx=ctx)
        return trunk

    return SSD(
        network=None,
        base_size=INPUT_SIZE,
        features=features,
        num_filters=None,
        sizes=SIZES,
        ratios=[[1]] * len(STRIDES),
        steps=STRIDES,
        classes=list(classes),
        pretrained=pretrained,
        ctx=ctx,
        anchor_alloc_size=2 * INPUT_SIZE // STRIDES[0],
        **kwargs,
    )


def _convolution(before: int, channels: int, *, kernel: int, strides: int = 1) -> nn.Conv2D:
    # He's initialisation keeps the scale of what passes through, so that a trunk without the
    # shipped weights is a fair one.
    return nn.Conv2D(
        channels,
        kernel,
        strides,
        padding=kernel // 2,
        use_bias=False,
        in_channels=before,
        weight_initializer=mx.init.Xavier("gaussian", "in", 2),
    )


def _halved_norm(channels: int) -> nn.BatchNorm:
    # Two of these are summed, each with half of the variance: the same reason.
    return nn.BatchNorm(in_channels=channels, gamma_initializer=mx.init.Constant(0.5**0.5))
