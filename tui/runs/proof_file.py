"""proof.json: what every parameter and statistic was before and after, as digests.

The run's states are kept beside the digests, interval by interval, since a plan can change in
mid-run. Whoever has the folder can judge for themselves: see `tui.runs.verdict`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from tui.model.description import ParameterKind
from tui.runs.versioned import Newer, Unreadable, read_versioned
from tui.whole_file import whole_file

PROOF_VERSION = 1

ALGORITHM = "blake2b-128"
"""BLAKE2b with 16 bytes, over dtype, shape and values: see `tui.engine.verification`."""


class NoProof(ValueError):
    """There is no proof that can be read; the message is one line."""


class Witnessed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A parameter over an interval: what it was to do, and its digests at both ends.

    `name` is its structure name, `also` its other ones. `state` and `statistic` (of a running
    mean or variance alone) are what the plan said, `thawed` whether a rule thawed it. A digest
    is empty where there were no values yet.
    """

    name: str
    kind: ParameterKind
    state: Literal["trainable", "frozen", "auxiliary"]
    before: str
    after: str
    statistic: Literal["moving", "fixed"] | None = None
    lr_mult: float = 1.0
    thawed: bool = False
    also: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether it is the same at both ends, bit for bit."""
        return self.before == self.after


class Interval(msgspec.Struct, frozen=True):
    """Steps under one and the same plan, both ends included, counted from 1 over the run."""

    first_step: int
    last_step: int
    parameters: tuple[Witnessed, ...]


class Kept(msgspec.Struct, frozen=True):
    """A proof that is not finished, as a checkpoint keeps it: the intervals that are over, and
    of the one that goes on its first step and the digests at its beginning, by structure name."""

    intervals: tuple[Interval, ...]
    first_step: int
    before: dict[str, str]


class ProofFile(msgspec.Struct, frozen=True):
    """All intervals of a run, in order, and the file of weights (relative to the run folder)
    that holds what the last of them ended with.

    `saved` has digests of what that file holds where it is not just what the digest is of: the
    mean over several devices, or nothing (empty) for a parameter that Gluon does not save.
    """

    intervals: tuple[Interval, ...]
    weights: str
    saved: dict[str, str] = {}
    algorithm: str = ALGORITHM
    version: int = PROOF_VERSION


def write_proof(path: Path, proof: ProofFile) -> None:
    """Write a proof.json, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    with whole_file(path) as temporary:
        temporary.write_bytes(msgspec.json.encode(proof) + b"\n")


def read_proof(path: Path) -> ProofFile:
    """Read a proof.json.

    Raises:
        NoProof: it cannot be read, or is of a version that is not known here.
    """
    try:
        proof = read_versioned(path, ProofFile, PROOF_VERSION)
    except OSError as error:
        raise NoProof(f"{path}: {error.strerror or error}") from None
    except Newer as error:
        raise NoProof(f"{path}: proof {error}") from None
    except Unreadable as error:
        raise NoProof(f"{path}: not a proof of thaw: {error}") from None
    if proof.algorithm != ALGORITHM:
        raise NoProof(f"{path}: its digests are {proof.algorithm}; this thaw makes {ALGORITHM}")
    return proof


def differing(proof: ProofFile, digests: dict[str, str]) -> tuple[str, ...]:
    """The structure names under which a file of weights holds other values than the run ended
    with, by the digests of what is in the file: changed, missing, or never in the run."""
    expected: dict[str, str] = {}
    for one in proof.intervals[-1].parameters if proof.intervals else ():
        digest = proof.saved.get(one.name, one.after)
        expected.update({name: digest for name in (one.name, *one.also) if digest})
    names = dict.fromkeys((*expected, *digests))
    return tuple(name for name in names if expected.get(name) != digests.get(name))
