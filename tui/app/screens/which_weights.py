"""Which weights a model of the zoo is opened with, where its own are not on this disk."""

from __future__ import annotations

from msgspec.structs import replace

from tui.app.place_text import said_of
from tui.app.screens.question import Choice, Question
from tui.app.widgets.model_columns import at_home
from tui.model.source import ModelSource
from tui.model.weight_files import TRUNK, weight_files
from tui.model.weight_sources import REPOSITORY, places_of, public, repository, sources_of
from tui.model.zoo import ZooEntry, find_entry, models_folder

FETCH = "fetch"
RANDOM = "random"
BACK = "back"


class WhichWeights(Question):
    """Asked before anything is downloaded: `fetch`, `trunk`, `random` or `back`. `kept_under` is
    the name under which the zoo keeps what is lacking: the model's, or its trunk's."""

    def __init__(self, entry: ZooEntry, kept_under: str, back: str = "back to the list") -> None:
        sources = sources_of(kept_under)
        of_trunk = kept_under != entry.name
        known = public(sources)
        question = (
            f"The weights of its trunk, {kept_under}, are not on this disk."
            if of_trunk
            else "These weights are not on this disk."
        )
        said = [said_of(source) for source in known[:1]]
        mirrored = repository() != REPOSITORY
        if mirrored:
            said.append(f"Tried first: {repository()}.")
        elif not known:
            said.append("They are known to be in GluonCV's repository alone,")
            said.append("which has not answered since 2024.")
            if (places := places_of(entry.name)) and places.nearest:
                said.append(f"Nearest that can be had: {places.nearest}.")
        own = [source.file for source in sources if source.place == "gluoncv"]
        if own:
            said.append(f"Or put {own[0]}")
            said.append(f"into {at_home(str(models_folder()))}.")
        choices = [Choice("r", "open with random weights", RANDOM)]
        for_trunk = public(sources_of(entry.trunk)) if entry.trunk else ()
        if not of_trunk and for_trunk:
            choices.insert(0, Choice("t", f"begin with its trunk's, {entry.trunk}", TRUNK))
        # The first is what Enter takes: nothing that is known to fail.
        if known or mirrored:
            choices.insert(0, Choice("d", "download them", FETCH))
        else:
            choices.append(Choice("d", "try the download all the same", FETCH))
        super().__init__(question, "\n".join(said), [*choices, Choice("b", back, BACK)])


def decided(source: ModelSource, answer: str) -> tuple[ModelSource, bool]:
    """The source that an answer other than `back` opens, and whether to fetch for it first."""
    if answer == RANDOM:
        return replace(source, pretrained=False, weights=None), False
    if answer == TRUNK:
        entry = find_entry(source.model)
        here = entry is not None and bool(weight_files(entry.trunk))
        return replace(source, weights=TRUNK), not here
    return source, True
