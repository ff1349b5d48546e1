"""The README's tables are those of the registry, and the TOML can be read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.app.actions import ACTIONS, bound, remapped
from tui.app.actions.tables import BEGIN, END, readme_region, toml_lines, with_region
from tui.app.config import read_config

README = Path(__file__).parents[3] / "README.md"


def test_the_readme_has_the_keys_that_there_are() -> None:
    text = README.read_text("utf-8")
    assert with_region(text) == text, "run: python -m tui.app.actions README.md"


def test_every_action_is_in_the_tables() -> None:
    region = readme_region()
    assert [action.id for action in ACTIONS if f"`{action.id}` |" not in region] == []


def test_only_what_stands_between_the_marks_is_made_anew() -> None:
    made = with_region(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert made == f"before\n{readme_region()}\nafter\n"


def test_a_readme_without_the_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="there is no line"):
        with_region(f"before\n{END}\n{BEGIN}\n")


def test_the_toml_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("\n".join(toml_lines()), "utf-8")
    config, problems = read_config(file)
    given, wrong = remapped.checked(config.keys, ACTIONS, "config.toml")
    assert (problems, wrong) == ((), ())
    assert given == {one.id: one.keys for action in ACTIONS for one in bound(action)}
