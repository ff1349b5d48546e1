"""What commands write of names that others have chosen: text, which does nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.fake_trainer import finished, make_folder, write_log
from tests.commands.test_runs import on_terminal
from tests.faults.terminals import Terminal
from tests.safety.hostile import MARK, NAMES, NASTY, acts
from tests.safety.test_screens import run_of
from tests.test_cli import thaw
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_file import write_plan
from tui.runs.events import Failed

NET = """
from mxnet.gluon import nn

class Net(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.register_child(nn.Dense(3, in_units=2, prefix={name!r}), {name!r})
        type(self).__name__ = {name!r}

def make():
    return Net()
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a failed run whose names are all hostile, its own included."""
    folder = make_folder(tmp_path / "".join(NAMES).replace("/", "."))
    write_log(folder, [*run_of(NASTY), Failed(NASTY)])
    write_plan(folder.plan_file, FreezePlan((Rule("freeze", "structure", NAMES[0]),)))
    return folder.path


COMMANDS: dict[str, Callable[[str], list[str]]] = {
    "runs": lambda path: ["runs", "--home", str(Path(path).parent)],
    "runs json": lambda path: ["runs", "--json", "--home", str(Path(path).parent)],
    "prune": lambda path: ["runs", "prune", "--keep", "0", "--dry-run", "--home", path],
    "csv": lambda path: ["export", path, "--csv"],
    "json": lambda path: ["export", path, "--json"],
    "event files": lambda path: ["export", path, "--tensorboard"],
    "plan show": lambda path: ["plan", "show", path],
    "verify": lambda path: ["verify", path],
    "train": lambda path: ["train", path, "--classes", "a"],
    "attach": lambda path: ["attach", f"{path} "],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_into_a_pipe(run: Path, command: str) -> None:
    done = thaw(*COMMANDS[command](str(run)))
    assert "Traceback" not in done.stderr
    assert acts(done.stdout + done.stderr) == []
    if command != "plan show":
        assert MARK in done.stdout + done.stderr


def test_a_table_is_still_a_table(run: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(thaw("export", str(run), "--csv").stdout)))
    assert len(rows) == 9
    assert all(None not in row and None not in row.values() for row in rows)


def test_json_says_the_very_same(run: Path) -> None:
    told = json.loads(thaw("export", str(run), "--json").stdout)
    assert told["validations"][0]["metric"] == NASTY
    assert told["run"] == run.name


def test_on_a_terminal(run: Path) -> None:
    _, said = on_terminal("runs", "--home", str(run.parent))
    assert MARK in said
    # Colours are ours, but none comes right behind a name.
    assert f"{MARK}\x1b" not in said
    assert acts(re.sub(r"\x1b\[\d*m|\r", "", said)) == []


@pytest.mark.skipif(sys.platform != "linux", reason="such names are refused elsewhere")
def test_the_screen_in_a_real_terminal(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / NAMES[0])
    write_log(folder, [*run_of(NASTY.replace("\0", "")), finished(8)])
    written: list[str] = []
    terminal = Terminal([sys.executable, "-m", "tui", "attach", str(folder.path)])
    try:
        terminal.until("complete")
        terminal.type("q")
        while terminal.process.poll() is None:
            terminal.read()
            written.append(terminal.shown)
        terminal.read()
        written.append(terminal.shown)
    finally:
        terminal.close()
    said = written[-1]
    assert MARK in said
    assert "\x1b]0;pwned" not in said
    assert "\x1b]8;;http" not in said
    assert "\x1b[31mred" not in said
    assert not any("\x80" <= sign <= "\x9f" for sign in said)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["params", "snippet", "plan"])
def test_a_network_with_such_names(tmp_path: Path, command: str) -> None:
    net, plan = tmp_path / "net.py", tmp_path / "plan.toml"
    name = "".join(NAMES).replace(".", "_")
    net.write_text(NET.format(name=name))
    write_plan(plan, FreezePlan((Rule("freeze", "parameter", f"{name}.bias"),)))
    arguments = {
        "params": ["params", f"{net}:make"],
        "snippet": ["snippet", f"{net}:make", "--plan", str(plan)],
        "plan": ["plan", "apply", str(plan), f"{net}:make"],
    }[command]
    done = thaw(*arguments)
    assert done.returncode == 0, done.stderr
    if command == "snippet":
        # Code is for a file: it says the very same, in quotes.
        compile(done.stdout, "snippet.py", "exec")
        return
    assert acts(done.stdout + done.stderr) == []
    assert MARK in done.stdout
