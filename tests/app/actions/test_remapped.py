"""Other keys for actions: what is taken, what is refused, and that the screen goes by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.models import ssd
from tests.app.showing import model_screen, text_of, until
from tui.app.actions import ACTIONS, BY_ID, bound, key_of, keys_of, remapped
from tui.app.config import Config
from tui.app.looks import looks_of, take_up


@pytest.fixture(autouse=True)
def own_keys() -> Iterator[None]:
    yield
    take_up(None)
    remapped.use({})


def checked(**wanted: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """`model__train` stands for `model.train`."""
    named = {id.replace("__", "."): keys for id, keys in wanted.items()}
    return remapped.checked(named, ACTIONS, "config.toml")


def test_a_key_is_given() -> None:
    assert checked(model__train=("T",)) == ({"model.train": ("T",)}, ())


def test_two_may_change_places() -> None:
    found, problems = checked(model__head_only=("a",), model__all=("h",))
    assert found == {"model.head_only": ("a",), "model.all": ("h",)}
    assert problems == ()


@pytest.mark.parametrize(
    ("id", "keys", "said"),
    [
        ("model.tain", ("x",), "there is no such action; did you mean model.train"),
        ("model.train", ("escpe",), "no key is called 'escpe'; did you mean escape"),
        ("model.train", ("h",), "h is the key of model.head_only already, in the same place"),
        ("tree.down", ("u",), "u is the key of model.undo already"),
        ("run.pause", ("?",), r"\? is the key of app.help already"),
        ("tour.end", ("h",), "h is text where this key works"),
        ("model.train", ("ctrl+g",), r"\^g is the key of tour.end already"),
        ("listed_run.back", ("left",), "left is the key of charts.left already"),
        ("listed_run.back", ("pagedown",), "pgdn is the key of"),
        ("find.next", ("x",), "x is text where this key works"),
        ("tree.depth", ("x",), "there is no such action; did you mean tree.depth_"),
    ],
)
def test_what_cannot_be_is_said_and_left_out(id: str, keys: tuple[str, ...], said: str) -> None:
    found, (problem,) = remapped.checked({id: keys}, ACTIONS, "config.toml")
    assert found == {}
    assert problem.startswith(f"config.toml: keys.{id}: ")
    assert re.search(said, problem), problem


def test_what_is_never_there_at_once_may_have_the_same_key() -> None:
    assert checked(run__pause=("y",), plan__add=("i",))[1] == ()


def test_of_two_new_ones_the_later_gives_way() -> None:
    found, (problem,) = checked(model__train=("x",), model__undo=("x",))
    assert found == {"model.train": ("x",)}
    assert "keys.model.undo: x is the key of model.train" in problem


IDS = st.sampled_from([one.id for action in ACTIONS for one in bound(action)])
KEYS = st.lists(st.sampled_from(["h", "a", "x", "?", "f5", "ctrl+a", "up", "q", "1"]), max_size=2)


@given(st.dictionaries(IDS, KEYS.map(tuple), max_size=6))
def test_what_is_taken_never_clashes(wanted: dict[str, tuple[str, ...]]) -> None:
    found, problems = remapped.checked(wanted, ACTIONS, "config.toml")
    assert len(found) + len(problems) == len(wanted)
    again, none = remapped.checked(found, ACTIONS, "config.toml")
    assert (again, none) == (found, ())


async def test_bindings_footer_help_and_palette_go_by_it() -> None:
    keys = {
        "model.head_only": ("a",),
        "model.all": ("h",),
        "model.train": ("T",),
        "model.undo": (),
        "model.redo": (),
        "tree.depth_1": ("f5",),
    }
    take_up(looks_of(Config(keys=keys)))
    async with model_screen(ssd(), (120, 40)) as (pilot, screen):
        footer = text_of(pilot).splitlines()[-1]
        assert "a head" in footer
        assert "h all" in footer
        assert "T train" in footer
        assert "undo" not in footer
        await pilot.press("a")
        await until(pilot, lambda: "24 parameters train" in text_of(pilot))
        await pilot.press("h")
        await until(pilot, lambda: "head only" not in str(screen.message.content))
        assert screen.session.roll_up.trainable_places(0) > 24
        await pilot.press("u")
        assert screen.session.roll_up.trainable_places(0) > 24
        await pilot.press("f5")
        await until(pilot, lambda: len(screen.parameter_tree.rows) < 8)
        commands = {one.title for one in pilot.app.get_system_commands(screen)}
        assert "head only, head (a)" in commands or "head only (a)" in commands
        assert "undo" in commands
        await pilot.press("question_mark")
        await until(pilot, lambda: pilot.app.screen is not screen)
        assert any(
            line.split()[1:4] == ["a", "head", "only:"] for line in text_of(pilot).splitlines()
        )


def test_sentences_name_the_key_that_there_is() -> None:
    remapped.use({"model.train": ("T",), "model.undo": ()})
    assert (key_of("model.train"), key_of("model.undo")) == ("T", "(undo)")
    assert keys_of(BY_ID["tree.depth"]) == tuple("123456789")


async def test_an_entry_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    take_up(looks_of(Config(keys={"model.tain": ("x",)}), ("one: two",), tmp_path / "config.toml"))
    async with model_screen(ssd()) as (pilot, _):
        assert pilot.app.last_words == [  # type: ignore[attr-defined]
            "thaw: one: two",
            f"thaw: {tmp_path}/config.toml: keys.model.tain: there is no such action; "
            "did you mean model.train? (thaw keys lists them)",
        ]
        said = [one.message for one in pilot.app._notifications]
        assert said == ["one: two (and 1 more: thaw keys says which)"]
