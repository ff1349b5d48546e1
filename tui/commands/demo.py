"""`thaw demo`: a small detector that ships with thaw, on pictures drawn by code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.commands.completing import devices
from tui.commands.helped import Helped
from tui.commands.looks_options import looks_options
from tui.commands.showing import show_app
from tui.commands.source_options import ctx_option

if TYPE_CHECKING:
    from tui.app.tour import Tour


@click.command(
    cls=Helped,
    short_help="A small detector and pictures drawn by thaw itself.",
    examples=(
        ("thaw demo", "press h, t and Enter, and watch"),
        ("thaw demo --tour", "with the line that says what to press, again"),
    ),
)
@click.option(
    "--ctx",
    callback=ctx_option,
    default="cpu",
    show_default=True,
    shell_complete=devices,
    help="cpu or gpu(0).",
)
@click.option(
    "--tour/--no-tour",
    default=None,
    help="A line that says what to press next; shown until it was seen once.",
)
@looks_options
def demo(ctx: str, tour: bool | None) -> None:
    """Open a small detector and pictures drawn by thaw itself. Nothing is downloaded.

    Press h (head only), then t (train), and watch it learn with its trunk frozen.
    """
    from tui.model.source import ModelSource

    show_app(source=ModelSource(model="demo", ctx=ctx), data="shapes", tour=tour_for(tour))


def tour_for(wanted: bool | None) -> Tour | None:
    """The guided tour; where nobody says whether it is wanted, until it was seen."""
    if wanted is False:
        return None
    from tui.app.tour import Tour, seen_file, was_seen

    return Tour(seen_file()) if wanted or not was_seen(seen_file()) else None
