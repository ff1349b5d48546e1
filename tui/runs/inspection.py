"""What the screen and the inspector say to each other, one JSON message a line."""

from __future__ import annotations

from typing import Literal

import msgspec

from tui.model.description import ModelInfo
from tui.model.plan import FreezePlan
from tui.model.source import ModelSource
from tui.model.weight_sources import Part, Place
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import RunSpec
from tui.runs.verdict import Verdict

PROTOCOL_VERSION = 1


class OpenModel(msgspec.Struct, frozen=True, tag=True):
    """Build this model and describe it."""

    source: ModelSource
    version: int = PROTOCOL_VERSION


class CheckData(msgspec.Struct, frozen=True, tag=True):
    """Look at a data set as the model's recipe would read it."""

    path: str
    recipe: str
    classes: tuple[str, ...]


class SurveyData(msgspec.Struct, frozen=True, tag=True):
    """Look at a data set without a model; an empty `task` is the likeliest of what lies there."""

    path: str
    task: str = ""


class ShowPictures(msgspec.Struct, frozen=True, tag=True):
    """Draw a data set's labels on its first `count` pictures, each at most (width, height) pixels
    large."""

    path: str
    task: str = ""
    count: int = 4
    size: tuple[int, int] = (640, 480)


class ConvertData(msgspec.Struct, frozen=True, tag=True):
    """Write a data set anew, in another format, in a folder that is not there yet. `classes`
    names those that have only numbers."""

    path: str
    into: str
    form: str
    task: str = ""
    classes: tuple[str, ...] = ()


class LookAtBlock(msgspec.Struct, frozen=True, tag=True):
    """Say what the block at a structure path is."""

    path: str


class LookAtParameter(msgspec.Struct, frozen=True, tag=True):
    """Say what a parameter is, by one of its structure names; with `values`, read them too."""

    structure_name: str
    values: bool = False


class CountCosts(msgspec.Struct, frozen=True, tag=True):
    """Send one picture of (height, width) through, and count what each block does."""

    input_size: tuple[int, int]


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


class ReadNet(msgspec.Struct, frozen=True, tag=True):
    """Build a network by a user's own Python, and say what that has set."""

    source: ModelSource


class GetWeights(msgspec.Struct, frozen=True, tag=True):
    """Fetch a zoo model's weights, or its trunk's, from the first place that serves them; a
    `place` is the only one that is tried."""

    model: str
    part: Part = "all"
    place: Place | None = None


class OverfitBatch(msgspec.Struct, frozen=True, tag=True):
    """Set a run up and train on its first batch alone, for some steps. Nothing is kept."""

    spec: RunSpec
    plan: FreezePlan
    steps: int


class FindRate(msgspec.Struct, frozen=True, tag=True):
    """Set a run up and train with a learning rate that rises from step to step, for at most so
    many. Nothing is kept."""

    spec: RunSpec
    plan: FreezePlan
    steps: int


Question = (
    OpenModel
    | CheckData
    | SurveyData
    | ShowPictures
    | ConvertData
    | LookAtBlock
    | LookAtParameter
    | CountCosts
    | CompareWeights
    | DigestWeights
    | VerifyFiles
    | ConvertWeights
    | ReadNet
    | GetWeights
    | OverfitBatch
    | FindRate
)


