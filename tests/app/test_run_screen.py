"""The run screen, driven by keys, on logs that were written and on trainers that live."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from textual.screen import Screen
from textual.widgets import Input

from tests.app.fake_trainer import (
    finished,
    line,
    make_folder,
    proof,
    sample_events,
    started,
    write_log,
)
from tests.app.run_screens import (
    ONE_GPU,
    Host,
    following,
    living,
    screen_of,
    settled,
    shown,
    until,
)
from tui.app.run_state import Status
from tui.app.screens.question import Question
from tui.app.screens.quit_run import QuitRun, StopRun
from tui.app.screens.run import RunScreen
from tui.runs.events import (
    Checkpointed,
    Event,
    Failed,
    Finished,
    Notice,
    Phase,
    PlanApplied,
    Step,
    Validated,
)
from tui.runs.folder import RunFolder

ROOT = Path(__file__).parents[2]
SMALL, WIDE = (80, 24), (120, 40)
ME = psutil.Process()
PANES = ("progress", "charts", "losses", "rates", "memory", "validations", "notices")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def start_fake(
    trainers: list[subprocess.Popen[bytes]], folder: Path, *options: str
) -> subprocess.Popen[bytes]:
    """A fake trainer on a new run folder."""
    run = make_folder(folder)
    with run.log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.app.fake_trainer", str(folder.absolute()), *options],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    trainers.append(process)
    return process


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_all_panes_are_on_the_screen(size: tuple[int, int]) -> None:
    screen = screen_of(list(sample_events(250)), process=living())
    async with Host(screen).run_test(size=size) as pilot:
        await settled(pilot)
        for pane in PANES:
            region = screen.query_one(f"#{pane}").region
            assert region.width, pane
            assert region.height, pane
            if pane != "validations" or size == WIDE:
                assert screen.region.contains_region(region), pane
        chart = screen.query_one("#charts")
        assert chart.region.width >= 45
        assert chart.region.height >= 15


async def test_what_was_measured_beside_the_metric() -> None:
    validated = Validated(1, 10, "mIoU", 0.42, {"circle": 0.3}, {"pixel accuracy": 0.87})
    screen = screen_of([*sample_events(10), validated], process=living())
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert "0.4200" in shown(screen, "validations")
        assert "pixel accuracy" in shown(screen, "validations")
        assert "0.8700" in shown(screen, "validations")


async def test_numbers_are_those_of_the_log() -> None:
    log = list(sample_events(250))
    screen = screen_of(log, process=living())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        last = [event for event in log if isinstance(event, Step)][-1]
        assert f"{last.loss:.4f}" in shown(screen, "losses")
        assert f"{last.losses['box']:.4f}" in shown(screen, "losses")
        assert "0.001" in shown(screen, "rates")
        assert f"{last.pictures_per_second:.1f}" in shown(screen, "rates")
        assert "epoch 3 of 4 · step 250 of 400" in shown(screen, "progress")
        assert "62.5 %" in shown(screen, "progress")
        assert "epoch 2" in shown(screen, "validations")
        assert "hazelnut" in shown(screen, "validations")
        assert "skipped IMG_0042.jpg" in shown(screen, "notices")
        assert "1.2 GB" in shown(screen, "memory")


async def test_a_gpu_is_shown_where_there_is_one() -> None:
    screen = screen_of(list(sample_events(20)), process=living(), memory=ONE_GPU)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        text = shown(screen, "memory")
        assert "9.4 GB of 16.0 GB" in text
        assert "run 9.1 GB" in text
        assert "87 % busy" in text
        assert "host" not in text


async def test_smoothing_and_axis_change_by_key() -> None:
    screen = screen_of(list(sample_events(60)), process=living())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert "smoothed 0.9" in shown(screen, "charts")
        before = shown(screen, "losses")
        await pilot.press("plus")
        await pilot.pause()
        assert "smoothed 0.95" in shown(screen, "charts")
        assert shown(screen, "losses") != before
        await pilot.press(*["minus"] * 9)
        await pilot.pause()
        assert "not smoothed" in shown(screen, "charts")
        await pilot.press("x")
        await pilot.pause()
        assert "logarithmic" in shown(screen, "charts")


async def test_losses_that_are_not_finite_are_said_and_the_chart_goes_on() -> None:
    bad = Step(31, 1, None, {"class": None, "box": 1.0}, 0.001, 30.0)
    screen = screen_of([*sample_events(30), bad], process=living())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert "1 not finite, from step 31" in shown(screen, "losses")
        assert "NaN" in shown(screen, "losses")
        assert "nan" not in shown(screen, "charts")
        assert "S" in shown(screen, "charts").splitlines()[1]


async def test_a_slow_writer_and_a_torn_line() -> None:
    screen = screen_of([], process=living())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "waiting for the trainer" in shown(screen, "progress"))
        log = list(sample_events(3))
        whole = "".join(line(number, event) for number, event in enumerate(log))
        torn = len(whole) - 20
        with screen.folder.events_file.open("a") as file:
            file.write(whole[:torn])
            file.flush()
            await until(pilot, lambda: "step 2 of 400" in shown(screen, "progress"))
            await pilot.pause(0.2)
            assert "step 2 of 400" in shown(screen, "progress")
            file.write(whole[torn:])
            file.flush()
            await until(pilot, lambda: "step 3 of 400" in shown(screen, "progress"))


async def test_a_long_log_is_read_while_keys_are_served() -> None:
    screen = screen_of(list(sample_events(12_000, 20_000)), process=living())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await pilot.press("plus")
        await until(pilot, lambda: "12,000 of 20,000" in shown(screen, "progress"))
        assert "smoothed 0.95" in shown(screen, "charts")
        assert len(screen.state.losses["sum"]) <= 1024


async def test_names_from_the_log_cannot_drive_the_terminal() -> None:
    odd = Notice("bad \x1b[2J file [bold]name[/bold]")
    screen = screen_of([started(), odd], process=living())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert "\\x1b[2J file [bold]name[/bold]" in shown(screen, "notices")


# The end of a run


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_a_run_that_is_complete_shows_weights_folder_and_proof(
    size: tuple[int, int],
) -> None:
    screen = screen_of([*sample_events(400), proof(), finished()])
    async with Host(screen).run_test(size=size) as pilot:
        await settled(pilot)
        text = shown(screen, "summary")
        assert "complete · 400 steps, 4 epochs in 3:12 · VOC07 mAP 0.5188" in text
        assert "runs/demo/weights/last.params" in text
        assert "181 parameters: identical, bit for bit" in text
        ended = screen.query_one("#ended")
        assert ended.region.height >= len(text.splitlines())
        assert screen.region.contains_region(ended.region)
        assert screen.query_one("#charts").region.height >= 8


async def test_a_run_without_a_proof_says_so() -> None:
    screen = screen_of([*sample_events(5), finished(5)])
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert "no proof was written" in shown(screen, "summary")


async def test_a_run_that_failed_shows_its_line_its_place_and_its_log() -> None:
    screen = screen_of([*sample_events(5), Failed("the GPU is out of memory", "step")])
    screen.folder.log_file.write_text("Traceback\nmxnet.base.MXNetError: cudaMalloc failed\n")
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        text = shown(screen, "summary")
        assert "failed: the GPU is out of memory" in text
        assert "where       step" in text
        assert "runs/demo/log.txt" in text
        assert "cudaMalloc failed" in text


async def test_events_after_the_screen_came_are_not_needed_to_see_a_trainer_that_is_gone() -> None:
    """Attached, without a process of ours: the process in the log does not exist."""
    screen = screen_of(list(sample_events(7)))
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.state.status is Status.GONE, 3.0)
        assert "(process 4242) is gone" in shown(screen, "summary")
        assert "at step 7" in shown(screen, "summary")


async def test_a_run_that_nobody_began_says_how_to(tmp_path: Path) -> None:
    log = list(sample_events(3, first=started(pid=os.getpid())))
    folder = make_folder(tmp_path / "my run")
    screen = following(folder)
    async with Host(screen).run_test(size=(120, 40)) as pilot:
        await until(
            pilot, lambda: "waiting for the trainer: thaw train" in shown(screen, "progress")
        )
        assert "/my run' starts it" in shown(screen, "progress")
        write_log(folder, log)
        await until(pilot, lambda: screen.state.step is not None)
        await until(pilot, lambda: "starts it" not in shown(screen, "progress"))


async def test_a_killed_trainer_is_seen_within_three_seconds(
    trainers: list[subprocess.Popen[bytes]],
) -> None:
    process = start_fake(trainers, Path("runs/demo"), "--rate", "50")
    screen = following(RunFolder(Path("runs/demo")), process)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.state.step is not None)
        os.kill(process.pid, signal.SIGKILL)
        await until(pilot, lambda: screen.state.status is Status.GONE, 3.0)
        text = shown(screen, "summary")
        assert (
            "ended by signal 9 (SIGKILL): killed by a person, or for want of memory at step" in text
        )


async def test_a_trainer_that_exits_without_a_word_shows_its_log(
    trainers: list[subprocess.Popen[bytes]],
) -> None:
    process = start_fake(trainers, Path("runs/demo"), "--at", "5", "--end", "exit")
    screen = following(RunFolder(Path("runs/demo")), process)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.state.status is Status.GONE)
        text = shown(screen, "summary")
        assert "exit code 1" in text
        assert "MXNetError: out of memory" in text


async def test_what_a_trainer_wrote_last_counts_more_than_that_it_is_gone() -> None:
    screen = screen_of([*sample_events(50), proof(), finished(50)], process=living(0))
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert screen.state.status is Status.COMPLETE


async def test_a_run_that_is_started_again_is_followed_once_it_says_so() -> None:
    """The trainer imports MXNet for seconds before its first event."""
    screen = screen_of([*sample_events(20), Failed("x")], process=living())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert screen.state.status is Status.FAILED
        write_log(screen.folder, [started(), Phase("training")])
        await until(pilot, lambda: screen.state.status is Status.TRAINING)
        await until(pilot, lambda: not screen.has_class("-ended"))


@pytest.mark.parametrize("end", [Failed("x"), None])
async def test_a_run_that_somebody_else_starts_again_is_followed(end: Event | None) -> None:
    """From the list of runs, by `thaw train` elsewhere; also one that was taken for gone."""
    screen = screen_of([*sample_events(20), *([end] if end else [])])
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.state.status.ended)
        await until(pilot, lambda: screen.has_class("-ended"))
        write_log(screen.folder, [started(os.getpid(), ME.create_time()), Phase("training")])
        await until(pilot, lambda: screen.state.started and screen.state.started.pid != 4242)
        await until(pilot, lambda: not screen.has_class("-ended"))


async def test_whoever_writes_is_not_gone() -> None:
    screen = screen_of(list(sample_events(7)))
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.state.status is Status.GONE)
        with screen.folder.events_file.open("a") as log:
            log.write(line(900, finished(9)))
        await until(pilot, lambda: screen.state.status is Status.COMPLETE)
        await until(pilot, lambda: "complete" in shown(screen, "summary"))


async def test_a_log_that_cannot_be_read_is_said_once_and_asked_for_again() -> None:
    screen = screen_of(list(sample_events(7)), process=living())
    log = screen.folder.events_file
    kept = log.with_name("kept")
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        log.rename(kept)
        log.mkdir()
        said = pilot.app._notifications
        await until(pilot, lambda: any("asking again" in one.message for one in said))
        log.rmdir()
        kept.rename(log)
        with log.open("a") as more:
            more.write(line(900, finished(9)))
        await until(pilot, lambda: screen.state.status is Status.COMPLETE)
        assert len(said) == 1


async def test_the_end_leaves_whoever_is_typing_alone() -> None:
    screen = screen_of(list(sample_events(7)), process=living())
    screen.folder.log_file.write_text("hello\n" * 50)
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(screen.focused, Input))
        with screen.folder.events_file.open("a") as log:
            log.write(line(900, finished(9)))
        await until(pilot, lambda: screen.has_class("-ended"))
        assert isinstance(screen.focused, Input)


# Keys


async def test_a_key_that_does_nothing_now_says_why() -> None:
    screen = screen_of(list(sample_events(3)), process=living())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("m", "r", "escape")
        await until(pilot, lambda: len(pilot.app._notifications) == 2)
        said = [one.message for one in pilot.app._notifications]
        assert said == [
            "m, mistakes: there after a classifier's first validation", "r, start: not now",
        ]  # fmt: skip
        with screen.folder.events_file.open("a") as log:
            log.write(line(900, finished(3)))
        await until(pilot, lambda: screen.has_class("-ended"))
        await pilot.press("p")
        await until(pilot, lambda: len(pilot.app._notifications) == 3)
        assert [one.message for one in pilot.app._notifications][-1] == (
            "p, pause: the run is complete"
        )


async def test_before_the_log_is_read_it_does_not_say_that_nobody_began(tmp_path: Path) -> None:
    screen = screen_of(list(sample_events(3)), tmp_path / "run")
    async with Host(screen).run_test(size=SMALL) as pilot:
        assert screen.state.started or not screen.check_action("resume", ())
        assert "thaw train" not in shown(screen, "progress")
        await until(pilot, lambda: screen.state.status is Status.GONE)
        assert screen.check_action("resume", ())


async def test_of_a_run_that_was_never_started_nothing_goes_on() -> None:
    screen = following(make_folder(Path("runs/demo")))
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "waiting" in shown(screen, "progress"))
        actions = ("stop_run", "pause", "checkpoint", "validate", "learning_rate", "change_plan")
        assert not any(screen.check_action(action, ()) for action in (*actions, "leave"))
        assert screen.check_action("resume", ())
        assert screen.check_action("back", ())
        await pilot.press("s", "q")
        assert app.screen is screen
    assert app.return_value == 0
    assert not screen.state.stop_asked


async def test_stop_asks_once_and_ends_with_a_proof(
    trainers: list[subprocess.Popen[bytes]],
) -> None:
    process = start_fake(trainers, Path("runs/demo"), "--rate", "50")
    screen = following(RunFolder(Path("runs/demo")), process)
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.state.step is not None)
        await pilot.press("s")
        assert isinstance(app.screen, StopRun)
        await pilot.press("escape")
        assert app.screen is screen
        assert not screen.state.stop_asked
        await pilot.press("s", "enter")
        await until(pilot, lambda: screen.state.status is Status.STOPPED)
        assert "stopped · " in shown(screen, "summary")
        assert "identical, bit for bit" in shown(screen, "summary")
        assert "s" not in screen.active_bindings or not screen.active_bindings["s"].enabled


async def test_a_trainer_that_does_not_listen_yet_is_asked_again(
    trainers: list[subprocess.Popen[bytes]],
) -> None:
    process = start_fake(trainers, Path("runs/demo"), "--rate", "20", "--deaf")
    screen = following(RunFolder(Path("runs/demo")), process)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.state.step is not None)
        await pilot.press("s", "s")
        await until(pilot, lambda: "stopping after this batch" in shown(screen, "progress"))
        assert not screen.state.status.ended
        Path("runs/demo/hear").touch()
        await until(pilot, lambda: screen.state.status is Status.STOPPED)


async def test_leaving_goes_back_and_the_run_goes_on() -> None:
    screen = screen_of(list(sample_events(5)), process=living())
    app = Host(screen)
    below = Named()
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        app.pop_screen()
        await app.push_screen(below)
        again = RunScreen(RunFolder(Path("runs/demo")), living(), interval=0.05)
        await app.push_screen(again)
        await until(pilot, lambda: again.state.step is not None)
        await pilot.press("d")
        assert app.screen is below
        assert not again.state.stop_asked


class Named(Screen[None]):
    """Some screen that one can go back to."""


async def test_leaving_with_nothing_below_leaves_the_app() -> None:
    screen = screen_of(list(sample_events(5)), process=living())
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("d")
        await pilot.pause()
    assert app.return_value == 0


@pytest.mark.parametrize(
    ("keys", "leaves"), [(("q", "enter"), True), (("q", "l"), True), (("q", "escape"), False)]
)
async def test_quitting_asks_and_leaving_it_running_is_the_default(
    keys: tuple[str, ...], leaves: bool
) -> None:
    screen = screen_of(list(sample_events(5)), process=living())
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press(keys[0])
        assert isinstance(app.screen, QuitRun)
        await pilot.press(*keys[1:])
        await pilot.pause()
        assert not screen.state.stop_asked
        assert (app.return_value == 0) is leaves


async def test_stop_then_quit_waits_for_the_proof(
    trainers: list[subprocess.Popen[bytes]],
) -> None:
    process = start_fake(trainers, Path("runs/demo"), "--rate", "50")
    screen = following(RunFolder(Path("runs/demo")), process)
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.state.step is not None)
        await pilot.press("q", "s")
        await until(pilot, lambda: app.return_value is not None)
    assert screen.state.status is Status.STOPPED
    assert screen.state.proof is not None


@pytest.mark.parametrize("last", [finished(5), Failed("no")])
async def test_after_the_end_quitting_asks_nothing(last: Event) -> None:
    screen = screen_of([*sample_events(5), last])
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("q")
        await pilot.pause()
        assert not isinstance(app.screen, Question)
    assert app.return_value == 0


@pytest.mark.parametrize("how", ["stopped", "failed", "complete"])
async def test_what_a_run_can_go_on_from_is_said(how: str) -> None:
    end: dict[str, list[Event]] = {
        "stopped": [proof(), Finished(True, 120, 1, 30.0, "weights/final.params")],
        "failed": [Failed("no memory")],
        "complete": [proof(), finished()],
    }
    log = [*sample_events(120), Checkpointed(100, 2, "checkpoints/00000100"), *end[how]]
    screen = screen_of(log)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        says = "r goes on after step 100; without a screen: thaw train runs/demo" in shown(
            screen, "summary"
        )
        assert says == (how != "complete")


async def test_each_change_of_the_plan_has_a_line() -> None:
    log = list(sample_events(250))
    screen = screen_of(log, process=living())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert not screen.query_one("#changes").display
    log += [PlanApplied(100 * n, n + 1, "schedule", 48, 157, 10, 20) for n in (1, 2)]
    screen = screen_of(log, Path("runs/other"), process=living())
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert shown(screen, "changes").splitlines() == [
            "plan after step 200 · epoch 3, by schedule: 48 parameters train, 157 frozen",
            "plan after step 100 · epoch 2, by schedule: 48 parameters train, 157 frozen",
        ]
