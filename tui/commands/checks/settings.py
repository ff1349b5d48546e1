"""What a person has set in config.toml: whether all of it can be used."""

from __future__ import annotations

from collections.abc import Iterator

from tui.commands.checks.folder import at_home
from tui.commands.checks.line import Line

ADVICE = "Correct it there; the rest holds. thaw keys lists actions and keys."


def check() -> Iterator[Line]:
    """A line for each entry that cannot be used."""
    from tui.app.actions import ACTIONS, remapped
    from tui.app.config import config_file, read_config

    file = config_file()
    where = at_home(file)
    if not file.exists():
        yield Line("settings", "ok", f"none; they would be in {where}")
        return
    config, problems = read_config(file)
    _, wrong = remapped.checked(config.keys, ACTIONS, str(file))
    for problem in (*problems, *wrong):
        yield Line("settings", "warn", problem, ADVICE)
    if not (problems or wrong):
        yield Line("settings", "ok", f"all of {where} can be used")
