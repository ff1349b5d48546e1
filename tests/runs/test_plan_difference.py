from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.runs.plan_difference import BlockDifference, differing_blocks

NAMES = ("features.0.weight", "features.0.bias", "features.1.weight", "output.weight")


def states(*trains: bool) -> dict[str, bool]:
    return dict(zip(NAMES, trains, strict=True))


def test_a_block_that_differs_wholly_is_one_row() -> None:
    blocks, _ = differing_blocks([states(False, False, False, True), states(*[True] * 4)])
    assert blocks == (BlockDifference("features", (False, True), 3, 3, NAMES[:3]),)


def test_of_others_the_parameters_are_counted() -> None:
    blocks, _ = differing_blocks([states(False, True, True, True), states(*[True] * 4)])
    assert blocks == (BlockDifference("features.0", (False, True), 1, 2, NAMES[:1]),)


def test_the_whole_model() -> None:
    blocks, _ = differing_blocks([states(*[False] * 4), states(*[True] * 4)])
    assert [(one.path, one.count) for one in blocks] == [("", 4)]


def test_the_same_plan_has_no_difference() -> None:
    assert differing_blocks([states(*[True] * 4)] * 3) == ((), (0, 0, 0))


def test_models_are_compared_in_what_they_share() -> None:
    other = {"features.0.weight": True, "head.weight": True}
    blocks, elsewhere = differing_blocks([states(*[False] * 4), other])
    assert [(one.path, one.trains) for one in blocks] == [("", (False, True))]
    assert elsewhere == (3, 1)


def test_a_run_that_is_not_known_is_passed_over() -> None:
    one, two = states(False, False, False, True), states(*[True] * 4)
    blocks, _ = differing_blocks([one, {}, two])
    assert blocks[0].trains == (False, None, True)
    assert differing_blocks([one, {}]) == ((), (0, 0))


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=4))
def test_every_parameter_that_differs_is_told_once(rows: list[list[bool]]) -> None:
    runs = [states(*row) for row in rows]
    blocks, _ = differing_blocks(runs)
    told = [name for block in blocks for name in block.names]
    assert sorted(told) == sorted(name for name in NAMES if len({run[name] for run in runs}) > 1)
    for block in blocks:
        assert len(block.names) == block.count
        assert all(tuple(run[name] for run in runs) == block.trains for name in block.names)
