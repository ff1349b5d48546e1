"""Which parameters of a network got their values from a file.

Weights are loaded in many places: by thaw, by the zoo's functions for a whole network, and deep
inside these for a trunk. All of them go through one method of `Parameter`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mxnet.gluon import Block, Parameter


class LoadedParameters:
    """The parameters that were loaded while it listened."""

    def __init__(self) -> None:
        # The objects are kept: a number of one that is gone could be another's by now.
        self._found: dict[int, Parameter] = {}

    def add(self, parameter: Parameter) -> None:
        """Take one in."""
        self._found[id(parameter)] = parameter

    def names_in(self, net: Block) -> tuple[str, ...]:
        """The structure names of those that stand in a network."""
        places = net._collect_params_with_prefix()
        return tuple(name for name, one in places.items() if id(one) in self._found)


@contextmanager
def listening() -> Iterator[LoadedParameters]:
    """Take in every parameter that is loaded inside the context."""
    loaded = LoadedParameters()
    load = Parameter._load_init

    def and_tell(self: Parameter, *args: Any, **kwargs: Any) -> None:
        load(self, *args, **kwargs)
        loaded.add(self)

    Parameter._load_init = and_tell
    try:
        yield loaded
    finally:
        Parameter._load_init = load
