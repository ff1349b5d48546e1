"""What stands in the cells of a row of the parameter tree."""

from __future__ import annotations

from tui.app.cost_text import at_least, cost_text, output_text
from tui.app.figures import percent, short
from tui.app.glyphs import Glyphs
from tui.app.printable import printable
from tui.app.session import Session
from tui.app.widgets.fold_rows import FoldRows
from tui.app.widgets.tree_columns import fit
from tui.model.states import State
from tui.model.tree import ModelTree


class TreeCells:
    """The texts of any row, each in constant time.

    `columns` say how wide they may be. `matches` is the running sum of marked parameters over
    nodes, None while nothing is marked.
    """

    def __init__(self, session: Session, folds: FoldRows) -> None:
        self._session = session
        self._folds = folds
        self.columns = fit(80)
        self.matches: list[int] | None = None

    @property
    def _tree(self) -> ModelTree:
        # The session has another one once shapes have become known.
        return self._session.tree

    def row(self, node: int, state: State, signs: Glyphs) -> tuple[str, str, str]:
        """A row, padded to its columns: the label, what is between, the state."""
        is_block = self._tree.nodes[node].is_block
        return self.columns.line(
            self._label(node, signs),
            self._name(node, signs),
            self._shape(node, signs),
            "" if is_block else signs.cut(self._tree.parameter_info(node).dtype, 8),
            self._values(node, signs),
            self._share(node),
            self._state(node, state, self.matches_below(node), signs),
            self._cost(node, signs),
        )

    def _label(self, node: int, signs: Glyphs) -> str:
        here = self._tree.nodes[node]
        fold = "  "
        if self._folds.can_fold(node):
            fold = (signs.unfolded if self._folds.is_unfolded(node) else signs.folded) + " "
        text = printable(here.label, ascii_only=signs.ascii_only)
        return signs.cut(" " * self.indent(node) + fold + text, self.columns.label)

    def indent(self, node: int) -> int:
        """Cells before a row's fold marker."""
        # However deep it is, half of the column is left for the name.
        return min(2 * self._tree.nodes[node].depth, self.columns.label // 2)

    def _name(self, node: int, signs: Glyphs) -> str:
        if not self.columns.name:
            return ""
        if self._tree.nodes[node].is_block:
            text = self._tree.block_info(node).class_name
        else:
            text = self._tree.parameter_info(node).name
        text = printable(text, ascii_only=signs.ascii_only)
        # What tells two names apart is at their end.
        return signs.cut(text, self.columns.name, keep_end=True)

    def _shape(self, node: int, signs: Glyphs) -> str:
        if not self.columns.shape:
            return ""
        cost = self._session.cost_of(node) if self.columns.cost else None
        if cost is not None:
            text = signs.text(output_text(cost))
        elif self._tree.nodes[node].is_block:
            count = self._session.roll_up.places(node)
            noun = "parameters" if count < 1000 else "params"
            text = f"{count:,} {'parameter' if count == 1 else noun}" if count else ""
        else:
            text = signs.text(self._tree.parameter_info(node).shape_text)
        return signs.cut(text, self.columns.shape)

    def _values(self, node: int, signs: Glyphs) -> str:
        if not self._holds_any(node):
            return ""
        values = self._session.roll_up.values(node)
        unknown = self._tree.unknown_below
        if unknown[self._tree.nodes[node].end] == unknown[node]:
            return short(values)
        return signs.text(at_least(values)) if values else "?"

    def _share(self, node: int) -> str:
        if not self._holds_any(node):
            return ""
        return percent(self._session.roll_up.values(node) / (self._tree.values_below[-1] or 1))

    def _cost(self, node: int, signs: Glyphs) -> str:
        cost = self._session.cost_of(node) if self.columns.cost else None
        return "" if cost is None else signs.cut(signs.text(cost_text(cost)), self.columns.cost)

    def _state(self, node: int, state: State, matches: int, signs: Glyphs) -> str:
        here, width = self._tree.nodes[node], self.columns.state
        if not self._holds_any(node):
            return ""
        word = state.word
        if here.is_block:
            if matches:
                count = self._session.roll_up.places(node)
                full = f"{signs.of(state)} {matches:,} of {count:,} match"
                return full if len(full) <= width else f"{signs.of(state)} {short(matches)} match"
            if state is State.PARTIAL and width >= 15:
                values = self._session.roll_up.values(node)
                word += f" {percent(self._session.roll_up.trainable_values(node) / (values or 1))}"
        else:
            statistic = self._session.resolution.statistics.get(here.parameter)
            if statistic is not None:
                word = f"{word} {statistic.word}" if width >= 18 else f"aux {statistic.word}"
        return f"{signs.of(state)} {word}"

    def _holds_any(self, node: int) -> bool:
        return self._session.roll_up.places(node) > 0

    def matches_below(self, node: int) -> int:
        """Places of marked parameters at and below a node."""
        if self.matches is None:
            return 0
        return self.matches[self._tree.nodes[node].end] - self.matches[node]
