"""What is longer than its place, and scrolls by keys as well."""

from __future__ import annotations

from textual.containers import VerticalScroll

from tui.app.actions import bindings


class KeyScroll(VerticalScroll, inherit_bindings=False):
    """Scrolls by the arrows and by vi's keys, which can be remapped as all others can."""

    BINDINGS = bindings("scroll")
