"""What stands in the cells of a row of the parameter tree."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from tui.app.cost_text import cost_text, output_text
from tui.app.find_match import Found
from tui.app.glyphs import Glyphs
from tui.app.session import Session
from tui.app.widgets.fold_rows import FoldRows
from tui.app.widgets.tree_columns import GAP, fit
from tui.figures import percent, short, size
from tui.model.states import State
from tui.model.tree import ModelTree


class TreeCells:
    """The texts of any row, each in constant time.

    `columns` say how wide they may be. `matches` is the running sum of marked parameters over
    nodes, None while nothing is marked; `found` is where the last find was found.
    """

    def __init__(self, session: Session, folds: FoldRows) -> None:
        self._session = session
        self._folds = folds
        self.columns = fit(80)
        self.matches: Sequence[int] | None = None
        self.found: Found | None = None

    @property
    def _tree(self) -> ModelTree:
        # The session has another one once shapes have become known.
        return self._session.tree

    def row(self, node: int, state: State, signs: Glyphs) -> tuple[str, str, str]:
        """A row, padded to its columns: the label, what is between, the state."""
        is_block = self.is_block(node)
        return self.columns.line(
            self._label(node, signs),
            self._name(node, signs),
            self._shape(node, signs),
            "" if is_block else signs.cut(self._tree.parameter_info(node).dtype, 8),
            self._values(node, signs),
            self._share(node),
            self._bytes(node, signs),
            self._state(node, state, self.matches_below(node), signs),
            self._cost(node, signs),
            self._session.statistics.word(node) if self.columns.statistics else "",
            self._session.origins.word(node) if self.columns.origin else "",
            self._multiplier(node, signs),
        )

    def _label(self, node: int, signs: Glyphs) -> str:
        here = self._tree.nodes[node]
        fold = "  "
        if self._folds.can_fold(node):
            fold = (signs.unfolded if self._folds.is_unfolded(node) else signs.folded) + " "
        text = signs.safe(here.label)
        if here.is_block and here.label.isdecimal() and not self.columns.name:
            # A place in a sequence says nothing.
            text = f"{text} {signs.safe(self._tree.block_info(node).class_name)}".rstrip()
        return signs.cut(" " * self.indent(node) + fold + text, self.columns.label)

    def label_marks(self, node: int, signs: Glyphs) -> list[int]:
        """The cells of a row's label that hold letters that were found."""
        if not self.is_found(node) or self.found is None:
            return []
        nodes = self._tree.nodes
        start = nodes.label_start(node)
        places = self.found.query.positions(nodes.paths[node], start)
        label = nodes.label(node)
        # The root's label is no part of its path.
        inside = [place - start for place in places if place >= start and node]
        before = self.indent(node) + 2
        cells = [before + len(signs.safe(label[:place])) for place in inside]
        # What is cut off ends with a sign of that.
        full = before + len(signs.safe(label))
        end = self.columns.label - (full > self.columns.label)
        return [cell for cell in cells if cell < end]

    def name_marks(self, node: int, signs: Glyphs) -> list[int]:
        """The cells behind a row's label that hold letters found in its prefixed name."""
        found, width = self.found, self.columns.name
        if found is None or not width or self.is_block(node):
            return []
        if not self.is_found(node) or self.label_marks(node, signs):
            return []
        name = self._tree.parameter_info(node).name
        cut = max(0, len(signs.safe(name)) - width)
        cells = [len(signs.safe(name[:at])) - cut for at in found.query.positions(name)]
        return [GAP + cell for cell in cells if cell > 0 or not cut]

    def is_block(self, node: int) -> bool:
        """Whether a row is a block, or a group of names."""
        return self._tree.nodes.blocks[node] >= 0

    def is_found(self, node: int) -> bool:
        """Whether the last find was found here."""
        return self.found_below(node, node + 1)

    def found_below(self, node: int, end: int | None = None) -> bool:
        """Whether it was found at or below a node."""
        if self.found is None:
            return False
        nodes, behind = self.found.nodes, self._tree.nodes.ends[node] if end is None else end
        at = bisect_left(nodes, node)
        return at < len(nodes) and nodes[at] < behind

    def indent(self, node: int) -> int:
        """Cells before a row's fold marker."""
        # However deep it is, half of the column is left for the name.
        return min(2 * self._tree.nodes.depths[node], self.columns.label // 2)

    def _name(self, node: int, signs: Glyphs) -> str:
        if not self.columns.name:
            return ""
        if self.is_block(node):
            text = self._tree.block_info(node).class_name
        else:
            text = self._tree.parameter_info(node).name
        text = signs.safe(text)
        # What tells two names apart is at their end.
        return signs.cut(text, self.columns.name, keep_end=True)

    def _shape(self, node: int, signs: Glyphs) -> str:
        if not self.columns.shape:
            return ""
        cost = self._session.cost_of(node) if self.columns.cost else None
        if cost is not None:
            text = signs.text(output_text(cost))
        elif self.is_block(node):
            count = self._session.roll_up.places(node)
            shown = self._folds.passing_below(node)
            noun = "parameters" if count < 100 else "params"
            text = f"{count:,} {'parameter' if count == 1 else noun}" if count else ""
            if 0 < shown < count:
                text = f"{shown:,} of {count:,}"
        else:
            text = signs.text(self._tree.parameter_info(node).shape_text)
        return signs.cut(text, self.columns.shape)

    def _values(self, node: int, signs: Glyphs) -> str:
        if not self._holds_any(node):
            return ""
        return self._at_least(node, short(self._session.roll_up.values(node)), signs)

    def _bytes(self, node: int, signs: Glyphs) -> str:
        if not self.columns.nbytes or not self._holds_any(node):
            return ""
        return self._at_least(node, size(self._session.roll_up.nbytes(node)), signs)

    def _at_least(self, node: int, text: str, signs: Glyphs) -> str:
        unknown = self._tree.unknown_below
        if unknown[self._tree.nodes.ends[node]] == unknown[node]:
            return text
        return "?" if text.startswith("0") else signs.text("≥" + text.replace(" ", ""))

    def _share(self, node: int) -> str:
        if not self._holds_any(node):
            return ""
        return percent(self._session.roll_up.values(node) / (self._tree.values_below[-1] or 1))

    def _cost(self, node: int, signs: Glyphs) -> str:
        cost = self._session.cost_of(node) if self.columns.cost else None
        return "" if cost is None else signs.cut(signs.text(cost_text(cost)), self.columns.cost)

    def _multiplier(self, node: int, signs: Glyphs) -> str:
        if not self.columns.multiplier:
            return ""
        rate, decay = (
            self._session.multipliers.rate(node),
            self._session.multipliers.decay(node),
        )
        texts = [rate and f"lr {rate}", decay and f"wd {decay}"]
        return signs.cut(", ".join(filter(None, texts)), self.columns.multiplier)

    def _state(self, node: int, state: State, matches: int, signs: Glyphs) -> str:
        here, width = self._tree.nodes[node], self.columns.state
        if not self._holds_any(node):
            return ""
        word = state.word
        beside = self.columns.statistics
        if here.is_block:
            if matches:
                count = self._session.roll_up.places(node)
                full = f"{signs.of(state)} {matches:,} of {count:,} match"
                return full if len(full) <= width else f"{signs.of(state)} {short(matches)} match"
            if state is State.PARTIAL and width >= 15:
                values = self._session.roll_up.values(node)
                word += f" {percent(self._session.roll_up.trainable_values(node) / (values or 1))}"
            elif width >= 18 and not beside:
                word += self._unlike_weights(node, state)
        else:
            statistic = self._session.resolution.statistics.get(here.parameter)
            if statistic is not None and not beside:
                word = f"{word} {statistic.word}" if width >= 18 else f"aux {statistic.word}"
        return f"{signs.of(state)} {word}"

    def _unlike_weights(self, node: int, state: State) -> str:
        """What is said of a block's statistics that do otherwise than its weights."""
        word = self._session.statistics.word(node)
        usual = "fixed" if state is State.FROZEN else "moving"
        return f" {word}" if word and word != usual and state is not State.AUXILIARY else ""

    def _holds_any(self, node: int) -> bool:
        return self._session.roll_up.places(node) > 0

    def matches_below(self, node: int) -> int:
        """Places of marked parameters at and below a node."""
        if self.matches is None:
            return 0
        return self.matches[self._tree.nodes.ends[node]] - self.matches[node]
