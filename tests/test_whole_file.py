from __future__ import annotations

from pathlib import Path

import pytest

from tui.whole_file import whole_file


def test_it_is_there_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("before")
    with whole_file(path) as temporary:
        temporary.write_text("after")
        assert path.read_text() == "before"
        assert temporary.parent == path.parent
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("before")
    with pytest.raises(TypeError), whole_file(path) as temporary, temporary.open("w") as file:
        file.writelines(["half", 2])  # type: ignore[list-item]
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "gone" / "a") as temporary:
        temporary.write_text("x")
