"""Where a model comes from, as the command line and run.toml say it."""

from __future__ import annotations

import msgspec


class ModelSource(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """All that determines which network is built, and from which weights.

    `model` is a zoo name, `package.module:name`, `path/file.py:Name`, an exported
    `model-symbol.json` or a bare `.params` file; `arguments` go to a factory, as `--arg key=value`
    gave them; `input_name` is the input of an exported symbol, several with commas between.
    `weights` is a `.params` file; without one the zoo's own are used, unless `pretrained` is false
    (`--no-weights`). `classes` are the classes to train for (empty: the model's own), `input_size`
    is height and width (None: the model's own), `ctx` is `cpu` or `gpu(0)`.
    """

    model: str
    classes: tuple[str, ...] = ()
    weights: str | None = None
    pretrained: bool = True
    input_size: tuple[int, int] | None = None
    ctx: str = "cpu"
    seed: int = 0
    arguments: dict[str, str] = {}
    input_name: str = "data"
