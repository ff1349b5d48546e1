"""Figures as the screen writes them: `14.2 M` values, `56.8 MB`, `7.8 %`."""

from __future__ import annotations

_STEPS = ((1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1_000, "K"))


def short(count: int) -> str:
    """A count in at most seven cells: `864`, `12.3 K`, `1.1 M`."""
    for step, letter in _STEPS:
        # 999,950 would round to 1000.0 K.
        if count >= step * 0.99995:
            return f"{count / step:.1f} {letter}"
    return str(count)


def size(nbytes: int) -> str:
    """Bytes, in powers of ten: `56.8 MB`."""
    text = short(nbytes)
    return f"{text} B" if text.isdigit() else f"{text}B"


def percent(share: float) -> str:
    """A share of 0 to 1 in at most six cells. What is not all never reads as 100 %, and what is
    not nothing never as 0 %."""
    if share <= 0:
        return "0 %"
    if share >= 1:
        return "100 %"
    return "<0.1 %" if share < 0.0005 else f"{min(99.9, share * 100):.1f} %"


def counted(count: int, noun: str) -> str:
    """A count with its noun: `1 parameter`, `1,205 parameters`."""
    if count != 1:
        if noun.endswith("ry"):
            noun = f"{noun[:-1]}ies"
        else:
            noun += "es" if noun.endswith(("s", "x")) else "s"
    return f"{count:,} {noun}"


def megabytes(count: int) -> str:
    """A number of bytes of a file: `97.8 MB`."""
    return f"{count / 1e6:,.1f} MB" if count < 1e8 else f"{count / 1e6:,.0f} MB"


_AGES = ((86_400, "d"), (3_600, "h"), (60, "min"))


def age(seconds: float) -> str:
    """How long ago, in at most six cells up to 99,999 days: `5 s`, `3 min`, `2 h`, `12 d`."""
    for length, letters in _AGES:
        if seconds >= length:
            return f"{int(seconds / length)} {letters}"
    return f"{max(0, int(seconds))} s"
