"""Lines to type in that leave the keys that move in a list, or among fields, to their owners."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

MOVES_UP = "ctrl+k"
"""Beside the arrow the key for up where letters are typed. Of the stock input it takes away all
that follows; ctrl+e and ctrl+u do that from the end."""


def stock_bindings(*without: str) -> list[BindingType]:
    """The stock input's bindings, without those of some keys."""
    return [
        binding
        for binding in Input.BINDINGS
        if isinstance(binding, Binding) and binding.key not in without
    ]


class FormInput(Input, inherit_bindings=False):
    """An input among others, which leaves the keys that go to another one to its form."""

    BINDINGS: ClassVar[list[BindingType]] = stock_bindings(MOVES_UP)


class TypedInput(Input, inherit_bindings=False):
    """An input without the stock one's Enter as well.

    The owner's bindings need no priority to have them back. One with priority overtakes what was
    typed before it and is still on its way to the input, as all of a paste is.
    """

    BINDINGS: ClassVar[list[BindingType]] = stock_bindings("enter", MOVES_UP)
