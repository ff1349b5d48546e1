"""A run and its screen listen to nobody on a network."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import psutil
import pytest

from tests.commands.test_verify import HEAD_ONLY
from tests.faults.terminals import Terminal
from tui.model.source import ModelSource
from tui.runs.folder import create_run
from tui.runs.listed import list_run
from tui.runs.spec import Hyperparameters, RunSpec
from tui.runs.trainer import start_trainer


def listening(process: psutil.Process) -> list[object]:
    """All sockets of a process and those below it that a network can reach."""
    found: list[object] = []
    for one in (process, *process.children(recursive=True)):
        try:
            found += [
                (one.cmdline(), socket_)
                for socket_ in one.net_connections("inet")
                if socket_.status == psutil.CONN_LISTEN or socket_.type == socket.SOCK_DGRAM
            ]
        except psutil.NoSuchProcess:
            continue
    return found


def test_a_listener_would_be_seen() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        assert listening(psutil.Process())


@pytest.mark.slow
def test_a_run_with_its_screen(tmp_path: Path) -> None:
    spec = RunSpec(
        ModelSource("demo"), "ssd", "shapes", Hyperparameters(max_steps=4, batch_size=2, epochs=2)
    )
    folder = create_run(spec, HEAD_ONLY, tmp_path / "run")
    trainer = start_trainer(folder)
    terminal = Terminal([sys.executable, "-m", "tui", "attach", str(folder.path)])
    looks = 0
    states = set()
    try:
        while trainer.poll() is None:
            terminal.read(0.1)
            assert listening(psutil.Process(trainer.pid)) == []
            assert listening(psutil.Process(terminal.process.pid)) == []
            states.add(list_run(folder).state)
            looks += 1
    finally:
        trainer.kill()
        trainer.wait()
        terminal.close()
    assert looks > 5
    assert "running" in states
    assert list_run(folder).state == "done"
