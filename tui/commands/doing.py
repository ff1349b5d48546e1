"""What a child process is doing, said while it does it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.runs.inspection import Phase


@contextmanager
def doing_shown() -> Iterator[Callable[[Phase], None]]:
    """What is being done, on a terminal, for as long as it is done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("") as status:
        yield lambda phase: status.update(Text(phase.doing))
