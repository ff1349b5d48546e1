"""`with verify_frozen(net): …`: anybody's training loop, held to what is frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mxnet.gluon import Block, Parameter

from tui.engine.describe import describe
from tui.engine.norm_statistics import fixed_statistics
from tui.engine.verification import digest_of, witnessed
from tui.model.plan import FreezePlan
from tui.model.resolution import Resolution, resolve
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree
from tui.runs.proof_file import Interval
from tui.runs.verdict import Broken, Verdict, broken_in_words, in_words, judge

NAMED = 5
"""How many are named in the error's message; the report has all."""


class FrozenMoved(AssertionError):
    """Something frozen changed. The message names the first few and says how many there are;
    `moved` has them all, `report` what else became of the network."""

    def __init__(self, report: FrozenReport) -> None:
        self.report = report
        self.moved = report.moved
        lines = [broken_in_words(one) for one in self.moved[:NAMED]]
        if len(self.moved) > NAMED:
            lines.append(f"and {len(self.moved) - NAMED:,} more")
        count = f"{len(self.moved):,} frozen thing{'s' * (len(self.moved) != 1)} moved"
        super().__init__("\n  ".join([count, *lines]))


@dataclass
class FrozenReport:
    """What `verify_frozen` watches, and when its block is over, what became of it.

    `watched` are the structure names of all that must not move, `not_fixed` those of statistics
    among them that nothing holds, though the weights of their layer are frozen: a CPU moves them
    only when a gradient passes through, a GPU at every batch. `verdict` is None inside the block;
    then it has every parameter and statistic by what became of it.
    """

    watched: tuple[str, ...]
    not_fixed: tuple[str, ...] = ()
    verdict: Verdict | None = None

    @property
    def moved(self) -> tuple[Broken, ...]:
        """What should not have moved, and did; empty inside the block."""
        return self.verdict.broken if self.verdict else ()

    def __str__(self) -> str:
        if self.verdict is None:
            return f"{len(self.watched):,} frozen things are watched"
        lines = in_words(self.verdict)
        if self.not_fixed:
            lines.append(
                f"! {len(self.not_fixed):,} statistics of frozen norm layers are not fixed: "
                "training uses the batch's, and a GPU moves them; tui.freeze_statistics fixes them"
            )
        return "\n".join(lines)


@contextmanager
def verify_frozen(
    net: Block, plan: FreezePlan | None = None, epoch: int = 1
) -> Iterator[FrozenReport]:
    """Hold a network to what is frozen when the block begins:

        with tui.verify_frozen(net) as report:
            train(net)
        print(report)

    Frozen is what has `grad_req='null'`; the statistics of a norm layer whose weights are all
    frozen, or that is set to `use_global_stats`; and what has `lr_mult` 0, which does not hold it.
    With a plan it is what the plan freezes in an epoch, whatever state the network is in;
    statistics that it thaws by a rule may move. What has no values yet, since its shape waits for
    a first batch, is held to the values that it is given first.

    Costs a digest of the network at both ends: about a quarter of a second for 100 MB. An
    exception from inside the block goes through, and nothing is judged.

    Raises:
        FrozenMoved: something frozen has changed by the end of the block.
        PatternError: one of the plan's patterns cannot be used.
    """
    tree = ModelTree(describe(net, type(net).__name__))
    found = net.collect_params()
    parameters: dict[str, Parameter] = {info.name: found[info.name] for info in tree.parameters}
    resolution = (
        resolve(plan, tree, epoch) if plan is not None else _as_it_stands(net, tree, parameters)
    )
    before: dict[str, str] = {}
    waiting = _first_values(parameters, before)
    fixed = fixed_statistics(net)
    report = FrozenReport(
        _watched(tree, resolution),
        tuple(
            tree.parameters[index].structure_name
            for index, statistic in resolution.statistics.items()
            if statistic is Statistic.FIXED and tree.parameters[index].name not in fixed
        ),
    )
    try:
        yield report
    finally:
        for end in waiting:
            end()
    after = {name: digest_of(parameter) for name, parameter in parameters.items()}
    interval = Interval(0, 0, witnessed(tree, resolution, before, after))
    report.verdict = judge([interval])
    if report.moved:
        raise FrozenMoved(report)


def _as_it_stands(net: Block, tree: ModelTree, parameters: dict[str, Parameter]) -> Resolution:
    """The states that a network is in, whoever has set them, as if a plan had."""
    states = tuple(
        State.AUXILIARY
        if not info.can_train
        else State.FROZEN
        if parameters[info.name].grad_req == "null"
        else State.TRAINABLE
        for info in tree.parameters
    )
    fixed = fixed_statistics(net)
    statistics = {}
    for norm in tree.norms:
        frozen = bool(norm.weights) and all(states[w] is State.FROZEN for w in norm.weights)
        for index in norm.statistics:
            still = frozen or tree.parameters[index].name in fixed
            statistics[index] = Statistic.FIXED if still else Statistic.MOVING
    lr_mults = {
        index: float(parameters[info.name].lr_mult) for index, info in enumerate(tree.parameters)
    }
    return Resolution(states, statistics, (), (), (), lr_mults)


def _watched(tree: ModelTree, resolution: Resolution) -> tuple[str, ...]:
    return tuple(
        info.structure_name
        for index, info in enumerate(tree.parameters)
        if resolution.states[index] is State.FROZEN
        or resolution.statistics.get(index) is Statistic.FIXED
        or (
            info.can_train
            and resolution.lr_mults.get(index, info.lr_mult) == 0
            and index not in resolution.thawed
        )
    )


def _first_values(
    parameters: dict[str, Parameter], digests: dict[str, str]
) -> list[Callable[[], None]]:
    """Take the digest of every parameter: now, or of one without values when it gets its first.
    Returns what ends the wait of each of those."""
    ends = []
    for name, parameter in parameters.items():
        digests[name] = digest_of(parameter)
        if parameter._data is None:
            ends.append(_take_at_first(parameter, name, digests))
    return ends


def _take_at_first(parameter: Parameter, name: str, digests: dict[str, str]) -> Callable[[], None]:
    # Every way to first values goes through this method. One block may stand inside another,
    # each with a wait of its own.
    earlier = parameter.__dict__.get("_init_impl")

    def end() -> None:
        if parameter.__dict__.get("_init_impl") is init:
            del parameter._init_impl
            if earlier is not None:
                parameter._init_impl = earlier

    def init(*arguments: object, **options: object) -> None:
        end()
        parameter._init_impl(*arguments, **options)
        digests[name] = digest_of(parameter)

    parameter._init_impl = init
    return end
