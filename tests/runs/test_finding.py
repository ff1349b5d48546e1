from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.runs.test_listed import ALIVE, run
from tui.runs.finding import NoSuchRun, find_run, nearest_run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Three runs, the oldest last by name."""
    home = tmp_path / "runs"
    for number, name in enumerate(("20250103-demo", "20250102-demo", "20250102-demo-2", "mine")):
        os.utime(run(home / name).spec_file, (1000 - number, 1000 - number))
    return home


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("20250103-demo", "20250103-demo"),
        ("20250103", "20250103-demo"),
        ("m", "mine"),
        # The beginning of another, and a whole name.
        ("20250102-demo", "20250102-demo"),
    ],
)
def test_by_name(home: Path, word: str, name: str) -> None:
    assert find_run(word, home).path == home / name


def test_by_path(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_run(str(home / "mine"), home / "elsewhere").path == home / "mine"
    monkeypatch.chdir(home)
    assert find_run("mine", home / "elsewhere").path == Path("mine")
    assert find_run("./mine", home / "elsewhere").path == Path("mine")
    monkeypatch.setenv("HOME", str(home))
    assert find_run("~/mine", home / "elsewhere").path == home / "mine"
    monkeypatch.chdir(home / "mine")
    assert find_run(".", home / "elsewhere").path == Path(".")


def test_a_folder_that_is_no_run_hides_none(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert find_run("mine", home).path == home / "mine"


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("2025", "2025: 3 runs begin so: 20250103-demo, 20250102-demo, 20250102-demo-2"),
        ("other", "other: no run folder, and no run is named so; thaw runs lists them"),
        ("/no/such/run", "/no/such/run: no run folder"),
        ("nul\0", "no run"),
        ("", "no run"),
        ("~nobody-of-this-name/x", "no run folder"),
    ],
)
def test_none_or_several(home: Path, word: str, says: str) -> None:
    with pytest.raises(NoSuchRun) as raised:
        find_run(word, home)
    assert says in str(raised.value)


def test_a_folder_that_is_no_run(home: Path, tmp_path: Path) -> None:
    with pytest.raises(NoSuchRun, match=r"it has no run\.toml"):
        find_run(str(tmp_path), home)


def test_without_a_word(home: Path) -> None:
    assert nearest_run(home).path.name == "20250103-demo"
    run(home / "going", ALIVE)
    assert nearest_run(home).path.name == "going"
    # Two that go on: neither is the only one.
    run(home / "going too", ALIVE)
    os.utime(run(home / "newest").spec_file, (2e9, 2e9))
    assert nearest_run(home).path.name == "newest"
    with pytest.raises(NoSuchRun, match="there is no run yet"):
        nearest_run(home / "none")
