"""What becomes of the feature cache, in words."""

from __future__ import annotations

from tui.figures import size
from tui.runs.events import Caching


def caching_in_words(event: Caching) -> str:
    """One line: `the frozen side is computed once a picture: 6 tensors, 1.4 MB a picture, 1.1 GB
    in all`, or why it is not."""
    if not event.active:
        return f"the frozen side is computed at each step: {event.why_not}"
    tensors = f"{event.tensors} tensor{'s' * (event.tensors != 1)}"
    line = (
        f"the frozen side is computed once a picture: {tensors}, {size(event.picture_bytes)} a "
        f"picture, {size(event.total_bytes)} in all; it takes {event.picture_seconds * 1e3:.3g} ms "
        "a picture"
    )
    return f"{line}; {event.found:,} are there already" if event.found else line
