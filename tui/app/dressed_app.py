"""The base of the app: its colours and signs, its keys, and what it sends to the terminal."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App, SystemCommand
from textual.driver import Driver
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Input

from tui.app.actions import ACTIONS, remapped
from tui.app.glyphs import glyphs
from tui.app.hang_up import LOOK_SECONDS, is_terminal, leave_if_gone
from tui.app.link import Link
from tui.app.looks import be_slow, looks
from tui.app.terminal_cells import FewerBytes, TerminalCells
from tui.app.themes import (
    ANSI,
    DEFAULT,
    OWN,
    first_theme,
    read_last,
    remember,
    theme_file,
    theme_problem,
)

if TYPE_CHECKING:
    from tui.app.looks import Looks

_COLOURS = {"truecolor": 1 << 24, "256": 256}
PROBE_AFTER_SECONDS = 1.0
"""The link is measured once the first frame is through."""


class DressedApp(App[int]):
    """Looks and keys as a person asked for them. `last_words` are the lines to say where the
    screen has gone."""

    def __init__(self, css_path: list[str | PurePath]) -> None:
        self._no_colour = "NO_COLOR" in os.environ
        asked = looks()
        super().__init__(
            css_path=css_path,
            driver_class=_quiet_driver() if asked.slow else None,
            # Without colours nothing is written but the terminal's own.
            ansi_color=True if self._no_colour else None,
        )
        self.last_words: list[str] = []
        self._cells = TerminalCells()
        self._link: Link | None = None
        self._asked, self._problems = self._put_on(asked)
        self._theme_known = self.theme

    def _put_on(self, asked: Looks) -> tuple[Looks, list[str]]:
        problems = list(asked.problems)
        file = asked.config_file or Path("config.toml")
        if asked.theme and (wrong := theme_problem(asked.theme)):
            asked = replace(asked, theme="")
            problems.append(f"{file}: theme: {wrong}")
        for own in OWN:
            self.register_theme(own)
        self._begin_with(self._first_theme(asked))
        if glyphs().ascii_only:
            from tui.app.ascii_filter import AsciiFilter

            self._filters.append(AsciiFilter())
            self.add_class("-ascii")
        given, wrong_keys = remapped.checked(asked.keys, ACTIONS, str(file))
        remapped.use(given)
        self._keymap = remapped.keymap()
        return asked, [*problems, *wrong_keys]

    def _begin_with(self, theme: str) -> None:
        # As Textual does when a theme is chosen, but before the app runs: styles are read once.
        self.set_reactive(App.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())
        self._refresh_truecolor_filter(self.ansi_theme)
        self.set_class(self.current_theme.dark, "-dark-mode")
        self.set_class(not self.current_theme.dark, "-light-mode")

    def _first_theme(self, asked: Looks) -> str:
        if self._no_colour:
            return ANSI
        if not asked.follows_terminal:
            return asked.theme or (ANSI if asked.slow else DEFAULT)
        last = "" if asked.theme else read_last(theme_file())
        return first_theme(asked, last, _COLOURS.get(self.console.color_system or "", 16))

    def on_mount(self) -> None:
        if not gc.isenabled():
            self.call_after_refresh(_collect_again)
        if self._asked.slow:
            self.animation_level = "none"
        self.theme_changed_signal.subscribe(self, self._theme_changed)
        if self._problems:
            self.last_words += [f"thaw: {problem}" for problem in self._problems]
            more = len(self._problems) - 1
            said = f" (and {more} more: thaw keys says which)" if more else ""
            self.notify(f"{self._problems[0]}{said}", severity="warning", timeout=15)
        stdin = sys.__stdin__
        if not self.is_headless and stdin is not None and is_terminal(stdin.fileno()):
            self.set_interval(LOOK_SECONDS, leave_if_gone)
        if self._asked.follows_terminal and not (self._asked.slow or self.is_web):
            self.set_timer(PROBE_AFTER_SECONDS, self._measure_link)

    # Colours

    def _theme_changed(self, theme: Theme) -> None:
        if theme.name != self._theme_known:
            self._theme_known = theme.name
            self.run_worker(self._remember_theme(theme.name), group="theme", exclusive=True)

    async def _remember_theme(self, name: str) -> None:
        try:
            await asyncio.to_thread(remember, theme_file(), name)
        except OSError as error:
            reason = error.strerror or error
            self.notify(f"the theme is not remembered: {reason}", severity="warning")
            return
        if self._asked.theme and not self._asked.chosen:
            self.notify(f"{self._asked.config_file} sets another theme: thaw begins with that one")

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What is no key of any screen's."""
        if not self._no_colour:
            yield SystemCommand("theme", "choose other colours", self.action_change_theme)
        if not looks().slow:
            yield SystemCommand(
                "slow link",
                "send as little as can be: short colours, fewer redraws, clicks only",
                self.action_slow,
            )

    # Screens

    def uncover(self, screen: Screen[Any]) -> None:
        """Take away all that stands over a screen. Popped, not dismissed: nobody has answered
        what stands in the way."""
        while self.screen is not screen:
            self.pop_screen()

    # What is sent

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if isinstance(renderable, CompositorUpdate) and not self.is_inline:
            self._cells.resize(*self.size)
            renderable = FewerBytes(renderable, self._cells)
        super()._display(screen, renderable)

    def on_resize(self, event: events.Resize) -> None:
        # Whatever brought a size along (another one, or coming back from a suspension) may have
        # changed what the terminal shows.
        self._cells.forget()

    def action_redraw(self) -> None:
        """Draw all of the screen again: something else has written over it."""
        self._cells.forget()
        self.screen.refresh()

    # The link

    def _measure_link(self) -> None:
        if self._driver is not None and not self.is_headless:
            self._link = Link(self._driver.write)
            self._link.ask()

    def on_cursor_position(self) -> None:
        """The terminal has answered."""
        seconds = self._link.answered() if self._link is not None else None
        if seconds is not None:
            self._link = None
            if Link.is_slow(seconds) and not looks().slow:
                self.notify(
                    f"The terminal answers after {seconds:.1f} s. On a slow link thaw --slow "
                    "sends less; so does 'slow link' in the palette, at once.",
                    timeout=15,
                )

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        # A cursor that blinks writes to a link on which nothing happens.
        if looks().slow and isinstance(event.widget, Input):
            event.widget.cursor_blink = False

    def action_slow(self) -> None:
        """Send as little as can be, from now on."""
        from tui.app.quiet_driver import NO_MOTION

        be_slow()
        self.animation_level = "none"
        self._theme_known = ANSI  # chosen for now, not for the next time
        self.theme = ANSI
        if self._driver is not None and not self.is_headless:
            for sequence in NO_MOTION:
                self._driver.write(sequence)


def _collect_again() -> None:
    """Look for garbage from now on, and not among what is there already, which stays."""
    gc.freeze()
    gc.enable()


def _quiet_driver() -> type[Driver] | None:
    """The driver for a slow link, where Textual would use the one that it is made from."""
    from textual import constants

    if constants.DRIVER is not None:
        return None
    from tui.app.quiet_driver import QuietDriver

    return QuietDriver
