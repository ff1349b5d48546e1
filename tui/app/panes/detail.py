"""The detail pane: what the block or parameter under the cursor is, as far as can be told."""

from __future__ import annotations

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from tui.app.asking import ask_about
from tui.app.detail_text import detail_lines, title
from tui.app.glyphs import glyphs
from tui.app.session import Session
from tui.app.widgets.key_scroll import KeyScroll
from tui.model.exact_pattern import exact_pattern
from tui.model.tree import ModelTree
from tui.runs.inspection import (
    BlockFacts,
    LookAtBlock,
    LookAtParameter,
    ParameterFacts,
    Refused,
)
from tui.runs.inspector import Inspector

PAUSE = 0.15
"""Seconds that the cursor rests on a row before the inspector is asked about it."""


class DetailPane(Vertical):
    """Follows the cursor. What the session knows it shows at once; the rest when it is told."""

    class Answered(Message):
        """The inspector has said what a node is, or why it cannot."""

        def __init__(
            self,
            node: int,
            facts: BlockFacts | ParameterFacts | None,
            pattern: tuple[str | None] | None,
            problem: str,
        ) -> None:
            super().__init__()
            self.node = node
            self.facts = facts
            self.pattern = pattern
            self.problem = problem

    def __init__(self, session: Session, inspector: Inspector, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._inspector = inspector
        self._node = 0
        self._note = ""
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="detail-title", markup=False)
        with KeyScroll(id="detail-scroll"):
            yield Static(id="detail-text", markup=False)

    @property
    def node(self) -> int:
        """The node that it tells of."""
        return self._node

    def open(self, node: int) -> None:
        """Show the pane."""
        self.display = True
        self.follow(node)

    def close(self) -> None:
        """Hide the pane. What was being asked is not waited for."""
        self._wait_no_more()
        self.display = False

    def follow(self, node: int) -> None:
        """Tell of another node. The inspector is asked once the cursor rests."""
        if not self.display:
            return
        self._wait_no_more()
        self._node = node
        self._note = ""
        self.query_one("#detail-scroll").scroll_home(animate=False)
        self.show()
        if not self._knows(node):
            self._pause = self.set_timer(PAUSE, lambda: self._ask(node, False))

    def read_values(self) -> None:
        """Ask what the values of the parameter under the cursor are like."""
        self._wait_no_more()
        self._ask(self._node, True)

    def show(self) -> None:
        """Show what is known now."""
        scroll = self.query_one("#detail-scroll")
        width, height = scroll.scrollable_content_region.size
        if not self.display or width <= 0:
            return
        lines = detail_lines(self._session, self._node, width, self._note)
        text = Content("\n").join(Content.assemble((label, "bold"), text) for label, text in lines)
        self.query_one("#detail-text", Static).update(text)
        hint = ""
        if scroll.has_focus:
            hint = "tab goes back"
        elif len(lines) > height:
            hint = "tab scrolls"
        room = max(1, self.size.width - 4 - len(hint))
        name = glyphs().cut(title(self._session, self._node), room, keep_end=True)
        line = f"{name.ljust(room)}  {hint}"
        self.query_one("#detail-title", Static).update(line, layout=False)

    def on_descendant_focus(self) -> None:
        self.show()

    def on_descendant_blur(self) -> None:
        self.show()

    def on_resize(self) -> None:
        # The size of what scrolls is known only after the layout that this is part of.
        self.call_after_refresh(self.show)

    def _knows(self, node: int) -> bool:
        session = self._session
        if not session.tree.nodes[node].is_block:
            return node in session.facts
        return node in session.patterns and (node in session.facts or self._is_group(node))

    def _is_group(self, node: int) -> bool:
        return self._session.tree.block_info(node).kind == "group"

    def _wait_no_more(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        self.workers.cancel_node(self)

    @work(exclusive=True)
    async def _ask(self, node: int, values: bool) -> None:
        session, source = self._session, self._session.opened.source
        here = session.tree.nodes[node]
        pattern: tuple[str | None] | None = None
        question: LookAtBlock | LookAtParameter | None = None
        if not here.is_block:
            question = LookAtParameter(session.tree.parameter_info(node).structure_name, values)
        else:
            pattern = (await asyncio.to_thread(_pattern, session.tree, node),)
            if not self._is_group(node):
                question = LookAtBlock(here.path)
        answer = None
        if question is not None:
            answer = await ask_about(self._inspector, source, question)
        facts = answer if isinstance(answer, (BlockFacts, ParameterFacts)) else None
        problem = answer.message if isinstance(answer, Refused) else ""
        if values and isinstance(facts, ParameterFacts) and facts.values is None:
            problem = "it has no values yet"
        self.post_message(self.Answered(node, facts, pattern, problem))

    def on_detail_pane_answered(self, event: Answered) -> None:
        event.stop()
        session = self._session
        if event.facts is not None:
            session.facts[event.node] = event.facts
        if event.pattern is not None:
            (session.patterns[event.node],) = event.pattern
        # The cursor may have gone on since.
        if event.node == self._node:
            self._note = event.problem
            self.show()


def _pattern(tree: ModelTree, node: int) -> str | None:
    return exact_pattern([parameter.name for parameter in tree.parameters], tree.under(node))
