"""The keys of the run screen that tell a run what to do."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.app.fake_trainer import make_folder, sample_events, write_log
from tests.app.run_screens import Host, following, living, until
from tests.runs.test_control import accepted, listening
from tui.app.run_state import Status
from tui.app.screens.learning_rate import AskLearningRate
from tui.app.screens.run import RunScreen
from tui.runs import control
from tui.runs.control import Command, Reply
from tui.runs.events import Event, Paused
from tui.runs.folder import RunFolder

SIZE = (80, 24)


def run_of(path: Path, *more: Event) -> RunFolder:
    folder = make_folder(path)
    write_log(folder, [*sample_events(20), *more])
    return folder


def trained(folder: RunFolder) -> RunScreen:
    return following(folder, living())


@pytest.mark.parametrize(
    ("key", "command"),
    [("p", control.Pause()), ("c", control.KeepCheckpoint()), ("v", control.Validate())],
)
async def test_a_key_is_a_command(tmp_path: Path, key: str, command: Command) -> None:
    folder = run_of(tmp_path / "run")
    screen = trained(folder)
    async with Host(screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: screen.state.status is Status.TRAINING)
        with listening(folder.socket, accepted) as heard:
            await pilot.press(key)
            await until(pilot, lambda: heard)
        assert msgspec.json.decode(heard[0], type=Command) == command


async def test_a_paused_run_goes_on_by_the_same_key(tmp_path: Path) -> None:
    folder = run_of(tmp_path / "run", Paused(20))
    screen = trained(folder)
    async with Host(screen).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: screen.state.status is Status.PAUSED)
        with listening(folder.socket, accepted) as heard:
            await pilot.press("p")
            await until(pilot, lambda: heard)
        assert msgspec.json.decode(heard[0], type=Command) == control.GoOn()


async def test_a_learning_rate_is_asked_for_and_checked(tmp_path: Path) -> None:
    folder = run_of(tmp_path / "run")
    screen = trained(folder)
    app = Host(screen)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: screen.state.step is not None)
        await pilot.press("l")
        asked = app.screen
        assert isinstance(asked, AskLearningRate)
        field = asked.query_one("#rate")
        assert field.value == "0.001"  # type: ignore[attr-defined]
        for text in ("", "fast", "0", "-1", "nan", "1e9"):
            field.value = text  # type: ignore[attr-defined]
            await pilot.press("enter")
            assert app.screen is asked
            assert "a number above 0" in asked.query_one("#said").message  # type: ignore[attr-defined]
        field.value = "0.0005"  # type: ignore[attr-defined]
        with listening(folder.socket, accepted) as heard:
            await pilot.press("enter")
            await until(pilot, lambda: heard)
        command = msgspec.json.decode(heard[0], type=Command)
        assert command == control.SetLearningRate(0.0005)


async def test_what_is_not_taken_is_said(tmp_path: Path) -> None:
    folder = run_of(tmp_path / "run")
    screen = trained(folder)
    app = Host(screen)

    def refused(_: bytes) -> bytes:
        return msgspec.json.encode(Reply(False, "the run is stopping")) + b"\n"

    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: screen.state.step is not None)
        with listening(folder.socket, refused):
            await pilot.press("c")
            await until(pilot, lambda: app._notifications)
        (note,) = app._notifications
        assert note.message == "the run is stopping"
        assert note.severity == "warning"