class Phase(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """What the inspector is about to do: `importing MXNet`. Where bytes are fetched, `done` is
    how many there are, and `total` how many there will be (0: not known)."""

    doing: str
    done: int = 0
    total: int = 0


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The model, the recipe that can train it (None where there is none yet), and the source
    with what was found out on the way: its classes, its input size, its weights file."""

    model: ModelInfo
    source: ModelSource
    recipe: RecipeInfo | None


class ProblemKind(msgspec.Struct, frozen=True):
    """What is wrong in a data set, by kind: how often, and the first lines that say where."""

    kind: str
    count: int
    first: tuple[str, ...]


class DataSummary(msgspec.Struct, frozen=True, tag=True):
    """What lies at a data path. `counts` are labelled objects (or pictures) by class in the
    training part, `validation_counts` those of the other, `boxes` is how many objects both have;
    `problems` are one line each, `problem_count` is how many there are in all, `kinds` the same by
    kind. `tasks` is what it serves; `numbered` says that its classes have no names."""

    path: str
    kind: str
    train: int
    validation: int
    split: str
    classes: tuple[str, ...]
    counts: tuple[int, ...]
    problems: tuple[str, ...] = ()
    problem_count: int = 0
    kinds: tuple[ProblemKind, ...] = ()
    boxes: int = 0
    validation_counts: tuple[int, ...] = ()
    tasks: tuple[str, ...] = ()
    numbered: bool = False


class DrawnPicture(msgspec.Struct, frozen=True):
    """A picture with its labels: PNG bytes, and the same labels in words, one line each. `legend`
    is each class on it with how often and the colour (red, green, blue) that it is drawn in."""

    name: str
    width: int
    height: int
    png: bytes
    labels: tuple[str, ...]
    legend: tuple[tuple[str, int, tuple[int, int, int]], ...] = ()


class PicturesDrawn(msgspec.Struct, frozen=True, tag=True):
    """Pictures of a data set, `total` of which it has; `unreadable` could not be drawn."""

    pictures: tuple[DrawnPicture, ...]
    total: int
    unreadable: tuple[str, ...] = ()


class DataConverted(msgspec.Struct, frozen=True, tag=True):
    """What was written: pictures of both parts, objects, and what could not be taken along."""

    into: str
    form: str
    train: int
    validation: int
    boxes: int
    left_out: tuple[str, ...] = ()


class BlockFacts(msgspec.Struct, frozen=True, tag=True):
    """A block: its class with its module, the first paragraph of the class's docstring, and how
    it writes itself (`Conv2D(3 -> 32, kernel_size=(3, 3), …)`)."""

    path: str
    class_name: str
    module: str
    docstring: str
    written: str


class ValueFacts(msgspec.Struct, frozen=True):
    """What the values of a parameter are like. NaN and Inf are counted, and left out of all
    else; `counts` is a histogram between `low` and `high`, in equal steps."""

    count: int
    low: float
    high: float
    mean: float
    std: float
    norm: float
    zeros: int
    not_finite: int
    counts: tuple[int, ...]


class ParameterFacts(msgspec.Struct, frozen=True, tag=True):
    """A parameter: its initialiser in words, its multipliers of learning rate and weight decay,
    and what its values are like, if that was asked and they are known."""

    structure_name: str
    initializer: str
    lr_mult: float
    wd_mult: float
    values: ValueFacts | None = None


class BlockCost(msgspec.Struct, frozen=True):
    """What one picture costs in a block, or in a group of names: the shapes of its outputs (none
    where only what is in it was called), multiply-adds of it and all below. `counted` is false
    where something below is of a kind that is not counted; `calls` is how often it was called
    itself."""

    path: str
    outputs: tuple[tuple[int, ...], ...]
    multiply_adds: int
    counted: bool
    calls: int = 1


class Costs(msgspec.Struct, frozen=True, tag=True):
    """One forward pass. `shapes` are those of parameters that were not known before, by
    structure name; `uncounted` are the classes of blocks, and operators inside a SymbolBlock,
    whose multiply-adds are not counted."""

    input_size: tuple[int, int]
    blocks: tuple[BlockCost, ...]
    multiply_adds: int
    uncounted: tuple[str, ...]
    shapes: dict[str, tuple[int, ...]]


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


class NetRead(msgspec.Struct, frozen=True, tag=True):
    """A network twice: as its classes made it, and as the user's Python has left it."""

    made: ModelInfo
    left: ModelInfo


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


class LossCurve(msgspec.Struct, frozen=True, tag=True):
    """The loss of each step of a short training, and its learning rate. `diverged` says how it
    ended where a loss was no number."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    diverged: str = ""


class Refused(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """It could not be done: one line that says what, why, and what to do. `lacking` is the name
    under which the zoo keeps weights that are not on this disk and might be fetched, where that
    is all that is wrong."""

    message: str
    lacking: str = ""


class NothingOpen(msgspec.Struct, frozen=True, tag=True):
    """The question is about the open model, and there is none: this process is a new one."""


Answer = (
    Phase
    | Opened
    | DataSummary
    | PicturesDrawn
    | DataConverted
    | BlockFacts
    | ParameterFacts
    | Costs
    | Differences
    | Converted
    | NetRead
    | GotWeights
    | NothingOpen
    | WeightDigests
    | FilesVerified
    | LossCurve
    | Refused
)
