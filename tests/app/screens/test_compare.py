"""Runs held against each other, driven by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.fake_trainer import finished, proof, write_log
from tests.app.showing import NARROW, text_of, until
from tests.app.some_runs import ALL, compare_screen, make_runs, two_runs
from tests.runs.test_listed import ALIVE, steps
from tui.app.glyphs import ASCII, use
from tui.app.screens.too_small import TooSmallScreen
from tui.runs.events import Step
from tui.runs.folder import RunFolder


def lines_with(text: str, word: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if word in line]


async def test_only_what_differs_and_a_for_all() -> None:
    async with compare_screen(two_runs(), (80, 60)) as (pilot, _):
        text = text_of(pilot)
        assert "comparing 2 runs" in text
        assert lines_with(text, "learning_rate") == ["learning_rate 0.001 0.01"]
        assert lines_with(text, "decay_epochs") == ["decay_epochs - 2,3"]
        assert lines_with(text, "batch_size") == []
        assert "trunk" not in text.split("what came of it")[1]
        await pilot.press("a")
        text = text_of(pilot)
        assert lines_with(text, "batch_size") == ["batch_size 8 8"]
        # What differs is marked by a sign, not by colour alone.
        assert lines_with(text, "learning_rate") == ["◆ learning_rate 0.001 0.01"]
        await pilot.press("a")
        assert lines_with(text_of(pilot), "batch_size") == []


async def test_plans_by_rule_and_by_block() -> None:
    async with compare_screen(two_runs(), (80, 60)) as (pilot, _):
        text = text_of(pilot)
        assert lines_with(text, "freeze all") == ["freeze all rule 1 no"]
        assert lines_with(text, "features (all 6)") == ["features (all 6) frozen trains"]
        assert "features.stage1.0.weight" not in text
        await pilot.press("n")
        assert "features.stage1.0.weight" in text_of(pilot)


async def test_what_came_of_each_and_the_proofs() -> None:
    async with compare_screen(two_runs(), (80, 60)) as (pilot, _):
        await pilot.press("1")
        text = text_of(pilot)
        assert lines_with(text, "VOC07 mAP") == ["VOC07 mAP 0.5188 0.3861"]
        assert lines_with(text, "  best") == ["best 0.5188 at 400 0.3861 at 300"]
        assert lines_with(text, "pictures/s")[0].startswith("pictures/s 3")
        assert lines_with(text, "seconds") == ["seconds 192 192"]
        assert lines_with(text, "freeze  ") == ["freeze held BROKE: 1"]
        assert "! B: frozen, and changed: features.stage1.0.weight" in text


async def test_curves_are_told_apart_by_letters() -> None:
    async with compare_screen(two_runs()) as (pilot, screen):
        chart = screen.curves.content.plain
        assert chart.startswith("loss smoothed, by step")
        assert chart.count("A") > 1
        assert chart.count("B") > 1
        assert any("\u2800" < sign <= "\u28ff" for sign in chart)
        await pilot.press("l")
        chart = screen.curves.content.plain
        assert chart.count("a") > 10
        assert not any("\u2800" <= sign <= "\u28ff" for sign in chart)
        await pilot.press("v")
        assert screen.curves.content.plain.startswith("VOC07 mAP by step")
        await pilot.press("v", "x")
        assert "logarithmic" in screen.curves.content.plain


async def test_without_colour_curves_are_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with compare_screen(two_runs()) as (_, screen):
        assert screen.curves.content.plain.count("b") > 10


async def test_panes_by_number_and_one_is_always_there() -> None:
    async with compare_screen(two_runs()) as (pilot, screen):
        rows = screen.tables.size.height
        await pilot.press("1")
        assert not screen.curves.display
        assert screen.tables.size.height > rows + 5
        await pilot.press("2")
        assert (screen.curves.display, screen.tables.display) == (True, False)
        await pilot.press("2")
        assert screen.curves.display
        assert screen.tables.display


async def test_keys_scroll() -> None:
    async with compare_screen(two_runs()) as (pilot, screen):
        await pilot.press("j", "down", "k")
        assert screen.tables.scroll_offset.y == 1
        await pilot.press("G")
        assert "trainable, changed" in text_of(pilot)
        bottom = screen.tables.scroll_offset.y
        await pilot.press("pageup")
        assert screen.tables.scroll_offset.y == bottom - screen.tables.size.height + 1
        await pilot.press("g")
        assert screen.tables.scroll_offset.y == 0


async def test_a_run_that_goes_on_is_followed() -> None:
    folders = two_runs(live=True)
    async with compare_screen(folders, (80, 60)) as (pilot, screen):
        text = text_of(pilot)
        assert "comparing 2 runs of ssd_512_mobilenet1.0_voc · 1 going on" in text
        assert "A ▸ running" in text
        assert lines_with(text, "steps") == ["steps 200/400 300/400"]
        assert "none yet" not in text
        write_log(folders[0], [Step(201, 3, 1.0, {}, 0.001, 30.0)])
        await until(pilot, lambda: "201/400" in text_of(pilot))
        write_log(folders[0], [proof(), finished(201)])
        await until(pilot, lambda: "A ● done" in text_of(pilot))
        assert screen.found is not None
        assert screen.found.runs[0].proof == proof()
        assert "going on" not in text_of(pilot)


async def test_runs_that_say_nothing_yet() -> None:
    folders = make_runs("new", "failed")
    async with compare_screen(folders, (80, 60)) as (pilot, _):
        text = text_of(pilot)
        assert "which parameters train in A, B is not known yet" in text
        assert "none yet: a run proves at its end" in text
        await pilot.press("v")
        assert "no validation yet" in text_of(pilot)


async def test_a_folder_that_cannot_be_read_is_told() -> None:
    folders = two_runs()
    folders[1].spec_file.write_text("= 3")
    async with compare_screen(folders) as (pilot, _):
        assert "! " in text_of(pilot)
        assert "not a TOML file" in text_of(pilot)


async def test_eight_runs_fit_their_letters() -> None:
    folders = [*make_runs(), *two_runs()][:8]
    async with compare_screen(folders) as (pilot, _):
        text = text_of(pilot)
        for letter, name in zip("ABCDEFGH", (*ALL, "head"), strict=True):
            assert any(
                line.startswith(f" {letter} ") and name in line for line in text.splitlines()
            )


async def test_models_that_differ_stand_beside_the_runs() -> None:
    one, other = two_runs()
    text = other.spec_file.read_text()
    other.spec_file.write_text(text.replace("ssd_512_mobilenet1.0_voc", "yolo3_darknet53_voc"))
    async with compare_screen([one, other]) as (pilot, _):
        lines = text_of(pilot).splitlines()
        assert lines[0].split() == ["comparing", "2", "runs"]
        assert lines[2].rstrip().endswith("everything  yolo3_darknet53_voc")


async def test_tables_stand_in_ascii_too() -> None:
    use(ASCII)
    try:
        async with compare_screen(two_runs()) as (pilot, _):
            text = text_of(pilot)
            assert "settings (" in text
            assert text.isascii()
    finally:
        use(None)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (200, 60)])
async def test_every_size_shows_chart_and_tables(size: tuple[int, int]) -> None:
    async with compare_screen(two_runs(), size) as (pilot, screen):
        text = text_of(pilot)
        assert "loss smoothed" in text
        assert "settings (" in text
        assert screen.curves.size.height >= 6
        if size[0] == 200:
            assert screen.curves.region.y == screen.tables.region.y
            assert "trainable, changed" in text


async def test_long_values_are_folded_not_cut(tmp_path: Path) -> None:
    one, other = two_runs()
    for folder, letter in ((one, "x"), (other, "y")):
        text = folder.spec_file.read_text()
        folder.spec_file.write_text(text.replace("/data/fruitnuts", f"/data/{letter * 90}"))
    async with compare_screen([one, other], (80, 60)) as (pilot, _):
        shown = text_of(pilot)
        assert shown.count("x") >= 90
        assert shown.count("y") >= 90


async def test_hostile_names_do_nothing() -> None:
    one, other = two_runs()
    bad = RunFolder(one.path.with_name("x\x1b]0;pwned\x07[bold]\u202e"))
    one.path.rename(bad.path)
    log = [*steps(5, ALIVE), Step(6, 1, 1.0, {"\x1b[31m": 1.0}, 0.1, 1.0)]
    write_log(bad, list(log))
    async with compare_screen([bad, other]) as (pilot, _):
        text = text_of(pilot)
        assert "\\x1b]0;pwned" in text
        assert [sign for sign in text if sign != "\n" and not sign.isprintable()] == []


async def test_a_new_size_keeps_what_was_chosen() -> None:
    async with compare_screen(two_runs(), (120, 40)) as (pilot, screen):
        await pilot.press("v", "a")
        await pilot.resize_terminal(50, 10)
        await until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        await pilot.resize_terminal(*NARROW)
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(pilot, lambda: "all settings" in text_of(pilot))
        assert "VOC07 mAP by step" in text_of(pilot)


async def test_leaving() -> None:
    async with compare_screen(two_runs()) as (pilot, _):
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.return_value is not None)
        assert pilot.app.return_value == 0
