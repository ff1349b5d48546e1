"""Messages between the trainer and a follower."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import msgspec
import pytest

from tui.engine.distribution.channel import Channel
from tui.engine.distribution.messages import (
    Begin,
    Did,
    FromFollower,
    Hello,
    Leave,
    Make,
    Take,
    ToFollower,
)
from tui.model.plan import FreezePlan, Rule

Ends = tuple[Channel[FromFollower], Channel[ToFollower], socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """The trainer's end, a follower's, and the trainer's socket."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel.of_socket(ours, FromFollower), Channel.of_socket(theirs, ToFollower), ours


def test_messages_come_as_they_were_said(ends: Ends) -> None:
    trainer, follower, _ = ends
    plan = FreezePlan((Rule("freeze", "all"),))
    said: list[msgspec.Struct] = [Begin(plan, 2, 7), Take(2, 0), Make(8, 0.001), Leave(True)]
    for message in said:
        trainer.send(message)
    assert [follower.receive() for _ in said] == [(message, []) for message in said]
    follower.send(Hello(12, "there"))
    follower.send(Did(3.5))
    assert trainer.receive()[0] == Hello(12, "there")
    assert trainer.receive()[0] == Did(3.5)


def test_files_go_with_a_message(ends: Ends) -> None:
    trainer, follower, _ = ends
    files = (b"\x00" * 3_000_000, b"", b"arrays\n")
    sending = threading.Thread(target=trainer.send, args=(Begin(FreezePlan(), 1, 0), files))
    sending.start()
    message, found = follower.receive()
    sending.join()
    assert message == Begin(FreezePlan(), 1, 0)
    assert tuple(found) == files


def test_the_end_is_heard_even_in_the_midst_of_a_message(ends: Ends) -> None:
    _, follower, ours = ends
    ours.sendall(b"\0\0\0\0\0\0\0\x10half")
    ours.shutdown(socket.SHUT_WR)
    with pytest.raises(EOFError):
        follower.receive()


@pytest.mark.parametrize("said", [b"\xff" * 8, b"GET / HT", b"\0\0\0\0\0\0\0\x02{}"])
def test_what_is_no_message(ends: Ends, said: bytes) -> None:
    _, follower, ours = ends
    ours.sendall(said + b"more")
    with pytest.raises(ValueError, match=r"no message|missing required field"):
        follower.receive()
