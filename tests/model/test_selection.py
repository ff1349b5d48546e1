from __future__ import annotations

import contextlib
import re
import time
import warnings

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tui.model import selection
from tui.model.selection import PatternError, match_names, suggest

NAMES = [
    "mobilenet0_conv0_weight",
    "mobilenet0_batchnorm0_gamma",
    "mobilenet0_batchnorm0_running_mean",
    "mobilenet0_conv1_weight",
    "mobilenet0_dense0_weight",
    "mobilenet0_dense0_bias",
]
STRUCTURE = [
    ("features.0.weight",),
    ("features.1.gamma",),
    ("features.1.running_mean",),
    ("features.2.weight",),
    ("output.weight",),
    ("output.bias",),
]

PIECES = [
    *"ab0_.*+?|()[]{}^$-,: =!<&~#",
    "\\.",
    "\\d",
    "\\w",
    "\\b",
    "\\Z",
    "\\1",
    "\\[",
    "(?:",
    "(?=",
    "(?!",
    "(?<=",
    "(?i)",
    "(?x)",
    "(?#",
    "(?P<n>",
    "(?P=n)",
    "[[:alpha:]]",
    "[^",
    "{e}",
    "{e<=1}",
    "{1,2}",
    "{,2}",
    "conv",
    "dense",
    ".*",
    "\\N{LATIN SMALL LETTER A}",
]
patterns = st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join)
names = st.lists(st.text("ab0_{}e[]:conv.", min_size=1, max_size=10), min_size=1, max_size=6)


def matched_by_re(pattern: str, among: list[str], *, search: bool) -> list[int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiled = re.compile(pattern)
        except (re.error, ValueError, OverflowError):
            assume(False)
    find = compiled.search if search else compiled.match
    return [index for index, name in enumerate(among) if find(name)]


@given(patterns, names, st.booleans())
def test_the_same_as_re(pattern: str, among: list[str], search: bool) -> None:
    expected = matched_by_re(pattern, among, search=search)
    assert match_names(pattern, among, search=search, limit=20) == expected


@given(patterns, names, st.booleans())
def test_the_same_as_re_under_a_time_limit(pattern: str, among: list[str], search: bool) -> None:
    expected = matched_by_re(pattern, among, search=search)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "_is_tame", lambda _: False)
        assert match_names(pattern, among, search=search, limit=20) == expected


@pytest.mark.parametrize(
    ("pattern", "among", "expected"),
    [
        # The regex module reads these as fuzzy matching and as a class of characters.
        ("(?:conv){e<=1}", ["conv", "cone", "conv{e<=1}"], [2]),
        ("[[:alpha:]]", ["a]", "x]", ":]"], [0, 2]),
        (r"a{e}\d", ["a{e}1", "a1"], [0]),
    ],
)
def test_what_only_the_regex_module_knows_is_text(
    pattern: str, among: list[str], expected: list[int]
) -> None:
    assert match_names(pattern, among) == expected


def test_an_empty_pattern_selects_all() -> None:
    assert match_names("", NAMES) == list(range(6))


def test_anchored_at_the_start_only() -> None:
    assert match_names("dense0", NAMES) == []
    assert match_names("mobilenet0_dense", NAMES) == [4, 5]
    assert match_names("dense0", NAMES, search=True) == [4, 5]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "at character 1: missing ), unterminated subpattern"),
        ("a**", "at character 3: multiple repeat"),
        ("(?P<a", "missing >"),
        (r"\p{L}", r"bad escape \p"),
        ("(?a)(?u)x", "incompatible"),
        ("x{99999999999999999999}", "repetition number"),
    ],
)
def test_says_why_a_pattern_does_not_compile(pattern: str, said: str) -> None:
    with pytest.raises(PatternError, match="does not compile") as raised:
        match_names(pattern, NAMES)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*$",
        "(a|aa)+$",
        "(.*a){20}$",
        "a?" * 30 + "a" * 30 + "$",
        "(a|a)" * 30 + "$",
        "(?:" * 3 + "a*)*" + ")*" * 2 + "$",
    ],
)
def test_a_pattern_that_backtracks_is_stopped(pattern: str) -> None:
    started = time.monotonic()
    # Some of these the regex module sees through; then the answer is the right one.
    with contextlib.suppress(PatternError):
        assert match_names(pattern, ["a" * 28 + "b"] * 50, limit=0.3) == []
    assert time.monotonic() - started < 3


def test_the_worst_one_is_stopped_and_says_where() -> None:
    with pytest.raises(PatternError, match=r"backtracks without end.* on 'aaaa"):
        match_names("(a|a)*$", ["a" * 40 + "b"], limit=0.1)


def test_a_plain_pattern_over_very_many_names_is_no_runaway() -> None:
    many = [f"net0_conv{number}_weight" for number in range(200_000)]
    assert len(match_names("(?!.*conv7).*", many)) < len(many)


def test_no_warning_reaches_the_terminal() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert match_names("[[a]", ["a", "["]) == [0, 1]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(?!dense).*", "(?!.*dense).*"),
        ("^(?!dense)", "(?!.*dense).*"),
        ("(?!dense|conv0).*", "(?!.*(dense|conv0)).*"),
        ("dense0", ".*dense0"),
        ("^dense0", ".*dense0"),
        ("dense0|conv1", ".*(dense0|conv1)"),
        ("weight", ".*weight"),
        ("dense0.weight", ".*dense0.weight"),
    ],
)
def test_suggests_what_was_meant(pattern: str, expected: str) -> None:
    hint = suggest(pattern, NAMES)
    assert hint is not None
    assert hint.pattern == expected
    assert hint.reason


@pytest.mark.parametrize(
    ("pattern", "selected"),
    [
        ("features", [0, 1, 2, 3]),
        ("features.0.weight", [0]),
        ("features.1", [1, 2]),
        (r"features\.1\..*", [1, 2]),
        ("output", [4, 5]),
        ("output.*", [4, 5]),
    ],
)
def test_understands_structure_names(pattern: str, selected: list[int]) -> None:
    assert suggest(pattern, NAMES) is None or "." in pattern
    hint = suggest(pattern, NAMES, STRUCTURE)
    assert hint is not None
    assert match_names(hint.pattern, NAMES) == selected


@pytest.mark.parametrize(
    "pattern", ["", ".*", "nothing_like_it", "(?!.*nothing).*", "(?!nothing).*", "features.9"]
)
def test_suggests_nothing_where_nothing_fits(pattern: str) -> None:
    assert suggest(pattern, NAMES, STRUCTURE) is None


@given(st.one_of(patterns, st.sampled_from(["dense", "features", "conv0.weight", "a.b"])), names)
def test_never_suggests_what_selects_nothing_or_everything(pattern: str, among: list[str]) -> None:
    places = [(name.replace("_", "."),) for name in among]
    hint = suggest(pattern, among, places)
    if hint is not None:
        assert 0 < len(match_names(hint.pattern, among)) < len(among)
