"""What is known of a recipe without running it: what a form needs."""

from __future__ import annotations

import msgspec

from tui.runs.spec import Hyperparameters


class RecipeInfo(msgspec.Struct, frozen=True):
    """How a family trains, in facts. `losses` are the parts of its loss by name, `metric` what
    it is judged by, `source` where its defaults come from."""

    name: str
    title: str
    losses: tuple[str, ...]
    metric: str
    defaults: Hyperparameters
    source: str
