"""The keys that change the plan beside the toggles: stages, statistics, dropout, presets."""

from __future__ import annotations

import msgspec
import pytest
from textual.pilot import Pilot

from tests.app.models import cifar, described, layers, opened, ssd
from tests.app.screens.test_model import HEAD, said, trainable
from tests.app.showing import NARROW, WIDE, model_screen, text_of, until
from tui.app.screens.presets import PresetsScreen
from tui.model.plan import FreezePlan, Rule
from tui.model.presets import PRESETS
from tui.model.states import Statistic
from tui.runs.inspection import Opened

SIZES = pytest.mark.parametrize("size", [(60, 16), NARROW, WIDE])


def partly_pretrained() -> Opened:
    """An SSD whose trunk came from a file, but for what was added inside it."""
    model = described("ssd_512_mobilenet1.0_custom")
    parameters = tuple(
        msgspec.structs.replace(
            one, pretrained=one.structure_name.startswith("features.mobilenet0")
        )
        for one in model.parameters
    )
    return opened(msgspec.structs.replace(model, parameters=parameters))


# Stages


async def test_one_stage_more_and_one_less() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        ladder, seen = screen.session.ladder, []
        await pilot.press("h")
        for rung in range(1, len(ladder.rungs)):
            await pilot.press("right_square_bracket")
            assert said(screen).startswith(f"{ladder.title(rung)}: ")
            assert ladder.stands_on(rung, screen.session.resolution.states)
            seen.append(len(trainable(screen)))
        assert seen == sorted(set(seen))
        await pilot.press("right_square_bracket")
        assert said(screen) == "everything trains: there is no stage left to unfreeze"
        await pilot.press("left_square_bracket")
        assert len(trainable(screen)) == seen[-2]
        await pilot.press("u")
        assert len(trainable(screen)) == seen[-1]
        assert screen.session.ladder is ladder


async def test_the_ends_of_the_ladder() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "left_square_bracket")
        assert said(screen).startswith("only the head trains: there is no stage left to freeze")
        await pilot.press("a", "space", "left_square_bracket")
        assert said(screen) == "not even the whole head trains; ] thaws it"
        await pilot.press("right_square_bracket")
        assert len(trainable(screen)) == HEAD


async def test_stages_where_nothing_tells_the_head() -> None:
    async with model_screen(opened(layers("a"))) as (pilot, screen):
        for key in ("left_square_bracket", "right_square_bracket"):
            await pilot.press(key)
            assert said(screen).startswith("nothing tells which blocks are this model's last")
        assert screen.session.plan == FreezePlan()


async def test_stages_leave_rates_alone() -> None:
    rate = Rule("lr_mult", "all", value=0.1)
    async with model_screen(ssd()) as (pilot, screen):
        screen.session.change(FreezePlan((rate,)), "it")
        await pilot.press("h", "right_square_bracket")
        assert rate in screen.session.plan.rules


# Statistics and dropout


async def test_statistics_of_a_block_and_back() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        layers_there = len(screen.session.tree.norms)
        screen.parameter_tree.go_to(screen.session.tree.index_of["features.1"])
        await pilot.press("b")
        assert said(screen) == (
            f"fixed the statistics of features.1: 1 norm layer fixed now, {layers_there - 1} moving"
        )
        assert "statistics fixed" in text_of(pilot)
        assert "trainable fixed" in text_of(pilot)
        await pilot.press("u")
        assert Statistic.FIXED not in screen.session.resolution.statistics.values()
        await pilot.press("U", "b")
        assert said(screen) == (
            f"let move the statistics of features.1: all {layers_there} norm layers move now"
        )
        assert screen.session.plan == FreezePlan()


async def test_statistics_where_there_are_none() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        screen.parameter_tree.go_to(screen.session.tree.index_of["output"])
        await pilot.press("b")
        assert said(screen) == "output: no norm layer here, so no statistics to fix"
        assert screen.session.plan == FreezePlan()


async def test_the_column_of_statistics() -> None:
    async with model_screen(cifar(), WIDE) as (pilot, screen):
        screen.parameter_tree.go_to(screen.session.tree.index_of["features.1.running_mean"])
        await pilot.press("b")
        assert text_of(pilot).splitlines()[1].split()[-2:] == ["stats", "state"]
        root = text_of(pilot).splitlines()[2]
        assert root.split()[-3] == "mixed"
        row = next(line for line in text_of(pilot).splitlines() if "running_mean" in line)
        assert row.split()[-3:] == ["fixed", "·", "auxiliary"]


