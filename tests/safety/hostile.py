"""Names that would do something to a terminal, and what must not come of them."""

from __future__ import annotations

from tui.printable import plain

MARK = "qzq"
"""By which a hostile name is known again on a screen."""

NAMES = (
    f"{MARK}\x1b]0;pwned\x07",
    f"{MARK}\x1b]8;;http://x\x1b\\link",
    f"{MARK}\x1b[31mred\x1b[2J",
    f"{MARK}\x9b31mc1\x9d0;t\x9c",
    f"{MARK}[bold]markup[/bold][@click=app.quit]x[/]",
    f"{MARK}\u202eright\u200b\u2066",
    f"{MARK}\r\n\t\x08\x7f",
)
"""OSC, CSI, C1 controls, markup, directions and spaces; no NUL, which files' names cannot have."""

NASTY = "".join(NAMES) + "\0nul"
"""All of it at once, and NUL."""


def acts(text: str) -> list[str]:
    """What of a text a terminal would act on, line ends aside."""
    return [
        sign for sign in text if sign != "\n" and (not sign.isprintable() or plain(sign) != sign)
    ]
