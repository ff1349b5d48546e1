"""One table of actions, without contradictions."""

from __future__ import annotations

from collections import Counter

from textual.binding import Binding

from tui.app.actions import ACTIONS, BY_ID, TITLES, at, bindings, key_text, keys_text


def test_ids_are_unique_and_begin_with_their_place() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert [
        action.id
        for action in ACTIONS
        if action.id.split(".")[0] not in TITLES.keys() | {"loading", "help", action.where}
    ] == []


def test_no_key_means_two_things_at_once() -> None:
    for places in (
        *(("model", "tree", "app"), ("pattern",), ("find",), ("snippet",), ("help",)),
        *(("plan", "app"), ("rule",), ("choice",), ("file",), ("presets",)),
    ):
        keys = Counter(key for action in at(*places) for key in action.keys)  # type: ignore[arg-type]
        assert [key for key, count in keys.items() if count > 1] == []


def test_a_key_of_the_run_screen_has_two_meanings_only_where_one_ends_with_the_other() -> None:
    keys = Counter(key for action in at("run", "charts", "app") for key in action.keys)
    # The cursor has `l` and escape while there is one; the log has escape while it is in front.
    assert {key for key, count in keys.items() if count > 1} == {"l", "escape"}
    own = Counter(key for action in at("log") for key in action.keys)
    assert max(own.values()) == 1
    # What has the focus comes first: only keys that move may be taken from the charts.
    assert {key for key in own if key in keys} == {"left", "right", "home", "end"}


def test_every_action_says_what_it_does() -> None:
    assert [action.id for action in ACTIONS if not action.description or not action.label] == []


def test_bindings_can_be_remapped() -> None:
    made = [binding for binding in bindings("model") if isinstance(binding, Binding)]
    assert {binding.id for binding in made} == {action.id for action in at("model")}


def test_an_action_of_many_keys_is_told_which() -> None:
    runs = {binding.key: binding.action for binding in bindings("tree")}  # type: ignore[union-attr]
    assert runs["1"] == "unfold_to(1)"
    assert runs["9"] == "unfold_to(9)"
    assert keys_text(BY_ID["tree.depth"].keys) == "1..9"


def test_keys_as_people_read_them() -> None:
    assert [key_text(key) for key in ("ctrl+t", "alt+enter", "question_mark", "U", "slash")] == [
        *("^t", "alt+enter", "?", "U", "/")
    ]
