"""The list of models: finding one, opening it, and coming back."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.app.browsing import OWN, SSD, browser, open_before, put_weights
from tests.app.models import cifar, ssd
from tests.app.showing import app_on, text_of, until
from tui.app.screens.browsed_model import BrowsedModel
from tui.app.screens.browser import BrowserScreen
from tui.app.screens.class_names import ClassNames
from tui.app.screens.help import HelpScreen
from tui.app.screens.model import ModelScreen
from tui.app.screens.opening import OpeningScreen
from tui.app.screens.too_small import TooSmallScreen
from tui.app.screens.which_weights import WhichWeights
from tui.model.recent import read_recent, recent_file
from tui.model.source import ModelSource
from tui.runs.inspection import GetWeights, OpenModel, Phase, Refused


def on_top(pilot: Pilot[int], screen: type[object]) -> bool:
    return type(pilot.app.screen) is screen


async def wait_for(pilot: Pilot[int], screen: type[object]) -> None:
    await until(pilot, lambda: on_top(pilot, screen), f"no {screen.__name__}")


def current(screen: BrowserScreen) -> str:
    row = screen.models.current
    return row.source.model if row else ""


async def test_typing_narrows_and_escape_clears_then_leaves() -> None:
    async with browser() as (pilot, screen, _):
        assert len(screen.models.rows) == 366
        await pilot.press(*"detection", "space", *"voc")
        assert screen.filter.value == "detection voc"
        assert screen.message.message == "29 of 366 models"
        await pilot.press("down", "down")
        here = current(screen)
        await pilot.press("escape")
        assert len(screen.models.rows) == 366
        assert current(screen) == here
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.return_value is not None)
        assert pilot.app.return_value == 0


async def test_keys_move_and_letters_are_typed() -> None:
    async with browser() as (pilot, screen, _):
        await pilot.press("end")
        assert current(screen) == screen.models.rows[-1].source.model
        await pilot.press("up", "pageup", "home", "down", "pagedown")
        assert screen.models.current is screen.models.rows[1 + screen.models.page]
        await pilot.press("q", "j", "h")
        assert screen.filter.value == "qjh"


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help(key: str) -> None:
    async with browser() as (pilot, screen, _):
        await pilot.press(key)
        await wait_for(pilot, HelpScreen)
        assert "open the model under the cursor" in text_of(pilot)
        assert screen.filter.value == ""


async def test_nothing_matches_says_what_to_do() -> None:
    async with browser() as (pilot, screen, _):
        await pilot.press(*"resnte50_v1")
        assert "these names are near" in screen.message.message
        assert current(screen) == "resnet50_v1"
        await pilot.press("escape", *"%%%%")
        assert "esc clears it" in screen.message.message
        await pilot.press("enter", "down", "end")
        assert screen.is_current


async def test_two_lines_say_all_about_the_row() -> None:
    put_weights("ssd_512_mobilenet1.0_voc-37c18076")
    open_before(OWN)
    async with browser() as (pilot, _, _):
        assert "Python of yours: opening it runs it" in text_of(pilot)
        await pilot.press(*"ssd_512_mobilenet1.0_voc")
        text = text_of(pilot)
        assert "SSD detection · 512×512" in text
        assert "205 parameters, 14.2 M values · weights …-37c18076 (VOC), on this disk" in text


async def test_enter_opens_with_the_weights_on_disk_and_q_comes_back() -> None:
    put_weights("cifar_resnet20_v1-121e1579")
    async with browser(cifar()) as (pilot, screen, inspector):
        await pilot.press(*"cifar_resnet20_v1", "enter")
        await wait_for(pilot, BrowsedModel)
        assert inspector.questions == [OpenModel(ModelSource("cifar_resnet20_v1"))]
        await pilot.press("h", "q")
        assert "q again leaves" in text_of(pilot)
        await pilot.press("escape")
        await wait_for(pilot, BrowserScreen)
        assert screen.filter.value == "cifar_resnet20_v1"
        assert screen.models.rows[0].recent is not None
        await until(pilot, lambda: inspector.closed)
        await pilot.press("escape", "home", "enter")
        await wait_for(pilot, BrowsedModel)
        assert inspector.questions[0] == inspector.questions[1]
        await pilot.press("q")
        await wait_for(pilot, BrowserScreen)
    assert len(read_recent(recent_file())) == 1


@pytest.mark.parametrize(("key", "pretrained"), [("d", True), ("enter", False), ("r", False)])
async def test_weights_that_are_not_there_are_asked_for(key: str, pretrained: bool) -> None:
    async with browser(cifar()) as (pilot, screen, inspector):
        await pilot.press(*"cifar_resnet20_v1", "enter")
        await wait_for(pilot, WhichWeights)
        assert "cifar_resnet20_v1-121e1579.params" in text_of(pilot)
        assert "Nearest that can be had: resnet" in text_of(pilot)
        assert inspector.questions == []
        await pilot.press("escape")
        assert screen.is_current
        await pilot.press("enter")
        await wait_for(pilot, WhichWeights)
        await pilot.press(key)
        await wait_for(pilot, BrowsedModel)
        source = ModelSource("cifar_resnet20_v1", pretrained=pretrained)
        fetched = [GetWeights("cifar_resnet20_v1")] if pretrained else []
        assert inspector.questions == [*fetched, OpenModel(source)]


async def test_where_the_zoo_has_no_weights_nothing_is_asked() -> None:
    async with browser(cifar()) as (pilot, _, inspector):
        await pilot.press(*"se_resnet50_v1", "enter")
        await wait_for(pilot, BrowsedModel)
        assert inspector.questions == [OpenModel(ModelSource("se_resnet50_v1", pretrained=False))]


async def test_classes_are_asked_for_where_the_model_needs_them() -> None:
    async with browser(ssd()) as (pilot, screen, inspector):
        await pilot.press(*"ssd_512_mobilenet1.0_custom", "enter")
        await wait_for(pilot, ClassNames)
        await pilot.press(*"fig,,a", "enter")
        assert "an empty name" in text_of(pilot)
        await pilot.press("escape")
        assert screen.is_current
        await pilot.press("enter", *"fig, date", "enter")
        await wait_for(pilot, WhichWeights)
        await pilot.press("r")
        await wait_for(pilot, BrowsedModel)
        (question,) = inspector.questions
        assert isinstance(question, OpenModel)
        assert question.source.classes == ("fig", "date")
        assert not question.source.pretrained


async def test_opened_before_opens_as_it_was() -> None:
    open_before(OWN, SSD)
    async with browser(ssd()) as (pilot, screen, inspector):
        assert [row.recent for row in screen.models.rows[:2]] == [SSD, OWN]
        await pilot.press("down", "up", "enter")
        await wait_for(pilot, BrowsedModel)
        assert inspector.questions == [OpenModel(SSD.source)]
        model = pilot.app.screen
        assert isinstance(model, BrowsedModel)
        assert model._data == SSD.data


async def test_refused_comes_back_with_the_reason() -> None:
    open_before(OWN)
    message = "net.py: no such file; " + "and so on, " * 12
    async with browser(Refused(message)) as (pilot, screen, _):
        await pilot.press("enter")
        await until(pilot, lambda: screen.is_current and screen.message.message == message)
        # All of a long reason is shown.
        assert text_of(pilot).count("and so on") == 12
        await pilot.press("a")
        assert screen.message.size.height == 1
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.return_value is not None)
        assert pilot.app.return_value == 0


async def test_waiting_can_be_given_up() -> None:
    open_before(SSD)
    async with browser(Phase("importing MXNet"), ssd(), held=True) as (pilot, screen, inspector):
        await pilot.press("enter")
        await wait_for(pilot, OpeningScreen)
        await until(pilot, lambda: "importing MXNet" in text_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: screen.is_current and inspector.closed)
        inspector.go_on.set()
        await pilot.pause(0.05)
        assert screen.is_current
        await pilot.press("enter")
        await wait_for(pilot, BrowsedModel)


async def test_what_stands_over_the_waiting_goes_when_the_model_comes() -> None:
    open_before(SSD)
    async with browser(Phase("importing MXNet"), ssd(), held=True) as (pilot, screen, inspector):
        await pilot.press("enter")
        await wait_for(pilot, OpeningScreen)
        await pilot.press("question_mark")
        await wait_for(pilot, HelpScreen)
        inspector.go_on.set()
        await wait_for(pilot, BrowsedModel)
        await pilot.press("q")
        assert screen.is_current


@pytest.mark.parametrize("answer", [ssd(), Refused("no")], ids=["opened", "refused"])
async def test_too_small_while_waiting(answer: object) -> None:
    open_before(SSD)
    async with browser(answer, held=True) as (pilot, _, inspector):  # type: ignore[arg-type]
        await pilot.press("enter")
        await wait_for(pilot, OpeningScreen)
        await pilot.resize_terminal(50, 12)
        await wait_for(pilot, TooSmallScreen)
        inspector.go_on.set()
        await until(
            pilot, lambda: len(pilot.app.screen_stack) == 2 + isinstance(answer, type(ssd()))
        )
        assert on_top(pilot, TooSmallScreen)
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, BrowserScreen if isinstance(answer, Refused) else BrowsedModel)


async def test_a_broken_file_of_recent_models_is_said() -> None:
    recent_file().parent.mkdir(parents=True)
    recent_file().write_text("opened = 3")
    async with browser() as (_, screen, _):
        assert "the models opened last are not known" in screen.message.message
        assert len(screen.models.rows) == 366


async def test_a_model_from_the_command_line_is_remembered() -> None:
    app = app_on(ssd(), data="/data/VOCdevkit")
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ModelScreen))
        assert type(app.screen) is ModelScreen
        await pilot.press("escape")
        assert app.return_value is None
    (one,) = read_recent(recent_file())
    assert (one.source, one.data) == (ssd().source, "/data/VOCdevkit")


async def test_where_nothing_can_be_remembered_the_model_opens_all_the_same() -> None:
    recent_file().parent.parent.mkdir()
    recent_file().parent.write_text("in the way")
    app = app_on(ssd())
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ModelScreen))
    (line,) = app.last_words
    assert "this model is not remembered" in line


async def test_a_click_moves_and_another_opens() -> None:
    open_before(OWN, SSD)
    async with browser(ssd()) as (pilot, screen, _):
        await pilot.click("#models", offset=(5, 1))
        assert current(screen) == OWN.source.model
        await pilot.click("#models", offset=(5, 0))
        await pilot.click("#models", offset=(5, 0))
        await wait_for(pilot, BrowsedModel)