async def test_dropout_in_frozen_blocks() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "o")
        assert said(screen).startswith("dropout off inside frozen blocks: 24 parameters train")
        assert screen.session.plan.dropout_off
        await pilot.press("r")
        assert "dropout off in frozen blocks" in text_of(pilot)
        await pilot.press("escape", "u")
        assert not screen.session.plan.dropout_off
        await pilot.press("U", "o")
        assert said(screen).startswith("dropout as the network was built")


# Presets


async def listed(pilot: Pilot[int], name: str) -> PresetsScreen:
    """Open the list and go to a preset."""
    await pilot.press("P")
    await until(pilot, lambda: isinstance(pilot.app.screen, PresetsScreen))
    screen = pilot.app.screen
    assert isinstance(screen, PresetsScreen)
    await pilot.press(*["down"] * list(PRESETS).index(name))
    return screen


@SIZES
async def test_all_presets_are_listed_with_what_they_do_or_why_not(size: tuple[int, int]) -> None:
    async with model_screen(ssd(), size) as (pilot, _):
        await listed(pilot, "neck")
        shown = text_of(pilot)
        for preset in PRESETS.values():
            assert preset.title in shown
        assert "not here: this model" in shown
        words = " ".join(shown.replace("│", " ").split())
        assert "has no neck; h trains its head, ] one stage of it more" in words


@pytest.mark.parametrize("name", ["head", "norms", "biases", "discriminative", "no-decay"])
async def test_a_preset_is_one_step(name: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("right_square_bracket")
        before = screen.session.plan
        await listed(pilot, name)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        session = screen.session
        assert session.plan == PRESETS[name].on(before, session.tree, session.roles)
        assert said(screen).startswith(f"{PRESETS[name].title}: ")
        await pilot.press("u")
        assert session.plan == before


async def test_one_that_the_model_has_nothing_for_stays_in_the_list() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        window = await listed(pilot, "own")
        await pilot.press("enter")
        assert pilot.app.screen is window
        assert "this model has nothing for the model's own: see above" in text_of(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.session.plan == FreezePlan()


# What was never pretrained


@pytest.mark.parametrize("keys", [["h"], ["i"], ["down", "space"]])
async def test_what_was_never_pretrained_is_warned_about_once(keys: list[str]) -> None:
    async with model_screen(partly_pretrained()) as (pilot, screen):
        await pilot.press(*keys)
        assert "frozen, but never pretrained: features.expand" in said(screen)
        assert said(screen).endswith("P, pretrained part frozen")
        assert screen.message.has_class("-warning")
        # It is said of the change that freezes it, not of the next.
        screen.parameter_tree.go_to(screen.session.tree.index_of["features.mobilenet0"])
        await pilot.press("space", "space")
        assert "never pretrained" not in said(screen)


async def test_the_pretrained_part_is_frozen_without_a_warning() -> None:
    async with model_screen(partly_pretrained()) as (pilot, screen):
        await listed(pilot, "pretrained")
        await pilot.press("enter")
        await until(pilot, lambda: screen.session.plan.rules)
        assert said(screen).startswith("pretrained part frozen: ")
        assert "never" not in said(screen)


async def test_what_is_pretrained_is_said_and_shown() -> None:
    async with model_screen(partly_pretrained(), (140, 40)) as (pilot, screen):
        assert "partly pretrained" in text_of(pilot)
        rows = text_of(pilot).splitlines()
        assert " from " in rows[1]
        column = rows[1].index(" from ") + 1
        words = {row.split()[1]: row[column : column + 4].strip() for row in rows[3:9]}
        assert (words["mobilenet0"], words["expand"]) == ("file", "new")
        screen.parameter_tree.go_to(screen.session.tree.index_of["features.expand"])
        await pilot.pause()
        assert text_of(pilot).splitlines()[-3].rstrip().endswith("new")


async def test_nothing_is_said_of_it_where_nothing_came_from_a_file() -> None:
    async with model_screen(ssd(), (140, 40)) as (pilot, screen):
        await pilot.press("h")
        assert "never pretrained" not in said(screen)
        assert " from " not in text_of(pilot).splitlines()[1]


async def test_multipliers_are_shown() -> None:
    async with model_screen(ssd(), WIDE) as (pilot, screen):
        await listed(pilot, "discriminative")
        await pilot.press("enter")
        await until(pilot, lambda: screen.session.plan.rules)
        rows = text_of(pilot).splitlines()
        assert "mult" in rows[1]
        assert any("lr mixed" in row for row in rows)
        screen.parameter_tree.go_to(screen.session.tree.index_of["features.expand"])
        await pilot.pause()
        assert "lr_mult " in text_of(pilot).splitlines()[-3]
        await pilot.press("u")
        assert "mult" not in text_of(pilot).splitlines()[1]
