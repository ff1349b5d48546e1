"""Models for tests of the screen: real descriptions, and made-up ones."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tui.model.description import BlockInfo, ModelInfo, ParameterInfo
from tui.model.source import ModelSource
from tui.runs.inspection import Opened
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

DESCRIPTIONS = Path(__file__).parent.parent / "descriptions"

RECIPE = RecipeInfo("ssd", "SSD", ("class", "box"), "mAP", Hyperparameters(), "the recipe")


def described(name: str) -> ModelInfo:
    """A real model, as the inspector described it."""
    return msgspec.json.decode((DESCRIPTIONS / f"{name}.json").read_bytes(), type=ModelInfo)


def opened(model: ModelInfo, *, recipe: RecipeInfo | None = RECIPE) -> Opened:
    """What the inspector would answer."""
    return Opened(model, ModelSource(model.name, classes=model.classes), recipe)


def ssd() -> Opened:
    """ssd_512_mobilenet1.0_custom with three classes."""
    return opened(described("ssd_512_mobilenet1.0_custom"))


def cifar() -> Opened:
    """cifar_resnet20_v1."""
    return opened(described("cifar_resnet20_v1"))


def layers(
    *labels: str, shape: tuple[int, ...] | None = (4, 3), name: str = "made_up"
) -> ModelInfo:
    """A sequence of blocks of one weight each."""
    return ModelInfo(
        name=name,
        class_name="Sequential",
        base_classes=("Block",),
        blocks=(
            BlockInfo("", "Sequential", "block", -1, (), ()),
            *(
                BlockInfo(label, "Dense", "block", 0, (index,), (f"{label}.weight",))
                for index, label in enumerate(labels)
            ),
        ),
        parameters=tuple(
            ParameterInfo(
                (f"{label}.weight",), f"net0_{label}_weight", shape, "float32", "weight", "write"
            )
            for label in labels
        ),
    )


def large(blocks: int = 1_000, each: int = 100) -> ModelInfo:
    """Blocks with many parameters each: 100,000 by default."""
    return ModelInfo(
        name="large",
        class_name="Large",
        base_classes=("Block",),
        blocks=(
            BlockInfo("", "Large", "block", -1, (), ()),
            *(
                BlockInfo(
                    f"features.{block}",
                    "HybridSequential",
                    "block",
                    0,
                    tuple(range(block * each, (block + 1) * each)),
                    tuple(f"features.{block}.p{index}" for index in range(each)),
                )
                for block in range(blocks)
            ),
        ),
        parameters=tuple(
            ParameterInfo(
                (f"features.{block}.p{index}",),
                f"large0_block{block}_p{index}_weight",
                (64, 32, 3, 3),
                "float32",
                "weight",
                "write",
            )
            for block in range(blocks)
            for index in range(each)
        ),
    )
