from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from tests.runs.holding import hold
from tui.runs.lock import RunLock, is_held


def test_another_process_does_not_get_it_and_a_dead_one_holds_none(tmp_path: Path) -> None:
    path = tmp_path / "trainer.lock"
    holder = hold(path)
    try:
        assert not RunLock(path).take()
        assert is_held(path)
    finally:
        holder.kill()
        holder.wait()
    assert is_held(path) is False
    assert RunLock(path).take()


def test_to_ask_takes_nothing_and_lets_nothing_go(tmp_path: Path) -> None:
    path = tmp_path / "trainer.lock"
    lock = RunLock(path)
    assert lock.take()
    assert is_held(path) is False  # by another process
    assert not elsewhere(path)
    lock.release()
    assert elsewhere(path)


def elsewhere(path: Path) -> bool:
    """Whether another process gets the lock."""
    try:
        holder = hold(path)
    except AssertionError:
        return False
    holder.kill()
    holder.wait()
    return True


def test_where_it_cannot_be_known_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trainer.lock"
    assert is_held(path) is None

    def knows_no_locks(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(fcntl, "lockf", knows_no_locks)
    monkeypatch.setattr(fcntl, "fcntl", knows_no_locks)
    lock = RunLock(path)
    assert lock.take()
    assert is_held(path) is None
    lock.release()
    assert is_held(path) is None


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RunLock(tmp_path / "nowhere" / "trainer.lock").take()
