"""`config.toml`: what it sets, and what is said of entries that cannot be used."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.app.config import Config, read_config


def read(tmp_path: Path, text: str) -> tuple[Config, tuple[str, ...]]:
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")
    return read_config(file)


def test_no_file_sets_nothing(tmp_path: Path) -> None:
    assert read_config(tmp_path / "config.toml") == (Config(), ())


def test_what_it_sets(tmp_path: Path) -> None:
    text = (
        'theme = "nord"\nascii = true\nslow = true\n'
        '[keys]\nmodel.train = "T"\n"tree.down" = ["down", "n"]\nmodel.invert = []\n'
    )
    keys = {"model.train": ("T",), "tree.down": ("down", "n"), "model.invert": ()}
    assert read(tmp_path, text) == (Config("nord", True, True, keys), ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("slwo = true", "slwo: there is no such setting; did you mean slow"),
        ('slow = "yes"', 'slow = "yes": it should be true or false'),
        ("theme = 3", "theme = 3: it should be the name of a theme in quotes"),
        ('keys = "x"', r'keys = "x": it should be a table: \[keys\]'),
        ("[keys]\nmodel.train = 3", "keys.model.train = 3: it should be a key in quotes"),
        ("slow = ", "not a TOML file: .*; nothing of it is used"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    config, (problem,) = read(tmp_path, text)
    assert config == Config()
    assert problem.startswith(f"{tmp_path / 'config.toml'}: ")
    assert re.search(said, problem), problem
    assert "\n" not in problem


def test_all_other_entries_hold(tmp_path: Path) -> None:
    text = 'ascii = 1\nslow = true\n[keys]\nmodel.undo = 1\nmodel.train = "T"\n'
    config, problems = read(tmp_path, text)
    assert config == Config(slow=True, keys={"model.train": ("T",)})
    assert len(problems) == 2


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 9), st.text("ab\u202e\x1b", max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["theme", "ascii", "slow", "keys", "b"]), VALUES))
def test_anything_is_read(
    tmp_path_factory: pytest.TempPathFactory, told: dict[str, object]
) -> None:
    import tomli_w

    config, problems = read(tmp_path_factory.mktemp("config"), tomli_w.dumps(told))
    assert isinstance(config, Config)
    assert all("\n" not in problem for problem in problems)


def test_textual_is_not_imported_for_it() -> None:
    code = (
        "import sys; import tui.commands.showing as showing; showing.put_in_force({}); "
        "sys.exit('textual' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
