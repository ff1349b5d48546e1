"""The plan pane behind `r`: every key, and the undo of each."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from tests.app.models import cifar, layers, opened, ssd
from tests.app.screens.test_model import HEAD, said, trainable
from tests.app.showing import NARROW, WIDE, model_screen, text_of, until
from tui.app.screens.model import ModelScreen
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_file import read_plan, write_plan

SMALLEST = (60, 16)
ALL, THAW_HEAD = Rule("freeze", "all"), Rule("thaw", "role", "head")


async def judged(pilot: Pilot[int], screen: ModelScreen) -> None:
    """Wait until it is known what the rule in the form selects."""
    await until(pilot, lambda: screen.plan_pane.form.judged)


async def undone_and_redone(
    pilot: Pilot[int], screen: ModelScreen, before: FreezePlan, after: FreezePlan
) -> None:
    """One undo takes all back, one redo does all again."""
    assert screen.session.plan == after
    await pilot.press("u")
    assert screen.session.plan == before
    await pilot.press("U")
    assert screen.session.plan == after


@pytest.mark.parametrize("size", [SMALLEST, NARROW, WIDE])
async def test_opens_goes_back_and_closes(size: tuple[int, int]) -> None:
    async with model_screen(ssd(), size) as (pilot, screen):
        await pilot.press("h", "r")
        pane = screen.plan_pane
        assert pane.rules.has_focus
        shown = text_of(pilot)
        for text in ("plan: 2 rules", "freeze", "role head", "181", "24"):
            assert text in shown
        tree = screen.parameter_tree.region
        assert tree.height >= 4
        assert not tree.overlaps(pane.region)
        assert (pane.region.x > tree.x) is (size == WIDE)
        await pilot.press("escape")
        assert screen.parameter_tree.has_focus
        assert pane.display
        await pilot.press("r")
        assert pane.rules.has_focus
        await pilot.press("r")
        assert screen.parameter_tree.has_focus
        assert not pane.display
        assert "plan:" not in text_of(pilot)


async def test_only_one_of_the_two_panes_is_shown() -> None:
    async with model_screen(ssd(), WIDE) as (pilot, screen):
        await pilot.press("v", "r")
        assert screen.plan_pane.display
        assert not screen.detail.display
        await pilot.press("escape", "v")
        assert screen.detail.display
        assert not screen.plan_pane.display


async def test_without_rules_it_says_what_to_do() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("r")
        assert "no rules: as it was built" in text_of(pilot)
        for key in ("e", "o", "x", "K"):
            await pilot.press(key)
            assert said(screen) == "there is no rule yet: a adds one"


@pytest.mark.parametrize("key", ["o", "space"])
async def test_off_and_on(key: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "r", "up")
        before = screen.session.plan
        await pilot.press(key)
        off = msgspec.structs.replace(ALL, off=True)
        await undone_and_redone(pilot, screen, before, FreezePlan((off, THAW_HEAD)))
        assert screen.session.totals.frozen_parameters == 0
        assert " off " in text_of(pilot)
        assert "switched off" in text_of(pilot)
        await pilot.press(key)
        assert screen.session.plan == before
        assert said(screen).startswith("switched rule 1 on: 24 parameters train")


@pytest.mark.parametrize("key", ["x", "delete"])
async def test_delete(key: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "r")
        before = screen.session.plan
        await pilot.press(key)
        await undone_and_redone(pilot, screen, before, FreezePlan((ALL,)))
        assert trainable(screen) == set()


@pytest.mark.parametrize(("up", "down"), [("K", "J"), ("shift+up", "shift+down")])
async def test_move(up: str, down: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "r")
        before = screen.session.plan
        await pilot.press(up)
        await undone_and_redone(pilot, screen, before, FreezePlan((THAW_HEAD, ALL)))
        assert trainable(screen) == set()
        await pilot.press(up)
        assert said(screen) == "it is the first rule"
        await pilot.press(down)
        assert screen.session.plan == before
        assert screen.plan_pane.cursor == 1
        await pilot.press(down)
        assert said(screen) == "it is the last rule"


@pytest.mark.parametrize("key", ["a", "insert"])
async def test_add_what_is_under_the_cursor_of_the_tree(key: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        screen.parameter_tree.go_to(screen.session.tree.index_of["class_predictors"])
        await pilot.press("h", "r", key)
        await judged(pilot, screen)
        assert "selects 12 parameters: 12 trainable now" in text_of(pilot)
        before = screen.session.plan
        await pilot.press("enter")
        await until(pilot, lambda: screen.plan_pane.cursor == 2)
        added = Rule("freeze", "block", "class_predictors")
        await undone_and_redone(pilot, screen, before, FreezePlan((ALL, THAW_HEAD, added)))
        assert len(trainable(screen)) == HEAD - 12
        assert screen.plan_pane.rules.has_focus


async def test_add_a_rate_from_an_epoch() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("r", "a", "l", "tab", "r", "tab", "ctrl+u", *"trunk")
        await pilot.press("tab", *"0.1", "tab", "backspace", "3")
        await judged(pilot, screen)
        await pilot.press("enter")
        await until(pilot, lambda: screen.session.plan.rules)
        rule = Rule("lr_mult", "role", "trunk", value=0.1, epoch=3)
        await undone_and_redone(pilot, screen, FreezePlan(), FreezePlan((rule,)))
        shown = text_of(pilot)
        assert "plan: 1 rule · 1 rule from epoch 3" in shown
        assert "+ 1 rule from epoch 3" in shown
        assert "lr_mult 0.1" in shown


async def test_edit() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "r", "enter", "tab", "tab", "ctrl+u", *"trunk", "enter")
        edited = Rule("thaw", "role", "trunk")
        await until(pilot, lambda: screen.session.plan.rules[-1] == edited)
        before, after = FreezePlan((ALL, THAW_HEAD)), FreezePlan((ALL, edited))
        await undone_and_redone(pilot, screen, before, after)


async def test_an_edit_keeps_what_a_regex_selected_until_it_is_another() -> None:
    kept = Rule("freeze", "names", ".*old", ("output",))
    async with model_screen(cifar()) as (pilot, screen):
        screen.session.change(FreezePlan((kept,)), "it")
        await pilot.press("r", "e", "t", "enter")
        await until(pilot, lambda: screen.session.plan.rules[0].action == "thaw")
        assert screen.session.plan.rules[0].covers == ("output",)
        await pilot.press("e", "tab", "tab", "ctrl+u", *".*dense", "enter")
        await until(pilot, lambda: screen.session.plan.rules[0].select == ".*dense")
        assert screen.session.plan.rules[0].covers == ("output",)
        await pilot.press("e", "tab", "tab", "ctrl+u", *".*dense0_bias", "enter")
        await until(pilot, lambda: screen.session.plan.rules[0].select == ".*dense0_bias")
        assert screen.session.plan.rules[0].covers == ("output.bias",)


async def test_escape_leaves_all_as_it_was() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "r")
        before = screen.session.plan
        await pilot.press("a", "t", "tab", "s", "tab", *"x", "escape")
        assert screen.session.plan == before
        assert screen.plan_pane.rules.has_focus
        assert not screen.plan_pane.typing
        await pilot.press("u")
        assert screen.session.plan == FreezePlan()


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        (["l"], "value: a number from 0 up, 0.1 for a tenth"),
        (["l", "tab", "tab", "x"], "value: a number from 0 up, not 'x'"),
        (["l", "tab", "tab", "minus", "1"], "lr_mult is a number from 0 up, not -1"),
        (["tab", "tab", "backspace"], "epoch: a whole number, 1 for the first, not ''"),
        (["tab", "tab", "0"], "epochs count from 1, not 0"),
        (["tab", "s", "tab"], "type a pattern; all stands for the whole model"),
        (["tab", "s", "tab", "("], "does not compile at character 1"),
        (["tab", "r", "tab", "x"], "no role 'headx'; there are trunk, neck, head"),
        (["tab", "b", "tab", *"nowhere"], "selects nothing in this model"),
    ],
)
async def test_errors_as_typed(keys: list[str], problem: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("r", "a", *keys)
        await until(pilot, lambda: problem in text_of(pilot), problem)
        await pilot.press("enter")
        await pilot.pause()
        assert screen.session.plan == FreezePlan()
        assert screen.plan_pane.form.display


async def test_a_pattern_that_backtracks_is_caught() -> None:
    model = layers("a" * 40 + "b")
    async with model_screen(opened(model)) as (pilot, screen):
        await pilot.press("r", "a", "tab", "s", "tab", *"(a|aa)+$")
        await until(pilot, lambda: "backtracks without end" in text_of(pilot))
        assert screen.session.plan == FreezePlan()


async def test_a_rule_that_selects_nothing_is_taken_when_it_is_meant() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("r", "a", "tab", "b", "tab", *"nowhere")
        await judged(pilot, screen)
        await pilot.press("enter")
        await until(pilot, lambda: "enter again takes it all the same" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: screen.session.plan.rules)
        await until(pilot, lambda: screen.plan_pane.found_out)
        assert "! selects nothing in this model" in text_of(pilot)
        row = next(line for line in text_of(pilot).splitlines() if "block nowhere" in line)
        assert row[2] == "!"


async def test_what_the_rule_under_the_cursor_does_and_is_no_good_for() -> None:
    rules = (ALL, Rule("lr_mult", "all", value=0.0), Rule("thaw", "role", "trunk", epoch=3))
    async with model_screen(ssd(), WIDE) as (pilot, screen):
        screen.session.change(FreezePlan(rules), "it")
        await pilot.press("r")
        await until(pilot, lambda: screen.plan_pane.found_out)
        assert "selects 175, from epoch 3 decides 175" in text_of(pilot)
        assert "everything is frozen in the first epoch" in text_of(pilot)
        await pilot.press("up")
        assert "is no freeze: momentum can still move" in " ".join(text_of(pilot).split())


async def test_the_keys_of_the_tree_rest_in_the_pane() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "r")
        before = screen.session.plan
        await pilot.press("i", "h", "b", "slash")
        assert screen.session.plan == before
        assert not screen.pattern_field.display
        await pilot.press("right_square_bracket")
        assert screen.session.plan != before
        await pilot.press("u")
        assert screen.session.plan == before


async def test_write(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "r", "w")
        field = screen.plan_pane.file_field.field
        assert field.value == "plan.toml"
        field.value = str(tmp_path)
        await pilot.press("enter")
        assert "is a folder: name a file in it" in said(screen)
        field.value = str(tmp_path / "no" / "such.toml")
        await pilot.press("enter")
        assert "cannot be written: No such file or directory" in said(screen)
        field.value = ""
        await pilot.press("enter")
        assert said(screen) == "a file name is needed"
        field.value = str(path)
        await pilot.press("enter")
        await until(pilot, path.exists)
        assert said(screen) == f"the plan is in {path}"
        assert read_plan(path) == screen.session.plan
        assert not screen.session.unkept
        assert screen.plan_pane.rules.has_focus


async def test_a_file_that_is_there_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_text("mine")
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "r", "w")
        screen.plan_pane.file_field.field.value = str(path)
        await pilot.press("enter")
        assert said(screen) == f"{path} is there already: enter again overwrites it"
        assert path.read_text() == "mine"
        await pilot.press("x", "backspace", "enter")
        assert path.read_text() == "mine"
        await pilot.press("enter")
        await until(pilot, lambda: path.read_text() != "mine")
        assert read_plan(path) == screen.session.plan


async def load(pilot: Pilot[int], screen: ModelScreen, path: Path) -> None:
    """Load a file in the pane."""
    if not screen.plan_pane.typing:
        await pilot.press("l")
    screen.plan_pane.file_field.field.value = str(path)
    await pilot.press("enter")
    await pilot.pause()


async def test_load(tmp_path: Path) -> None:
    path, plan = tmp_path / "p.toml", FreezePlan((ALL, THAW_HEAD), dropout_off=True)
    write_plan(path, plan)
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("i", "r")
        before = screen.session.plan
        await load(pilot, screen, path)
        await undone_and_redone(pilot, screen, before, plan)
        assert "dropout off in frozen blocks" in text_of(pilot)
        assert not screen.session.unkept
        await load(pilot, screen, path)
        assert said(screen) == "p.toml: the very same plan"


async def test_a_plan_for_another_model_says_which_rules_miss(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    write_plan(path, FreezePlan((ALL, Rule("thaw", "block", "yolo"), Rule("thaw", "block", "x"))))
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("r")
        await load(pilot, screen, path)
        assert said(screen) == (
            "p.toml: rules 2 and 3 select nothing in ssd_512_mobilenet1.0_custom (and 1 more); "
            "u takes it back"
        )
        await pilot.press("u")
        assert screen.session.plan == FreezePlan()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "No such file or directory"),
        ("version = 99\nrules = []", "plan version 99 is newer than this thaw; update thaw"),
        ("= ", "not a TOML file"),
        ("version = 1\n[[rules]]\naction = 'melt'\nby = 'all'", "rule 1: no action 'melt'"),
        (
            "version = 1\n[[rules]]\naction = 'freeze'\nby = 'names'\nselect = '('",
            "rule 1 (freeze names (): the pattern does not compile at character 1",
        ),
    ],
)
async def test_a_bad_file_is_one_line(tmp_path: Path, content: str | None, problem: str) -> None:
    path = tmp_path / "p.toml"
    if content is not None:
        path.write_text(content)
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "r")
        before = screen.session.plan
        await load(pilot, screen, path)
        assert problem in said(screen)
        assert "\n" not in said(screen)
        assert screen.session.plan == before


async def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("r")
        await load(pilot, screen, Path("/dev/zero"))
        assert said(screen) == "/dev/zero: not a file; name the file of a plan"
        await load(pilot, screen, tmp_path)
        assert "not a file" in said(screen)
        await pilot.press("escape")
        assert screen.plan_pane.rules.has_focus
        assert said(screen) == ""
