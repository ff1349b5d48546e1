"""Three lines for whoever has never opened a model: what to press."""

from __future__ import annotations

from textual.widgets import Static

from tui.app.glyphs import glyphs
from tui.app.key_words import with_keys

LINES = (
    "New here? Type a part of a name: ssd, resnet50, detection voc.",
    "Enter opens it. There <model.head_only> trains the last layers alone, <model.train> starts.",
    "thaw demo shows it all, with nothing to download. <app.help> shows keys.",
)
SHORT = (
    "New here? Type a part of a name: ssd, resnet50, pose.",
    "Enter opens it. There <model.head_only> trains the head alone, <model.train> starts.",
    "thaw demo shows it all, nothing to download. <app.help> has keys.",
)
"""The same for 60 columns."""


class FirstLines(Static):
    """Shown until one model has been opened; takes no room after that."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self.display = False

    def on_resize(self) -> None:
        lines = [with_keys(line) for line in LINES]
        if self.size.width < max(map(len, lines)):
            lines = [with_keys(line) for line in SHORT]
        self.update(glyphs().text("\n".join(lines)), layout=False)
