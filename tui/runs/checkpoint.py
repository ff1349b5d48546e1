"""Checkpoints of a run: folders in checkpoints/, each whole or not there at all.

A checkpoint is named by how many steps had been done. It holds the weights, the optimiser's
arrays, and checkpoint.json: where the run stood, the plan in force, the optimiser's counts, and
the size and digest of the other files, by which a damaged one is known. Random generators need
no state: each batch is drawn from a stream of its own, given by seed, epoch and batch.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tui.model.plan import FreezePlan
from tui.runs.folder import RunFolder
from tui.runs.proof_file import Kept
from tui.runs.spec import RunSpec
from tui.runs.versioned import Newer, Unreadable, read_versioned

CHECKPOINT_VERSION = 1

WEIGHTS = "weights.params"
OPTIMIZER = "optimizer.params"
FACTS = "checkpoint.json"

OLD = ".old"
"""The end of the name of one that another of the same step is taking the place of."""


class Position(msgspec.Struct, frozen=True):
    """Where a run stands: in an epoch, after some of its batches. An epoch that has all of its
    batches behind it is still to be measured; one that was measured is left for the next."""

    epoch: int = 1
    batch: int = 0


class Outcome(msgspec.Struct):
    """How far a run came: steps, whole epochs, the metric last measured, seconds of training.
    `stopped` is whether a command ended it. `best` is the best metric at which a checkpoint was
    written, `best_step` its step. `rate_factor` is what the learning rate was multiplied by, by
    hand; `rate_by_hand` is whether it was. `peak` is the best metric measured, `since_peak` how
    many validations have come after it; `validated_at` is the step of the last one that was due."""

    steps: int = 0
    epochs: int = 0
    stopped: bool = False
    value: float | None = None
    best: float | None = None
    best_step: int | None = None
    seconds: float = 0.0
    peak: float | None = None
    since_peak: int = 0
    rate_factor: float = 1.0
    rate_by_hand: bool = False
    validated_at: int = 0


class OptimizerCounts(msgspec.Struct, frozen=True):
    """An optimiser's counts of updates: in all, and of each parameter by structure name."""

    num_update: int
    updates: dict[str, int]


class FileFacts(msgspec.Struct, frozen=True):
    """By which a file is known to be as it was written."""

    size: int
    digest: str


class Checkpoint(msgspec.Struct, frozen=True):
    """All that a run needs to go on as if it had not been stopped, but for its arrays.

    `begun_with` is the plan of plan.toml at the first start; `pictures` and `steps_per_epoch`
    are of the data set then; `proof` is that of the time before; `value` is the metric measured
    at this very step; `events` is how many events had been written.
    """

    position: Position
    outcome: Outcome
    plan: FreezePlan
    begun_with: FreezePlan
    spec: RunSpec
    pictures: int
    steps_per_epoch: int
    optimizer: OptimizerCounts
    proof: Kept
    events: int
    value: float | None = None
    files: dict[str, FileFacts] = {}
    version: int = CHECKPOINT_VERSION


class CheckpointError(ValueError):
    """A checkpoint that cannot be used; the message says why."""


class NewerCheckpoint(CheckpointError):
    """A checkpoint that a newer thaw has written."""


@dataclass(frozen=True, slots=True)
class Found:
    """The newest checkpoint that can be used, and a line for each that cannot."""

    checkpoint: Checkpoint | None
    path: Path
    problems: tuple[str, ...] = ()


