from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tui.runs.proof_file import Interval, Witnessed
from tui.runs.verdict import Broken, Verdict, in_words, judge, summary

SAME, OTHER = ("1", "1"), ("1", "2")


def weight(name: str, state: str, ends: tuple[str, str], **more: object) -> Witnessed:
    return Witnessed(name, "weight", state, *ends, **more)  # type: ignore[arg-type]


def statistic(name: str, word: str, ends: tuple[str, str]) -> Witnessed:
    return Witnessed(name, "statistic", "auxiliary", *ends, word)  # type: ignore[arg-type]


def constant(name: str, ends: tuple[str, str]) -> Witnessed:
    return Witnessed(name, "constant", "auxiliary", *ends)


def one(*parameters: Witnessed) -> Verdict:
    return judge([Interval(1, 9, parameters)])


def test_what_held() -> None:
    verdict = one(
        weight("f", "frozen", SAME),
        weight("t", "trainable", OTHER),
        weight("dead", "trainable", SAME),
        weight("l", "trainable", SAME, lr_mult=0.0),
        statistic("fixed", "fixed", SAME),
        statistic("moved", "moving", OTHER),
        statistic("still", "moving", SAME),
        constant("anchors", SAME),
    )
    assert verdict.holds
    assert verdict == Verdict(
        frozen=("f",),
        changed=("t",),
        unchanged=("dead",),
        lr_mult_zero=("l",),
        statistics_fixed=("fixed",),
        statistics_moved=("moved",),
        statistics_unmoved=("still",),
        constants=("anchors",),
    )


def test_dead_layers_are_named() -> None:
    said = in_words(one(weight("t", "trainable", OTHER), weight("dead.bias", "trainable", SAME)))
    assert said == [
        "frozen      none",
        "trainable   1 changed; 1 did not change",
        "! trainable, and unchanged: dead layers, or ones that no gradient reaches:",
        "    dead.bias",
    ]


def test_what_did_not_hold() -> None:
    verdict = one(
        weight("f", "frozen", OTHER),
        weight("l", "trainable", OTHER, lr_mult=0.0),
        statistic("s", "fixed", OTHER),
        constant("c", OTHER),
    )
    assert not verdict.holds
    assert [(found.name, found.why) for found in verdict.broken] == [
        ("f", "frozen"),
        ("l", "lr_mult"),
        ("s", "statistic"),
        ("c", "constant"),
    ]
    said = in_words(verdict)
    assert said[0] == "! f: frozen, and it changed (steps 1 to 9)"
    assert "lr_mult=0 is not freezing" in said[1]
    assert "grad_req does not stop it, use_global_stats does" in said[2]


def test_a_multiplier_of_0_beside_a_rule_that_thaws_is_no_freeze_that_broke() -> None:
    assert one(weight("l", "trainable", OTHER, lr_mult=0.0, thawed=True)).changed == ("l",)


def test_a_gamma_that_mxnet_fills_with_ones_is_none_that_broke() -> None:
    assert one(constant("bn.gamma", OTHER), constant("bn_gamma", OTHER)).holds


def test_thawed_in_mid_run() -> None:
    verdict = judge(
        [
            Interval(1, 4, (weight("w", "frozen", ("1", "1")), statistic("s", "fixed", SAME))),
            Interval(5, 9, (weight("w", "trainable", ("1", "2")), statistic("s", "moving", OTHER))),
        ]
    )
    assert verdict.holds
    assert verdict.changed == verdict.frozen_at_times == ("w",)
    assert verdict.statistics_moved == ("s",)
    assert verdict.frozen == ()


def test_broken_in_the_second_interval_alone() -> None:
    verdict = judge(
        [
            Interval(1, 4, (weight("w", "trainable", ("1", "2")),)),
            Interval(5, 9, (weight("w", "frozen", ("2", "3")),)),
        ]
    )
    assert verdict.broken == (Broken("w", "frozen", 5, 9),)


def test_changed_between_two_intervals() -> None:
    verdict = judge(
        [
            Interval(1, 4, (weight("w", "frozen", ("1", "1")),)),
            Interval(5, 9, (weight("w", "frozen", ("2", "2")),)),
        ]
    )
    assert verdict.broken == (Broken("w", "between", 4, 5),)
    assert "(between steps 4 and 5)" in in_words(verdict)[0]


@st.composite
def stories(draw: st.DrawFn) -> list[Interval]:
    names = draw(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1))
    kinds = {name: draw(st.sampled_from(["weight", "statistic", "constant"])) for name in names}
    intervals = []
    values = dict.fromkeys(names, 0)
    for number in range(draw(st.integers(1, 4))):
        found = []
        for name in names:
            before = values[name]
            values[name] += draw(st.integers(0, 1))
            ends = str(before), str(values[name])
            match kinds[name]:
                case "weight":
                    state = draw(st.sampled_from(["trainable", "frozen"]))
                    lr_mult = draw(st.sampled_from([0.0, 1.0]))
                    found.append(weight(name, state, ends, lr_mult=lr_mult))
                case "statistic":
                    found.append(statistic(name, draw(st.sampled_from(["moving", "fixed"])), ends))
                case _:
                    found.append(constant(name, ends))
        intervals.append(Interval(10 * number + 1, 10 * number + 10, tuple(found)))
    return intervals


@given(stories())
def test_everything_is_in_one_group_and_nothing_frozen_that_moved_is_missed(
    intervals: list[Interval],
) -> None:
    verdict = judge(intervals)
    groups = msgspec.structs.asdict(verdict)
    at_times = groups.pop("frozen_at_times")
    broken = {found.name for found in groups.pop("broken")}
    names = [name for group in groups.values() for name in group] + list(broken)
    assert sorted(names) == sorted(one.name for one in intervals[0].parameters)
    assert set(at_times) <= {*verdict.changed, *verdict.unchanged}
    moved_frozen = {
        one.name
        for interval in intervals
        for one in interval.parameters
        if one.before != one.after
        and (
            one.state == "frozen"
            or one.statistic == "fixed"
            or one.kind == "constant"
            or (one.kind == "weight" and one.lr_mult == 0)
        )
    }
    assert broken == moved_frozen
    assert verdict.holds is not bool(moved_frozen)
    proof = summary(verdict, len(intervals))
    assert set(proof.broken) == broken
    assert proof.intervals == len(intervals)
