"""The list of models, the model screen, and the dialogs over them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from tests.app.browsing import OWN, SSD, open_before, put_weights
from tests.app.gallery.shown import Ready, Shown
from tests.app.looking import looking_app
from tests.app.models import cifar, ssd
from tests.app.screens.test_costs import sized
from tests.app.screens.test_which_weights import opening
from tests.app.showing import app_on, text_of, until
from tests.app.stand_in_inspector import StandInInspector
from tests.app.test_detail_snapshots import at, values_read
from tests.app.test_plan_snapshots import RULES, plan_open
from tests.app.test_snapshots import CODE, model_open
from tests.app.test_train_form import ESTIMATE, GOOD
from tui.app.app import ThawApp
from tui.app.screens.browser import BrowserScreen
from tui.app.screens.class_names import ClassNames
from tui.app.screens.loading import LoadingScreen
from tui.app.screens.presets import PresetsScreen
from tui.app.screens.snippet import SnippetScreen
from tui.app.screens.train_form import TrainForm
from tui.app.screens.which_weights import WhichWeights
from tui.app.tour import TRAIN, Tour
from tui.app.widgets.tour_line import TourLine
from tui.model.source import ModelSource
from tui.runs.inspection import CheckData, EstimateCache, Refused

CUSTOM = (*"yolo3", "space", *"custom")


def browser() -> ThawApp:
    open_before(OWN, SSD)
    put_weights("alexnet-44335d1f")
    return ThawApp()


def listed(*keys: str, then: type[Screen[Any]] | None = None) -> Ready:
    """Press keys on the list of models."""

    async def press(pilot: Pilot[Any]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, BrowserScreen)
        await until(pilot, lambda: screen.models.rows)
        await pilot.press(*keys)
        await until(pilot, lambda: isinstance(pilot.app.screen, then or BrowserScreen))

    return press


def pressed(*keys: str) -> Ready:
    """Press keys on the model screen."""

    async def press(pilot: Pilot[Any]) -> None:
        await model_open(pilot)
        await pilot.press(*keys)

    return press


def model() -> ThawApp:
    return app_on(ssd())


def unknown() -> ThawApp:
    """An app that is to open a model that there is not."""
    message = "no model 'sdd_512'; nearest: ssd_512_resnet50_v1_voc"
    return ThawApp(ModelSource("sdd_512"), inspector=StandInInspector(Refused(message)))


async def refused(pilot: Pilot[Any]) -> None:
    loading = pilot.app.screen
    assert isinstance(loading, LoadingScreen)
    await until(pilot, lambda: loading.refused)


async def pattern(pilot: Pilot[Any]) -> None:
    screen = await model_open(pilot)
    await pilot.press("slash", *".*expand")
    await until(pilot, lambda: screen.pattern_field.matched)


async def find(pilot: Pilot[Any]) -> None:
    screen = await model_open(pilot)
    await pilot.press("2", "f", *"expand_conv")
    await until(pilot, lambda: screen.find_field.found)


async def block(pilot: Pilot[Any]) -> None:
    await at(pilot, "class_predictors.0.predictor", "h")


async def parameter(pilot: Pilot[Any]) -> None:
    screen = await at(pilot, "features.2.0.body.0.weight", "V")
    await until(pilot, values_read(screen))


async def plan(pilot: Pilot[Any]) -> None:
    await plan_open(pilot, *RULES)


async def rule(pilot: Pilot[Any]) -> None:
    screen = await plan_open(pilot, *RULES[:2])
    await pilot.press("a", "l", "tab", "s", "tab", *"conv", "tab", *"0.1")
    await until(pilot, lambda: screen.plan_pane.form.judged)


def window(open_it: Callable[[Pilot[Any]], object], kind: type[Screen[Any]]) -> Ready:
    """A window over the model screen."""

    async def ready(pilot: Pilot[Any]) -> None:
        await model_open(pilot)
        opened = open_it(pilot)
        if hasattr(opened, "__await__"):
            await opened
        await until(pilot, lambda: isinstance(pilot.app.screen, kind))

    return ready


def train_form() -> ThawApp:
    inspector = StandInInspector(ssd())
    inspector.replies = {CheckData: lambda _: GOOD, EstimateCache: lambda _: ESTIMATE}
    return ThawApp(ssd().source, data="/data/fruitnuts", inspector=inspector)


async def form(pilot: Pilot[Any]) -> None:
    await model_open(pilot)
    await pilot.press("h", "t")
    await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
    screen = pilot.app.screen
    assert isinstance(screen, TrainForm)
    await until(pilot, lambda: screen.ready)


async def told(pilot: Pilot[Any]) -> None:
    """One of each kind of what is said beside the screen."""
    await model_open(pilot)
    for severity in ("information", "warning", "error"):
        pilot.app.notify(
            "what → was ‘said’ …",
            title="thaw",
            severity=severity,
            timeout=600,  # type: ignore[arg-type]
        )
    await until(pilot, lambda: text_of(pilot).count("was") == 3)


async def palette(pilot: Pilot[Any]) -> None:
    await model_open(pilot)
    await pilot.press("ctrl+p")
    await until(pilot, lambda: "thaw everything" in text_of(pilot))
    pilot.app.screen.query_one(Input).cursor_blink = False


async def themes(pilot: Pilot[Any]) -> None:
    await model_open(pilot)
    pilot.app.action_change_theme()
    await until(pilot, lambda: "ansi-light" in text_of(pilot))
    pilot.app.screen.query_one(Input).cursor_blink = False


async def costs(pilot: Pilot[Any]) -> None:
    screen = await model_open(pilot)
    await pilot.press("h", "c")
    await until(pilot, lambda: screen.session.costs)


async def tour(pilot: Pilot[Any]) -> None:
    screen = await model_open(pilot)
    await pilot.press("h")
    await until(pilot, lambda: any(line.step is TRAIN for line in screen.query(TourLine)))


async def weights(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, WhichWeights))


def touring() -> ThawApp:
    return app_on(ssd(), tour=Tour(Path("tour.toml")))


MODELS: dict[str, Shown] = {
    "browser": Shown(browser, listed("down", "down")),
    "first_use": Shown(ThawApp, listed()),
    "browser_narrowed": Shown(browser, listed(*"detection", "space", *"r50")),
    "browser_nothing": Shown(browser, listed(*"qqqq")),
    "loading_refused": Shown(unknown, refused),
    "class_names": Shown(browser, listed(*CUSTOM, "enter", then=ClassNames)),
    "model": Shown(model, pressed("h", "j", "j", "right", "j")),
    "model_pattern": Shown(model, pattern),
    "model_find": Shown(model, find),
    "model_filter": Shown(model, pressed("h", "F", "F", "Z", "j", "j")),
    "detail_block": Shown(lambda: looking_app(ssd())[0], block),
    "detail_parameter": Shown(lambda: looking_app(cifar())[0], parameter),
    "plan": Shown(lambda: app_on(cifar()), plan),
    "plan_rule": Shown(model, rule),
    "presets": Shown(model, window(lambda pilot: pilot.press("P"), PresetsScreen)),
    "snippet": Shown(
        model,
        window(lambda pilot: pilot.app.push_screen(SnippetScreen(CODE, "ssd")), SnippetScreen),
    ),
    "help": Shown(model, pressed("question_mark")),
    "model_partial": Shown(model, pressed("h", "right_square_bracket", "4")),
    "costs": Shown(lambda: looking_app(sized(ssd(), (512, 512)))[0], costs),
    "plan_file": Shown(model, pressed("h", "r", "w")),
    "palette": Shown(model, palette),
    "themes": Shown(model, themes),
    "toasts": Shown(model, told),
    "tour": Shown(touring, tour),
    "train_form": Shown(train_form, form),
    "which_weights": Shown(lambda: opening()[0], weights),
}
