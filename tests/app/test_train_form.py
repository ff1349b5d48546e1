"""The training form: checked as it is typed, and what it makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.widgets import Input

from tests.app.models import layers, opened, ssd
from tests.app.run_screens import until
from tests.app.stand_in_inspector import StandInInspector
from tui.app.panes.cache_estimate import CacheEstimatePane
from tui.app.panes.data_facts import DataFacts
from tui.app.screens import train_form
from tui.app.screens.train_form import TrainForm
from tui.app.widgets.field_row import FieldRow
from tui.app.widgets.message_line import MessageLine
from tui.model.plan import FreezePlan, Rule
from tui.model.resolution import resolve
from tui.model.states import State
from tui.model.tree import ModelTree
from tui.runs.checks import FIELDS, text_of
from tui.runs.folder import RunFolder
from tui.runs.inspection import (
    Answer,
    CacheEstimate,
    CheckData,
    DataSummary,
    EstimateCache,
    Opened,
    Phase,
    Refused,
)
from tui.runs.new_run import data_path, folder_problem

HEAD = FreezePlan((Rule("freeze", "role", "trunk"),))
GOOD = DataSummary(
    "/data/fruitnuts", "Pascal VOC", 120, 30, "trainval, test",
    ("fig", "date", "hazelnut"), (34, 40, 12),
)  # fmt: skip
ESTIMATE = CacheEstimate(
    tensors=6, picture_bytes=88_000, total_bytes=45_000_000, limit_bytes=10**9,
    picture_seconds=0.5, kept_seconds=0.125, pictures=120, views=1, epochs=4,
)  # fmt: skip
SMALL = (80, 24)
SIZES = [(80, 24), (120, 40)]


class Host(App[None]):
    """Shows the form over an empty screen and keeps what it answers."""

    CSS_PATH = Path(train_form.__file__).parent.parent / "styles/app.tcss"

    def __init__(self, form: TrainForm) -> None:
        super().__init__()
        self.form = form
        self.answers: list[RunFolder | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.form, self.answers.append)


@pytest.fixture(autouse=True)
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """Runs for which a trainer was asked; none is started, and none is put elsewhere."""
    folders: list[RunFolder] = []

    def start(folder: RunFolder) -> Any:
        folders.append(folder)
        return object()

    monkeypatch.setattr(train_form, "start_trainer", start)
    monkeypatch.setattr(train_form, "runs_home", lambda: Path("/home/you/runs"))
    monkeypatch.setattr("tui.app.run_draft.runs_home", lambda: Path("/home/you/runs"))
    monkeypatch.setattr("tui.runs.folder.runs_home", lambda: tmp_path / "home")
    monkeypatch.setattr(train_form, "DEBOUNCE_SECONDS", 0.02)
    return folders


def form(
    *answers: Any,
    data: str | None = "/data/fruitnuts",
    plan: FreezePlan = HEAD,
    model: Opened | None = None,
    inspector: StandInInspector | None = None,
    typed: dict[str, str] | None = None,
) -> TrainForm:
    model = model or ssd()
    asked = inspector or StandInInspector(*(answers or (Phase("importing MXNet"), GOOD)))
    return TrainForm(model, data, plan, ModelTree(model.model), asked, typed)


def said(screen: TrainForm) -> str:
    return screen.query_one("#said", MessageLine).message


def row(screen: TrainForm, name: str) -> FieldRow:
    return screen.query_one(f"#row-{name}", FieldRow)


def shown_beside(screen: TrainForm, name: str) -> str:
    return str(row(screen, name).query_one(".said").render())


@pytest.mark.parametrize(("size", "fields"), [(SMALL, 11), ((120, 40), len(FIELDS))])
async def test_everything_that_is_needed_is_on_the_screen(
    size: tuple[int, int], fields: int
) -> None:
    screen = form()
    async with Host(screen).run_test(size=size) as pilot:
        await until(pilot, lambda: screen.ready)
        for name in ("data", "folder", *(field.name for field in FIELDS[:fields])):
            region = row(screen, name).input.region
            assert screen.region.contains_region(region), name
            assert region.width >= 10
        for id in ("effect", "facts", "start", "said", "keys"):
            assert screen.region.contains_region(screen.query_one(f"#{id}").region), id


async def test_what_does_not_fit_is_scrolled_to() -> None:
    screen = form()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.ready)
        row(screen, FIELDS[0].name).input.focus()
        await pilot.pause()
        for field in FIELDS:
            assert screen.focused is row(screen, field.name).input
            await until(
                pilot,
                lambda: screen.query_one("#fields").region.contains_region(screen.focused.region),
            )
            await pilot.press("down")


async def test_what_contradicts_itself_cannot_be_started(started: list[RunFolder]) -> None:
    screen = form()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.ready)
        row(screen, "schedule").input.value = "step"
        await until(pilot, lambda: "decay after: the step schedule needs" in said(screen))
        row(screen, "decay_epochs").input.value = "1, 2"
        await until(pilot, lambda: screen.ready)
        row(screen, "amp").input.value = "yes"
        await until(pilot, lambda: "needs a GPU, and the model is on cpu" in said(screen))
        await pilot.press("ctrl+s")
        await pilot.pause()
    assert started == []


async def test_the_start_line_is_visible_on_the_smallest_terminal() -> None:
    screen = form()
    async with Host(screen).run_test(size=(60, 16)) as pilot:
        await until(pilot, lambda: screen.ready)
        for id in ("start", "said", "keys"):
            assert screen.region.contains_region(screen.query_one(f"#{id}").region), id
        for name in ("data", FIELDS[-1].name):
            row(screen, name).input.focus()
            fields, field = screen.query_one("#fields"), row(screen, name).input
            await until(pilot, lambda fields=fields, field=field: field.region in fields.region)


async def test_the_effect_of_the_plan_is_said_in_numbers() -> None:
    screen = form()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await pilot.pause()
        effect = str(screen.query_one("#effect").render())
        resolution = resolve(HEAD, ModelTree(ssd().model))
        frozen = sum(state is State.FROZEN for state in resolution.states)
        assert effect == (
            f"24 of 205 parameters train (1.2 M values) · {frozen} frozen · 70 statistics fixed"
        )


async def test_what_comes_later_and_dropout_are_said_too() -> None:
    later = Rule("thaw", "role", "trunk", epoch=3)
    screen = form(plan=FreezePlan((*HEAD.rules, later), dropout_off=True))
    async with Host(screen).run_test(size=(120, 40)):
        effect = str(screen.query_one("#effect").render())
        assert effect.endswith(
            "70 statistics fixed · + 1 rule from epoch 3 · dropout off in frozen blocks"
        )


async def test_defaults_are_the_recipes() -> None:
    screen = form()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert row(screen, "learning_rate").text == "0.001"
        assert row(screen, "augment").text == "yes"


@pytest.mark.parametrize(
    ("name", "typed", "problem"),
    [
        ("epochs", "0", "at least 1 is needed"),
        ("batch_size", "many", "a whole number is needed"),
        ("learning_rate", "nan", "a finite number is needed"),
        ("optimizer", "lamb", "one of sgd, nag, adam, adamw is needed"),
        ("epochs", "", "a whole number is needed"),
    ],
)
async def test_a_value_is_checked_as_it_is_typed(
    name: str, typed: str, problem: str, started: list[RunFolder]
) -> None:
    screen = form()
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.ready)
        field = row(screen, name).input
        good = field.value
        field.focus()
        field.value = typed
        await until(pilot, lambda: shown_beside(screen, name) == f"! {problem}")
        assert not screen.ready
        assert problem in said(screen)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.screen is screen
        assert started == []
        field.value = good
        await until(pilot, lambda: screen.ready)
        assert said(screen) == "ready"


async def test_data_is_looked_at_with_the_recipe_and_the_classes() -> None:
    inspector = StandInInspector(GOOD)
    screen = form(inspector=inspector)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.ready)
        assert inspector.questions == [CheckData("/data/fruitnuts", "ssd", ssd().source.classes)]
        facts = screen.query_one(DataFacts).content.plain
        assert "120 pictures to train, 30 to validate" in facts
        assert "fig 34 · date 40 · hazelnut 12" in facts


async def test_data_that_cannot_be_used_is_said_and_can_be_mended() -> None:
    class Judge(StandInInspector):
        async def ask(self, question: Any) -> Any:
            self.questions.append(question)
            good = question.path == "/data/right"
            yield GOOD if good else Refused(f"{question.path}: no such folder")

    screen = form(data="/data/wrong", inspector=Judge())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "no such folder" in screen.query_one(DataFacts).content.plain)
        assert not screen.ready
        row(screen, "data").input.value = "/data/right"
        await until(pilot, lambda: screen.ready)


async def test_a_path_typed_fast_is_asked_for_once_it_rests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(train_form, "DEBOUNCE_SECONDS", 0.5)
    inspector = StandInInspector(GOOD)
    screen = form(data=None, inspector=inspector)
    async with Host(screen).run_test(size=SMALL) as pilot:
        assert isinstance(screen.focused, Input)
        assert "name a folder" in said(screen)
        await pilot.press(*"/data/x")
        await until(pilot, lambda: screen.ready)
        asked = [question.path for question in inspector.questions]  # type: ignore[union-attr]
        assert asked == ["/data/x"]


async def test_an_answer_for_what_was_typed_before_is_not_taken_for_the_new_path() -> None:
    inspector = StandInInspector(GOOD, held=True)
    screen = form(data="/data/one", inspector=inspector)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: len(inspector.questions) == 1)
        row(screen, "data").input.value = "/data/two"
        await pilot.pause(0.1)
        assert len(inspector.questions) == 1
        inspector.go_on.set()
        await until(pilot, lambda: screen.ready)
        asked = [question.path for question in inspector.questions]  # type: ignore[union-attr]
        assert asked == ["/data/one", "/data/two"]


async def test_start_makes_the_run_and_starts_its_trainer(
    tmp_path: Path, started: list[RunFolder]
) -> None:
    screen = form()
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.ready)
        row(screen, "epochs").input.value = "7"
        row(screen, "folder").input.value = str(tmp_path / "mine")
        await pilot.pause()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.answers)
    assert app.answers == started == [RunFolder(tmp_path / "mine")]
    assert screen.process is not None
    spec, plan = started[0].read()
    assert plan == HEAD
    assert spec.data == "/data/fruitnuts"
    assert spec.recipe == "ssd"
    assert spec.model == ssd().source
    assert spec.hyper.epochs == 7


async def test_enter_on_the_button_is_all_that_is_left_to_do(
    tmp_path: Path, started: list[RunFolder]
) -> None:
    screen = form()
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.ready)
        await pilot.press("enter")
        await until(pilot, lambda: app.answers)
    assert started[0].path.parent == tmp_path / "home"


async def test_enter_before_the_data_is_looked_at_starts_when_it_is(
    started: list[RunFolder],
) -> None:
    inspector = StandInInspector(Phase("importing MXNet"), GOOD, held=True)
    screen = form(inspector=inspector)
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: inspector.questions)
        await pilot.press("enter")
        await pilot.pause()
        assert "starts as soon as" in said(screen)
        assert started == []
        inspector.go_on.set()
        await until(pilot, lambda: app.answers)
    assert len(started) == 1


def forgetful(*answers: Answer) -> StandInInspector:
    """Looks at data as often as it is asked, each time with the next answer; then the last."""
    left, inspector = list(answers), StandInInspector()
    inspector.replies = {
        CheckData: lambda _: left.pop(0) if len(left) > 1 else left[0],
        EstimateCache: lambda _: Refused("no"),
    }
    return inspector


def looks(inspector: StandInInspector) -> int:
    return sum(isinstance(question, CheckData) for question in inspector.questions)


async def test_start_has_data_that_was_refused_looked_at_again(started: list[RunFolder]) -> None:
    screen = form(inspector=forgetful(Refused("the inspector ended by signal -9"), GOOD))
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "cannot be used" in said(screen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.answers)
    assert len(started) == 1


async def test_a_path_that_is_typed_again_is_looked_at_again() -> None:
    inspector = forgetful(Refused("no such folder"), Refused("no such folder"), GOOD)
    screen = form(inspector=inspector)
    async with Host(screen).run_test(size=SMALL) as pilot:
        for looked, path in enumerate(("/data/x", "/data/fruitnuts"), 1):
            await until(pilot, lambda: "cannot be used" in said(screen))
            assert looks(inspector) == looked
            row(screen, "data").input.value = path
            await until(pilot, lambda looked=looked: looks(inspector) > looked)
        await until(pilot, lambda: screen.ready)


async def test_data_that_is_refused_again_is_said_and_not_asked_about_for_ever(
    started: list[RunFolder],
) -> None:
    inspector = forgetful(Refused("no such folder"))
    screen = form(inspector=inspector)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "cannot be used" in said(screen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: looks(inspector) == 2)
        await until(pilot, lambda: "cannot be used" in said(screen))
        assert screen.focused is row(screen, "data").input
        for _ in range(5):
            await pilot.pause()
        assert looks(inspector) == 2
    assert started == []


async def test_an_inspector_that_cannot_be_started_is_said() -> None:
    class Unstartable(StandInInspector):
        async def ask(self, question: Any) -> Any:
            raise PermissionError(13, "Permission denied", "inspector.log")
            yield

    screen = form(inspector=Unstartable())
    async with Host(screen).run_test(size=SMALL) as pilot:
        facts = screen.query_one(DataFacts)
        await until(pilot, lambda: "could not be asked" in facts.content.plain)
        assert "Permission denied" in facts.content.plain


async def test_a_folder_that_cannot_be_made_is_said_and_nothing_is_lost(
    started: list[RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> RunFolder:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(train_form, "create_run", refuse)
    screen = form()
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: screen.ready)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "No space left on device" in said(screen))
        assert app.screen is screen
    assert started == []


async def test_everything_frozen_is_said_and_cannot_be_started(
    started: list[RunFolder],
) -> None:
    screen = form(plan=FreezePlan((Rule("freeze", "all"),)))
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "nothing would train" in said(screen)
        assert app.screen is screen
    assert started == []


async def test_data_without_training_pictures_cannot_be_started() -> None:
    screen = form(DataSummary("/d", "folders", 0, 30, "", ("a",), (0,)))
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "no pictures to train on" in said(screen))
        assert not screen.ready


async def test_a_model_without_a_recipe_is_told_what_can_be_done_instead() -> None:
    screen = form(model=opened(layers("one", "two"), recipe=None))
    app = Host(screen)
    async with app.run_test(size=SMALL) as pilot:
        text = str(screen.query_one("#no-recipe").render())
        assert "no recipe yet that trains a Sequential" in text
        assert "press y" in text
        await pilot.press("ctrl+s")
        await pilot.press("escape")
        await pilot.pause()
    assert app.answers == [None]


async def test_what_was_typed_is_there_again() -> None:
    typed: dict[str, str] = {}
    first = form(typed=typed)
    async with Host(first).run_test(size=SMALL) as pilot:
        row(first, "epochs").input.value = "12"
        row(first, "data").input.value = "/data/other"
        await pilot.pause()
        await pilot.press("escape")
    second = form(typed=typed)
    async with Host(second).run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert row(second, "epochs").text == "12"
        assert row(second, "data").text == "/data/other"
    other = form()
    async with Host(other).run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert row(other, "epochs").text == "1"


async def test_arrows_and_enter_go_from_field_to_field() -> None:
    screen = form()
    async with Host(screen).run_test(size=SMALL) as pilot:
        row(screen, "epochs").input.focus()
        await pilot.pause()
        await pilot.press("down")
        assert screen.focused is row(screen, "batch_size").input
        await pilot.press("enter")
        assert screen.focused is row(screen, "learning_rate").input
        await pilot.press("up", "up")
        assert screen.focused is row(screen, "epochs").input


# Paths


def test_data_is_an_absolute_path_or_the_built_in_pictures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/you")
    assert data_path(" shapes ") == "shapes"
    assert data_path("fruit") == str(tmp_path / "fruit")
    assert data_path("~/fruit") == "/home/you/fruit"
    assert data_path("  ") == ""


def _run(path: Path) -> None:
    path.mkdir()
    (path / "run.toml").touch()


def _full(path: Path) -> None:
    path.mkdir()
    (path / "thesis.tex").touch()


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: None, ""),
        (lambda path: path.mkdir(), ""),
        (_run, "holds a run already; name another folder"),
        (_full, "is not empty; name a new folder"),
        (lambda path: path.touch(), "is a file; name a folder"),
    ],
)
def test_run_folders(make: Callable[[Path], None], problem: str, tmp_path: Path) -> None:
    make(tmp_path / "run")
    assert folder_problem(str(tmp_path / "run")) == problem


def test_a_folder_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file" in folder_problem(str(tmp_path / "file" / "run"))


def test_a_folder_with_a_zero_byte_in_its_name() -> None:
    assert folder_problem("a\0b")


# Pictures


def compared(snap_compare: Callable[..., bool], screen: TrainForm, size: tuple[int, int]) -> bool:
    async def looked(pilot: Any) -> None:
        await until(pilot, lambda: not screen._asking)

    return snap_compare(Host(screen), terminal_size=size, run_before=looked)


def estimated(screen: TrainForm) -> str:
    return str(screen.query_one(CacheEstimatePane).content)


def estimates(*answers: CacheEstimate | Refused) -> StandInInspector:
    """An inspector whose estimates are these, one after the other."""
    left = list(answers)
    inspector = StandInInspector(Phase("importing MXNet"), GOOD)
    inspector.replies[EstimateCache] = lambda _: left.pop(0)
    return inspector


async def test_what_the_cache_would_come_to_is_asked_once_at_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(train_form, "ESTIMATE_SECONDS", 0.05)
    inspector = estimates(ESTIMATE, CacheEstimate(why_not="no picture is seen twice"))
    screen = form(inspector=inspector)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "about 4.0 times as fast" in estimated(screen))
        default = screen.draft.hyper().epochs
        row(screen, "epochs").input.value = "3"
        await until(pilot, lambda: "not kept, no picture" in estimated(screen))
        # An answer that is known is not asked for again.
        row(screen, "epochs").input.value = text_of(default)
        await until(pilot, lambda: "about 4.0 times as fast" in estimated(screen))
        row(screen, "cache").input.value = "off"
        await until(pilot, lambda: estimated(screen) == "")
    asked = [one for one in inspector.questions if isinstance(one, EstimateCache)]
    assert [one.spec.hyper.epochs for one in asked] == [default, 3]
    assert asked[0].plan == HEAD


async def test_nothing_is_estimated_while_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(train_form, "ESTIMATE_SECONDS", 0.05)
    inspector = estimates(ESTIMATE)
    screen = form(inspector=inspector)
    screen.draft.texts["epochs"] = "none"
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "whole number" in said(screen))
        await until(pilot, lambda: screen._at_rest)
        await pilot.pause()
        assert not [one for one in inspector.questions if isinstance(one, EstimateCache)]


async def test_an_estimate_that_failed_is_said_and_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(train_form, "ESTIMATE_SECONDS", 0.05)
    screen = form(inspector=estimates(Refused("out of memory")))
    async with Host(screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "not estimated, out of memory" in estimated(screen))
        assert screen.ready


def test_the_form_with_an_estimate(
    snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_form, "ESTIMATE_SECONDS", 0.05)
    screen = form(inspector=estimates(ESTIMATE))

    async def measured(pilot: Any) -> None:
        await until(pilot, lambda: "times" in estimated(screen))

    assert snap_compare(Host(screen), terminal_size=SMALL, run_before=measured)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
def test_the_form(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    assert compared(snap_compare, form(), size)


def test_the_form_with_problems(snap_compare: Callable[..., bool]) -> None:
    summary = DataSummary(
        "/data/fruitnuts", "Pascal VOC", 120, 0, "trainval", ("fig", "date", "hazelnut"),
        (34, 40, 0), ("IMG_1.xml: its picture is missing", "IMG_2.xml: banana is no class"), 9,
    )  # fmt: skip
    inspector = StandInInspector(summary)
    screen = form(inspector=inspector)
    screen.draft.texts.update(learning_rate="-1", batch_size="x")
    assert compared(snap_compare, screen, SMALL)


def test_the_form_without_a_recipe(snap_compare: Callable[..., bool]) -> None:
    assert compared(snap_compare, form(model=opened(layers("one", "two"), recipe=None)), SMALL)
