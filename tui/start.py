"""`thaw`, as a shell starts it."""

from __future__ import annotations

import os
import sys

from tui.commands.showing import has_terminal, put_in_force, show_app


def main() -> None:
    """Carry out the command line. Where it says nothing, there is nothing to parse: the list of
    models does not wait for click, which would take a twentieth of the time to its first frame."""
    if len(sys.argv) > 1 or "_THAW_COMPLETE" in os.environ or not has_terminal():
        from tui.cli import main as commands

        commands(prog_name="thaw")
        return
    try:
        put_in_force({})
        show_app()
    except KeyboardInterrupt:
        sys.exit(130)
