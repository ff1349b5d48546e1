from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tui.runs.control import (
    LONGEST_ADDRESS,
    Command,
    ControlError,
    Reply,
    Stop,
    send,
    short_address,
)


@contextmanager
def listening(path: Path, answer: Callable[[bytes], bytes | None]) -> Iterator[list[bytes]]:
    """Something that listens at a path; `answer` None: say nothing until the caller hangs up."""
    heard: list[bytes] = []
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with short_address(path) as address:
        server.bind(address)
    server.listen()

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            line = connection.makefile("rb").readline()
            heard.append(line)
            reply = answer(line)
            if reply is None:
                connection.recv(1)
            else:
                connection.sendall(reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        thread.join(10)
        server.close()
    assert not thread.is_alive()


def accepted(_: bytes) -> bytes:
    return msgspec.json.encode(Reply(True, "stopping")) + b"\n"


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """A folder whose path is too long for the address of a socket."""
    path = tmp_path / ("d" * 120) / ("e" * 120)
    path.mkdir(parents=True)
    return path


def test_a_command_and_its_reply(tmp_path: Path) -> None:
    with listening(tmp_path / "control.sock", accepted) as heard:
        assert send(tmp_path / "control.sock", Stop()) == Reply(True, "stopping")
    assert [msgspec.json.decode(line, type=Command) for line in heard] == [Stop()]


def test_a_path_too_long_for_a_socket(deep: Path) -> None:
    path = deep / "control.sock"
    assert len(os.fsencode(path)) > LONGEST_ADDRESS
    with listening(path, accepted):
        assert path.is_socket()
        assert send(path, Stop()).accepted


def test_a_long_relative_path(deep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(deep.parent.parent)
    path = deep.relative_to(Path.cwd()) / "control.sock"
    with listening(path, accepted):
        assert send(path, Stop()).accepted


def test_a_long_folder_for_temporary_files(deep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with listening(deep / "control.sock", accepted):
        assert send(deep / "control.sock", Stop()).accepted


def test_the_short_link_is_gone_afterwards(
    deep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(tempfile.mkdtemp(dir="/tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(home))
    with short_address(deep / "control.sock") as address:
        assert len(os.fsencode(address)) <= LONGEST_ADDRESS
        assert Path(address).parent.resolve() == deep.resolve()
        (link,) = home.iterdir()
        assert link.stat().st_mode & 0o077 == 0
    assert list(home.iterdir()) == []
    home.rmdir()
    with short_address(tmp_path / "s") as address:
        assert address == str(tmp_path / "s") or len(os.fsencode(tmp_path)) > LONGEST_ADDRESS - 2


@pytest.mark.parametrize("there", ["nothing", "file", "dead socket"])
def test_nobody_listens(tmp_path: Path, there: str) -> None:
    path = tmp_path / "control.sock"
    if there == "file":
        path.write_text("")
    if there == "dead socket":
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
    with pytest.raises(ControlError, match=r"does not answer at control\.sock") as raised:
        send(path, Stop())
    assert "\n" not in str(raised.value)


def test_nobody_answers_in_time(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with listening(path, lambda _: None), pytest.raises(ControlError, match="timed out"):
        send(path, Stop(), timeout=0.2)


@pytest.mark.parametrize("reply", [b"", b"hello\n", b"{}\n", b'{"accepted": true'])
def test_a_reply_that_is_none(tmp_path: Path, reply: bytes) -> None:
    path = tmp_path / "control.sock"
    with listening(path, lambda _: reply), pytest.raises(ControlError):
        send(path, Stop())
