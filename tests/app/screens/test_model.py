"""The model screen: every key that changes what trains."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.app.models import cifar, layers, opened, ssd
from tests.app.run_screens import living
from tests.app.showing import NARROW, WIDE, model_screen, text_of, until
from tests.app.stand_in_inspector import StandInInspector
from tui.app.app import ThawApp
from tui.app.pattern_match import Matched, Names, match_pattern
from tui.app.screens import train_form
from tui.app.screens.model import ModelScreen
from tui.app.screens.run import RunScreen
from tui.app.screens.runs import RunsScreen
from tui.app.screens.train_form import TrainForm
from tui.app.session import Session
from tui.app.widgets import pattern_field
from tui.app.widgets.field_row import FieldRow
from tui.model.plan import FreezePlan, Rule
from tui.model.states import State
from tui.model.tree import ModelTree
from tui.runs.inspection import CheckData, DataSummary

SSD = Session.of(ssd()).totals
"""The SSD as it is opened."""

HEAD = 24
"""Parameters of its predictors: six feature maps, class and box, weight and bias."""

ALL = SSD.trainable_parameters

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE])


def trainable(screen: ModelScreen) -> set[str]:
    """The structure names of what trains."""
    return {
        parameter.structure_name
        for parameter, state in zip(
            screen.session.tree.parameters, screen.session.resolution.states, strict=True
        )
        if state is State.TRAINABLE
    }


def can_train(tree: ModelTree) -> set[str]:
    """The structure names of what could."""
    return {parameter.structure_name for parameter in tree.parameters if parameter.can_train}


def said(screen: ModelScreen) -> str:
    """The last message."""
    return screen.message.message


@SIZES
async def test_opens_with_totals_and_the_last_layers(size: tuple[int, int]) -> None:
    async with model_screen(ssd(), size) as (pilot, screen):
        shown = text_of(pilot)
        for fact in (
            *("ssd_512_mobilenet1.0_custom", "3 classes", "205 parameters", "11.7 M values"),
            "46.8 MB",
        ):
            assert fact in shown
        assert said(screen) == (
            "last layers: class_predictors, box_predictors (h trains only these)"
        )


@SIZES
async def test_head_only(size: tuple[int, int]) -> None:
    async with model_screen(ssd(), size) as (pilot, screen):
        await pilot.press("h")
        names = trainable(screen)
        assert len(names) == HEAD
        assert {name.split(".")[0] for name in names} == {"class_predictors", "box_predictors"}
        message = (
            f"head only: 24 parameters train (1.2 M values), {ALL - HEAD} are frozen, "
            f"{SSD.parameters - ALL} auxiliary"
        )
        assert said(screen) == message
        assert message in text_of(pilot)
        assert "trainable 1.2 M (10.1 %)" in text_of(pilot)


async def test_head_only_where_nothing_tells_the_head() -> None:
    async with model_screen(opened(layers("a"))) as (pilot, screen):
        await pilot.press("h")
        assert said(screen).startswith("head only: nothing tells")
        assert screen.session.plan.rules == ()


async def test_head_only_twice_changes_nothing() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "h")
        assert said(screen).startswith("head only: so it is already")
        await pilot.press("u")
        assert len(trainable(screen)) == ALL


@SIZES
async def test_toggle_all_invert(size: tuple[int, int]) -> None:
    async with model_screen(ssd(), size) as (pilot, screen):
        everything = can_train(screen.session.tree)
        await pilot.press("j", "space")
        assert said(screen).startswith("froze features: 24 parameters train")
        assert {name.split(".")[0] for name in trainable(screen)} == {
            *("class_predictors", "box_predictors")
        }
        frozen = everything - trainable(screen)
        await pilot.press("i")
        assert trainable(screen) == frozen
        assert said(screen).startswith(f"inverted: {ALL - HEAD} parameters train")
        await pilot.press("a")
        assert trainable(screen) == everything
        await pilot.press("space", "space")
        assert trainable(screen) == everything
        assert said(screen).startswith(f"thawed features: {ALL} parameters train")


async def test_toggle_one_parameter_and_what_cannot_train() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        tree = screen.parameter_tree
        tree.go_to(screen.session.tree.index_of["features.1.gamma"])
        await pilot.press("space")
        assert can_train(screen.session.tree) - trainable(screen) == {"features.1.gamma"}
        tree.go_to(screen.session.tree.index_of["features.1.running_mean"])
        await pilot.press("space")
        assert said(screen) == (
            "features.1.running_mean: a statistic, fixed when its norm's gamma and beta are "
            "frozen; b fixes it too"
        )
        assert len(can_train(screen.session.tree) - trainable(screen)) == 1


async def test_undo_and_redo_name_the_step() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("u")
        assert said(screen) == "nothing to undo"
        await pilot.press("h", "i", "u")
        assert said(screen).startswith("undone: inverted: 24 parameters train")
        await pilot.press("u")
        assert said(screen).startswith(f"undone: head only: {ALL} parameters train")
        await pilot.press("U")
        assert said(screen).startswith("redone: head only: 24 parameters train")
        await pilot.press("U", "U")
        assert said(screen) == "nothing to redo"


@SIZES
async def test_both_names_of_what_is_under_the_cursor(size: tuple[int, int]) -> None:
    async with model_screen(ssd(), size) as (pilot, screen):
        screen.parameter_tree.go_to(
            screen.session.tree.index_of["class_predictors.0.predictor.weight"]
        )
        await pilot.pause()
        names = text_of(pilot).splitlines()[-4:-2]
        assert names[0].split() == ["class_predictors.0.predictor.weight", "head"]
        assert screen.session.tree.parameter_info(screen.parameter_tree.cursor).name in names[1]
        await pilot.press("p")
        assert "Conv2D" in text_of(pilot).splitlines()[-3]


async def test_preset_from_the_command_line_can_be_undone() -> None:
    async with model_screen(ssd(), preset="head") as (pilot, screen):
        assert len(trainable(screen)) == HEAD
        await pilot.press("u")
        assert len(trainable(screen)) == ALL


# The pattern field


async def typed(pilot, screen, pattern: str) -> None:  # type: ignore[no-untyped-def]
    """Open the field, type, and wait until it is known what matches."""
    await pilot.press("slash")
    screen.pattern_field.field.value = pattern
    await until(pilot, lambda: screen.pattern_field.matched is not None)


@SIZES
async def test_pattern_marks_counts_and_freezes(size: tuple[int, int]) -> None:
    async with model_screen(ssd(), size) as (pilot, screen):
        await typed(pilot, screen, ".*expand")
        shown = text_of(pilot)
        expand = [name for name in trainable(screen) if "expand" in name]
        assert f"40 parameters match · 6.9 M values · {len(expand)} trainable" in shown
        assert "40 of 175 match" in shown
        assert "enter freeze" in shown
        assert "space toggle" not in shown
        before = trainable(screen)
        await pilot.press("enter")
        await pilot.pause()
        assert {name for name in before if "expand" in name} == before - trainable(screen)
        assert said(screen).startswith(f"froze .*expand: {ALL - len(expand)} parameters train")
        assert "of 175 match" not in text_of(pilot)
        (rule,) = screen.session.plan.rules
        assert (rule.by, rule.select) == ("names", ".*expand")
        assert rule.covers == ("features.expand",)
        assert screen.focused is screen.parameter_tree


@pytest.mark.parametrize("key", ["ctrl+t", "alt+enter"])
async def test_pattern_thaws(key: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        expand = {name for name in trainable(screen) if "expand" in name}
        await pilot.press("h")
        await typed(pilot, screen, ".*expand")
        await pilot.press(key)
        await pilot.pause()
        assert expand <= trainable(screen)
        assert len(trainable(screen)) == HEAD + len(expand)
        assert said(screen).startswith("thawed .*expand")


async def test_enter_right_after_typing_waits_for_what_matches() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("slash", *".*expand", "enter")
        await until(pilot, lambda: len(screen.session.plan.rules) == 1)
        assert not any("expand" in name for name in trainable(screen))


async def test_enter_that_was_cancelled_is_not_carried_out_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = asyncio.Event()

    async def slow(pattern: str, by: Names, tree: ModelTree) -> Matched:
        await go_on.wait()
        return await match_pattern(pattern, by, tree)

    monkeypatch.setattr(pattern_field, "match_pattern", slow)
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("slash", *".*expand", "enter", "escape")
        go_on.set()
        await pilot.press("slash")
        await until(pilot, lambda: screen.pattern_field.matched)
        assert screen.pattern_field.display
        assert screen.session.plan == FreezePlan()


async def test_pattern_cancelled_leaves_all_as_it_was() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("j", "j")
        place, plan = screen.parameter_tree.place, screen.session.plan
        await typed(pilot, screen, ".*predictor")
        await pilot.press("down", "down")
        assert screen.parameter_tree.place != place
        await pilot.press("escape")
        assert screen.parameter_tree.place == place
        assert screen.session.plan == plan
        await pilot.press("slash")
        assert screen.pattern_field.field.value == ".*predictor"
        await pilot.press("a")
        assert screen.pattern_field.field.value == "a"


async def test_down_goes_from_match_to_match() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await typed(pilot, screen, ".*expand.*conv.*weight")
        await pilot.press("down")
        first = screen.session.tree.nodes[screen.parameter_tree.cursor].path
        await pilot.press("down")
        second = screen.session.tree.nodes[screen.parameter_tree.cursor].path
        assert "expand" in first
        assert "expand" in second
        assert first != second
        await pilot.press("up")
        assert screen.session.tree.nodes[screen.parameter_tree.cursor].path == first


async def test_pattern_that_does_not_compile_loses_nothing() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await typed(pilot, screen, "(conv")
        assert "! does not compile at character 1" in text_of(pilot)
        await pilot.press("enter")
        assert screen.session.plan.rules == ()
        assert screen.pattern_field.field.value == "(conv"


async def test_pattern_that_matches_everything_is_offered_what_was_meant() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        await typed(pilot, screen, "(?!dense).*")
        assert "! all 107 parameters match" in text_of(pilot)
        assert "tab: (?!.*dense).*" in text_of(pilot)
        await pilot.press("enter")
        assert "! everything matches: enter again freezes all of it" in text_of(pilot)
        assert screen.session.plan.rules == ()
        await pilot.press("tab")
        await until(pilot, lambda: screen.pattern_field.matched is not None)
        assert screen.pattern_field.field.value == "(?!.*dense).*"
        await pilot.press("enter")
        await pilot.pause()
        assert trainable(screen) == {"output.weight", "output.bias"}


async def test_everything_is_frozen_at_the_second_enter() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        await typed(pilot, screen, "(?!dense).*")
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert trainable(screen) == set()


async def test_pattern_that_matches_nothing_is_not_applied() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        await typed(pilot, screen, "dense0")
        assert "! nothing matches" in text_of(pilot)
        assert "tab: .*dense0" in text_of(pilot)
        await pilot.press("ctrl+t")
        assert "nothing would be thawed" in text_of(pilot)
        await pilot.press("ctrl+o")
        assert screen.pattern_field.field.value == ".*dense0"


async def test_empty_pattern_is_not_everything() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        await pilot.press("slash", "enter")
        assert "type a pattern first" in text_of(pilot)
        assert screen.session.plan.rules == ()


async def test_structure_names() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        await typed(pilot, screen, r"\.gamma$")
        assert "nothing matches" in text_of(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: screen.pattern_field.matched is not None)
        assert "in structure names" in text_of(pilot)
        await pilot.press("enter")
        await pilot.pause()
        (rule,) = screen.session.plan.rules
        assert (rule.by, rule.select) == ("structure", r"\.gamma$")
        assert not any(name.endswith("gamma") for name in trainable(screen))


# Going on


async def test_nothing_to_train() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        await pilot.press("a", "space", "t")
        assert trainable(screen) == set()
        assert said(screen).startswith("everything is frozen, nothing would train")
        assert pilot.app.screen is screen


async def test_no_recipe() -> None:
    async with model_screen(opened(layers("a", "b"), recipe=None)) as (pilot, screen):
        await pilot.press("t")
        assert said(screen).startswith("no recipe trains a Sequential yet")
        assert pilot.app.screen is screen


async def test_help_lists_every_key() -> None:
    async with model_screen(ssd(), (120, 130)) as (pilot, screen):
        await pilot.press("question_mark")
        await until(pilot, lambda: pilot.app.screen is not screen)
        shown = text_of(pilot)
        for text in ("space", "What trains", "In the pattern field", "^t, alt+enter", "Everywhere"):
            assert text in shown
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_palette_runs_an_action() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: pilot.app.screen is not screen)
        await pilot.press(*"head only")
        await until(pilot, lambda: "head only (h)" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: len(trainable(screen)) == HEAD)


async def test_palette_holds_every_action_that_makes_sense_there() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        listed = {command.title for command in pilot.app.get_system_commands(screen)}
        for title in ("toggle (space)", "head only (h)", "fold all (z)", "help (?)", "quit (q)"):
            assert title in listed


async def test_q_leaves_at_once_where_nothing_is_lost() -> None:
    async with model_screen(ssd()) as (pilot, _):
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.return_value == 0


async def test_q_asks_once_where_a_plan_would_be_lost() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "q")
        assert said(screen).startswith("the plan is nowhere but here")
        assert pilot.app.return_value is None
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.return_value == 0


@pytest.mark.parametrize("keys", [("u",), ("u", "U")])
async def test_q_asks_again_once_the_plan_is_another(keys: tuple[str, ...]) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "i", "q", *keys, "q")
        await pilot.pause()
        assert pilot.app.return_value is None
        assert said(screen).startswith("the plan is nowhere but here")


async def test_begins_with_a_plan_from_a_file() -> None:
    plan = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
    async with model_screen(ssd(), plan=plan) as (pilot, screen):
        assert screen.session.plan == plan
        assert not screen.session.unkept
        assert "the plan: 24 parameters train" in screen.message.message
        await pilot.press("u")
        assert screen.session.plan == FreezePlan()


async def test_a_plan_for_another_model_is_said() -> None:
    plan = FreezePlan((Rule("freeze", "block", "backbone"), Rule("freeze", "block", "neck")))
    async with model_screen(ssd(), plan=plan) as (_, screen):
        assert screen.session.plan == plan
        assert screen.message.message == (
            "the plan: none of its 2 rules selects anything in ssd_512_mobilenet1.0_custom: "
            "it is for another model; u takes it back"
        )
    unusable = FreezePlan((Rule("freeze", "names", "("),))
    async with model_screen(ssd(), plan=unusable) as (_, screen):
        assert screen.session.plan == FreezePlan()
        assert "does not compile" in screen.message.message


async def test_a_run_that_was_left_is_named_listed_and_told_of_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_form, "start_trainer", lambda _: living())
    summary = DataSummary("/data", "VOC", 16, 2, "trainval / test", ("a",), (1,))
    async with model_screen(ssd(), data="/data") as (pilot, screen):
        assert isinstance(screen._inspector, StandInInspector)
        screen._inspector.replies = {CheckData: lambda _: summary}
        await pilot.press("h", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
        form = pilot.app.screen
        assert isinstance(form, TrainForm)
        await until(pilot, lambda: form.ready)
        folder = tmp_path / "mine"
        form.query_one("#row-folder", FieldRow).input.value = str(folder)
        await pilot.pause()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        await pilot.press("d")
        await until(pilot, lambda: screen.is_active)
        assert said(screen) == "the run mine goes on: ^r lists the runs"
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunsScreen))
        await pilot.press("q")
        await until(pilot, lambda: screen.is_active)
        await pilot.press("q")
        await pilot.pause()
    assert isinstance(pilot.app, ThawApp)
    (line,) = pilot.app.last_words
    assert line == f"The run goes on. Come back with: thaw attach {folder}"
