"""The window with the Python."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.app.models import ssd
from tests.app.showing import app_on, text_of, until
from tui.app.screens.model import ModelScreen
from tui.app.screens.snippet import SnippetScreen, default_name
from tui.model.source import ModelSource

CODE = "net.features.collect_params().setattr('grad_req', 'null')\n"


async def shown(pilot: Pilot[int]) -> tuple[ModelScreen, SnippetScreen]:
    """The window over the model screen, with this code in it."""
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, ModelScreen))
    model = app.screen
    assert isinstance(model, ModelScreen)
    await pilot.press("h")
    window = SnippetScreen(CODE, "ssd_512_mobilenet1.0_custom")
    app.push_screen(window, model._snippet_left)
    await until(pilot, lambda: app.screen is window)
    return model, window


async def test_copies_by_osc_52_and_keeps_the_plan() -> None:
    async with app_on(ssd()).run_test(size=(80, 24)) as pilot:
        model, window = await shown(pilot)
        assert CODE.strip() in text_of(pilot)
        await pilot.press("c")
        assert pilot.app.clipboard == CODE
        assert "w writes a file" in window.said.message
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is model)
        assert model.message.message == "the Python is in the clipboard"
        assert not model.session.unkept


async def test_long_lines_are_all_on_the_screen() -> None:
    async with app_on(ssd()).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelScreen))
        end = "'grad_req', 'null')"
        code = f"net.collect_params('(?!.*({'|'.join(['batchnorm'] * 12)}))').setattr({end}"
        pilot.app.push_screen(SnippetScreen(code, "ssd"))
        await until(pilot, lambda: isinstance(pilot.app.screen, SnippetScreen))
        assert end.removeprefix("'") in text_of(pilot).replace("\n", "")


async def test_only_read() -> None:
    async with app_on(ssd()).run_test(size=(80, 24)) as pilot:
        model, _ = await shown(pilot)
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is model)
        assert model.session.unkept


async def test_writes_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with app_on(ssd()).run_test(size=(80, 24)) as pilot:
        model, window = await shown(pilot)
        await pilot.press("w")
        assert window.query_one("#file", Input).value == "freeze_ssd_512_mobilenet1.0_custom.py"
        await pilot.press("enter")
        written = tmp_path / "freeze_ssd_512_mobilenet1.0_custom.py"
        assert written.read_text() == CODE
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is model)
        assert not model.session.unkept


async def test_does_not_overwrite_without_a_second_press(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "mine.py"
    there.write_text("mine")
    async with app_on(ssd()).run_test(size=(80, 24)) as pilot:
        _, window = await shown(pilot)
        await pilot.press("w")
        window.query_one("#file", Input).value = "mine.py"
        await pilot.press("enter")
        assert "is there already" in window.said.message
        assert there.read_text() == "mine"
        await pilot.press("enter")
        assert there.read_text() == CODE


async def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    async with app_on(ssd()).run_test(size=(80, 24)) as pilot:
        _, window = await shown(pilot)
        await pilot.press("w")
        for name, why in (
            (str(tmp_path / "no" / "such.py"), "No such file or directory"),
            (str(tmp_path), "is a folder"),
            ("  ", "a file name is needed"),
        ):
            window.query_one("#file", Input).value = name
            await pilot.press("enter")
            assert why in window.said.message
        await pilot.press("escape", "c")
        assert pilot.app.clipboard == CODE


def test_default_name() -> None:
    assert default_name("path/to net:[x]") == "freeze_path_to_net_x.py"
    assert default_name("///") == "freeze_model.py"


async def test_y_shows_the_plan_as_python() -> None:
    async with app_on(ssd()).run_test(size=(120, 60)) as pilot:
        app = pilot.app
        await until(pilot, lambda: isinstance(app.screen, ModelScreen))
        await pilot.press("h", "y")
        await until(pilot, lambda: isinstance(app.screen, SnippetScreen))
        shown_text = text_of(pilot)
        assert "setattr('grad_req', 'null')" in shown_text
        compile(app.screen._code, "snippet", "exec")


@pytest.mark.parametrize(
    ("model", "foreign", "says"),
    [
        ("/x/model.params", "", "/x/model.params: a bare file of parameters"),
        ("resnet18_v1b", "/x/y.pth", "thaw weights convert /x/y.pth --to resnet18_v1b"),
    ],
)
async def test_where_no_python_builds_the_network_it_is_said(
    model: str, foreign: str, says: str
) -> None:
    info = msgspec.structs.replace(ssd().model, foreign_weights=foreign)
    with_source = msgspec.structs.replace(ssd(), model=info, source=ModelSource(model))
    async with app_on(with_source).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelScreen))
        screen = pilot.app.screen
        assert isinstance(screen, ModelScreen)
        await pilot.press("h", "y")
        assert pilot.app.screen is screen
        assert says in screen.message.message
        assert screen.session.unkept
