"""Where thaw remembers what was opened last, and how its screens were laid out."""

from __future__ import annotations

from collections.abc import Iterator

from platformdirs import user_log_path, user_state_path

from tui.commands.checks.folder import at_home, why_not_written
from tui.commands.checks.line import Line
from tui.figures import counted
from tui.model.recent import read_recent, recent_file
from tui.toml import TomlError


def check() -> Iterator[Line]:
    """Whether it and the logs can be written, and what was opened last be read."""
    folder = user_state_path("thaw")
    written = True
    for name, place in (("state folder", folder), ("logs", user_log_path("thaw"))):
        if why_not := why_not_written(place):
            advice = "Name another in XDG_STATE_HOME; until then nothing is remembered."
            yield Line(name, "warn", f"{at_home(place)}: {why_not}", advice)
            written = written and place != folder
    try:
        recent = read_recent(recent_file())
    except TomlError as error:
        yield Line("state folder", "warn", str(error), f"Delete it: rm '{recent_file()}'")
        return
    if not written:
        return
    opened = f"{counted(len(recent), 'model')} opened last" if recent else "no model opened yet"
    yield Line("state folder", "ok", f"{at_home(folder)}: {opened}")
