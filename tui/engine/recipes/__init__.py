"""How each family trains. A new family is one new file and one line in `RECIPES`."""

from __future__ import annotations

from tui.engine.recipes import (
    center_net,
    classification,
    faster_rcnn,
    mask_rcnn,
    segmentation,
    simple_pose,
    ssd,
    yolo3,
)
from tui.engine.recipes.recipe import Recipe
from tui.engine.refusal import Refusal
from tui.engine.sources.built import Built

RECIPES: tuple[Recipe, ...] = (
    ssd.RECIPE,
    yolo3.RECIPE,
    center_net.RECIPE,
    faster_rcnn.RECIPE,
    mask_rcnn.RECIPE,
    segmentation.RECIPE,
    simple_pose.RECIPE,
    classification.RECIPE,
)


def recipe_for(built: Built) -> Recipe | None:
    """The recipe that trains a network, or None where there is none yet."""
    return next((recipe for recipe in RECIPES if recipe.fits(built)), None)


def recipe_named(name: str) -> Recipe:
    """The recipe of a name.

    Raises:
        Refusal: there is none of this name.
    """
    for recipe in RECIPES:
        if recipe.info.name == name:
            return recipe
    known = ", ".join(recipe.info.name for recipe in RECIPES)
    raise Refusal(f"no recipe is named {name!r}; there are {known}")
