"""Which weights a model of the zoo is opened with, where its own are not on this disk."""

from __future__ import annotations

from tui.app.screens.question import Choice, Question
from tui.app.widgets.model_columns import at_home
from tui.model.zoo import ZooEntry, models_folder

ZOO = "zoo"
RANDOM = "random"
BACK = "back"


class WhichWeights(Question):
    """Asked by Enter in the list of models: `zoo`, `random` or `back`."""

    def __init__(self, entry: ZooEntry) -> None:
        folder = at_home(str(models_folder()))
        if entry.weights:
            question = "These weights are not on this disk."
            file = f"{entry.weights}.params"
            explanation = f"{file}\nYou may put the file into {folder}, or:"
            zoo = "try the zoo's download"
        else:
            question = "Which weights should its trunk begin with?"
            explanation = f"The zoo's are loaded from {folder}, else downloaded to it."
            zoo = "the zoo's"
        super().__init__(
            question,
            explanation,
            [
                Choice("d", zoo, ZOO),
                Choice("r", "open with random weights", RANDOM),
                Choice("b", "back to the list", BACK),
            ],
        )
