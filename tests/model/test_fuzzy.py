"""Finding by a few letters of a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.fuzzy import WHOLE, FuzzyQuery

letters = st.text("abAB._0İß", max_size=12)


def holds_in_order(text: str, name: str) -> bool:
    """By definition."""
    rest = iter(name)
    return all(letter in rest for letter in text)


@given(letters, letters.filter(bool))
def test_letters_are_where_it_says(name: str, typed: str) -> None:
    query = FuzzyQuery(typed)
    if not query.text:
        return
    low = name.lower() if len(name.lower()) == len(name) else name
    places = query.positions(name)
    assert bool(places) == holds_in_order(query.text, low) == query.is_in_order(name)
    assert bool(query.score(name)) == bool(places)
    if places:
        assert "".join(low[place] for place in places) == query.text
        assert list(places) == sorted(set(places))


@given(letters, letters.filter(bool), st.integers(0, 12))
def test_the_last_letter_is_far_enough(name: str, typed: str, last_from: int) -> None:
    places = FuzzyQuery(typed).positions(name, last_from)
    assert not places or places[-1] >= last_from


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("conv", "features.conv", "features.preconv"),
        ("conv", "features.conv", "features.conv0"),
        ("conv", "a.conv", "a.very.long.path.conv"),
        ("conv", "conv_long_long_long", "c.o.n.v"),
        ("f0w", "features.0.weight", "first.10.new"),
        ("RPN", "rpn", "resnet.pool.norm"),
        ("conv 0", "conv0", "conv10"),
    ],
)
def test_what_fits_better(typed: str, better: str, worse: str) -> None:
    query = FuzzyQuery(typed)
    assert query.score(better) > query.score(worse) > 0


def test_in_one_piece_is_always_better() -> None:
    long = "x" * 300 + "abc" + "x" * 300
    assert FuzzyQuery("abc").score(long) >= WHOLE > FuzzyQuery("abc").score("a.b.c")


def test_letters_that_mean_something_in_a_regex() -> None:
    assert FuzzyQuery("[^.").positions("a[b^c.d") == (1, 3, 5)
    assert not FuzzyQuery(".*").is_in_order("anything")
