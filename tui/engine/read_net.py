"""What a user's own Python has set on the network that it builds."""

from __future__ import annotations

from tui.engine.as_made import noting
from tui.engine.describe import describe
from tui.engine.refusal import Refusal
from tui.engine.sources import factory
from tui.engine.sources.built import Say
from tui.model.source import ModelSource
from tui.runs.inspection import NetRead


def read_net(source: ModelSource, say: Say) -> NetRead:
    """Build the network, and describe it as its classes made it and as it was left.

    Raises:
        Refusal: it is no Python of one's own, or cannot be built.
    """
    if not factory.accepts(source.model):
        raise Refusal(
            f"{source.model}: no Python of yours; give package.module:make or path/to/file.py:make"
        )
    with noting() as made:
        built = factory.build(source, say)
    say("reading the network")
    left = describe(built.net, source.model, classes=built.classes)
    made.remember(built.net)
    return NetRead(describe(built.net, source.model, classes=built.classes), left)
