"""Which steps a chart shows: all, or a window of them that is zoomed and moved."""

from __future__ import annotations

import math
from dataclasses import dataclass

LEAST = 8
"""Steps of the narrowest window."""


@dataclass(frozen=True, slots=True)
class Window:
    """`width` steps up to `end`. A width of None is all steps. An end of None is the newest step,
    and goes on with it."""

    width: int | None = None
    end: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it shows all steps."""
        return self.width is None

    def bounds(self, last: int) -> tuple[int, int]:
        """First and last step that are shown, of a run that has made `last` steps."""
        if self.width is None:
            return 0, max(LEAST, last)
        end = self.end
        if end is None:
            # It goes on in leaps: an axis that moves at each step is drawn anew at each.
            leap = max(1, self.width // 4)
            end = math.ceil(last / leap) * leap
        end = max(end, self.width)
        return end - self.width, end

    def zoomed(self, last: int, factor: float, at: int | None = None) -> Window:
        """So many times as many steps, around `at` or up to the newest. More than all is all."""
        low, high = self.bounds(last)
        width = max(LEAST, round((high - low) * factor))
        if width >= max(LEAST, last):
            return Window()
        if at is None:
            return Window(width, self.end)
        # What is under the cursor stays where it is.
        share = (min(max(at, low), high) - low) / (high - low)
        return Window(width)._ending(round(at + (1 - share) * width), last)

    def panned(self, last: int, share: float) -> Window:
        """Moved by a share of its own width, as far as there are steps."""
        if self.width is None:
            return self
        _, high = self.bounds(last)
        return self._ending(
            high + (round(self.width * share) or int(math.copysign(1, share))), last
        )

    def showing(self, last: int, step: int) -> Window:
        """Moved by as little as it takes to show a step."""
        low, high = self.bounds(last)
        if self.width is None or low <= step <= high:
            return self
        return self._ending(step if step > high else step + self.width, last)

    def _ending(self, end: int, last: int) -> Window:
        newest = Window(self.width)
        low, high = newest.bounds(last)
        return newest if end >= high else Window(self.width, max(high - low, end))
