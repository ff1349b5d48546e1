"""Where a model comes from, as the command line and run.toml say it."""

from __future__ import annotations

import re

import msgspec

OWN_PYTHON = re.compile(
    r"(?P<where>.+\.py|[A-Za-z_]\w*(?:\.\w+)*):(?P<name>[A-Za-z_]\w*(?:\.\w+)*)"
)
"""A module or a .py file, a colon, a name: Python of the user's own."""


class ModelSource(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """All that determines which network is built, and from which weights.

    `model` is a zoo name, `package.module:name`, `path/file.py:Name`, an exported
    `model-symbol.json` or a bare `.params` file; `arguments` go to a factory, as `--arg key=value`
    gave them; `input_name` is the input of an exported symbol, several with commas between.
    `weights` is a `.params` file; without one the zoo's own are used, unless `pretrained` is false
    (`--no-weights`). `classes` are the classes to train for (empty: the model's own), `input_size`
    is height and width (None: the model's own), `ctx` is `cpu` or `gpu(0)`, or several devices that
    a training divides each batch over, with commas between: the model is built on the first.
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


def runs_python(model: str) -> bool:
    """Whether opening this model runs Python of the user's own."""
    return OWN_PYTHON.fullmatch(model) is not None


def parse_classes(text: str) -> tuple[str, ...]:
    """Class names from `a,b,c`.

    Raises:
        ValueError: a name is empty or stands there twice; the message is for people.
    """
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise ValueError("an empty name; write them with commas between: a,b,c")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands there twice")
    return names
