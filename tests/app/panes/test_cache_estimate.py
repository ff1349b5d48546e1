"""A feature cache's estimate in a line."""

from __future__ import annotations

from tui.app.panes.cache_estimate import in_words
from tui.runs.inspection import CacheEstimate

MEASURED = CacheEstimate(
    tensors=6, picture_bytes=88_000, total_bytes=45_000_000, limit_bytes=10**9,
    picture_seconds=0.5, kept_seconds=0.125, pictures=120, views=1, epochs=4,
)  # fmt: skip


def test_room_speed_and_time() -> None:
    assert in_words(MEASURED) == (
        "45.0 MB · after the first epoch about 4.0 times as fast · saves 2:15 of 4:00"
    )


def test_views_take_an_epoch_each() -> None:
    views = CacheEstimate(
        total_bytes=10, picture_seconds=1, kept_seconds=0.01, pictures=10, views=3, epochs=3
    )
    assert in_words(views) == "10 B · after 3 epochs over 20 times as fast · saves 0:00 of 0:30"


def test_why_not() -> None:
    assert in_words(CacheEstimate(why_not="no picture is seen twice")) == (
        "not kept, no picture is seen twice"
    )
