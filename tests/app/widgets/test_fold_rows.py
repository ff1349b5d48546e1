"""Folding by slices gives the same rows as walking the whole tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.app.models import cifar, large, layers, ssd
from tui.app.widgets.fold_rows import OPEN_ROWS, FoldRows
from tui.model.tree import ModelTree

TREE = ModelTree(cifar().model)


def by_walking(tree: ModelTree, folds: FoldRows) -> list[int]:
    """The rows by definition: every node of which all ancestors are unfolded."""
    return [
        node
        for node in range(len(tree.nodes))
        if all(folds.is_unfolded(above) for above in tree.ancestors(node))
    ]


nodes = st.integers(0, len(TREE.nodes) - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["fold", "unfold"]), nodes),
        st.tuples(st.sampled_from(["below", "reveal"]), nodes),
        st.tuples(st.just("all"), st.integers(0, 1)),
    ),
    max_size=25,
)


@given(steps)
def test_any_sequence_of_folds(taken: list[tuple[str, int]]) -> None:
    folds = FoldRows(TREE)
    for what, node in taken:
        match what:
            case "fold":
                folds.fold(node)
            case "unfold":
                folds.unfold(node)
            case "below":
                folds.set_below(node, node % 2 == 0)
            case "reveal":
                folds.reveal([node])
                assert node in folds.rows
            case _:
                folds.set_all(bool(node))
        assert folds.rows == by_walking(TREE, folds)


def test_all_unfolded_shows_every_node() -> None:
    folds = FoldRows(TREE)
    folds.set_all(True)
    assert folds.rows == list(range(len(TREE.nodes)))
    folds.set_all(False)
    assert [TREE.nodes[node].depth for node in folds.rows if node] == [1] * (len(folds.rows) - 1)


def test_opens_as_far_as_it_stays_readable() -> None:
    for model in (ssd().model, cifar().model, layers("a", "b", "c")):
        assert 1 < len(FoldRows(ModelTree(model)).rows) <= OPEN_ROWS


def test_of_a_thousand_blocks_none_opens_unfolded() -> None:
    assert len(FoldRows(ModelTree(large(1_000, 2))).rows) == 1_001


def test_row_of_something_hidden_is_that_of_what_hides_it() -> None:
    folds = FoldRows(TREE)
    folds.set_all(False)
    features = TREE.index_of["features"]
    assert folds.rows[folds.row_of(TREE.index_of["features.0.weight"])] == features


def test_folds_can_be_taken_back() -> None:
    folds = FoldRows(TREE)
    before, rows = folds.unfolded, list(folds.rows)
    folds.set_all(True)
    folds.unfolded = before
    assert folds.rows == rows
