"""A line to type in that leaves Enter, and the keys that move in a list, to its owner."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class TypedInput(Input, inherit_bindings=False):
    """An input without the stock one's Enter and without the keys that scroll.

    The owner's bindings need no priority to have them back. One with priority overtakes what was
    typed before it and is still on its way to the input, as all of a paste is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        binding
        for binding in Input.BINDINGS
        if isinstance(binding, Binding) and binding.key != "enter"
    ]
