"""The rows of the list of models: those opened last, then all of the zoo."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tui.model.recent import Recent
from tui.model.source import ModelSource, runs_python
from tui.model.weight_sources import REPOSITORY, public, repository, sources_of
from tui.model.zoo import ZooEntry, trained_on, zoo_by_name


@dataclass(frozen=True)
class ModelRow:
    """One model that can be opened. `entry` is None where it is not of the zoo, `recent` where it
    has not been opened lately. `name` and `words` are what typing is held against: made when
    somebody types, the first frame does without."""

    source: ModelSource
    entry: ZooEntry | None
    recent: Recent | None
    on_disk: bool

    @cached_property
    def name(self) -> str:
        """Its name, folded; of a file the last part."""
        return folded(Path(self.source.model).name)

    @cached_property
    def words(self) -> str:
        """All by which it can be found, folded."""
        about = [self.source.model]
        if self.entry is not None:
            about += [self.entry.task, self.family, self.data_set, "disk" if self.on_disk else ""]
        if self.recent is not None:
            about += ["recent", self.recent.data or "", *self.source.classes]
        return folded(" ".join(about))

    @property
    def opens(self) -> tuple[Recent | None, ModelSource]:
        """What is opened by it: no two rows have the same."""
        return self.recent, self.source

    @property
    def family(self) -> str:
        """Its family, where that says more than its task does."""
        return _family(self.entry) if self.entry else ""

    @property
    def data_set(self) -> str:
        """What the zoo's weights were trained on, where that is known."""
        return trained_on(self.entry) if self.entry else ""

    @property
    def own_python(self) -> bool:
        """Whether opening it runs Python of the user's own."""
        return runs_python(self.source.model)

    @cached_property
    def weights_word(self) -> str:
        """Where the zoo's own weights are: `on disk`, `download`, `gone` (GluonCV's repository had
        them, and no longer answers) or `none`; `trunk` where some can be had for the trunk alone,
        `network` where the model cannot even be built without one."""
        if self.entry is None:
            return ""
        if self.entry.reason:
            return "network"
        if self.on_disk:
            return "on disk"
        if self.entry.needs_classes:
            return "trunk"
        sources = sources_of(self.entry.name)
        if public(sources) or (sources and repository() != REPOSITORY):
            return "download"
        if public(sources_of(self.entry.trunk)):
            return "trunk"
        return "gone" if sources else "none"


def model_rows(recent: Sequence[Recent], on_disk: Collection[str]) -> list[ModelRow]:
    """Every row, in the order in which they stand while nothing is typed."""
    entries = zoo_by_name()
    rows = [_row(one.source, entries.get(one.source.model.lower()), one, on_disk) for one in recent]
    rows.extend(_row(ModelSource(entry.name), entry, None, on_disk) for entry in entries.values())
    return rows


def _row(
    source: ModelSource, entry: ZooEntry | None, recent: Recent | None, on_disk: Collection[str]
) -> ModelRow:
    here = entry is not None and (
        entry.name in on_disk or (entry.needs_classes and entry.trunk in on_disk)
    )
    return ModelRow(source, entry, recent, here)


def _family(entry: ZooEntry) -> str:
    # Whatever ends in one output layer trains as a classifier does, a pose model too.
    return "" if entry.family in ("classification", entry.task) else entry.family


def folded(text: str) -> str:
    """A text as it is held against another: upper and lower case, `-` and `_` are the same."""
    return text.lower().replace("-", "_")
