"""The networks whose weights are had from elsewhere. A new one is one file and one line here."""

from __future__ import annotations

from tui.engine.weights.architectures.alexnet import ALEXNET
from tui.engine.weights.architectures.architecture import Architecture
from tui.engine.weights.architectures.densenet import DENSENET
from tui.engine.weights.architectures.hrnet import HRNET
from tui.engine.weights.architectures.inception import GOOGLENET, INCEPTION_V3
from tui.engine.weights.architectures.mobilenet_v2 import MOBILENET_V2
from tui.engine.weights.architectures.resnet import RESNET
from tui.engine.weights.architectures.resnext import RESNEXT, SENET
from tui.engine.weights.architectures.squeezenet import SQUEEZENET
from tui.engine.weights.architectures.vgg import VGG_ATROUS, VGGS
from tui.engine.weights.architectures.xception import XCEPTION

ARCHITECTURES: tuple[Architecture, ...] = (
    RESNET,
    RESNEXT,
    SENET,
    XCEPTION,
    HRNET,
    INCEPTION_V3,
    GOOGLENET,
    *VGGS,
    VGG_ATROUS,
    MOBILENET_V2,
    DENSENET,
    SQUEEZENET,
    ALEXNET,
)


def architecture_of(model: str) -> Architecture | None:
    """What is known of a zoo model, by its name."""
    found = (one for one in ARCHITECTURES if model in one.models)
    return next(found, None)
