"""Output and notices as one text."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.app.log_pages import END, TOP, Cancelled, Level, LogPages, Place, Row, ToldAt
from tui.runs import log_text
from tui.runs.log_text import LogText

OUTPUT = (
    "starting\n"
    "2026-01-01 10:00:00 WARNING root: low on memory\n"
    "Traceback (most recent call last):\n"
    '  File "loop.py", line 88, in step\n'
    "ValueError: no such class\n"
    "done\n"
)


def pages(
    output: str = OUTPUT, notices: tuple[ToldAt, ...] = (), level: Level = Level.ALL
) -> LogPages:
    path = Path(tempfile.mkdtemp()) / "log.txt"
    path.write_text(output)
    return LogPages(LogText(path), notices, level)


def texts(rows: list[Row]) -> list[str]:
    return [row.text for row in rows]


def test_levels() -> None:
    notice = ToldAt(9, 0, "skipped a.jpg")
    everything = pages(OUTPUT, (notice,)).after(TOP, 20)
    assert [row.sign for row in everything] == [" ", "!", "W", "E", "E", "E", " "]
    warned = pages(OUTPUT, (notice,), Level.WARNINGS).after(TOP, 20)
    assert [row.sign for row in warned] == ["!", "W", "E", "E", "E"]
    failed = pages(OUTPUT, (notice,), Level.ERRORS)
    assert [row.sign for row in failed.after(TOP, 20)] == ["E", "E", "E"]
    assert failed.last_page(1)[0].text == "ValueError: no such class"
    assert [level.next for level in Level] == [Level.WARNINGS, Level.ERRORS, Level.ALL]


@pytest.mark.parametrize(
    "line",
    [
        *(
            "no errors found",
            "error rate 0.3",
            "validation_error 0.1",
            "this is an Erroneous claim",
        ),
        *("loss 0.3 ERRORS=0 is no word", "warnings: 0 of them"),
    ],
)
def test_words_that_are_no_level(line: str) -> None:
    [row] = pages(f"{line}\n").after(TOP, 5)
    assert row.sign == " "


@pytest.mark.parametrize(
    ("line", "sign"),
    [
        ("mxnet.base.MXNetError: cudaMalloc retry failed: out of memory", "E"),
        ("Fatal Python error: Segmentation fault", "E"),
        ("[12:00:01] src/x.cc:21: Check failed: e == cudaSuccess", "E"),
        ("KeyboardInterrupt", "E"),
        ("x.py:3: DeprecationWarning: np.bool is gone", "W"),
        ("warning: no GPU", "W"),
    ],
)
def test_words_that_are_one(line: str, sign: str) -> None:
    [row] = pages(f"{line}\n").after(TOP, 5)
    assert row.sign == sign


LINES = st.lists(st.sampled_from(["a", "an ERROR b", "a WARNING c", "", "é"]), max_size=25)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, tuple[ToldAt, ...]]:
    lines = draw(LINES)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    offsets = sorted(draw(st.lists(st.sampled_from(starts), max_size=6)))
    notices = tuple(ToldAt(at, number, f"n{number}") for number, at in enumerate(offsets))
    return "".join(line + "\n" for line in lines), notices


@given(documents(), st.integers(1, 6), st.sampled_from(list(Level)))
def test_paging_either_way_shows_every_row_once(
    document: tuple[str, tuple[ToldAt, ...]], count: int, level: Level
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_text, "SLICE", 32)
        log = pages(*document, level)
        down: list[Row] = []
        place: Place = TOP
        while rows := log.after(place, count):
            down += rows
            place = (rows[-1].place[0], rows[-1].place[1] + 1)
        up: list[Row] = []
        place = END
        while rows := log.before(place, count):
            up = rows + up
            place = rows[0].place
        assert up == down
        assert [row.place for row in down] == sorted(row.place for row in down)
        wanted = sum(1 for line in document[0].split("\n")[:-1] if _is_of(line, level))
        notices = 0 if level is Level.ERRORS else len(document[1])
        assert len(down) == wanted + notices
        assert log.last_page(count) == down[-count:]
        assert log.page(END, count) == down[-count:]


@given(documents(), LINES, st.integers(1, 6), st.sampled_from(list(Level)))
def test_a_page_that_has_grown_is_the_newest_page(
    document: tuple[str, tuple[ToldAt, ...]], more: list[str], count: int, level: Level
) -> None:
    output, told = document
    path = Path(tempfile.mkdtemp()) / "log.txt"
    path.write_text(output + "an ERR")
    log = LogText(path)
    pages = LogPages(log, told, level)
    before, boundary = pages.last_page(count), log.boundary()
    with path.open("a") as file:
        file.write("".join(line + "\n" for line in ["OR", *more]))
    assert pages.grown(before, boundary, count) == pages.last_page(count)


def _is_of(line: str, level: Level) -> bool:
    return level is Level.ALL or "ERROR" in line or (level is Level.WARNINGS and "WARN" in line)


@given(documents(), st.sampled_from(["a", "n1", "b", "zz"]), st.sampled_from(list(Level)))
def test_a_search_finds_what_is_there_either_way(
    document: tuple[str, tuple[ToldAt, ...]], sought: str, level: Level
) -> None:
    log = pages(*document, level)
    rows = log.after(TOP, 100)
    wanted = [row.place for row in rows if sought in row.text.lower()]
    down: list[Place] = []
    place: Place | None = TOP
    while place is not None and (place := log.find(sought, place, 1)) is not None:
        down.append(place)
    up: list[Place] = []
    place = END
    while place is not None and (place := log.find(sought, place, -1)) is not None:
        up.insert(0, place)
    assert down == up == wanted


def test_capital_letters_are_meant_where_there_are_any() -> None:
    log = pages()
    assert log.find("valueerror", TOP, 1) == log.find("ValueError", TOP, 1)
    assert log.find("VALUEERROR", TOP, 1) is None


def test_a_long_search_ends_where_it_is_not_wanted_any_more(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("x\n" * 100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_text, "SLICE", 32)
        log = LogPages(LogText(path), (), Level.ALL, lambda: False)
        with pytest.raises(Cancelled):
            log.find("y", TOP, 1)
