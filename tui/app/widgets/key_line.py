"""The footer: the keys that work now, the most needed ones first to stay on a narrow screen."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from tui.app.actions import ACTIONS, BY_ID, is_key, key_text

_ORDER = {action.id: place for place, action in enumerate(ACTIONS)}
_OTHER_RANK = 4
GAP = 2


class KeyItem(NamedTuple):
    """One key of the footer."""

    key: str
    label: str
    rank: int
    place: int

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return len(key_text(self.key)) + 1 + len(self.label)


def fitting(items: list[KeyItem], width: int) -> list[KeyItem]:
    """The items that fit, in the table's order; the highest rank goes first."""
    kept = sorted(items, key=lambda item: item.place)
    while kept and sum(item.width + GAP for item in kept) - GAP > width:
        kept.remove(max(reversed(kept), key=lambda item: item.rank))
    return kept


class KeyLine(Widget):
    """Shows the bindings that are active on its screen; a click presses the key."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.refresh()

    def items(self) -> list[KeyItem]:
        """The keys that fit now."""
        found: dict[str, KeyItem] = {}
        for place, (key, active) in enumerate(self.screen.active_bindings.items()):
            binding = active.binding
            if not (binding.show and active.enabled and is_key(key)) or binding.system:
                continue
            action = BY_ID.get(binding.id or "")
            found.setdefault(
                binding.action,
                KeyItem(
                    key,
                    binding.description,
                    action.rank if action else _OTHER_RANK,
                    _ORDER.get(binding.id or "", place - len(_ORDER)),
                ),
            )
        return fitting(list(found.values()), self.size.width)

    def render(self) -> RenderResult:
        key, label = "bold $footer-key-foreground", "$footer-description-foreground"
        parts: list[tuple[str, str]] = []
        for item in self.items():
            parts.append((key_text(item.key), key))
            parts.append((f" {item.label}" + " " * GAP, label))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        left = 0
        for item in self.items():
            if offset is not None and left <= offset.x < left + item.width:
                self.app.simulate_key(item.key)
                return
            left += item.width + GAP
