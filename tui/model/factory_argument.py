"""What `--arg key=text` gives a factory: Python as it is written there, or a plain word."""

from __future__ import annotations

import ast
from typing import Any

_WORDS = {"true": True, "false": False, "none": None, "null": None}
"""Words, in any case, that would surprise as text: `false` would count as true."""


def factory_argument(text: str) -> Any:
    """The value that a text stands for; a plain word is itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return _WORDS.get(text.strip().lower(), text)


def argument_code(text: str) -> str:
    """Python for that value. A literal is written as one again, since the `repr` of its value
    need not be any: that of `1e999` is `inf`."""
    value = factory_argument(text)
    if value is None or isinstance(value, bool | str):
        return repr(value)
    return ast.unparse(ast.parse(text.lstrip(" \t"), mode="eval"))
