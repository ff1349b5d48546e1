"""The terminal: its size, and what it can show and take."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping

from tui.commands.checks.line import Line
from tui.commands.checks.terminal_query import MUTE, Answers

LEAST = (60, 16)
"""Columns and rows that the screens need; tui.app has the same, and is not imported for it."""

GOOD = (80, 24)


def check() -> Iterator[Line]:
    """Everything that is known of it, and what it says itself where it can be asked."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream.isatty() for stream in streams):
        yield Line(
            "terminal",
            "warn",
            "none here: screens need one, other commands do not",
            "Over ssh, -t gives one: ssh -t HOST thaw",
        )
        return
    environment = dict(os.environ)
    answers = None
    if environment.get("TERM", "") not in MUTE:
        from tui.commands.checks.terminal_query import ask

        answers = ask(sys.stdin.fileno(), sys.stdout.fileno())
    yield of_terminal(environment, answers)
    yield of_size(*shutil.get_terminal_size())
    yield of_colour(environment)
    yield of_unicode(environment)
    around = multiplexer(environment)
    yield of_clipboard(answers, around, tmux_option("set-clipboard") if around == "tmux" else "")
    passes = tmux_option("allow-passthrough") if around == "tmux" else ""
    yield of_pictures(answers, around, passes)


def multiplexer(environment: Mapping[str, str]) -> str:
    """`tmux`, `screen`, or nothing."""
    if environment.get("TMUX"):
        return "tmux"
    return "screen" if environment.get("STY") else ""


def tmux_option(name: str) -> str:
    """An option of the tmux around this terminal; empty where it does not tell."""
    try:
        done = subprocess.run(
            ["tmux", "show-options", "-Agv", name],
            capture_output=True,
            text=True,
            timeout=2,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def of_terminal(environment: Mapping[str, str], answers: Answers | None) -> Line:
    """What it is called."""
    kind = environment.get("TERM", "")
    name = (answers.name if answers else "") or environment.get("TERM_PROGRAM", "")
    around = multiplexer(environment)
    said = ", ".join(part for part in (name, f"TERM={kind}", around and f"in {around}") if part)
    if kind in ("", "dumb", "unknown"):
        advice = "export TERM=xterm-256color, or the name that your terminal gives itself."
        return Line("terminal", "fail", f"{said}: screens cannot be drawn", advice)
    if answers is not None and answers.attributes is None:
        said += "; it did not answer within 1 s"
    return Line("terminal", "ok", said)


def of_size(columns: int, rows: int) -> Line:
    """Whether the screens fit."""
    said = f"{columns} columns, {rows} rows"
    if columns < LEAST[0] or rows < LEAST[1]:
        advice = f"Make it {LEAST[0]} by {LEAST[1]} or larger; {GOOD[0]} by {GOOD[1]} is better."
        return Line("size", "fail", said, advice)
    if columns < GOOD[0] or rows < GOOD[1]:
        advice = f"All works; {GOOD[0]} by {GOOD[1]} shows more."
        return Line("size", "warn", said, advice)
    return Line("size", "ok", said)


def of_colour(environment: Mapping[str, str]) -> Line:
    """How many colours it is taken to have."""
    from rich.console import Console

    if environment.get("NO_COLOR"):
        return Line("colour", "ok", "none, as NO_COLOR asks; signs and words say all")
    system = Console(force_terminal=True, _environ=environment).color_system
    words = {"truecolor": "16 million", "256": "256", "standard": "16"}
    if system not in words:
        advice = "Nothing is lost: signs and words say all. TERM=xterm-256color gives colours."
        return Line("colour", "warn", "none", advice)
    more = "" if system == "truecolor" else "; COLORTERM=truecolor where there are more"
    return Line("colour", "ok", f"{words[system]}{more}")


def of_unicode(environment: Mapping[str, str]) -> Line:
    """Which signs are drawn."""
    from tui.app.glyphs import choose

    encoding = sys.stderr.encoding
    if not choose(encoding, environment).ascii_only:
        return Line("unicode", "ok", encoding)
    asked = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG")
    said = f"{encoding}, locale {asked or 'none'}: ASCII signs are drawn"
    return Line("unicode", "warn", said, "export LANG=C.UTF-8, if the terminal shows UTF-8.")


def of_clipboard(answers: Answers | None, around: str, option: str) -> Line:
    """Whether a copy reaches the clipboard of the machine that is sat at (OSC 52)."""
    write = "Write to a file instead (w in the Python window)"
    if around == "tmux":
        if option in ("on", "external"):
            said = f"tmux has set-clipboard {option}"
            if option == "on":
                return Line("clipboard", "ok", f"{said}: a copy goes through (OSC 52)")
            advice = f"tmux set -g set-clipboard on. {write} until then."
            return Line("clipboard", "warn", f"{said}: it drops what a program copies", advice)
        advice = f"tmux set -g set-clipboard on. {write} until then."
        return Line("clipboard", "warn", "tmux drops what is copied (OSC 52)", advice)
    if around == "screen":
        return Line("clipboard", "warn", "screen drops what is copied (OSC 52)", f"{write}.")
    if answers is not None and answers.clipboard:
        return Line("clipboard", "ok", "the terminal takes copies (OSC 52)")
    said = "the terminal does not say that it takes copies (OSC 52)"
    return Line("clipboard", "warn", said, f"{write}, if a copy does not arrive.")


def of_pictures(answers: Answers | None, around: str, passes: str) -> Line:
    """How pictures are drawn."""
    drawn = [name for name, has in _protocols(answers) if has]
    if drawn:
        return Line("pictures", "ok", f"drawn by {' or '.join(drawn)}")
    said = "half blocks: neither kitty's protocol nor Sixel is there"
    if around == "tmux" and passes not in ("on", "all"):
        advice = "tmux set -g allow-passthrough on, if the terminal around tmux has one of them."
        return Line("pictures", "warn", f"{said} in tmux", advice)
    if around == "screen":
        return Line("pictures", "warn", f"{said} in screen", "Outside of screen they may be.")
    return Line("pictures", "ok", said)


def _protocols(answers: Answers | None) -> tuple[tuple[str, bool], ...]:
    if answers is None:
        return ()
    return (("kitty's protocol", answers.kitty), ("Sixel", answers.sixel))
