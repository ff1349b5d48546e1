from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.app.fake_trainer import finished, make_folder, started
from tests.runs.holding import hold
from tests.runs.test_listed import ALIVE, run, steps
from tui.runs.listed import ListedRun, list_run
from tui.runs.pruning import contents, is_written, remove, to_prune

DAY = 86_400.0
RUNS = [
    ListedRun(f"{state} {days}", f"/{state}/{days}", state, last=-days * DAY)  # type: ignore[arg-type]
    for state, days in [
        ("running", 0),
        ("done", 1),
        ("new", 2),
        ("failed", 3),
        ("paused", 40),
        ("stopped", 41),
        ("broken", 42),
        ("lost", 43),
        ("failed", 44),
    ]
]


@pytest.mark.parametrize(
    ("how", "names"),
    [
        ({"older": 30 * DAY}, ["stopped 41", "lost 43", "failed 44"]),
        ({"keep": 2}, ["stopped 41", "lost 43", "failed 44"]),
        ({"keep": 3, "older": 30 * DAY}, ["lost 43", "failed 44"]),
        ({"states": frozenset({"failed"})}, ["failed 3", "failed 44"]),
        ({"states": frozenset({"failed"}), "keep": 1}, ["failed 44"]),
        ({"states": frozenset({"broken", "new"})}, ["new 2", "broken 42"]),
        ({"states": frozenset({"running", "paused"})}, []),
        (
            {"older": 3.0 * DAY, "states": frozenset({"failed"}), "keep": 0},
            ["failed 3", "failed 44"],
        ),
    ],
)
def test_which_go(how: dict[str, object], names: list[str]) -> None:
    assert [one.name for one in to_prune(RUNS, now=0.0, **how)] == names  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("run.toml", True),
        (".run.toml.123", True),
        ("weights/final.params", True),
        ("weights/.best.params.77", True),
        ("weights/mine.params", False),
        ("samples/00000012/1.png", True),
        ("samples/00000012/1.small.png", True),
        ("samples/.00000012.77/1.png", True),
        ("samples/holiday.png", False),
        ("predictions/1.png", False),
        ("checkpoints/00000010/weights.params", True),
        ("checkpoints/.00000010.99/weights.params", True),
        ("checkpoints/00000010.damaged/checkpoint.json", True),
        ("checkpoints/00000010/notes.txt", False),
        ("tensorboard/events.out.tfevents.17.host", True),
        ("tensorboard/mine", False),
        ("other/run.toml", False),
        (".run.toml.swp", False),
        ("notes.md", False),
    ],
)
def test_what_is_ours(path: str, ours: bool) -> None:
    assert is_written(path) is ours


def filled(path: Path) -> Path:
    """A run that is done, with all that thaw writes."""
    folder = run(path, *steps(3, ALIVE), finished(3))
    folder.log_file.write_text("log")
    folder.proof_file.write_text("{}")
    (folder.weights / "final.params").write_bytes(b"x" * 1000)
    kept = folder.checkpoints / "00000003"
    kept.mkdir(parents=True)
    (kept / "weights.params").write_bytes(b"x" * 500)
    return path


def test_all_of_it_goes(tmp_path: Path) -> None:
    path = filled(tmp_path / "run")
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    assert contents(path).size == size
    removed = remove(path)
    assert (removed.freed, removed.left, removed.problem) == (size, (), "")
    assert not path.exists()


def test_what_is_a_persons_own_stays_and_is_named(tmp_path: Path) -> None:
    path = filled(tmp_path / "run")
    (path / "notes.md").write_text("mine")
    (path / "weights" / "mine.params").write_text("mine")
    (path / "figures" / "empty").mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "final.params").write_text("elsewhere")
    (path / "link").symlink_to(outside)
    removed = remove(path)
    assert removed.left == ("figures/empty", "link", "notes.md", "weights/mine.params")
    assert removed.freed > 1500
    assert sorted(one.name for one in path.iterdir()) == ["figures", "link", "notes.md", "weights"]
    assert (outside / "final.params").read_text() == "elsewhere"


def test_a_folder_of_ours_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    path = filled(tmp_path / "run")
    elsewhere = tmp_path / "big disk"
    os.rename(path / "weights", elsewhere)
    (path / "weights").symlink_to(elsewhere)
    assert remove(path).left == ("weights",)
    assert (elsewhere / "final.params").exists()


def test_a_link_to_a_run_is_left(tmp_path: Path) -> None:
    path = filled(tmp_path / "run")
    (tmp_path / "link").symlink_to(path)
    assert "a link" in remove(tmp_path / "link").problem
    assert (path / "run.toml").exists()


def test_a_run_that_was_started_meanwhile_is_left(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(3, ALIVE))
    assert remove(folder.path).problem == "it is running again; left as it is"
    assert folder.events_file.exists()


def test_a_run_whose_trainer_holds_the_lock_is_left_whatever_else_is_known_of_it(
    tmp_path: Path,
) -> None:
    # Whoever looks cannot see its process: the clock was set, or it is on another machine.
    folder = run(tmp_path / "run", *steps(3, started()))
    assert list_run(folder).state == "lost"
    holder = hold(folder.lock_file)
    try:
        before = sorted(folder.path.rglob("*"))
        assert list_run(folder).state == "running"
        assert remove(folder.path).problem
        assert sorted(folder.path.rglob("*")) == before
    finally:
        holder.kill()
        holder.wait()


def test_what_could_not_be_removed_is_still_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(tmp_path / "run")
    unlink = os.unlink

    def refusing(file: Path) -> None:
        if file.name == "final.params":
            raise PermissionError(13, "Permission denied", str(file))
        unlink(file)

    monkeypatch.setattr("tui.runs.pruning.os.unlink", refusing)
    removed = remove(path)
    assert removed.problem == "final.params: permission denied"
    assert (path / "run.toml").exists()


def test_an_empty_run_is_no_trouble(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "run")
    assert remove(folder.path).problem == ""
    assert not folder.path.exists()
