"""Nothing is downloaded before it was asked for in the screen."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.app.models import ssd
from tests.app.showing import text_of, until
from tests.app.stand_in_inspector import StandInInspector
from tui.app.app import ThawApp
from tui.app.screens.model import ModelScreen
from tui.app.screens.which_weights import WhichWeights
from tui.model.source import ModelSource
from tui.model.zoo import find_entry
from tui.runs.inspection import (
    Answer,
    GetWeights,
    GotWeights,
    OpenModel,
    Phase,
    Question,
    Refused,
)

SOURCE = ModelSource("faster_rcnn_resnet50_v1b_voc")
GOT = GotWeights("resnet50_v1b", "/x.params", "all", "weights of x")


def opening(lacking: str = SOURCE.model) -> tuple[ThawApp, StandInInspector]:
    """As `thaw open`, on a disk without weights until some were fetched or none are wanted."""
    inspector = StandInInspector()

    def opened(question: OpenModel) -> Answer:
        fetched = any(isinstance(asked, GetWeights) for asked in inspector.questions)
        if fetched or not question.source.pretrained:
            return ssd()
        return Refused("no weights", lacking)

    inspector.replies = {OpenModel: opened, GetWeights: lambda _: GOT}
    return ThawApp(SOURCE, inspector=inspector), inspector


@pytest.mark.parametrize(
    ("key", "then"),
    [
        ("d", [GetWeights(SOURCE.model), OpenModel(SOURCE)]),
        (
            "t",
            [GetWeights(SOURCE.model, "trunk"), OpenModel(replace(SOURCE, weights="trunk"))],
        ),
        ("r", [OpenModel(replace(SOURCE, pretrained=False))]),
    ],
)
async def test_what_is_answered_is_done(key: str, then: list[Question]) -> None:
    app, inspector = opening()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WhichWeights))
        assert inspector.questions == [OpenModel(SOURCE)]
        said = text_of(pilot)
        assert "in GluonCV's repository alone" in said
        assert "faster_rcnn_resnet50_v1b_voc-447328d8.params" in said
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, ModelScreen))
        assert inspector.questions == [OpenModel(SOURCE), *then]


async def test_escape_leaves_and_nothing_was_fetched() -> None:
    app, inspector = opening()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WhichWeights))
        await pilot.press("escape")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == 0
    assert inspector.questions == [OpenModel(SOURCE)]


async def test_a_download_that_fails_says_why() -> None:
    app, inspector = opening()
    inspector.replies[GetWeights] = lambda _: Refused("timm/x: there is no such file (HTTP 404)")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WhichWeights))
        await pilot.press("d")
        await until(pilot, lambda: "there is no such file (HTTP 404)" in text_of(pilot))


async def test_the_bytes_that_arrive_are_shown() -> None:
    app, inspector = opening()
    inspector.replies[GetWeights] = lambda _: Phase("fetching timm/x", 12_300_000, 102_000_000)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WhichWeights))
        inspector.replies[OpenModel] = lambda _: Phase("fetching timm/x", 12_300_000, 102_000_000)
        await pilot.press("d")
        await until(pilot, lambda: "12.3 MB of 102 MB · fetching timm/x" in text_of(pilot))


async def test_the_place_its_size_and_its_license_are_named() -> None:
    entry = find_entry("faster_rcnn_resnet50_v1b_custom")
    assert entry is not None
    app, _ = opening()
    async with app.run_test(size=(60, 16)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WhichWeights))
        app.push_screen(WhichWeights(entry, "resnet50_v1b"))
        await until(pilot, lambda: "timm/resnet50.gluon_in1k, about 102 MB" in text_of(pilot))
        assert "apache-2.0" in text_of(pilot)
        assert "The weights of its trunk, resnet50_v1b" in text_of(pilot)
