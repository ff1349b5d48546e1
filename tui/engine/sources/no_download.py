"""Some of GluonCV's functions download weights for a part of the network whether they are asked
to or not. Here they get none, and the network is built without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gluoncv.model_zoo import model_store
from mxnet.gluon import Block

_NO_FILE = "/no weights were asked for"


@contextmanager
def nothing_downloaded() -> Iterator[list[str]]:
    """Within it, whatever the zoo would load from its store stays at its first, random values.
    Gives the names for which it asked its store."""
    asked: list[str] = []
    get_model_file = model_store.get_model_file
    load_parameters = Block.load_parameters

    def no_file(name: str, *_: object, **__: object) -> str:
        asked.append(name)
        return _NO_FILE

    def load(self: Block, filename: str, *rest: Any, **options: Any) -> None:
        if filename != _NO_FILE:
            load_parameters(self, filename, *rest, **options)
            return
        # Some copy values out of what they think is loaded: there have to be some.
        for parameter in self.collect_params().values():
            if parameter._data is None and not parameter._deferred_init:
                parameter.initialize()

    model_store.get_model_file = no_file
    Block.load_parameters = load
    try:
        yield asked
    finally:
        model_store.get_model_file = get_model_file
        Block.load_parameters = load_parameters
