"""The model screen on a model that was chosen from the list."""

from __future__ import annotations

from typing import ClassVar

from tui.app.actions import Where, bindings
from tui.app.screens.model import ModelScreen


class BrowsedModel(ModelScreen):
    """As the model screen, but that leaving it goes back to the list."""

    BINDINGS = bindings("browsed")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("browsed", *ModelScreen.HELP_PLACES)

    def leave(self) -> None:
        self.dismiss()
