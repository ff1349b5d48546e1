"""All plans by name, and what can be added to a plan: a short list to choose from."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.app.actions import Where, bindings
from tui.app.glyphs import glyphs
from tui.app.screens.window import Window
from tui.app.session import Session
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.message_line import MessageLine
from tui.model.presets import PRESETS, Preset, PresetError

_NAME = 2 + max(len(preset.title) for preset in PRESETS.values())


class PresetList(OptionList):
    """The presets, in the order of the table."""

    BINDINGS = bindings("presets")


class PresetsScreen(Window["str | None"]):
    """Answers with the name of a preset that the model has something for, or None."""

    CSS_PATH = "../styles/presets.tcss"
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("presets", "window")

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._presets = tuple(PRESETS.values())
        self._problems = {preset.name: _problem(preset, session) for preset in self._presets}

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield PresetList(*map(self._option, self._presets), id="presets", markup=False)
            yield Static(id="meaning", markup=False)
            yield MessageLine(id="said")
            yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self.query_one("#window").border_title = "Plans by name"
        self.query_one("#presets").focus()

    def _option(self, preset: Preset) -> Option:
        problem = self._problems[preset.name]
        name = Content(preset.title.ljust(_NAME))
        said = f"not here: {problem}" if problem else self._described(preset)
        text = Content(_safe(said))
        return Option((name + text).stylize("dim") if problem else name + text, id=preset.name)

    @staticmethod
    def _described(preset: Preset) -> str:
        # What an addition leaves alone is what a preset decides.
        return f"adds: {preset.description}" if preset.addition else preset.description

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        preset = PRESETS[event.option.id or ""]
        problem = self._problems[preset.name]
        said = f"{preset.title}: {problem or self._described(preset)}"
        self.query_one("#meaning", Static).update(_safe(said), layout=False)
        self.query_one("#said", MessageLine).say("")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        name = event.option.id or ""
        if self._problems[name]:
            said = f"this model has nothing for {PRESETS[name].title}: see above"
            self.query_one("#said", MessageLine).warn(said)
        else:
            self.dismiss(name)

    def action_close(self) -> None:
        """Choose none."""
        self.dismiss(None)


def _problem(preset: Preset, session: Session) -> str:
    try:
        preset.on(session.plan, session.tree, session.roles)
    except PresetError as error:
        return str(error)
    return ""


def _safe(text: str) -> str:
    return glyphs().said(text)
