from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.model.groups import DEEPEST, NameGroup, group_names


def shown(group: NameGroup) -> dict[str, object]:
    return {
        "names": group.names,
        **{child.prefix: shown(child) for child in group.groups.values()},
    }


def all_groups(group: NameGroup) -> list[NameGroup]:
    return [group, *(g for child in group.groups.values() for g in all_groups(child))]


def test_hierarchy_from_names() -> None:
    names = ["net0_conv0_weight", "net0_bn0_gamma", "net0_bn0_running_mean", "expand_weight"]
    assert shown(group_names(names)) == {
        "names": [],
        "net0": {
            "names": [],
            "net0_conv0": {"names": ["net0_conv0_weight"]},
            "net0_bn0": {"names": ["net0_bn0_gamma", "net0_bn0_running_mean"]},
        },
        "expand": {"names": ["expand_weight"]},
    }


def test_groups_that_say_nothing_are_joined() -> None:
    assert shown(group_names(["a_b_c_weight", "a_b_c_bias"])) == {
        "names": [],
        "a_b_c": {"names": ["a_b_c_weight", "a_b_c_bias"]},
    }


def test_a_group_is_never_named_like_a_parameter() -> None:
    # A plan could not tell them apart.
    assert shown(group_names(["fc", "fc_weight", "fc_1_weight"])) == {
        "names": ["fc", "fc_weight"],
        "fc_1": {"names": ["fc_1_weight"]},
    }


def test_names_with_a_thousand_parts() -> None:
    root = group_names(["_".join(["a"] * 5000), "a_" * 3000 + "b"])
    depth = 0
    group = root
    while group.groups:
        group = next(iter(group.groups.values()))
        depth += 1
    assert depth <= DEEPEST


@given(st.lists(st.text("ab_0", min_size=1, max_size=8), unique=True))
def test_every_name_once_and_in_order(names: list[str]) -> None:
    groups = all_groups(group_names(names))
    found = [name for group in groups for name in group.names]
    assert sorted(found) == sorted(names)
    for group in groups:
        assert group.names == [name for name in names if name in group.names]
        assert group.prefix not in names
    assert len({group.prefix for group in groups}) == len(groups)
