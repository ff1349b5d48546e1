"""A network as a source hands it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import mxnet as mx
from mxnet.gluon import Block

Say = Callable[[str], None]
"""Told what is about to be done, in words: `loading weights`."""


@dataclass
class Built:
    """A network, initialised on its context, with shapes as far as they can be known.

    `classes` are what it tells apart, by name where names are known; `input_size` is height
    and width in pixels; `weights` is the file that was loaded, None for random weights;
    `notes` are facts that a person should know, one line each.
    """

    net: Block
    ctx: mx.Context
    classes: tuple[str, ...] = ()
    input_size: tuple[int, int] | None = None
    weights: str | None = None
    notes: list[str] = field(default_factory=list)
