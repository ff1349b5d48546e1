"""Every `--help`: a description, examples that parse, and 80 columns."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tui.cli import PURPOSES, main
from tui.commands import showing
from tui.commands.helped import Helped, example_lines

VARIABLE = re.compile(r"[A-Z_]+=\S*")


def all_commands(
    command: click.Command, *path: str
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that can be given, with its words."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from all_commands(below, *path, name)


COMMANDS = list(all_commands(main))
EACH = pytest.mark.parametrize(
    ("path", "command"), COMMANDS, ids=[" ".join(("thaw", *path)) for path, _ in COMMANDS]
)


def context_of(path: tuple[str, ...], width: int = 80) -> click.Context:
    context = click.Context(main, info_name="thaw", terminal_width=width, **main.context_settings)
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        below = command.get_command(context, name)
        assert below is not None
        command = below
        context = click.Context(command, parent=context, info_name=name, terminal_width=width)
    return context


@EACH
def test_says_what_it_does_and_how(path: tuple[str, ...], command: click.Command) -> None:
    assert isinstance(command, Helped), "give it cls=Helped and examples"
    assert command.help
    said = command.get_help(context_of(path, 78))
    assert [line for line in said.splitlines() if len(line) > 80] == []
    assert "\nExamples:\n" in said
    assert command.examples
    assert all(words.split()[0] == "thaw" or "=" in words for words, _ in command.examples)
    # In a list of commands nothing is cut off.
    assert not path or not command.get_short_help_str(60).endswith("...")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which everything lies that the examples name."""
    for folder in ("VOCdevkit", "pictures", "RUN_DIR"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "something").touch()
    (tmp_path / "plan.toml").write_text("version = 1\n")
    (tmp_path / "model.params").write_bytes((0x112).to_bytes(8, "little") + bytes(64))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@EACH
def test_its_examples_are_taken(path: tuple[str, ...], command: click.Command, place: Path) -> None:
    assert isinstance(command, Helped)
    for line, _ in command.examples:
        words = shlex.split(line.partition(" > ")[0])
        while VARIABLE.fullmatch(words[0]):
            del words[0]
        assert words.pop(0) == "thaw"
        context = main.make_context("thaw", list(words))
        taken: list[str] = []
        while isinstance(context.command, click.Group) and context._protected_args:
            group, arguments = context.command, [*context._protected_args, *context.args]
            name, below, rest = group.resolve_command(context, arguments)
            assert below is not None
            if "--help" in rest:
                break
            taken.append(str(name))
            context = below.make_context(name, rest, parent=context)
        if "--help" not in words:
            assert tuple(taken[: len(path)]) == path, line


def test_the_list_of_commands_is_whole_and_by_purpose() -> None:
    said = main.get_help(context_of((), 78))
    files = {file.stem for file in Path(showing.__file__).parent.glob("*.py")}
    for title, names in PURPOSES:
        assert {place.partition(":")[0] for place in names.values()} <= files
        section = said.partition(f"\n{title}:\n")[2].partition("\n\n")[0]
        assert [line.split()[0] for line in section.splitlines()] == list(names)


def test_a_command_line_is_broken_as_a_shell_takes_it() -> None:
    line = "thaw open ssd --classes fig,date,hazelnut --data VOCdevkit --preset head"
    lines = list(example_lines([(line, "a detector"), ("thaw", "the list")], 40))
    assert max(map(len, lines)) <= 40
    assert lines[0] == "# a detector"
    assert "".join(lines[1:-2]).replace("\\    ", "") == line
    assert lines[-2:] == ["# the list", "thaw"]
    assert list(example_lines([("thaw", "the list"), ("thaw demo", "all")], 40)) == [
        "thaw       the list",
        "thaw demo  all",
    ]
