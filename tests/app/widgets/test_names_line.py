"""The path of what is under the cursor can always be read to its end."""

from __future__ import annotations

import pytest

from tests.app.models import opened
from tests.app.showing import model_screen, text_of
from tui.model.description import BlockInfo, ModelInfo, ParameterInfo

PARTS = [f"stage{level}" for level in range(1, 25)]


def deep() -> ModelInfo:
    """Blocks within blocks, and one weight at the bottom."""
    paths = [".".join(PARTS[:level]) for level in range(len(PARTS) + 1)]
    weight = f"{paths[-1]}.weight"
    return ModelInfo(
        name="deep",
        class_name="Deep",
        base_classes=("Block",),
        blocks=tuple(
            BlockInfo(
                path,
                "Sequential",
                "block",
                level - 1,
                (0,) if path == paths[-1] else (),
                (weight,) if path == paths[-1] else (),
            )
            for level, path in enumerate(paths)
        ),
        parameters=(
            ParameterInfo((weight,), "deep0_weight", (4, 3), "float32", "weight", "write"),
        ),
    )


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_a_deep_path(size: tuple[int, int]) -> None:
    async with model_screen(opened(deep()), size) as (pilot, _):
        await pilot.press("Z", "end")
        await pilot.pause()
        lines = [line for line in text_of(pilot).splitlines() if "stage24.weight" in line]
        assert len(lines) == 1
        assert lines[0].startswith(" …")
        assert "stage22.stage23.stage24.weight" in lines[0]


async def test_it_is_there_while_finding_and_filtering() -> None:
    async with model_screen(opened(deep()), (60, 16)) as (pilot, _):
        await pilot.press("F", "Z", "end", "f")
        await pilot.pause()
        assert "stage24.weight" in text_of(pilot)
