"""The field that narrows a list: every letter goes into it, and `?` does not."""

from __future__ import annotations

from tui.app.widgets.typed_input import TypedInput


class FilterField(TypedInput):
    """One line. Its cursor stands still: one that blinks would write to an idle line."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, compact=True, select_on_focus=False, placeholder="type to narrow")
        self.cursor_blink = False

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character != "?" and super().check_consume_key(key, character)