def write_checkpoint(
    folder: RunFolder, checkpoint: Checkpoint, write_arrays: Callable[[Path], None]
) -> Path:
    """Write a checkpoint, whole or not at all: `write_arrays` puts its files into a folder that
    it is given. One of the same step is replaced. Returns its folder.

    Raises:
        OSError: the disk is full, or the folder may not be written.
    """
    home = folder.checkpoints
    home.mkdir(exist_ok=True)
    path = home / f"{checkpoint.outcome.steps:08d}"
    temporary = home / f".{path.name}.{os.getpid()}"
    try:
        temporary.mkdir()
        write_arrays(temporary)
        files = {file.name: _facts(file) for file in sorted(temporary.iterdir())}
        facts = msgspec.structs.replace(checkpoint, files=files)
        (temporary / FACTS).write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=1))
        for file in (*temporary.iterdir(), temporary):
            _flush(file)
        if path.exists():
            os.replace(path, home / f".{path.name}{OLD}")
        os.replace(temporary, path)
        _flush(home)
    finally:
        clear_unfinished(folder)
    return path


def clear_unfinished(folder: RunFolder) -> None:
    """Remove what a checkpoint that was not written to its end has left behind. The one whose place
    it was about to take comes back."""
    for left in folder.checkpoints.glob(".*"):
        place = left.with_name(left.name.strip(".").partition(".")[0])
        if left.name.endswith(OLD) and not place.exists():
            os.replace(left, place)
            continue
        shutil.rmtree(left, ignore_errors=True)


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and see that its files are as they were written.

    Raises:
        CheckpointError: it is torn or damaged.
        NewerCheckpoint: a newer thaw has written it.
    """
    try:
        checkpoint = read_versioned(path / FACTS, Checkpoint, CHECKPOINT_VERSION)
    except OSError as error:
        raise CheckpointError(f"{FACTS}: {(error.strerror or str(error)).lower()}") from None
    except Newer as error:
        raise NewerCheckpoint(f"{path}: {error}") from None
    except Unreadable as error:
        raise CheckpointError(f"{FACTS}: {error}") from None
    for name, facts in checkpoint.files.items():
        try:
            there = _facts(path / name)
        except OSError as error:
            raise CheckpointError(f"{name}: {(error.strerror or str(error)).lower()}") from None
        if there != facts:
            raise CheckpointError(f"{name}: not what was written ({there.size:,} bytes)")
    return checkpoint


def newest_checkpoint(folder: RunFolder, written: set[int]) -> Found:
    """The newest checkpoint of a run that can be used. `written` are the steps of those that the
    log tells of: a newer one than there is has gone missing.

    Raises:
        NewerCheckpoint: the newest was written by a newer thaw.
    """
    problems: list[str] = []
    steps = _steps(folder)
    if written and max(written) > max(steps, default=0):
        problems.append(f"the checkpoint of step {max(written)} is missing")
    for step in sorted(steps, reverse=True):
        path = folder.checkpoints / f"{step:08d}"
        try:
            return Found(read_checkpoint(path), path, tuple(problems))
        except NewerCheckpoint:
            raise
        except CheckpointError as error:
            problems.append(f"the checkpoint of step {step} cannot be used: {error}")
    return Found(None, folder.checkpoints, tuple(problems))


def prune_checkpoints(folder: RunFolder, keep: int, best: int | None) -> None:
    """Remove all checkpoints but the newest `keep` and that of the step `best`."""
    for step in sorted(_steps(folder))[:-keep]:
        if step != best:
            shutil.rmtree(folder.checkpoints / f"{step:08d}", ignore_errors=True)


def set_aside_after(folder: RunFolder, step: int) -> None:
    """Take later checkpoints than the one that a run goes on from out of the row: they cannot be
    used, and the run will write its own of those steps. Only those of the last time are kept."""
    for earlier in folder.checkpoints.glob("*.damaged"):
        shutil.rmtree(earlier, ignore_errors=True)
    for later in _steps(folder):
        if later > step:
            path = folder.checkpoints / f"{later:08d}"
            os.replace(path, path.with_name(f"{path.name}.damaged"))


def _steps(folder: RunFolder) -> list[int]:
    return [int(path.name) for path in folder.checkpoints.glob("*") if path.name.isdecimal()]


def _facts(file: Path) -> FileFacts:
    digest = hashlib.blake2b(digest_size=16)
    with file.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return FileFacts(file.stat().st_size, digest.hexdigest())


def _flush(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
