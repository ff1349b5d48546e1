"""`thaw keys`: what there is, as a table and as TOML, and what is wrong with the configuration."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tui.app.actions import remapped
from tui.app.looks import take_up
from tui.cli import main

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration that gives an action another key."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = tmp_path / "thaw" / "config.toml"
    file.parent.mkdir()
    file.write_text('[keys]\nmodel.train = "T"\n')
    yield file
    take_up(None)
    remapped.use({})


def test_the_keys_that_there_are_now(config: Path) -> None:
    done = CliRunner().invoke(main, ["keys"], standalone_mode=False)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert any(line.split()[:3] == ["*", "model.train", "T"] for line in lines)
    assert any(line.split()[:2] == ["tree.depth_1", "1"] for line in lines)
    assert lines[-1] == f"* changed in {config}"


def test_as_toml() -> None:
    done = CliRunner().invoke(main, ["keys", "--toml"])
    told = tomllib.loads(done.stdout)["keys"]
    assert told["model"]["train"] == "T"
    assert told["tree"]["down"] == ["down", "j"]


def test_what_is_wrong_is_said_on_standard_error(config: Path) -> None:
    config.write_text('slwo = true\n[keys]\nmodel.train = "h"\n')
    done = CliRunner().invoke(main, ["keys"])
    assert done.exit_code == 2
    assert [line.partition("config.toml: ")[2] for line in done.stderr.splitlines()] == [
        "slwo: there is no such setting; did you mean slow?",
        "keys.model.train: h is the key of model.head_only already, in the same place; "
        "give that another key too",
    ]
    assert "model.train" in done.stdout


def test_a_theme_that_there_is_not() -> None:
    done = CliRunner().invoke(main, ["demo", "--theme", "nrod"], standalone_mode=False)
    assert "there is no theme 'nrod'; did you mean nord?" in str(done.exception)
