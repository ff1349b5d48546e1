from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.exact_pattern import LONGEST, MOST_NAMES, exact_pattern, with_other_counters

TRUNK = [
    f"ssd0_mobilenet0_{layer}{number}_{last}"
    for number in range(14)
    for layer, lasts in (("conv", ("weight",)), ("batchnorm", ("gamma", "running_mean")))
    for last in lasts
] + ["ssd0_expand_conv0_weight", "ssd0_expand_bn0_moving_mean"]


def indices(pattern: str, names: list[str] = TRUNK) -> list[int]:
    return [index for index, name in enumerate(names) if re.search(pattern, name)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("batchnorm", ".*batchnorm"),
        ("conv12_", ".*conv12"),
        ("conv1_", ".*conv1_"),
        ("expand", ".*expand"),
        ("batchnorm[2-9]_", ".*batchnorm[2-9]"),
        ("conv[39]_|conv1[01]_", ".*conv([39]|1[01])"),
        ("^(?!.*gamma)", "(?!.*gamma)"),
        ("", ""),
    ],
)
def test_patterns_as_a_person_would_write_them(wanted: str, expected: str) -> None:
    assert exact_pattern(TRUNK, indices(wanted)) == expected


def test_what_is_indifferent_makes_it_shorter() -> None:
    weights = indices("batchnorm.*gamma|conv.*weight")
    statistics = indices("running|moving")
    assert exact_pattern(TRUNK, weights, statistics) == ""
    assert exact_pattern(TRUNK, indices("batchnorm.*gamma"), statistics) in (
        ".*gamma",
        ".*batchnorm",
    )


def test_no_pattern_for_nothing_nor_for_too_many_names() -> None:
    assert exact_pattern(TRUNK, []) is None
    many = [f"net0_conv{number}_weight" for number in range(MOST_NAMES + 1)]
    assert exact_pattern(many, [0]) is None


def test_the_number_in_front_is_never_relied_on() -> None:
    names = ["dense0_weight", "dense1_weight", "dense2_weight"]
    assert exact_pattern(names, [1]) is None
    names = ["net0_a_weight", "net0_b_weight", "other1_a_weight"]
    found = exact_pattern(names, [0, 1])
    assert found is None or "0" not in found


def test_other_counters() -> None:
    elsewhere = with_other_counters(["ssd0_conv0_weight", "ssd0_ssd0_conv1_bias", "plain_bias"])
    for names in elsewhere:
        front = names[0].split("_")[0]
        assert front != "ssd0"
        assert names == [f"{front}_conv0_weight", f"{front}_{front}_conv1_bias", "plain_bias"]
    assert with_other_counters(["resnetv1b_conv0_weight"]) == []


parts = st.sampled_from(["conv0", "conv1", "conv10", "stage1", "bn", "bn0", "a", "weight", "gamma"])
random_names = st.lists(
    st.lists(parts, min_size=1, max_size=4).map("_".join), min_size=1, max_size=12, unique=True
)


@given(random_names, st.sampled_from(["net0_", ""]), st.data())
def test_exact_here_and_with_other_counters(
    names: list[str], front: str, data: st.DataObject
) -> None:
    names = [front + name for name in names]
    places = st.sets(st.integers(0, len(names) - 1))
    wanted = data.draw(places)
    either = data.draw(places) - wanted
    found = exact_pattern(names, wanted, either)
    if found is None:
        return
    assert len(found) <= LONGEST
    selected = {i for i, name in enumerate(names) if re.match(found, name)}
    assert wanted <= selected <= wanted | either
    for elsewhere in with_other_counters(names):
        assert {i for i, name in enumerate(elsewhere) if re.match(found, name)} == selected
