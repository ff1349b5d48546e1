"""A screen, shown from the command line."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any, NoReturn


def has_terminal() -> bool:
    """Whether there is a terminal to show a screen in, and to press keys in."""
    if os.environ.get("TEXTUAL_DRIVER"):
        return True  # a browser's, by thaw serve
    # Textual draws on standard error, so that has to be a terminal too.
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def need_terminal(instead: str = "`thaw train RUN_DIR` needs none") -> None:
    """Where there is none, that is a problem; `instead` is what does without."""
    if not has_terminal():
        from tui.commands.problem import Problem

        raise Problem(f"no terminal here to show it in; {instead}")


def put_in_force(asked: dict[str, Any]) -> None:
    """Take up how the screen is to look: what `config.toml` says, and over it what was asked for
    on the command line. To be called before Textual is imported, which reads some of it then.

    Raises:
        Problem: the theme that was asked for does not exist.
    """
    from tui.app.config import config_file, read_config
    from tui.app.looks import looks_of, take_up

    path = config_file()
    config, problems = read_config(path)
    take_up(looks_of(config, problems, path, **asked))
    if theme := asked.get("theme"):
        from tui.app.themes import theme_problem

        if problem := theme_problem(theme):
            from tui.commands.problem import Problem

            raise Problem(f"--theme: {problem}")


def show_app(**what: Any) -> NoReturn:
    """Show the app until it is left, and exit as it says. `what` is what `ThawApp` takes."""
    need_terminal()
    # All that is made up to the first frame stays: to look through it for garbage, again and again
    # while it grows, takes a tenth of the time. The app does so from its first frame on.
    gc.disable()
    from tui.app.app import ThawApp

    app = ThawApp(**what)
    code = app.run(mouse=True)
    from tui.commands.saying import echo

    # What the screen said last is gone with it: say it where it stays.
    for line in app.last_words:
        echo(line, err=bool(code))
    sys.exit(code or app.return_code or 0)
