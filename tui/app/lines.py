"""Parts of a sentence, put into as few lines as there is room for."""

from __future__ import annotations

from tui.app.glyphs import glyphs


def in_lines(parts: list[str], width: int, most: int = 2) -> list[str]:
    """The parts joined by dots, in as few lines as the width allows and at most `most`."""
    signs = glyphs()
    dot = signs.text(" · ")
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]}{dot}{part}" if lines else part
        if lines and (len(joined) <= width or len(lines) == most):
            lines[-1] = joined
        else:
            lines.append(part)
    return [signs.cut(line, width) for line in lines]
