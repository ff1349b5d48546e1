"""Alt+Enter as terminals send it."""

from __future__ import annotations

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from tui.app.alt_enter import install


@pytest.mark.parametrize("sent", ["\x1b\r", "\x1b[13;3u"], ids=["most", "kitty"])
def test_is_not_read_as_enter(sent: str) -> None:
    install()
    keys = [event.key for event in XTermParser().feed(sent) if isinstance(event, events.Key)]
    assert keys == ["alt+enter"]


def test_enter_stays_enter() -> None:
    install()
    keys = [event.key for event in XTermParser().feed("\r") if isinstance(event, events.Key)]
    assert keys == ["enter"]
