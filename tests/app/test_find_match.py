"""Where a few letters are found in a model's names."""

from __future__ import annotations

import pytest

from tests.app.models import large, opened, ssd
from tests.app.showing import turns_during
from tui.app.find_match import SLICE, Found, find_names
from tui.model.tree import ModelTree

SSD = ModelTree(ssd().model)


def paths(found: Found, tree: ModelTree = SSD) -> list[str]:
    """Where it was found."""
    return [tree.nodes.paths[node] for node in found.nodes]


async def test_a_block_is_found_and_not_all_that_is_in_it() -> None:
    found = await find_names("class_predictors", SSD)
    assert paths(found) == ["class_predictors"]
    assert found.parameters(SSD) == SSD.under(found.best)


async def test_a_part_of_a_path() -> None:
    found = await find_names("class_predictors.2.pred", SSD)
    assert paths(found) == ["class_predictors.2.predictor"]


async def test_letters_apart() -> None:
    found = await find_names("cp2w", SSD)
    assert SSD.nodes.paths[found.best] == "class_predictors.2.predictor.weight"


async def test_prefixed_names() -> None:
    name = SSD.parameters[-1].name
    found = await find_names(name, SSD)
    assert found.parameters(SSD) == [len(SSD.parameters) - 1]


@pytest.mark.parametrize("typed", ["zzzzqqqq", "", "  "])
async def test_nothing(typed: str) -> None:
    found = await find_names(typed, SSD)
    assert (list(found.nodes), found.best, found.parameters(SSD)) == ([], -1, [])


async def test_what_a_filter_hides_is_not_found() -> None:
    shown = bytes("expand" in parameter.name for parameter in SSD.parameters)
    found = await find_names("weight", SSD, SSD.running_sum(shown))
    assert found.nodes
    assert all("expand" in path for path in paths(found))


async def test_loop_goes_on_while_it_looks() -> None:
    tree = ModelTree(opened(large(60, 100)).model)
    found, turns = await turns_during(find_names("p7", tree))
    assert turns >= len(tree.nodes) // SLICE
    assert len(found.nodes) == 60 * 11
