"""Pictures that go bad while a run goes on."""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.engine.datasets.test_folder import write_folders
from tui.engine.datasets import load_data
from tui.engine.datasets.skipped import SkippedPictures, UnreadablePicture, most_unreadable
from tui.engine.refusal import Refusal


def test_the_next_takes_its_place_and_it_is_told_once(tmp_path: Path) -> None:
    data = load_data(str(write_folders(tmp_path)), "classification", ("Cat", "dog"))
    file = tmp_path / "train" / "Cat" / "1.JPG"
    file.write_bytes(file.read_bytes()[:300])
    (tmp_path / "train" / "Cat" / "2.JPG").unlink()
    expected = data.train[3][0].asnumpy()
    for _ in range(2):
        assert (data.train[1][0].asnumpy() == expected).all()
    assert data.skipped.new() == [
        ("Cat/1.JPG", "a truncated JPEG"),
        ("Cat/2.JPG", "no such file or directory"),
    ]
    assert data.train[1][1] == 0
    assert (data.skipped.new(), data.skipped.count) == ([], 2)


def test_too_many_stop_the_run(tmp_path: Path) -> None:
    data = load_data(str(write_folders(tmp_path, each=10)), "classification", ("Cat", "dog"))
    for file in (tmp_path / "train").rglob("*.JPG"):
        if file.name != "9.JPG":
            file.write_bytes(b"")
    with pytest.raises(Refusal, match=r"empty; 11 of 20 pictures cannot be read, too many"):
        list(data.train)


def test_none_that_can_be_read_ends_too(tmp_path: Path) -> None:
    data = load_data(str(write_folders(tmp_path, each=2)), "classification", ("Cat", "dog"))
    for file in (tmp_path / "train").rglob("*.JPG"):
        file.write_bytes(b"")
    with pytest.raises(Refusal, match="4 of 4 pictures"):
        data.train[0]


def test_too_many_at_the_beginning_refuse_the_data(tmp_path: Path) -> None:
    write_folders(tmp_path, each=30)
    for number in range(13):
        (tmp_path / "train" / "Cat" / f"{number}.JPG").write_bytes(b"")
    with pytest.raises(Refusal, match=r"13 of 120 pictures cannot be read.*Cat/0.JPG: empty"):
        load_data(str(tmp_path), "classification", ("Cat", "dog"))
    assert most_unreadable(120) == 12


def _skip(skipped: SkippedPictures, name: str) -> None:
    def read(index: int) -> int:
        if index == 0:
            raise UnreadablePicture(name, "torn\nin two")
        return index

    assert skipped.first_readable(read, 0, 50) == 1


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes_are_heard(method: str) -> None:
    skipped = SkippedPictures()
    process = get_context(method).Process(target=_skip, args=(skipped, "a\tb.jpg"))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert skipped.new() == [("a b.jpg", "torn in two")]
