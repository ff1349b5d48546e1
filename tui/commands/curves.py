"""Curves over each other in a terminal: braille, blocks or letters, by what it can show."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEIGHT = 14
WIDEST = 100

COLOURS = (10, 14, 11, 13, 12, 9, 15, 8)
"""Of the sixteen that a terminal has, in the order in which curves take them."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by rising x. `letter` stands at the last one, so that curves can be told apart without
    colour; empty where there is but one."""

    across: Sequence[float]
    up: Sequence[float]
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """What a stream can show: `marker` as plotext names it (empty: each curve's letter)."""

    marker: str
    colour: bool = False

    @property
    def ascii_only(self) -> bool:
        """Whether nothing but ASCII may be written."""
        return not self.marker


def means(*, ascii_only: bool, environment: Mapping[str, str] = os.environ) -> Means:
    """What standard output can show. The console of Linux has blocks, and no braille."""
    marker = "" if ascii_only else "sd" if environment.get("TERM") == "linux" else "braille"
    colour = sys.stdout.isatty() and not environment.get("NO_COLOR")
    return Means(marker, colour and environment.get("TERM") != "dumb")


def drawn(curves: Sequence[Curve], by: Means, ticks: Mapping[float, str] | None = None) -> str:
    """The curves as lines, axes included; `ticks` are marks of the x axis."""
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(min(WIDEST, shutil.get_terminal_size((80, 24)).columns), HEIGHT)
    plotext.xaxes(True, False)
    plotext.yaxes(True, False)
    for number, curve in enumerate(curves):
        if not curve.across:
            continue
        marker = by.marker or curve.letter.lower() or "*"
        colour = COLOURS[number % len(COLOURS)]
        plotext.plot(list(curve.across), list(curve.up), marker=marker, color=colour)
    for number, curve in enumerate(curves):
        if curve.letter and curve.across:
            colour = COLOURS[number % len(COLOURS)]
            plotext.text(curve.letter, curve.across[-1], curve.up[-1], color=colour, style="bold")
    if ticks:
        plotext.xticks(list(ticks), list(ticks.values()))
    text = plotext.build().rstrip()
    if not by.colour:
        text = plotext.uncolorize(text)
    if by.ascii_only:
        text = text.translate(_ASCII)
    return "\n".join(line.rstrip() for line in text.splitlines())


_ASCII = str.maketrans("│┤├─┬┴┼└┘┌┐", "|||-+++++++")
