"""The list of models: all of the zoo by name, and first those that were opened last."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tui.app.actions import Where, bindings, key_of
from tui.app.model_rows import ModelRow, model_rows
from tui.app.screens.list_screen import ListScreen
from tui.app.widgets.filter_field import FilterField
from tui.app.widgets.first_lines import FirstLines
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.message_line import MessageLine
from tui.app.widgets.model_facts import ModelFacts
from tui.app.widgets.model_list import ModelList
from tui.model.recent import Recent, read_recent, recent_file
from tui.model.source import ModelSource
from tui.model.zoo import all_on_disk
from tui.toml import TomlError


class BrowserScreen(ListScreen):
    """Finds a model by what is typed, and asks the app to open it."""

    CSS_PATH = "../styles/browser.tcss"
    BINDINGS = bindings("browser")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("browser", "app")

    class Chosen(Message):
        """A model is to be opened; with `fetch`, once its weights have been downloaded."""

        def __init__(self, source: ModelSource, data: str | None, fetch: bool = False) -> None:
            super().__init__()
            self.source = source
            self.data = data
            self.fetch = fetch

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ModelRow] = []

    def compose(self) -> ComposeResult:
        with Horizontal(id="filter-line"):
            yield Static("models:", id="filter-prompt", markup=False)
            yield FilterField(id="filter")
        yield Static(id="heads", markup=False)
        yield ModelList(id="models")
        yield FirstLines(id="first-lines")
        yield ModelFacts(id="facts")
        yield MessageLine(id="message")
        yield KeyLine(id="keys")

    @property
    def filter(self) -> FilterField:
        """Where it is typed."""
        return self.query_one("#filter", FilterField)

    @property
    def models(self) -> ModelList:
        """The list."""
        return self.query_one("#models", ModelList)

    @property
    def message(self) -> MessageLine:
        """The line that says what was done."""
        return self.query_one("#message", MessageLine)

    def on_mount(self) -> None:
        self.read_again()

    def read_again(self) -> None:
        """Look anew at what was opened last, and which weights are on this disk."""
        recent: tuple[Recent, ...] = ()
        problem = ""
        try:
            recent = read_recent(recent_file())
        except TomlError as error:
            problem = f"the models opened last are not known: {error}"
        self.query_one("#first-lines").display = not recent and not problem
        self._rows = model_rows(recent, all_on_disk())
        self._narrow(self.models.current)
        if problem:
            self._say(problem, warning=True)

    def refused(self, message: str) -> None:
        """Say why a model could not be opened."""
        self._say(message, warning=True)

    # Narrowing

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        # The best match is the first; without a filter the cursor stays on its model.
        self._narrow(None if event.value.strip() else self.models.current)

    def _narrow(self, current: ModelRow | None) -> None:
        typed = self.filter.value.strip()
        if not typed:
            self.models.show(self._rows, current)
            self._say("names, tasks, data sets (detection voc), disk, recent")
            return
        from tui.app.narrowing import narrow

        narrowed = narrow(self._rows, typed)
        self.models.show(narrowed.rows, current)
        if not narrowed.nearest:
            self._say(f"{len(narrowed.rows):,} of {len(self._rows):,} models")
        elif narrowed.rows:
            self._say(f"nothing matches {typed}: these names are near", warning=True)
        else:
            self._say(
                f"nothing matches {typed}: {key_of('browser.leave')} clears it; "
                "thaw open MODEL opens files and Python of yours",
                warning=True,
            )

    def on_row_list_moved(self, event: ModelList.Moved) -> None:
        self.query_one("#facts", ModelFacts).show(event.row)

    def on_row_list_refitted(self, event: ModelList.Refitted) -> None:
        self.query_one("#heads", Static).update(event.heads, layout=False)

    def on_row_list_clicked(self) -> None:
        self.action_open()

    def _say(self, message: str, *, warning: bool = False) -> None:
        if warning:
            self.message.warn(message)
        else:
            self.message.say(message)

    # Keys

    def action_runs(self) -> None:
        """List the runs."""
        from tui.app.screens.runs import RunsScreen

        self.app.push_screen(RunsScreen())

    def action_leave(self) -> None:
        """Clear the filter; where it is clear, leave."""
        if self.filter.value:
            self.filter.clear()
        else:
            self.app.exit(0)

    # Opening

    def action_open(self) -> None:
        """Open the model under the cursor, once it is known how."""
        row = self.models.current
        if row is None:
            return
        if row.recent is not None:
            self._choose(row.source, data=row.recent.data)
        elif row.entry is not None and row.entry.needs_classes:
            self._ask_classes(row)
        else:
            self._ask_weights(row, row.source)

    def _choose(self, source: ModelSource, fetch: bool = False, data: str | None = None) -> None:
        self.post_message(self.Chosen(source, data, fetch))

    def _ask_classes(self, row: ModelRow) -> None:
        from msgspec.structs import replace

        from tui.app.screens.class_names import ClassNames

        def answered(classes: tuple[str, ...] | None) -> None:
            if classes:
                self._ask_weights(row, replace(row.source, classes=classes))

        self.app.push_screen(ClassNames(row.source.model), answered)

    def _ask_weights(self, row: ModelRow, source: ModelSource) -> None:
        from msgspec.structs import replace

        from tui.app.screens.which_weights import BACK, WhichWeights, decided
        from tui.model.weight_files import weight_files
        from tui.model.weight_sources import sources_of

        entry = row.entry
        if entry is None or row.on_disk:
            self._choose(source)
            return
        kept_under = entry.trunk if entry.needs_classes else entry.name
        if not sources_of(kept_under):
            # No place has any: there is nothing to choose.
            self._choose(replace(source, pretrained=False))
            return
        if entry.needs_classes and weight_files(kept_under):
            self._choose(source)
            return

        def answered(answer: str | None) -> None:
            if answer and answer != BACK:
                self._choose(*decided(source, answer))

        self.app.push_screen(WhichWeights(entry, kept_under), answered)
