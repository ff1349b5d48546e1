"""Plans by name."""

from __future__ import annotations

from tui.model.families import Roles
from tui.model.plan import FreezePlan, Rule


class PresetError(ValueError):
    """A preset that this model has no blocks for; the message says what to do instead."""


def head_only(roles: Roles) -> FreezePlan:
    """Freeze everything, thaw the head.

    Raises:
        PresetError: nothing in the model tells which blocks are its last layers.
    """
    if not roles.head:
        raise PresetError(
            "nothing tells which blocks are this model's last layers; "
            "freeze all (a, then i) and thaw yours with space"
        )
    return FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))


def everything(_: Roles) -> FreezePlan:
    """Thaw everything that can train."""
    return FreezePlan((Rule("thaw", "all"),))


PRESETS = {"head": head_only, "all": everything}
"""Preset by the name that the command line takes."""
