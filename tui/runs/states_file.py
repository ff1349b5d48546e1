"""states.json: what trains in a run by its plan as it stands, by structure name.

The trainer writes it before the first step and at each change of what trains. It spares whoever
compares runs, or lists them, to open their models.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from tui.model.plan import FreezePlan
from tui.runs.folder import RunFolder
from tui.runs.proof_file import NoProof, read_proof
from tui.runs.versioned import Newer, Unreadable, read_versioned
from tui.whole_file import whole_file

STATES_VERSION = 1


class StatesInShort(msgspec.Struct, frozen=True):
    """The plan in force after `step` steps, and how many parameters train by it: what is read of
    the file where names are not needed."""

    step: int
    plan: FreezePlan
    trainable_parameters: int
    version: int = STATES_VERSION


class StatesFile(StatesInShort, frozen=True):
    """The same with the structure names of what trains and of what is frozen, in the model's
    order. What cannot train is in neither."""

    trainable: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()


def write_states(path: Path, states: StatesFile) -> None:
    """Write a states.json, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    with whole_file(path) as temporary:
        temporary.write_bytes(msgspec.json.encode(states) + b"\n")


def read_states_in_short(folder: RunFolder) -> StatesInShort | None:
    """The plan in force, and the count; None where the file does not tell."""
    try:
        return read_versioned(folder.states_file, StatesInShort, STATES_VERSION)
    except (OSError, Newer, Unreadable):
        return None


def read_trains(folder: RunFolder) -> dict[str, bool] | None:
    """By structure name: whether a parameter trains; what cannot train is left out. A run of an
    earlier thaw tells it by its proof alone. None where nothing tells."""
    try:
        states = read_versioned(folder.states_file, StatesFile, STATES_VERSION)
    except (OSError, Newer, Unreadable):
        return _proved(folder)
    return {**dict.fromkeys(states.trainable, True), **dict.fromkeys(states.frozen, False)}


def _proved(folder: RunFolder) -> dict[str, bool] | None:
    try:
        intervals = read_proof(folder.proof_file).intervals
    except NoProof:
        return None
    last = intervals[-1].parameters if intervals else ()
    return {one.name: one.state == "trainable" for one in last if one.state != "auxiliary"}
