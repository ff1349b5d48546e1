"""What a classifier takes for what."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tui.engine import confusion
from tui.engine.confusion import NAMED, Confusion
from tui.runs.events import Confused


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_pairs_that_are_confused_most_come_first(tmp_path: Path) -> None:
    table = Confusion(("a, b", 'say "c"', "é"))
    table.add([0, 0, 0, 1], [0, 1, 1, 1])
    table.add([2, 2, 1], [0, 1, 2])
    assert table.worst() == (
        Confused("a, b", 'say "c"', 2, 3),
        Confused('say "c"', "é", 1, 2),
        Confused("é", "a, b", 1, 2),
        Confused("é", 'say "c"', 1, 2),
    )
    table.write(tmp_path / "table.csv")
    assert rows(tmp_path / "table.csv")[1:] == [
        ["a, b", "1", "2", "0"],
        ['say "c"', "0", "1", "1"],
        ["é", "1", "1", "0"],
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_many_classes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confusion, "WIDEST", 50)
    table = Confusion([f"class {number}" for number in range(51)])
    table.add(range(51), [*range(1, 51), 0])
    assert len(table.worst()) == NAMED
    table.write(tmp_path / "table.csv")
    written = rows(tmp_path / "table.csv")
    assert len(written) == 52
    assert written[:2] == [["class", "found", "pictures"], ["class 0", "class 1", "1"]]


def test_nothing_confused() -> None:
    table = Confusion(("a", "b"))
    table.add([0, 1], [0, 1])
    assert table.worst() == ()


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "table.csv").mkdir()
    with pytest.raises(OSError):  # noqa: PT011
        Confusion(("a", "b")).write(tmp_path / "table.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]
