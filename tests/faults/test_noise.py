"""What is no command, on the control socket of a run."""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path

import pytest

from tests.faults.trainings import (
    assert_as_undisturbed,
    assert_unbroken,
    kill_trainer,
    long_run,
    start,
    steps_of,
    stop,
    wait_for,
)
from tui.runs.control import Ping, send, short_address
from tui.runs.events import Commanded
from tui.runs.folder import RunFolder

MESSAGES = 200
CHANCE = random.Random(3)

KINDS = (
    b"{}\n",
    b"\n",
    b"null\n",
    b'{"type":"Reboot"}\n',
    b'{"type":"Stop","checkpoint":"perhaps"}\n',
    b'{"type":"SetLearningRate","learning_rate":-1}\n',
    b'{"type":"SetLearningRate","learning_rate":NaN}\n',
    b'{"type":"ChangePlan","plan":{"rules":[{"action":"explode","by":"all"}]}}\n',
    b'{"type":"Ping"} {"type":"Stop"}\n',
    b"\xff\xfe\x00\x1b]0;owned\x07\n",
    b"[" * 5000 + b"\n",
)


def say(folder: RunFolder, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client, short_address(folder.socket) as address:
        client.settimeout(30)
        client.connect(address)
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            return client.recv(4096)
        except (BrokenPipeError, ConnectionResetError):
            return b""  # it has heard enough, and hung up


@pytest.mark.slow
def test_it_is_refused_and_the_run_is_undisturbed(tmp_path: Path) -> None:
    folder = long_run(tmp_path)
    trainer = start(folder)
    silent = []
    try:
        wait_for(lambda: steps_of(folder) > 0)
        for _ in range(10):  # who connects and says nothing keeps nobody waiting
            client = socket.socket(socket.AF_UNIX)
            with short_address(folder.socket) as address:
                client.connect(address)
            silent.append(client)
        for number in range(MESSAGES):
            answer = json.loads(say(folder, KINDS[number % len(KINDS)]))
            assert answer["accepted"] is False
        noise = CHANCE.randbytes(1 << 20)
        assert b"true" not in say(folder, noise)
        assert json.loads(say(folder, noise.replace(b"\n", b"")))["accepted"] is False
        assert send(folder.socket, Ping()).accepted
        finished = stop(folder)
    finally:
        for client in silent:
            client.close()
        kill_trainer(folder)
        trainer.wait()
    told = assert_unbroken(folder)
    assert [event for event in told if isinstance(event, Commanded)] == [Commanded("stop")]
    assert folder.log_file.read_text().count("refused on the control socket") > MESSAGES
    assert_as_undisturbed(folder, tmp_path, finished.steps)
