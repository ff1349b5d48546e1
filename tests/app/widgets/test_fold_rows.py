"""Folding by slices gives the same rows as walking the whole tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.app.models import cifar, large, layers, ssd
from tui.app.widgets.fold_rows import OPEN_ROWS, FoldRows
from tui.model.tree import ModelTree

TREE = ModelTree(cifar().model)


def by_walking(tree: ModelTree, folds: FoldRows, passing: bytes | None = None) -> list[int]:
    """The rows by definition: every node of which all ancestors are unfolded, and that is the
    outermost, passes the filter, or holds anything that does."""
    return [
        node
        for node in range(len(tree.nodes))
        if all(folds.is_unfolded(above) for above in tree.ancestors(node))
        and (passing is None or node == 0 or any(passing[index] for index in tree.under(node)))
    ]


nodes = st.integers(0, len(TREE.nodes) - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["fold", "unfold"]), nodes),
        st.tuples(st.sampled_from(["below", "beside", "reveal"]), nodes),
        st.tuples(st.just("depth"), st.integers(1, 9)),
        st.tuples(st.just("all"), st.integers(0, 1)),
    ),
    max_size=25,
)


filters = st.one_of(
    st.none(),
    st.binary(min_size=len(TREE.parameters), max_size=len(TREE.parameters)).map(
        # Mostly few pass, so that whole blocks go.
        lambda drawn: bytes(byte < 40 for byte in drawn)
    ),
)


@given(steps, filters, filters, nodes)
def test_any_sequence_of_folds_and_filters(
    taken: list[tuple[str, int]], first: bytes | None, second: bytes | None, cursor: int
) -> None:
    folds = FoldRows(TREE)
    folds.filter(first)
    assert list(folds.rows) == by_walking(TREE, folds, first)
    go_through(folds, taken, first)
    folds.filter(second)
    assert list(folds.rows) == by_walking(TREE, folds, second)
    row = folds.row_of(cursor)
    assert 0 <= row < len(folds.rows)
    if cursor in folds.rows:
        assert folds.rows[row] == cursor
    elif folds.passes(cursor):
        # Folded away: what hides it is above it.
        assert folds.rows[row] in TREE.ancestors(cursor)
    else:
        # Filtered away: next to where it was.
        before = [node for node in folds.rows if node < cursor][-1]
        after = [node for node in folds.rows if node > cursor][:1]
        assert folds.rows[row] in (before, *after)


def go_through(folds: FoldRows, taken: list[tuple[str, int]], passing: bytes | None) -> None:
    """Take steps; the rows are right after each."""
    for what, node in taken:
        match what:
            case "fold":
                folds.fold(node)
            case "unfold":
                folds.unfold(node)
            case "below":
                folds.set_below(node, node % 2 == 0)
            case "beside":
                folds.set_siblings(node, node % 2 == 0)
            case "depth":
                folds.set_depth(node)
            case "reveal":
                folds.reveal([node])
                assert node in folds.rows or not folds.passes(node)
            case _:
                folds.set_all(bool(node))
        assert list(folds.rows) == by_walking(TREE, folds, passing)


def test_to_a_depth() -> None:
    folds = FoldRows(TREE)
    for depth in (1, 2, 3):
        folds.set_depth(depth)
        assert list(folds.rows) == [
            node for node, row in enumerate(TREE.nodes) if row.depth <= depth
        ]


def test_all_unfolded_shows_every_node() -> None:
    folds = FoldRows(TREE)
    folds.set_all(True)
    assert list(folds.rows) == list(range(len(TREE.nodes)))
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
    assert list(folds.rows) == rows
