"""What a person should know about a plan before it is used: rules that miss, contradictions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from tui.model.families import Roles, find_roles
from tui.model.folding import covering
from tui.model.plan import STATES, STATISTICS, FreezePlan, describe
from tui.model.resolution import Resolution, resolve, select
from tui.model.states import State
from tui.model.tree import ModelTree


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for people. `serious` where the plan does not do what it says; `rule` is the
    index of the rule that it is about, -1 for the whole plan."""

    text: str
    serious: bool
    rule: int = -1


def findings(plan: FreezePlan, tree: ModelTree) -> tuple[Finding, ...]:
    """All there is to say of a plan on a model, in the order of its rules.

    Raises:
        PatternError: a rule's pattern cannot be used.
    """
    resolution = resolve(plan, tree)
    roles = find_roles(tree)
    return (
        *_of_rules(plan, tree, resolution, roles),
        *_of_shared(plan, tree),
        *_of_the_whole(plan, tree, resolution),
    )


def _of_rules(
    plan: FreezePlan, tree: ModelTree, resolution: Resolution, roles: Roles
) -> Iterator[Finding]:
    for number, rule in enumerate(plan.rules):
        said = f"rule {number + 1} ({describe(rule)})"
        if rule.off:
            continue
        if number in resolution.missed:
            what = "no norm layer" if rule.action in STATISTICS else "nothing"
            yield Finding(f"{said} selects {what} in this model", True, number)
            continue
        if rule.action == "thaw":
            found = select(rule, tree, roles)
            if not any(tree.parameters[index].can_train for index in found):
                yield Finding(
                    f"{said} selects only statistics and constants, which cannot train",
                    True,
                    number,
                )
        if rule.action == "lr_mult" and rule.value == 0:
            yield Finding(
                f"{said} is no freeze: momentum can still move what it selects; "
                "use the action freeze",
                False,
                number,
            )


def contradicted(plan: FreezePlan, tree: ModelTree) -> tuple[int, ...]:
    """The shared parameters that rules freeze in one of their places and thaw in another."""
    found = []
    for index, parameter in enumerate(tree.parameters):
        if len(parameter.structure_names) > 1 and parameter.can_train:
            told = {_told(plan, tree, index, place) for place in parameter.structure_names}
            if len(told - {None}) > 1:
                found.append(index)
    return tuple(found)


def _told(plan: FreezePlan, tree: ModelTree, index: int, place: str) -> str | None:
    """What the rules that name one place of a parameter make of it."""
    alone = _alone(tree, index, place)
    last = None
    for rule in plan.rules:
        if rule.off or rule.action not in STATES:
            continue
        # The whole model, and a name that it has only once, say nothing about one place.
        if rule.by in ("all", "names") and rule.covers is None:
            last = rule.action if index in select(rule, tree) else last
        elif select(rule, alone):
            last = rule.action
    return last


def _alone(tree: ModelTree, index: int, place: str) -> ModelTree:
    """A model like this one in which the parameter stands in one place, and nothing else."""
    parameter = msgspec.structs.replace(tree.parameters[index], structure_names=(place,))
    blocks = tuple(
        msgspec.structs.replace(
            block,
            parameters=(0,) if place in block.names else (),
            names=(place,) if place in block.names else (),
        )
        for block in tree.model.blocks
    )
    return ModelTree(msgspec.structs.replace(tree.model, blocks=blocks, parameters=(parameter,)))


def _of_shared(plan: FreezePlan, tree: ModelTree) -> Iterator[Finding]:
    for index in contradicted(plan, tree):
        parameter = tree.parameters[index]
        places = ", ".join(parameter.structure_names)
        yield Finding(
            f"{places}: one parameter, frozen in one place and thawed in another; "
            "the later rule wins",
            False,
        )


def unpretrained_frozen(tree: ModelTree, resolution: Resolution) -> tuple[int, ...]:
    """The frozen parameters that never came from a file, in a model of which others did: they
    keep the random values of their initialisation."""
    if not any(parameter.pretrained for parameter in tree.parameters):
        return ()
    return tuple(
        index
        for index, parameter in enumerate(tree.parameters)
        if parameter.can_train
        and not parameter.pretrained
        and resolution.states[index] is State.FROZEN
    )


def _of_the_whole(plan: FreezePlan, tree: ModelTree, resolution: Resolution) -> Iterator[Finding]:
    if State.TRAINABLE not in resolution.states:
        later = any(
            State.TRAINABLE in resolve(plan, tree, epoch).states for epoch in plan.epochs[1:]
        )
        when = "in the first epoch " if later else ""
        yield Finding(f"everything is frozen {when}under this plan, so nothing trains", True)
    frozen = unpretrained_frozen(tree, resolution)
    if frozen:
        where = covering(tree, frozen)
        more = f" and {len(where) - 3} more" if len(where) > 3 else ""
        count = "1 parameter was" if len(frozen) == 1 else f"{len(frozen)} parameters were"
        yield Finding(
            f"frozen, but never pretrained: {', '.join(where[:3])}{more} ({count} "
            "initialised at random and will stay so)",
            False,
        )
