"""Two files of weights, from before and after a training of anybody's, held against a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from tui.engine.describe import describe
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.engine.verification import file_digests
from tui.engine.weights.load import by_structure_name, read_params, some
from tui.model.plan import describe as in_words
from tui.model.resolution import Resolution, resolve
from tui.model.selection import PatternError
from tui.model.source import ModelSource
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree
from tui.model.zoo import find_entry
from tui.runs.inspection import FilesVerified, VerifyFiles
from tui.runs.proof_file import Interval, Witnessed
from tui.runs.verdict import judge


def verify_files(question: VerifyFiles, say: Callable[[str], None]) -> FilesVerified:
    """Judge what moved between two files. The plan is resolved on the tree of the model, where
    one is named, else on the one that the names in the first file make.

    What a plan lets move in any of its epochs may have moved.

    Raises:
        Refusal: a file or the model cannot be read, the files are of other models, a pattern
            cannot be used, or a rule needs a model to know what is meant.
    """
    before, after = read_params(question.before), read_params(question.after)
    source = _for_names(question.model) if question.model else ModelSource(question.before)
    built = build(source, say)
    tree = ModelTree(describe(built.net, source.model))
    plan = question.plan
    try:
        resolutions = [resolve(plan, tree, epoch) for epoch in plan.epochs]
    except PatternError as error:
        raise Refusal(str(error)) from None
    missed = resolutions[0].missed
    if question.model is None and any(plan.rules[number].by == "role" for number in missed):
        number = next(number for number in missed if plan.rules[number].by == "role")
        raise Refusal(
            f"rule {number + 1} of the plan ({in_words(plan.rules[number])}): the names in "
            f"{question.before} do not tell this role; name the model with --model"
        )
    say("comparing")
    digests = [file_digests(by_structure_name(arrays, built.net)) for arrays in (before, after)]
    places = set(tree.parameter_of)
    for file, held in zip((question.before, question.after), digests, strict=True):
        if extra := [name for name in held if name not in places]:
            whose = f"{source.model} has not" if question.model else f"{question.before} has not"
            raise Refusal(f"{file}: holds {some(extra)}, which {whose}")
    parameters = []
    for index, info in enumerate(tree.parameters):
        name = next((n for n in info.structure_names if all(n in held for held in digests)), "")
        if not name:
            lacking = question.after if info.structure_name in digests[0] else question.before
            raise Refusal(f"{lacking}: lacks {info.structure_name}; weights of another model")
        state, statistic, lr_mult = _loosest(resolutions, index, info.lr_mult)
        parameters.append(
            Witnessed(
                name=info.structure_name,
                kind=info.kind,
                state=state.word,
                before=digests[0][name],
                after=digests[1][name],
                statistic=None if statistic is None else statistic.word,
                lr_mult=lr_mult,
                thawed=any(index in one.thawed for one in resolutions),
            )
        )
    return FilesVerified(
        judge([Interval(0, 0, tuple(parameters))]),
        tuple(f"rule {number + 1} ({in_words(plan.rules[number])})" for number in missed),
    )


def _for_names(model: ModelSource) -> ModelSource:
    """A model, with classes where it is made for some: they change shapes, and no names."""
    entry = find_entry(model.model)
    made_up = entry is not None and entry.needs_classes and not model.classes
    return msgspec.structs.replace(model, classes=("a", "b")) if made_up else model


def _loosest(
    resolutions: Sequence[Resolution], index: int, built_lr_mult: float
) -> tuple[State, Statistic | None, float]:
    """What the epochs of a plan together let a parameter do."""
    # TRAINABLE and MOVING are the smallest of their kind.
    return (
        min(one.states[index] for one in resolutions),
        min(
            (one.statistics[index] for one in resolutions if index in one.statistics), default=None
        ),
        max(one.lr_mults.get(index, built_lr_mult) for one in resolutions),
    )
