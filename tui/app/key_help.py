"""What help and palette list for the screen that they are called from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from textual.screen import Screen

from tui.app.actions import BY_ID, TITLES, Where, at, is_key, key_text, keys_of, keys_text

Section = tuple[str, Sequence[tuple[str, str]]]
"""A heading, and its keys with what they do."""

USUAL_PLACES: frozenset[Where] = frozenset(("tree", "charts", "scroll"))
"""Where the focus is when nothing else is asked for: help begins with its screen's own keys."""


def help_sections(screen: Screen[Any], *, on_tour: bool) -> list[Section]:
    """The keys of a screen by place, those of what has the focus first; of a screen that names no
    places, the keys that work now."""
    places: tuple[Where, ...] | None = getattr(screen, "HELP_PLACES", None)
    if places is None:
        return [("Keys", _active_keys(screen))]
    if on_tour:
        places = (*places, "tour")
    first = _places_of_focus(screen)
    return [
        (TITLES[place], [(keys_text(keys_of(a)), a.description) for a in at(place) if keys_of(a)])
        for place in sorted(TITLES, key=lambda place: place not in first)
        if place in places
    ]


def commands_of(screen: Screen[Any]) -> Iterator[tuple[str, str, str, Any]]:
    """What can be chosen from a list on a screen: a name with its key, a sentence, the action, and
    the node that it is of."""
    seen = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        action = BY_ID.get(binding.id or "")
        listed = action.palette if action else binding.show
        if not listed or not active.enabled or binding.action in seen:
            continue
        seen.add(binding.action)
        name = binding.description
        if action is not None:
            # By either of its names it should be found.
            own = action.id.partition(".")[2].replace("_", " ")
            name = own if action.label in own else f"{own}, {action.label}"
        shown = f"{name} ({key_text(binding.key)})" if is_key(binding.key) else name
        yield shown, active.tooltip or binding.description, binding.action, active.node


def _places_of_focus(screen: Screen[Any]) -> set[Where]:
    ids = {
        active.binding.id
        for active in screen.active_bindings.values()
        if active.node not in (screen.app, screen)
    }
    return {BY_ID[id].where for id in ids if id in BY_ID} - USUAL_PLACES


def _active_keys(screen: Screen[Any]) -> list[tuple[str, str]]:
    by_action: dict[str, tuple[list[str], str]] = {}
    for key, active in screen.active_bindings.items():
        if active.binding.description and not active.binding.system and is_key(key):
            said = active.tooltip or active.binding.description
            by_action.setdefault(active.binding.action, ([], said))[0].append(key)
    return [(keys_text(keys), said) for keys, said in by_action.values()]
