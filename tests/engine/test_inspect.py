"""The inspector as a real process, asked as the screen asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine.voc_tree import usual_tree
from tui.model.source import ModelSource
from tui.runs.inspection import (
    Answer,
    BlockFacts,
    CheckData,
    Costs,
    CountCosts,
    DataSummary,
    LookAtBlock,
    LookAtParameter,
    NothingOpen,
    Opened,
    OpenModel,
    ParameterFacts,
    Phase,
    Question,
    Refused,
)
from tui.runs.inspector import Inspector

SSD = ModelSource(
    "ssd_300_mobilenet0.25_custom", classes=("cat", "dog"), pretrained=False, input_size=(128, 128)
)


@pytest.fixture
async def inspector(tmp_path: Path) -> AsyncIterator[Inspector]:
    one = Inspector(tmp_path / "inspector.log")
    yield one
    await one.close()


async def answers(inspector: Inspector, question: Question) -> list[Answer]:
    return [answer async for answer in inspector.ask(question)]


@pytest.mark.slow
@pytest.mark.smoke
async def test_opens_a_model_then_looks_at_data(inspector: Inspector, tmp_path: Path) -> None:
    *phases, opened = await answers(inspector, OpenModel(SSD))
    assert phases[0] == Phase("importing MXNet")
    assert isinstance(opened, Opened)
    assert opened.recipe is not None
    assert opened.recipe.name == "ssd"
    assert opened.model.classes == ("cat", "dog")
    usual_tree(tmp_path / "VOC2007")
    *_, summary = await answers(inspector, CheckData(str(tmp_path), "ssd", ("cat", "dog")))
    assert isinstance(summary, DataSummary)
    assert (summary.kind, summary.train, summary.validation) == ("Pascal VOC", 3, 2)
    *_, refused = await answers(inspector, CheckData(str(tmp_path / "no"), "ssd", ("cat",)))
    assert isinstance(refused, Refused)
    assert "nothing at this path" in refused.message


@pytest.mark.slow
async def test_looks_and_counts(inspector: Inspector) -> None:
    assert (await answers(inspector, LookAtBlock("")))[-1] == NothingOpen()
    *_, opened = await answers(inspector, OpenModel(SSD))
    assert isinstance(opened, Opened)
    *_, block = await answers(inspector, LookAtBlock("class_predictors.0.predictor"))
    assert isinstance(block, BlockFacts)
    assert block.class_name == "Conv2D"
    weight = "class_predictors.0.predictor.weight"
    *_, parameter = await answers(inspector, LookAtParameter(weight, values=True))
    assert isinstance(parameter, ParameterFacts)
    assert parameter.values is not None
    *_, costs = await answers(inspector, CountCosts((128, 128)))
    assert isinstance(costs, Costs)
    # Whatever the tree shows as a block or group has its costs.
    assert {cost.path for cost in costs.blocks} == {block.path for block in opened.model.blocks}
    *_, refused = await answers(inspector, CountCosts((16, 16)))
    assert isinstance(refused, Refused)
    assert "does not go through" in refused.message
    assert "\n" not in refused.message


@pytest.mark.slow
async def test_an_answer_may_be_followed_by_a_question_at_once(inspector: Inspector) -> None:
    async for answer in inspector.ask(OpenModel(SSD)):
        if isinstance(answer, Opened):
            again = await answers(inspector, OpenModel(ModelSource("resnet50_v3")))
            assert isinstance(again[-1], Refused)


@pytest.mark.slow
async def test_a_killed_inspector_is_an_answer_and_the_next_question_starts_another(
    inspector: Inspector,
) -> None:
    async for answer in inspector.ask(OpenModel(SSD)):
        if isinstance(answer, Phase):
            assert inspector._process is not None
            if inspector._process.returncode is None:
                inspector._process.kill()
        else:
            assert isinstance(answer, Refused)
            assert "by signal 9" in answer.message
    *_, refused = await answers(inspector, OpenModel(ModelSource("resnet50_v3")))
    assert isinstance(refused, Refused)
    assert "resnet50_v2" in refused.message


@pytest.mark.slow
async def test_a_network_of_ones_own_with_other_outputs_than_classes(inspector: Inspector) -> None:
    own = "tests.engine.sources.own_code:make"
    question = OpenModel(ModelSource(own, classes=("a", "b"), input_size=(32, 32)))
    *_, refused = await answers(inspector, question)
    assert isinstance(refused, Refused)
    assert "the network tells 3 classes apart, --classes names 2" in refused.message
    question = OpenModel(ModelSource(own, classes=("a", "b", "c"), input_size=(32, 32)))
    *_, opened = await answers(inspector, question)
    assert isinstance(opened, Opened)
