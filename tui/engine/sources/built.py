"""A network as a source hands it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import mxnet as mx
from mxnet.gluon import Block

from tui.runs.spec import Hyperparameters

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""What all of GluonCV's models are normalised with, but for CIFAR's."""

Say = Callable[[str], None]
"""Told what is about to be done, in words: `loading weights`."""


@dataclass
class Built:
    """A network, initialised on its context, with shapes as far as they can be known.

    `classes` are what it tells apart, by name where names are known; `input_size` is height
    and width in pixels; `weights` is the file that was loaded, None for random weights;
    `converted` is whether it was found in the model folder, and is not the zoo's own;
    `foreign` is the file, of the network's weights or of its trunk's, that no `load_parameters`
    takes as it is, empty where there is none;
    `stands` is whether the user's Python holds it as a network, and not as what makes one;
    `input_name` are the inputs of an exported symbol, with commas between;
    `pretrained` are the structure names of the parameters whose values came from a file;
    `mean` and `std` are what its weights expect pictures (0 to 1, RGB) to be normalised with;
    `defaults` are what it is best trained with, where that is not what its recipe says;
    `notes` are facts that a person should know, one line each.
    """

    net: Block
    ctx: mx.Context
    classes: tuple[str, ...] = ()
    input_size: tuple[int, int] | None = None
    weights: str | None = None
    converted: bool = False
    foreign: str = ""
    stands: bool = False
    input_name: str = ""
    pretrained: tuple[str, ...] = ()
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    defaults: Hyperparameters | None = None
    notes: list[str] = field(default_factory=list)
