"""The app: opens a model and shows it, shows a run, or lists all models to choose from.

Imports at the top are those of the first frame. What a screen needs is imported when it is
pushed: the first frame must not wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import SystemCommand
from textual.geometry import Size
from textual.screen import Screen

from tui.app.actions import bindings, key_text
from tui.app.alt_enter import install as install_alt_enter
from tui.app.dressed_app import DressedApp
from tui.app.glyphs import glyphs
from tui.app.picture_terminal import TERMINAL
from tui.app.screens.loading import LoadingScreen
from tui.app.screens.stacked_screen import StackedScreen

if TYPE_CHECKING:
    import subprocess

    from textual.worker import Worker

    from tui.app.screens.browser import BrowserScreen
    from tui.app.screens.model import ModelScreen
    from tui.app.tour import Tour
    from tui.model.plan import FreezePlan
    from tui.model.source import ModelSource
    from tui.model.weight_sources import Part
    from tui.runs.folder import RunFolder
    from tui.runs.inspection import Answer, Opened, Question
    from tui.runs.inspector import Inspector


class ThawApp(DressedApp):
    """The terminal workbench. `run()` returns the exit code.

    With a `source` it opens that model; `data` is where its pictures are, `preset` or `plan` what
    it begins with. With `attach` it shows a run instead, with `first` another screen, or what makes
    it, with a `title` to show before. With none of them it lists all models, and what is opened
    from the list comes back to it. `inspector` stands in for the process that describes models.
    `tour` leads over its screens.
    """

    CSS_PATH: ClassVar[str] = "styles/app.tcss"
    TITLE = "thaw"
    BINDINGS = bindings("app", "tour")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012

    def __init__(
        self,
        source: ModelSource | None = None,
        *,
        data: str | None = None,
        preset: str | None = None,
        plan: FreezePlan | None = None,
        attach: RunFolder | None = None,
        inspector: Inspector | None = None,
        first: Screen[None] | Callable[[], Screen[None]] | None = None,
        title: str = "",
        tour: Tour | None = None,
    ) -> None:
        # Textual reads the styles of a screen that is pushed, but not of the first one.
        listed = source is None and attach is None and first is None
        styles = "styles/browser.tcss" if listed else "styles/loading.tcss"
        super().__init__([self.CSS_PATH, styles])
        self._first = first
        self._first_title = title
        install_alt_enter()
        TERMINAL.listen()
        self._source = source
        self._data = data
        self._preset = preset
        self._plan = plan
        self._run_folder = attach
        self._inspector = inspector
        self._tour = tour
        self._browser: BrowserScreen | None = None
        self._opening: Worker[None] | None = None
        self._guarding = True
        self._trainers: list[tuple[RunFolder, subprocess.Popen[bytes]]] = []
        """Those that were started from here."""

    def get_default_screen(self) -> Screen[None]:
        if self._run_folder is not None:
            return LoadingScreen(f"Reading the run {self._run_folder.path.name}")
        if self._source is not None:
            return LoadingScreen(f"Opening {self._source.model}")
        if self._first is not None:
            if not self._first_title:
                return Screen()
            return LoadingScreen(self._first_title, "one moment")
        from tui.app.screens.browser import BrowserScreen

        self._browser = BrowserScreen()
        return self._browser

    def notify(self, message: str, **how: Any) -> None:
        """Say something beside the screen. Names in it are shown, and do nothing."""
        super().notify(glyphs().said(message), **{"markup": False, **how})

    def exit(self, result: int | None = None, return_code: int = 0, message: object = None) -> None:
        """Leave, with lines that stay: commands in them are whole, to be copied. Where nothing else
        is to be said, they tell of runs that go on."""
        going = [folder for folder, process in self._trainers if process.poll() is None]
        if message is not None:
            self.last_words.append(str(message))
        elif going:
            from tui.runs.folder import goes_on

            self.last_words += map(goes_on, going)
        super().exit(result, return_code)

    def on_mount(self) -> None:
        TERMINAL.ask(self)
        # After the first frame: MXNet's import in the inspector would compete with it.
        self.call_after_refresh(self._begin)
        self.screen_change_signal.subscribe(self, self._screen_changed, immediate=True)

    def _begin(self) -> None:
        if self._run_folder is not None:
            from tui.app.screens.run import RunScreen

            self.push_screen(RunScreen(self._run_folder), self._first_left)
        elif self._first is not None:
            made = self._first if isinstance(self._first, Screen) else self._first()
            self.push_screen(made, self._first_left)
        elif self._source is not None:
            loading = self.screen_stack[0]
            assert isinstance(loading, LoadingScreen)
            self.run_worker(self._open(self._source, self._data, loading), name="open")

    def _first_left(self, _: object) -> None:
        self.exit(0)

    # Opening a model

    async def _open(
        self,
        source: ModelSource,
        data: str | None,
        loading: LoadingScreen,
        fetch: bool = False,
    ) -> None:
        from msgspec import MsgspecError

        from tui.runs.inspection import Opened, OpenModel, Refused

        if self._inspector is None:
            self._inspector = _new_inspector()
        if self._browser is not None:
            # Names of blocks count on within a process: each model has a new one.
            await self._inspector.close()
        try:
            while True:
                if fetch and not await self._fetch(source, loading):
                    return
                answer = await self._answer(OpenModel(source), loading)
                if not (isinstance(answer, Refused) and answer.lacking):
                    break
                asked = await self._ask_weights(source, answer.lacking)
                if asked is None:
                    return
                source, fetch = asked
            if isinstance(answer, Refused):
                self._refuse(loading, answer.message)
            elif isinstance(answer, Opened):
                await self._show_model(answer, source, data, self._inspector)
        except (OSError, MsgspecError) as error:
            self._refuse(loading, f"the inspector could not be asked: {error}")

    async def _answer(self, question: Question, loading: LoadingScreen) -> Answer | None:
        from tui.runs.inspection import Phase

        assert self._inspector is not None
        last: Answer | None = None
        async for answer in self._inspector.ask(question):
            if isinstance(answer, Phase):
                loading.phase(answer)
            else:
                last = answer
        return last

    async def _fetch(self, source: ModelSource, loading: LoadingScreen) -> bool:
        """Fetch the weights that a source needs; False where that failed, and was said."""
        from tui.model.weight_files import TRUNK
        from tui.runs.inspection import GetWeights, Refused

        part: Part = "trunk" if source.weights == TRUNK else "all"
        answer = await self._answer(GetWeights(source.model, part), loading)
        if isinstance(answer, Refused):
            self._refuse(loading, answer.message)
            return False
        return True

    async def _ask_weights(
        self, source: ModelSource, lacking: str
    ) -> tuple[ModelSource, bool] | None:
        """Ask what to do about weights that are not on this disk: the source to open, and whether
        to fetch for it first; None where nothing is to be opened."""
        from tui.app.screens.which_weights import BACK, WhichWeights, decided
        from tui.model.zoo import find_entry

        entry = find_entry(source.model)
        assert entry is not None
        back = "quit" if self._browser is None else "back to the list"
        answer = await self.push_screen_wait(WhichWeights(entry, lacking, back))
        if answer == BACK or answer is None:
            if self._browser is None:
                self.exit(0)
            else:
                self.uncover(self._browser)
                self._back_in_browser(None)
            return None
        return decided(source, answer)

    def _refuse(self, loading: LoadingScreen, message: str) -> None:
        if self._browser is not None:
            self.uncover(self._browser)
            self._browser.read_again()
            self._browser.refused(message)
            self._guard_size(self.size)
            return
        loading.refuse(message)
        self.last_words.append(f"thaw: {message}")

    async def _show_model(
        self, answer: Opened, source: ModelSource, data: str | None, inspector: Inspector
    ) -> None:
        from tui.app.session import Session

        # A second of work for 100,000 parameters; the loading screen stays alive meanwhile.
        session = await asyncio.to_thread(Session.of, answer)
        await self._remember(source, data)
        if self._browser is not None:
            from tui.app.screens.browsed_model import BrowsedModel

            self.uncover(self._browser)
            self.push_screen(BrowsedModel(session, inspector, data=data), self._back_in_browser)
            return
        from tui.app.screens.model import ModelScreen

        self.push_screen(
            ModelScreen(session, inspector, data=data, preset=self._preset, plan=self._plan)
        )

    async def _remember(self, source: ModelSource, data: str | None) -> None:
        from tui.model.recent import Recent, recent_file, remember

        file = recent_file()
        try:
            await asyncio.to_thread(remember, file, Recent(source, data))
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or error
            self.last_words.append(f"thaw: this model is not remembered: {file}: {reason}")

    def on_model_screen_run_made(self, event: ModelScreen.RunMade) -> None:
        if event.process is not None:
            self._trainers.append((event.folder, event.process))

    # From the list of models, and back to it

    def on_browser_screen_chosen(self, event: BrowserScreen.Chosen) -> None:
        from tui.app.screens.opening import OpeningScreen

        loading = OpeningScreen(f"Opening {event.source.model}")
        self.push_screen(loading, self._back_in_browser)
        self._opening = self.run_worker(
            self._open(event.source, event.data, loading, event.fetch),
            name="open",
            group="open",
            exclusive=True,
        )

    def _back_in_browser(self, _: object) -> None:
        if self._opening is not None:
            self._opening.cancel()
        if self._inspector is not None:
            self.run_worker(self._inspector.close(), name="close")
        if self._browser is not None:
            self._browser.read_again()

    def uncover(self, screen: Screen[Any]) -> None:
        with self._unguarded():
            super().uncover(screen)

    async def on_unmount(self) -> None:
        if self._inspector is not None:
            await self._inspector.close()

    # Size

    def on_resize(self, event: events.Resize) -> None:
        # Textual itself takes the new size up only after this.
        self._guard_size(event.size)

    def _screen_changed(self, _: object) -> None:
        self._guard_size(self.size)
        if self._tour is not None:
            self._tour.go_with(self.screen)

    def push_screen(self, *what: Any, **how: Any) -> Any:
        """Nothing is ever pushed over the message that the terminal is too small: it comes again,
        on top, if it still holds."""
        if self._says_too_small():
            with self._unguarded():
                self.pop_screen()
        return super().push_screen(*what, **how)

    def _says_too_small(self) -> bool:
        from tui.app.screens.too_small import TooSmallScreen

        return bool(self.screen_stack) and isinstance(self.screen, TooSmallScreen)

    @contextmanager
    def _unguarded(self) -> Iterator[None]:
        self._guarding = False
        try:
            yield
        finally:
            self._guarding = True

    def _guard_size(self, size: Size) -> None:
        from tui.app.screens.too_small import TooSmallScreen, too_small

        if self._guarding and too_small(size) and not self._says_too_small():
            self.push_screen(TooSmallScreen())

    # In a web browser

    def watch_app_focus(self, focused: bool) -> None:
        # A page begins without the focus, so its first screen came up with nothing that has it.
        if focused and self.is_web and self.screen_stack and self.screen.focused is None:
            own = self.screen.AUTO_FOCUS
            if selector := self.AUTO_FOCUS if own is None else own:
                self.screen.focus_next(selector)

    # The guided tour

    def action_end_tour(self) -> None:
        """End the guided tour, for good."""
        if self._tour is not None:
            self._tour.end(self.screen_stack)
            self._tour = None
            self.refresh_bindings()

    # Keys, help, palette

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_tour":
            return self._tour is not None
        if action in ("keys", "command_palette") and self._says_too_small():
            return False
        return super().check_action(action, parameters)

    async def action_quit(self) -> None:
        """Leave, unless a screen has something to say first; the one on top says it."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, StackedScreen) and not screen.may_quit():
                return
        self.exit(0)

    def get_key_display(self, binding: Any) -> str:
        return key_text(binding.key)

    def action_keys(self) -> None:
        """Show all keys of the screen."""
        from tui.app.key_help import help_sections
        from tui.app.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            sections = help_sections(self.screen, on_tour=self._tour is not None)
            self.push_screen(HelpScreen(sections))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        from tui.app.key_help import commands_of

        for name, said, action, node in commands_of(screen):
            yield SystemCommand(name, said, partial(self.run_action, action, node))
        yield from super().get_system_commands(screen)


def _new_inspector() -> Inspector:
    from platformdirs import user_log_path

    from tui.runs.inspector import Inspector

    return Inspector(user_log_path("thaw") / "inspector.log")
