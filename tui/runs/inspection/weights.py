"""Files of weights: compared, verified, fetched, converted."""

from __future__ import annotations

from typing import Literal

import msgspec

from tui.model.plan import FreezePlan
from tui.model.source import ModelSource
from tui.model.weight_sources import Part, Place
from tui.runs.verdict import Verdict


class CompareWeights(msgspec.Struct, frozen=True, tag=True):
    """Hold two `.params` files against each other, name by name."""

    first: str
    second: str


class DigestWeights(msgspec.Struct, frozen=True, tag=True):
    """Make the digests of what a `.params` file holds, as a proof has them."""

    file: str


class ConvertWeights(msgspec.Struct, frozen=True, tag=True):
    """Convert a file of foreign weights for a zoo model of these classes (none: its own), and
    write what it comes to."""

    file: str
    model: str
    output: str
    classes: tuple[str, ...] = ()


class VerifyFiles(msgspec.Struct, frozen=True, tag=True):
    """Hold what moved between two `.params` files against a plan. Without a model, the names in
    the first file are all that is known of it."""

    before: str
    after: str
    plan: FreezePlan
    model: ModelSource | None = None


class GetWeights(msgspec.Struct, frozen=True, tag=True):
    """Fetch a zoo model's weights, or its trunk's, from the first place that serves them; a
    `place` is the only one that is tried."""

    model: str
    part: Part = "all"
    place: Place | None = None


class WeightDifference(msgspec.Struct, frozen=True):
    """One name in two files. `how` is same, changed, reshaped, first only, second only, or
    retyped: of another dtype. For changed and retyped ones `largest` is the largest absolute
    difference of a value and `relative` the norm of the difference over the norm of the first
    (None where that is all zeros); `not_finite` values are NaN or Inf in one of the two, and left
    out of both."""

    name: str
    how: Literal["same", "changed", "retyped", "reshaped", "first only", "second only"]
    shape: tuple[int, ...]
    largest: float = 0.0
    relative: float | None = 0.0
    not_finite: int = 0


class Differences(msgspec.Struct, frozen=True, tag=True):
    """All names of two files, in the order of the first."""

    rows: tuple[WeightDifference, ...]


class Converted(msgspec.Struct, frozen=True, tag=True):
    """What came of a conversion: how many of a model's parameters are filled, of how many; the
    file's tensors that have no place in it; what was widened to float32 (fp16, bf16, or nothing);
    and lines that should be said."""

    part: Literal["all", "trunk"]
    filled: int
    of: int
    unused: tuple[str, ...]
    widened: str
    notes: tuple[str, ...]


class WeightDigests(msgspec.Struct, frozen=True, tag=True):
    """The digest of every array of a file, by its name there."""

    digests: dict[str, str]


class FilesVerified(msgspec.Struct, frozen=True, tag=True):
    """What moved, and the rules of the plan that select nothing."""

    verdict: Verdict
    missed: tuple[str, ...]


class GotWeights(msgspec.Struct, frozen=True, tag=True):
    """A file of weights that is on this disk now: for what the zoo keeps under the name `model`,
    all of it or its trunk, and where its values come from. `tried` are the places before that
    did not serve it, and why; `fetched` is false where it was there already."""

    model: str
    file: str
    part: Part
    origin: str
    tried: tuple[str, ...] = ()
    fetched: bool = True
