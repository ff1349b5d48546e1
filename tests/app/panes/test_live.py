"""Panes repaint only what changed."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.content import Content
from textual.strip import Strip

from tui.app.panes.live import LivePane, changed_span


def strip(text: str, style: str = "") -> Strip:
    return Strip([Segment(text, Style.parse(style) if style else None)])


@pytest.mark.parametrize(
    ("old", "new", "span"),
    [
        (strip("abcd"), strip("abcd"), None),
        (strip("abcd"), strip("axcd"), (1, 2)),
        (strip("abcd"), strip("axyd"), (1, 3)),
        (strip("ab"), strip("abc"), (2, 3)),
        (strip("abc"), strip("a"), (1, 3)),
        (strip("abc"), strip("abc", "bold"), (0, 3)),
        (strip("a漢b"), strip("a漢c"), (3, 4)),
    ],
)
def test_changed_span(old: Strip, new: Strip, span: tuple[int, int] | None) -> None:
    assert changed_span(old, new) == span


class Host(App[None]):
    CSS = "LivePane { height: auto; }"

    def compose(self) -> ComposeResult:
        yield LivePane(id="pane")


async def test_only_the_cells_that_changed_are_repainted() -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        pane = app.query_one(LivePane)
        pane.show(Content("step 001 of 400\nloss 1.25"))
        await pilot.pause()
        assert pane.size.height == 2
        painted: list[object] = []
        original = pane.refresh

        def refresh(*regions: object, **options: bool) -> object:
            painted.append((regions, options))
            return original(*regions, **options)  # type: ignore[arg-type]

        pane.refresh = refresh  # type: ignore[method-assign,assignment]
        pane.show(Content("step 002 of 400\nloss 1.25"))
        assert [(region.x, region.y, region.width) for region in painted[0][0]] == [(7, 0, 1)]  # type: ignore[index]
        pane.show(Content("step 002 of 400\nloss 1.25"))
        assert len(painted) == 1
        await pilot.pause()
        assert pane.render_line(0).text.rstrip() == "step 002 of 400"


async def test_a_pane_grows_with_its_lines() -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        pane = app.query_one(LivePane)
        for count in (1, 4, 2):
            pane.show(Content("\n".join("x" * count)))
            await pilot.pause()
            assert pane.size.height == count


async def test_only_a_change_of_style_is_shown_too() -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        pane = app.query_one(LivePane)
        pane.show(Content("failed"))
        await pilot.pause()
        pane.show(Content.styled("failed", "bold"))
        await pilot.pause()
        style = next(iter(pane.render_line(0))).style
        assert style is not None
        assert style.bold
