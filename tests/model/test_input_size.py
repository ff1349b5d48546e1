"""The size of a picture as people write it."""

from __future__ import annotations

import pytest

from tui.model.input_size import parse_input_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("300", (300, 300)),
        (" 300x400 ", (300, 400)),
        ("300 × 400", (300, 400)),
        ("16,16", (16, 16)),
    ],
)
def test_what_is_a_size(text: str, size: tuple[int, int]) -> None:
    assert parse_input_size(text) == size


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *[(text, "give one side") for text in ("", "wide", "300x", "-300", "3" * 5000)],
        *[(text, "16 to 8192") for text in ("15", "300x9000", "0x0")],
    ],
)
def test_what_is_none(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_input_size(text)
