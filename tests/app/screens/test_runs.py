"""The list of runs, driven by keys and by the mouse, on runs in every state."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from tests.app.browsing import browser
from tests.app.fake_trainer import finished, write_log
from tests.app.run_screens import Host, screen_of, settled
from tests.app.showing import text_of, turns_during, until
from tests.app.some_runs import ALL, make_runs, runs_app, runs_screen, state, two_runs
from tests.app.test_run_screen import start_fake
from tests.runs.test_control import accepted, listening
from tui.app.screens import runs as runs_module
from tui.app.screens.browser import BrowserScreen
from tui.app.screens.compare import CompareScreen
from tui.app.screens.delete_run import DeleteRun
from tui.app.screens.help import HelpScreen
from tui.app.screens.listed_run import ListedRunScreen
from tui.app.screens.quit_run import StopRun
from tui.app.screens.run import RunScreen
from tui.app.screens.runs import RunsScreen
from tui.app.screens.too_small import TooSmallScreen
from tui.runs import control
from tui.runs.control import Command
from tui.runs.events import Memory, Step
from tui.runs.folder import RunFolder, runs_home


def names(screen: RunsScreen) -> list[str]:
    return [row.run.name for row in screen.runs.rows]


def current(screen: RunsScreen) -> str:
    row = screen.runs.current
    return row.run.name if row else ""


async def go_to(pilot: Pilot[int], screen: RunsScreen, name: str) -> None:
    await pilot.press("home", *["down"] * names(screen).index(name))
    assert current(screen) == name


async def wait_for(pilot: Pilot[int], screen: type[object]) -> None:
    await until(pilot, lambda: type(pilot.app.screen) is screen, f"no {screen.__name__}")


async def test_every_state_has_a_sign_and_a_word() -> None:
    make_runs()
    async with runs_screen() as (pilot, screen):
        assert sorted(names(screen)) == sorted(ALL)
        text = text_of(pilot)
        for told in ("▸ running", "= paused", "● done", "◐ stopped", "! failed", "? lost", "○ new"):
            assert told in text
        assert "7 runs · 1 running · 1 paused" in text
        assert "250/400" in text
        assert "trunk frozen" in text
        await go_to(pilot, screen, "failed")
        assert "! the GPU is out of memory; use a smaller batch" in text_of(pilot)


async def test_an_empty_list_says_what_to_do() -> None:
    async with runs_screen() as (pilot, _):
        before = text_of(pilot)
        assert "no run yet" in before
        assert "thaw demo     then h (head only) and t (train) makes one" in before
        await pilot.press("enter", "space", "c", "s", "p", "r", "x", "down")
        assert text_of(pilot) == before


async def test_typing_narrows_and_keys_work_again_after_enter() -> None:
    make_runs()
    async with runs_screen() as (pilot, screen):
        await pilot.press("slash", *"paus")
        assert names(screen) == ["paused"]
        assert "1 of 7 runs" in text_of(pilot)
        await pilot.press("enter", "space")
        assert screen.filter.value == "paus"
        assert [row.run.name for row in screen.marked] == ["paused"]
        await pilot.press("escape")
        assert len(names(screen)) == 7
        assert current(screen) == "paused"
        await pilot.press("slash", *"xyzzy")
        assert "nothing matches xyzzy: esc shows all" in text_of(pilot)
        await pilot.press("escape")
        assert (len(names(screen)), screen.filter.value) == (7, "")
        # Letters are keys of the list again.
        await pilot.press("G")
        assert current(screen) == names(screen)[-1]


async def test_sorting_and_turning_keep_the_run_under_the_cursor() -> None:
    make_runs("done", "running", "lost")
    async with runs_screen() as (pilot, screen):
        assert names(screen) == ["done", "running", "lost"]
        assert "age▾" in text_of(pilot)
        await go_to(pilot, screen, "running")
        await pilot.press("o")
        assert names(screen) == ["running", "lost", "done"]
        assert current(screen) == "running"
        await pilot.press("O")
        assert names(screen) == ["done", "lost", "running"]
        assert "state▴" in text_of(pilot)
        assert current(screen) == "running"


async def test_a_click_on_a_heading_sorts_and_one_on_a_row_opens() -> None:
    make_runs("done", "running")
    async with runs_screen() as (pilot, screen):
        heads = text_of(pilot).splitlines()[1]
        await pilot.click("#heads", offset=(heads.index("step"), 0))
        assert "step▾" in text_of(pilot)
        assert names(screen) == ["done", "running"]
        await pilot.click("#heads", offset=(heads.index("step"), 0))
        assert names(screen) == ["running", "done"]
        await pilot.click("#runs", offset=(5, 0))
        assert current(screen) == "running"
        await pilot.click("#runs", offset=(5, 0))
        await wait_for(pilot, ListedRunScreen)


async def test_enter_shows_a_run_and_q_comes_back_to_its_place() -> None:
    make_runs()
    async with runs_screen() as (pilot, screen):
        await pilot.press("slash", *"e", "enter")
        await go_to(pilot, screen, "failed")
        shown = names(screen)
        for key in ("q", "escape", "ctrl+r"):
            await pilot.press("enter")
            await wait_for(pilot, ListedRunScreen)
            await until(pilot, lambda: "out of memory" in text_of(pilot))
            await pilot.press(key)
            await wait_for(pilot, RunsScreen)
            assert (current(screen), names(screen)) == ("failed", shown)
        await pilot.press("escape", "q")
        await until(pilot, lambda: pilot.app.return_value is not None)
        assert pilot.app.return_value == 0


async def test_a_run_that_goes_on_is_left_by_q_without_a_question() -> None:
    make_runs("running")
    async with runs_screen() as (pilot, _):
        await pilot.press("enter")
        await wait_for(pilot, ListedRunScreen)
        await pilot.press("q")
        await wait_for(pilot, RunsScreen)


async def test_live_runs_are_shown_as_they_go() -> None:
    (folder,) = make_runs("running")
    async with runs_screen() as (pilot, screen):
        write_log(folder, [Step(251, 3, 1.25, {}, 0.001, 30.0)])
        await until(pilot, lambda: "251/400" in text_of(pilot))
        assert "1.2500" in text_of(pilot)
        write_log(folder, [finished(400)])
        await until(pilot, lambda: "● done" in text_of(pilot))
        make_runs("lost")
        await until(pilot, lambda: len(screen.runs.rows) == 2)


async def test_only_cells_that_changed_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    (folder, _) = make_runs("running", "done")
    async with runs_screen() as (pilot, screen):
        regions: list[object] = []
        refresh = screen.runs.refresh
        monkeypatch.setattr(
            screen.runs, "refresh", lambda *r, **how: regions.extend(r) or refresh(*r, **how)
        )
        looks = screen.looks
        await until(pilot, lambda: screen.looks > looks + 1)
        assert regions == []
        write_log(folder, [Step(251, 3, 1.25, {}, 0.001, 30.0)])
        await until(pilot, lambda: "251/400" in text_of(pilot))
        assert {region.y for region in regions} == {0}  # type: ignore[attr-defined]
        assert all(region.width < 40 for region in regions)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "key", "command"),
    [
        ("running", "p", control.Pause()),
        ("paused", "p", control.GoOn()),
        ("paused", "r", control.GoOn()),
    ],
)
async def test_a_key_is_a_command(name: str, key: str, command: Command) -> None:
    (folder,) = make_runs(name)
    async with runs_screen() as (pilot, _):
        with listening(folder.socket, accepted) as heard:
            await pilot.press(key)
            await until(pilot, lambda: heard)
        assert msgspec.json.decode(heard[0], type=Command) == command
        await until(pilot, lambda: f"{name}: " in text_of(pilot))


async def test_a_stop_asks_first() -> None:
    (folder,) = make_runs("running")
    async with runs_screen() as (pilot, _):
        with listening(folder.socket, accepted) as heard:
            await pilot.press("s")
            await wait_for(pilot, StopRun)
            await pilot.press("escape")
            await wait_for(pilot, RunsScreen)
            assert heard == []
            await pilot.press("s")
            await wait_for(pilot, StopRun)
            await pilot.press("s")
            await until(pilot, lambda: heard)
        assert msgspec.json.decode(heard[0], type=Command) == control.Stop()


async def test_a_trainer_that_does_not_listen_is_told_of() -> None:
    make_runs("running")
    async with runs_screen() as (pilot, _):
        await pilot.press("p")
        await until(pilot, lambda: "! running: the trainer does not answer" in text_of(pilot))


async def test_a_real_process_is_stopped_from_the_list(
    trainers: list[subprocess.Popen[bytes]],
) -> None:
    start_fake(trainers, runs_home() / "alive", "--rate", "50", "--steps", "5000")
    async with runs_screen() as (pilot, _):
        await until(pilot, lambda: "▸ running" in text_of(pilot))
        socket = RunFolder(runs_home() / "alive").socket
        await until(pilot, socket.exists)
        await pilot.press("s")
        await wait_for(pilot, StopRun)
        await pilot.press("s")
        await until(pilot, lambda: "◐ stopped" in text_of(pilot))


async def test_what_cannot_be_done_is_not_offered() -> None:
    make_runs("done", "running", "stopped", "new")
    async with runs_screen() as (pilot, screen):
        offered = {}
        for name in names(screen):
            await go_to(pilot, screen, name)
            keys = text_of(pilot).splitlines()[-1]
            offered[name] = {word for word in ("s stop", "r start", "x delete") if word in keys}
        assert offered == {
            "done": {"x delete"},
            "running": {"s stop"},
            "stopped": {"r start", "x delete"},
            "new": {"r start", "x delete"},
        }


async def test_a_trainer_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    (folder,) = make_runs("stopped")
    started: list[Path] = []

    async def start_again(folder: RunFolder) -> str:
        started.append(folder.path)
        return f"{folder.path}: no room for it"

    monkeypatch.setattr("tui.app.tell_run.start_again", start_again)
    async with runs_screen() as (pilot, _):
        await pilot.press("r")
        await until(pilot, lambda: "! stopped: no room for it" in text_of(pilot))
    assert started == [folder.path]


async def test_deleting_says_what_goes_and_asks() -> None:
    folder, other = make_runs("done", "lost")
    (folder.weights / "final.params").write_bytes(bytes(2_500_000))
    async with runs_screen() as (pilot, screen):
        await pilot.press("x")
        await wait_for(pilot, DeleteRun)
        text = text_of(pilot)
        assert "Delete done?" in text
        assert "1 file of weights" in text
        assert "This cannot be undone." in text
        assert "delete it, 2.6 MB" in text
        # What has the focus keeps it.
        await pilot.press("enter")
        await wait_for(pilot, RunsScreen)
        assert folder.path.exists()
        await pilot.press("x")
        await wait_for(pilot, DeleteRun)
        await pilot.press("d")
        await until(pilot, lambda: names(screen) == ["lost"])
        assert "done: deleted, 2.6 MB freed" in text_of(pilot)
    assert not folder.path.exists()
    assert other.path.exists()


async def test_of_a_deleted_run_what_thaw_did_not_write_stays() -> None:
    (folder,) = make_runs("done")
    (folder.path / "notes.txt").write_text("mine")
    async with runs_screen() as (pilot, _):
        await pilot.press("x")
        await wait_for(pilot, DeleteRun)
        await until(pilot, lambda: "1 file that thaw did not write will stay." in text_of(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "did not write: notes.txt" in text_of(pilot))
    assert [one.name for one in folder.path.iterdir()] == ["notes.txt"]


async def test_a_run_that_goes_on_is_not_deleted() -> None:
    (folder,) = make_runs("running")
    async with runs_screen() as (pilot, _):
        await pilot.press("x", "delete")
        await pilot.pause()
        assert pilot.app.screen_stack[-1].__class__ is RunsScreen
    assert folder.path.exists()


async def test_marked_runs_are_compared_and_the_marks_stay() -> None:
    two_runs()
    make_runs("lost")
    async with runs_screen() as (pilot, screen):
        await pilot.press("c")
        assert "mark two runs or more with space" in text_of(pilot)
        await go_to(pilot, screen, "head")
        await pilot.press("space")
        await go_to(pilot, screen, "everything")
        # One that is marked is compared with the one under the cursor.
        await pilot.press("c")
        await wait_for(pilot, CompareScreen)
        await until(pilot, lambda: "head only" in text_of(pilot))
        await pilot.press("q")
        await wait_for(pilot, RunsScreen)
        await pilot.press("space")
        assert "2 runs marked: c compares them" in text_of(pilot)
        await pilot.press("c")
        await wait_for(pilot, CompareScreen)
        await pilot.press("escape")
        await wait_for(pilot, RunsScreen)
        assert len(screen.marked) == 2
        await pilot.press("escape")
        assert screen.marked == []


async def test_too_many_runs_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    make_runs()
    monkeypatch.setattr("tui.runs.run_letters.MOST", 2)
    async with runs_screen() as (pilot, _):
        await pilot.press("space", "space", "space", "c")
        assert "at most 2 runs at once" in text_of(pilot)


async def test_a_broken_run_says_why() -> None:
    (folder,) = make_runs("new")
    folder.spec_file.write_text("= 3")
    async with runs_screen() as (pilot, _):
        assert "! broken" in text_of(pilot)
        await pilot.press("enter")
        assert "cannot be shown: run.toml: not a TOML file" in text_of(pilot)


async def test_hostile_names_do_nothing() -> None:
    folder = RunFolder(runs_home() / "x\x1b]0;pwned\x07[bold]\u202e")
    make_runs("lost")[0].path.rename(folder.path)
    async with runs_screen() as (pilot, _):
        text = text_of(pilot)
        assert "\\x1b]0;pwned\\x07[bold]" in text
        await pilot.press("x")
        await wait_for(pilot, DeleteRun)
        assert [sign for sign in text_of(pilot) if sign != "\n" and not sign.isprintable()] == []


async def test_help_lists_the_keys() -> None:
    make_runs("done")
    async with runs_screen() as (pilot, _):
        await pilot.press("question_mark")
        await wait_for(pilot, HelpScreen)
        assert "hold the marked runs against each other" in text_of(pilot)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (200, 60)])
async def test_nothing_is_cut_at_any_size(size: tuple[int, int]) -> None:
    make_runs()
    async with runs_screen(size) as (pilot, screen):
        lines = text_of(pilot).splitlines()
        for row, line in zip(screen.runs.rows, lines[2:], strict=False):
            assert row.cells["state"] in line
            assert row.cells["best"] in line
            assert row.cells["step"] in line
            if size[0] > 60:
                assert row.cells["trains"] in line
                assert row.cells["recipe"] in line
            if size[0] == 200:
                assert row.run.name in line
                assert row.cells["model"] in line


async def test_a_new_size_keeps_the_place() -> None:
    make_runs()
    async with runs_screen() as (pilot, screen):
        await go_to(pilot, screen, "failed")
        await pilot.resize_terminal(60, 16)
        await pilot.resize_terminal(40, 10)
        await wait_for(pilot, TooSmallScreen)
        await pilot.resize_terminal(120, 40)
        await wait_for(pilot, RunsScreen)
        assert current(screen) == "failed"


async def test_the_list_of_models_leads_to_it_and_back() -> None:
    make_runs("done")
    async with browser() as (pilot, _, _):
        assert "^r runs" in text_of(pilot)
        await pilot.press("ctrl+r")
        await wait_for(pilot, RunsScreen)
        await until(pilot, lambda: "● done" in text_of(pilot))
        await pilot.press("q")
        await wait_for(pilot, BrowserScreen)


async def test_a_run_that_has_ended_leads_to_it_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_runs("done")
    screen = screen_of(state("done"))
    async with Host(screen).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "^r runs" in text_of(pilot)  # type: ignore[arg-type]
        await pilot.press("ctrl+r")
        await wait_for(pilot, RunsScreen)  # type: ignore[arg-type]
        await pilot.press("q")
        await wait_for(pilot, RunScreen)  # type: ignore[arg-type]


async def test_many_runs_are_listed_while_the_screen_serves_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_runs()
    list_run = runs_module.RunsWatch.look

    def slowly(watch: runs_module.RunsWatch) -> Iterator[object]:
        time.sleep(0.3)
        yield from list_run(watch)

    monkeypatch.setattr(runs_module.RunsWatch, "look", slowly)
    app, screen = runs_app()
    async with app.run_test(size=(80, 24)) as pilot:
        reading = until(pilot, lambda: screen.is_current and screen.looks)
        _, turns = await turns_during(reading)
        assert turns > 20
        assert len(screen.runs.rows) == 7


async def test_a_log_that_says_nothing_new_draws_nothing() -> None:
    (folder,) = make_runs("running")
    async with runs_screen() as (pilot, screen):
        before = text_of(pilot)
        looks = screen.looks
        write_log(folder, [Memory(1)])
        await until(pilot, lambda: screen.looks > looks + 1)
        assert text_of(pilot) == before
