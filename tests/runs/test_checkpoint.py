"""Checkpoints as files; what is in them is the engine's."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runs.examples import SPEC
from tui.model.plan import FreezePlan, Rule
from tui.runs.checkpoint import (
    OLD,
    Checkpoint,
    CheckpointError,
    NewerCheckpoint,
    OptimizerCounts,
    Outcome,
    Position,
    clear_unfinished,
    newest_checkpoint,
    prune_checkpoints,
    read_checkpoint,
    set_aside_after,
    write_checkpoint,
)
from tui.runs.folder import RunFolder
from tui.runs.proof_file import Kept

PLAN = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head", epoch=3)))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def example(step: int) -> Checkpoint:
    return Checkpoint(
        position=Position(2, 3),
        outcome=Outcome(step, 1, False, 0.5, 0.625, 4, 12.5),
        plan=PLAN,
        begun_with=FreezePlan(),
        spec=SPEC,
        pictures=40,
        steps_per_epoch=5,
        optimizer=OptimizerCounts(step, {"head.weight": step, "features.0.weight": 2}),
        proof=Kept((), 1, {"a": "00"}),
        events=77,
        value=0.5,
    )


def arrays(content: bytes = b"weights") -> Callable[[Path], None]:
    def into_folder(into: Path) -> None:
        for name in ("weights.params", "optimizer.params"):
            (into / name).write_bytes(content)

    return into_folder


def write(folder: RunFolder, *steps: int) -> None:
    for step in steps:
        write_checkpoint(folder, example(step), arrays())


def names(folder: RunFolder) -> list[str]:
    return sorted(path.name for path in folder.checkpoints.iterdir())


def test_it_is_read_as_it_was_written(folder: RunFolder) -> None:
    path = write_checkpoint(folder, example(8), arrays())
    assert path == folder.checkpoints / "00000008"
    found = read_checkpoint(path)
    assert set(found.files) == {"weights.params", "optimizer.params"}
    assert found.outcome == example(8).outcome
    assert (found.plan, found.position, found.spec) == (PLAN, Position(2, 3), SPEC)
    assert (found.optimizer, found.proof) == (example(8).optimizer, example(8).proof)
    assert names(folder) == ["00000008"]


def test_one_of_the_same_step_takes_its_place(folder: RunFolder) -> None:
    write(folder, 8)
    path = write_checkpoint(folder, example(8), arrays(b"others"))
    assert (path / "weights.params").read_bytes() == b"others"
    assert names(folder) == ["00000008"]


def test_one_that_was_about_to_be_replaced_comes_back(folder: RunFolder) -> None:
    write(folder, 4, 8)
    # Killed between the two renames of a checkpoint of the same step.
    (folder.checkpoints / "00000008").rename(folder.checkpoints / f".00000008{OLD}")
    (folder.checkpoints / ".00000008.4711").mkdir()
    clear_unfinished(folder)
    assert names(folder) == ["00000004", "00000008"]
    assert newest_checkpoint(folder, {4, 8}).path.name == "00000008"


def test_one_that_cannot_take_its_place_leaves_the_old_one(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, 8)
    replace = os.replace

    def refusing(source: Path, target: Path) -> None:
        if target.name == "00000008" and not source.name.endswith(OLD):
            raise OSError(5, "Input/output error")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refusing)
    with pytest.raises(OSError, match="Input/output"):
        write_checkpoint(folder, example(8), arrays(b"others"))
    assert names(folder) == ["00000008"]
    assert (folder.checkpoints / "00000008" / "weights.params").read_bytes() == b"weights"


def test_one_that_fails_leaves_the_others_alone(folder: RunFolder) -> None:
    write(folder, 8)

    def full(into: Path) -> None:
        (into / "weights.params").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_checkpoint(folder, example(9), full)
    assert names(folder) == ["00000008"]


def test_what_was_not_finished_is_cleared(folder: RunFolder) -> None:
    write(folder, 8)
    (folder.checkpoints / ".00000009.123").mkdir()
    (folder.checkpoints / ".00000009.123" / "weights.params").write_bytes(b"half")
    assert newest_checkpoint(folder, {8}).path.name == "00000008"
    clear_unfinished(folder)
    assert names(folder) == ["00000008"]


def test_the_newest_is_found(folder: RunFolder) -> None:
    assert newest_checkpoint(folder, set()).checkpoint is None
    write(folder, 8, 120, 13)
    found = newest_checkpoint(folder, {8, 13, 120})
    assert (found.path.name, found.problems) == ("00000120", ())


def torn_facts(path: Path) -> None:
    file = path / "checkpoint.json"
    file.write_bytes(file.read_bytes()[:-9])


def no_facts(path: Path) -> None:
    (path / "checkpoint.json").unlink()


def torn_weights(path: Path) -> None:
    (path / "weights.params").write_bytes(b"weigh")


def other_weights(path: Path) -> None:
    (path / "weights.params").write_bytes(b"weightz")


def no_optimizer(path: Path) -> None:
    (path / "optimizer.params").unlink()


@pytest.mark.parametrize(
    "damage", [torn_facts, no_facts, torn_weights, other_weights, no_optimizer]
)
def test_one_that_is_damaged_falls_back(folder: RunFolder, damage: Callable[[Path], None]) -> None:
    write(folder, 8, 13)
    damage(folder.checkpoints / "00000013")
    with pytest.raises(CheckpointError):
        read_checkpoint(folder.checkpoints / "00000013")
    found = newest_checkpoint(folder, {8, 13})
    assert found.path.name == "00000008"
    (problem,) = found.problems
    assert problem.startswith("the checkpoint of step 13 cannot be used: ")
    assert "\n" not in problem


def test_one_that_is_missing_is_said(folder: RunFolder) -> None:
    write(folder, 8)
    assert newest_checkpoint(folder, {8, 13}).problems == ("the checkpoint of step 13 is missing",)


def test_one_of_a_newer_thaw_is_not_passed_over(folder: RunFolder) -> None:
    write(folder, 8, 13)
    (folder.checkpoints / "00000013" / "checkpoint.json").write_text('{"version": 2, "new": 1}')
    with pytest.raises(NewerCheckpoint, match="update thaw"):
        newest_checkpoint(folder, set())


def test_the_last_and_the_best_stay(folder: RunFolder) -> None:
    write(folder, 5, 10, 15, 20)
    prune_checkpoints(folder, 2, best=5)
    assert names(folder) == ["00000005", "00000015", "00000020"]
    prune_checkpoints(folder, 1, best=None)
    assert names(folder) == ["00000020"]


def test_later_ones_are_set_aside_and_not_lost(folder: RunFolder) -> None:
    write(folder, 5, 10)
    set_aside_after(folder, 5)
    assert names(folder) == ["00000005", "00000010.damaged"]
    assert newest_checkpoint(folder, {5}).path.name == "00000005"
    write(folder, 8)
    set_aside_after(folder, 5)
    assert names(folder) == ["00000005", "00000008.damaged"]
