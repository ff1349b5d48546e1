"""A terminal at the end of a slow link: it tells of clicks and the wheel, not of every move."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

CLICKS = ("\x1b[?1000h", "\x1b[?1006h")
"""Presses, releases and the wheel, with their places as numbers."""

NO_MOTION = ("\x1b[?1003l", "\x1b[?1000h")
"""From every move to clicks alone. Some terminals know one mode at a time, hence the second."""


class QuietDriver(LinuxDriver):
    """Textual's own, without motion tracking."""

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            for sequence in CLICKS:
                self.write(sequence)
            self.flush()

    def _enable_mouse_pixels(self) -> None:
        """Places in cells are shorter, and cells are all that is asked."""
