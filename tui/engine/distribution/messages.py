"""What the trainer and the processes beside it, which are its followers, tell each other.

A follower does nothing of itself: it is told each batch that it is to take its part of, and each
step that it is to make. So it never waits for others in a step that the trainer does not make, and
whatever is decided between two batches (a stop, a pause, a checkpoint, a validation) is decided in
one place.
"""

from __future__ import annotations

import msgspec

from tui.model.plan import FreezePlan
from tui.runs.checkpoint import OptimizerCounts
from tui.runs.events import Proof
from tui.runs.spec import RunSpec

MESSAGES_VERSION = 1


class Hello(msgspec.Struct, frozen=True, tag=True):
    """A follower is up, and knows MXNet."""

    pid: int
    host: str
    version: int = MESSAGES_VERSION


class Assigned(msgspec.Struct, frozen=True, tag=True):
    """Which of how many processes a follower is, of which run, and in which folder that is, where
    it can be reached, and how to find the others (`environment`, which is not set again if it is
    empty)."""

    rank: int
    processes: int
    spec: RunSpec
    folder: str
    environment: dict[str, str] = {}


class Begin(msgspec.Struct, frozen=True, tag=True):
    """Where the run stands: the plan in force, in which epoch, after how many steps, and the
    optimiser's counts (None: it has none yet). With it go the files of the weights and of the
    optimiser's arrays."""

    plan: FreezePlan
    epoch: int
    steps: int
    optimizer: OptimizerCounts | None = None


class Take(msgspec.Struct, frozen=True, tag=True):
    """Send your part of a batch (from 0) of an epoch through, forth and back."""

    epoch: int
    number: int


class Make(msgspec.Struct, frozen=True, tag=True):
    """Make this step, with this learning rate, by what was taken."""

    step: int
    learning_rate: float


class Change(msgspec.Struct, frozen=True, tag=True):
    """Put another plan in force."""

    plan: FreezePlan


class Prove(msgspec.Struct, frozen=True, tag=True):
    """After the last step: say what moved."""


class Leave(msgspec.Struct, frozen=True, tag=True):
    """All is done. `together`: whoever has started the parameter server waits for it to end, which
    it does when all processes have left it."""

    together: bool = False


class Did(msgspec.Struct, frozen=True, tag=True):
    """A follower's own speed, in pictures a second, without its waiting for others."""

    pictures_per_second: float


class Said(msgspec.Struct, frozen=True, tag=True):
    """Something that a person should know and that stops nothing."""

    message: str


class Broke(msgspec.Struct, frozen=True, tag=True):
    """A follower cannot go on; `refused` where the line is meant for people as it stands."""

    line: str
    refused: bool


class Proved(msgspec.Struct, frozen=True, tag=True):
    """What moved in a follower and what did not, and a digest of all that does not differ between
    processes: everything but statistics that move."""

    proof: Proof
    digest: str


ToFollower = Assigned | Begin | Take | Make | Change | Prove | Leave
FromFollower = Hello | Did | Said | Broke | Proved
