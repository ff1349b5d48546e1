"""`thaw keys`: all actions by their ids, and the keys that they have now."""

from __future__ import annotations

import click

from tui.commands.helped import Helped
from tui.commands.saying import echo, say


@click.command(
    cls=Helped,
    short_help="Every action by its id, and its keys: to change them.",
    examples=(
        ("thaw keys", "what there is, and where config.toml stands"),
        ("thaw keys --toml > keys.toml", "all of them, to change some"),
    ),
)
@click.option("--toml", is_flag=True, help="As a [keys] table, to begin one's own with.")
def keys(toml: bool) -> None:
    """Every action by its id, with its keys and what it does.

    An entry is an id and a key, several keys, or none:

    \b
    [keys]
    model.train = "T"
    tree.down = ["down", "ctrl+n"]
    model.invert = []

    Keys are written as here or as the screen shows them: ctrl+t or ^t, question_mark or ?, f5.
    Entries that cannot be used are named, with exit code 2; thaw itself goes on without them.
    """
    from tui.app.actions import ACTIONS, TITLES, bound, keys_text, remapped
    from tui.app.config import config_file, read_config

    file = config_file()
    config, problems = read_config(file)
    given, wrong = remapped.checked(config.keys, ACTIONS, str(file))
    remapped.use(given)
    if toml:
        from tui.app.actions.tables import toml_lines

        for line in toml_lines():
            echo(line)
    else:
        width = max(len(one.id) for action in ACTIONS for one in bound(action))
        for place in dict.fromkeys(action.where for action in ACTIONS):
            echo(TITLES.get(place, place.replace("_", " ")))
            for action in (one for one in ACTIONS if one.where == place):
                for one in bound(action):
                    now = keys_text(remapped.keys_of_bound(one)) or "-"
                    changed = "*" if one.id in given else " "
                    echo(f"{changed} {one.id:<{width}}  {now:<18}  {action.description}")
        echo("")
        echo(f"* changed in {file}" if given else f"{file} changes none of them")
    for problem in (*problems, *wrong):
        say(f"thaw: {problem}")
    if problems or wrong:
        raise SystemExit(2)
