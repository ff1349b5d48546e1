"""Plans by name. A preset decides what trains; an addition only adds rules to what there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui.model.families import Roles
from tui.model.folding import covering, folded
from tui.model.plan import MULTIPLIERS, FreezePlan, Rule, Selector
from tui.model.selection import match_names
from tui.model.stages import find_stages
from tui.model.states import State
from tui.model.tree import ModelTree

NORMS = r"(^|[._])(gamma|beta)$"
BIASES = r"(^|[._])(bias|beta)$"
UNDECAYED = r"(^|[._])(bias|gamma|beta)$"
"""Regexes on structure names. Gluon's norm layers all call their scale gamma, their shift beta."""

STEEPEST = 1 / 2.6
"""The learning rate of a stage over that of the next one (Howard and Ruder, "Universal Language
Model Fine-tuning for Text Classification", 2018)."""
LEAST = 0.01
"""The multiplier of the stage nearest to the picture, where there are many stages."""


class PresetError(ValueError):
    """A preset that this model has nothing for; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A plan by name. `make` raises `PresetError` where the model has nothing for it. An
    `addition` leaves what trains as it is."""

    name: str
    title: str
    description: str
    make: Callable[[ModelTree, Roles], FreezePlan]
    addition: bool = False

    def on(self, plan: FreezePlan, tree: ModelTree, roles: Roles) -> FreezePlan:
        """The plan that it makes of another. What that says of learning rates and weight decay
        stays; an addition takes the place of its like.

        Raises:
            PresetError: the model has nothing for it.
        """
        made = self.make(tree, roles).rules
        if not self.addition:
            return plan.replaced((*made, *(r for r in plan.rules if r.action in MULTIPLIERS)))
        actions = {rule.action for rule in made}
        return plan.replaced((*(r for r in plan.rules if r.action not in actions), *made))


def head_only(_: ModelTree, roles: Roles) -> FreezePlan:
    """Freeze everything, thaw the head.

    Raises:
        PresetError: nothing in the model tells which blocks are its last layers.
    """
    _need_head(roles)
    return FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))


def head_and_neck(tree: ModelTree, roles: Roles) -> FreezePlan:
    """Freeze the trunk, thaw what stands behind it.

    Raises:
        PresetError: the model has no neck.
    """
    if not roles.neck:
        raise PresetError("this model has no neck; h trains its head, ] one stage of it more")
    return head_only(tree, roles).with_rules(Rule("thaw", "role", "neck"))


def everything(_: ModelTree, __: Roles) -> FreezePlan:
    """Thaw everything that can train."""
    return FreezePlan((Rule("thaw", "all"),))


def norms_only(tree: ModelTree, _: Roles) -> FreezePlan:
    """Train the scale and shift of norm layers alone, and let their statistics move.

    Raises:
        PresetError: there are none.
    """
    _need(tree, NORMS, "this model has no norm layers that can train")
    return FreezePlan((Rule("freeze", "all"), Rule("thaw", "structure", NORMS)))


def biases_only(tree: ModelTree, _: Roles) -> FreezePlan:
    """Train biases alone, the shift of norm layers among them (Ben Zaken et al., "BitFit", 2021).
    Statistics are fixed: a norm's scale, which belongs to them, stays frozen.

    Raises:
        PresetError: there are none.
    """
    _need(tree, BIASES, "this model has no biases that can train")
    return FreezePlan(
        (
            Rule("freeze", "all"),
            Rule("thaw", "structure", BIASES),
            Rule("freeze statistics", "all"),
        )
    )


def models_own(tree: ModelTree, _: Roles) -> FreezePlan:
    """What the model itself says that trains: `collect_train_params()` of GluonCV's R-CNNs.

    Raises:
        PresetError: the model says nothing of it.
    """
    pattern = tree.model.train_pattern
    if not pattern:
        raise PresetError("this model does not say itself what trains; R-CNN models do")
    found = match_names(pattern, [parameter.name for parameter in tree.parameters])
    covers = covering(tree, found)
    return FreezePlan((Rule("freeze", "all"), Rule("thaw", "names", pattern, covers)))


