"""How many processes read a run's pictures."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from mxnet import gluon, nd

from tui.engine.datasets import builtin
from tui.engine.input import begin
from tui.engine.input.begin import begin_workers, best_count, how_many
from tui.engine.recipes.loader_task import LoaderTask
from tui.engine.sources.built import Built
from tui.model.source import ModelSource
from tui.runs.events import Event, Notice
from tui.runs.spec import Hyperparameters, RunSpec


def spec(workers: int | str, ctx: str = "cpu") -> RunSpec:
    return RunSpec(
        ModelSource("demo", ctx=ctx),
        "ssd",
        "x",
        Hyperparameters(workers=workers),  # type: ignore[arg-type]
    )


def data(kind: str = "Pascal VOC", pictures: int = 10_000) -> Any:
    return SimpleNamespace(kind=kind, train=range(pictures))


def test_what_is_asked_for_is_given() -> None:
    assert how_many(spec(5), data(pictures=3)) == 5
    assert how_many(spec(0, "gpu(0)"), data()) == 0


def test_few_and_drawn_pictures_are_read_by_the_trainer() -> None:
    assert how_many(spec("auto"), data(pictures=18)) == 0
    assert how_many(spec("auto"), data(builtin.KIND)) == 0
    assert how_many(spec("auto", "gpu(0)"), data()) >= 1


@pytest.mark.parametrize(
    ("ctx", "cores", "workers"),
    [
        ("cpu", 1, 0),
        ("cpu", 2, 0),
        ("cpu", 64, 1),
        ("gpu(0)", 1, 1),
        ("gpu(0)", 4, 3),
        ("gpu(1)", 64, 8),
    ],
)
def test_by_device_and_cores(ctx: str, cores: int, workers: int) -> None:
    assert best_count(ctx, cores) == workers


@pytest.mark.parametrize(("workers", "told"), [(2, True), ("auto", False)])
def test_pictures_that_only_the_trainer_can_read(
    workers: int | str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(begin, "FEW_PICTURES", 1)
    secret: Callable[[Any], Any] = lambda picture: picture  # noqa: E731
    pictures = gluon.data.SimpleDataset([nd.zeros(1)] * 4).transform(secret, lazy=True)
    net = gluon.nn.Dense(1)
    monkeypatch.setattr(begin, "best_count", lambda ctx, cores: 1)
    task = LoaderTask(Built(net, ModelSource("demo"), None), pictures, 2)  # type: ignore[arg-type]
    heard: list[Event] = []
    assert begin_workers(task, spec(workers), data(), heard.append) is None  # type: ignore[arg-type]
    notices = [event.message for event in heard if isinstance(event, Notice)]
    assert bool(notices) == told
    if told:
        assert "the trainer reads the pictures itself" in notices[0]
