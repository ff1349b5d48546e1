"""A run's weights, written for use elsewhere."""

from __future__ import annotations

from typing import Literal

import msgspec

Form = Literal["params", "symbol", "onnx"]


class ExportWeights(msgspec.Struct, frozen=True, tag=True):
    """Write a run's network with these weights. `out` is the files' path without an ending;
    what is there already stays, unless `force` says otherwise."""

    run: str
    weights: str
    form: Form
    out: str
    what: str = ""
    force: bool = False


class WeightsExported(msgspec.Struct, frozen=True, tag=True):
    """The files that were written, and what a person should know of them."""

    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
