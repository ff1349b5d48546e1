"""`thaw data`, as a person or a script calls it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.engine.voc_tree import usual_tree, write_annotation
from tests.test_cli import refused, thaw
from tui.commands.picture_cells import Screen
from tui.runs.inspection import DrawnPicture


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["data"], "Missing argument 'PATH'"),
        (["data", "/no/such/place"], "/no/such/place: there is nothing at this path"),
        (["data", ""], "the path is empty"),
        (["data", "shapes", "--show", "x"], "'x' is not a valid integer"),
        (["data", "shapes", "--show", "2", "--json"], "give one of them"),
        (["data", "shapes", "--task", "x"], "'x' is not one of 'detection'"),
        (["data", "convert", "shapes"], "Missing argument 'TO'"),
        (["data", "convert", "shapes", "new"], "Missing option '--as'"),
        (["data", "convert", "shapes", "tests", "--as", "voc"], "is there already"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], says: str) -> None:
    refused(arguments, says)


@pytest.mark.slow
def test_a_table_and_the_same_as_json(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    write_annotation(
        tmp_path / "Annotations" / "p0.xml", [("cat", 9, 9, 9, 9), ("cat", 1, 1, 9, 9)]
    )
    done = thaw("data", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Pascal VOC, for detection",
        "3 pictures to train, 2 to validate, 7 boxes",
        "split: trainval / test",
        "",
        "class  train  validation",
        "cat        3           2",
        "dog        1           1",
        "",
        "1 problem:",
        "  a box without area: 1",
        "    p0.xml: cat: a box without area; left out",
    ]
    told = json.loads(thaw("data", str(tmp_path), "--json").stdout)
    assert (told["version"], told["boxes"], told["problem_count"]) == (1, 7, 1)
    assert told["classes"][1] == {"name": "dog", "train": 1, "validation": 1}
    assert told["problems"][0]["kind"] == "a box without area"


@pytest.mark.slow
def test_labels_where_pictures_cannot_be_shown_and_another_format(tmp_path: Path) -> None:
    usual_tree(tmp_path / "a")
    done = thaw("data", str(tmp_path / "a"), "--show", "1")
    assert done.stdout.splitlines() == ["p0.jpg  96×80", "  cat 9, 9, 49, 59"]
    assert "no terminal to show pictures in" in done.stderr
    assert "1 of 5 pictures" in done.stderr
    done = thaw("data", "convert", str(tmp_path / "a"), str(tmp_path / "b c"), "--as", "yolo")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'b c'}\n"
    assert "3 pictures to train, 2 to validate, 7 boxes" in done.stderr
    assert "YOLO text" in thaw("data", str(tmp_path / "b c")).stdout


class Tty(io.StringIO):
    """A stream that says that it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def picture(width: int, height: int) -> DrawnPicture:
    written = io.BytesIO()
    Image.new("RGB", (width, height), (255, 0, 0)).save(written, "PNG")
    legend = (("dog", 2, (0, 255, 0)),)
    return DrawnPicture(
        "x\x1b[0m.jpg", width, height, written.getvalue(), ("dog 1, 2, 3, 4",), legend
    )


@pytest.mark.parametrize(("width", "height"), [(64, 48), (10, 90), (200, 4)])
def test_a_picture_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    for name, value in {"COLUMNS": "80", "LINES": "24", "TERM": "xterm-256color"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Tty()
    screen = Screen(stream)
    assert screen.why_not == ""
    from textual_image.renderable import HalfcellImage

    screen._image = HalfcellImage
    screen.show(picture(width, height))
    lines = stream.getvalue().splitlines()
    assert len(lines) <= 22
    assert lines[0].startswith("x\\x1b[0m.jpg")
    assert max(line.count("▀") for line in lines) <= 80
    assert any("▀" in line for line in lines)
    assert "dog 2" in lines[-1]


def test_without_colour_labels_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Tty()
    screen = Screen(stream)
    assert "no colours" in screen.why_not
    screen.show(picture(64, 48))
    assert "  dog 1, 2, 3, 4" in stream.getvalue()
    assert "▀" not in stream.getvalue()
