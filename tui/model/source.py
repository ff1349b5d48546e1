"""Where a model comes from, as the command line and run.toml say it."""

from __future__ import annotations

import msgspec


class ModelSource(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """All that determines which network is built, and from which weights.

    `weights` is a `.params` file; without one the zoo's own are used, unless `pretrained` is
    false (`--no-weights`). `classes` are the classes to train for (empty: the model's own),
    `input_size` is height and width (None: the model's own), `ctx` is `cpu` or `gpu(0)`.
    """

    model: str
    classes: tuple[str, ...] = ()
    weights: str | None = None
    pretrained: bool = True
    input_size: tuple[int, int] | None = None
    ctx: str = "cpu"
    seed: int = 0
