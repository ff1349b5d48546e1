"""What a network's own classes make, before the Python around them sets anything.

A script that freezes a network does so after it has been made: `grad_req` of its parameters,
`use_global_stats` of its norm layers. Whoever is there while parameters and layers are made
knows what they were before.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from mxnet.gluon import Block, Parameter, SymbolBlock
from mxnet.gluon.nn import Dropout
from mxnet.gluon.nn.basic_layers import _BatchNorm

from tui.engine import as_built


@dataclass
class Made:
    """What parameters, norm layers, dropouts and SymbolBlocks were made with."""

    # By identity; the thing itself is kept, so that no other gets its identity.
    _notes: dict[int, tuple[object, object]] = field(default_factory=dict)

    def keep(self, thing: object, built: object) -> None:
        """Note it, the first time."""
        self._notes.setdefault(id(thing), (thing, built))

    def again(self, parameter: Parameter) -> None:
        """Note it anew, where it has been noted and those who make networks change it."""
        if id(parameter) in self._notes and _by_maker():
            self._notes[id(parameter)] = (parameter, as_built.of_parameter(parameter))

    def remember(self, net: Block) -> None:
        """Note on a network what it was made with: `describe` tells that from then on. What was
        made elsewhere (read from a pickle) counts as made to train, its statistics to move."""

        def visit(block: Block) -> None:
            if isinstance(block, (_BatchNorm, Dropout, SymbolBlock)):
                _, built = self._notes.get(id(block), (None, None))
                if built is None:
                    built = False if isinstance(block, _BatchNorm) else _built(block)
                as_built.note(block, built)

        net.apply(visit)
        for parameter in net.collect_params().values():
            trains = as_built.ParameterAsBuilt(
                "write" if parameter._differentiable else "null", 1.0, 1.0
            )
            _, built = self._notes.get(id(parameter), (None, trains))
            as_built.note(parameter, built)


@contextmanager
def noting() -> Iterator[Made]:
    """Note what is made until the end, by whatever Python."""
    made = Made()
    with ExitStack() as stack:
        for kind in (Parameter, _BatchNorm, Dropout, SymbolBlock):
            stack.enter_context(patch.object(kind, "__init__", _noting(kind.__init__, made)))

        def changed(parameter: Parameter, name: str, value: object) -> None:
            object.__setattr__(parameter, name, value)
            if name in _SETTINGS:
                made.again(parameter)

        stack.enter_context(patch.object(Parameter, "__setattr__", changed))
        yield made


_SETTINGS = frozenset({"_grad_req", "lr_mult", "wd_mult"})
_MAKERS = ("gluoncv.model_zoo.", "mxnet.gluon.model_zoo.", "tui.engine.demo.")
"""Whose changes belong to making a network: GluonCV's FCN gives its head ten times the rate."""


def _by_maker() -> bool:
    """Whether the code that called into Gluon just now is that of a model's own classes."""
    frame = sys._getframe(3)
    while frame is not None:
        module = f"{frame.f_globals.get('__name__', '')}."
        if module.startswith(_MAKERS):
            return True
        if not module.startswith("mxnet."):
            return False
        frame = frame.f_back
    return False


def _noting(init: Callable[..., None], made: Made) -> Callable[..., None]:
    @functools.wraps(init)
    def noted(self: Any, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        made.keep(self, _built(self))

    return noted


def _built(thing: Any) -> object:
    match thing:
        case Parameter():
            return as_built.of_parameter(thing)
        case _BatchNorm():
            return as_built.of_norm(thing)
        case Dropout():
            return as_built.of_dropout(thing)
        case _:
            return as_built.of_symbol(thing)