def pretrained_part(tree: ModelTree, _: Roles) -> FreezePlan:
    """Freeze exactly what came from the file of weights, train what is new.

    Raises:
        PresetError: nothing came from a file, or everything did.
    """
    came = [parameter.pretrained and parameter.can_train for parameter in tree.parameters]
    new = [not parameter.pretrained and parameter.can_train for parameter in tree.parameters]
    if not any(came):
        raise PresetError("nothing here came from a file of weights, so nothing is pretrained")
    if not any(new):
        raise PresetError("everything came from the file of weights; h trains the head alone")
    states = [
        State.AUXILIARY
        if not parameter.can_train
        else State.FROZEN
        if parameter.pretrained
        else State.TRAINABLE
        for parameter in tree.parameters
    ]
    base = [s if s is State.AUXILIARY else State.TRAINABLE for s in states]
    return FreezePlan((Rule("thaw", "all"), *folded(tree, states, base)))


def discriminative(tree: ModelTree, roles: Roles) -> FreezePlan:
    """Smaller learning rates the nearer to the picture, geometric by stage of the trunk.

    Raises:
        PresetError: nothing tells its stages.
    """
    _need_head(roles)
    stages = find_stages(tree, roles)
    if not stages:
        raise PresetError("nothing tells this model's trunk, so its depth has no order")
    factor = max(STEEPEST, LEAST ** (1 / len(stages)))
    return FreezePlan(
        tuple(
            Rule("lr_mult", _by(tree, path), path, value=float(f"{factor**depth:.3g}"))
            for depth, stage in reversed(tuple(enumerate(reversed(stages), start=1)))
            for path in stage.paths
        )
    )


def no_decay(tree: ModelTree, _: Roles) -> FreezePlan:
    """No weight decay on biases and norm layers (He et al., "Bag of Tricks", 2019).

    Raises:
        PresetError: there are none.
    """
    _need(tree, UNDECAYED, "this model has neither biases nor norm layers that can train")
    return FreezePlan((Rule("wd_mult", "structure", UNDECAYED, value=0.0),))


_ALL = (
    Preset("head", "head only", "freeze everything but the last layers", head_only),
    Preset("neck", "head and neck", "freeze the trunk alone", head_and_neck),
    Preset("all", "all", "thaw everything that can train", everything),
    Preset("norms", "norms only", "train the scale and shift of norm layers", norms_only),
    Preset("biases", "biases only", "train biases and the shift of norm layers", biases_only),
    Preset("own", "the model's own", "as collect_train_params() of R-CNN models", models_own),
    Preset(
        "pretrained",
        "pretrained part frozen",
        "freeze exactly what came from the file of weights",
        pretrained_part,
    ),
    Preset(
        "discriminative",
        "discriminative rates",
        "smaller learning rates the nearer to the picture",
        discriminative,
        addition=True,
    ),
    Preset(
        "no-decay",
        "no decay on bias and norm",
        "no weight decay on biases and norm layers",
        no_decay,
        addition=True,
    ),
)

PRESETS = {preset.name: preset for preset in _ALL}
"""Presets by the name that the command line takes. `[` and `]` go along the ladder."""


def _by(tree: ModelTree, path: str) -> Selector:
    return "block" if tree.nodes[tree.index_of[path]].is_block else "parameter"


def _need_head(roles: Roles) -> None:
    if not roles.head:
        raise PresetError(
            "nothing tells which blocks are this model's last layers; "
            "freeze all (a, then i) and thaw yours with space"
        )


def _need(tree: ModelTree, pattern: str, problem: str) -> None:
    names = [name for one in tree.parameters if one.can_train for name in one.structure_names]
    if not match_names(pattern, names, search=True):
        raise PresetError(problem)
