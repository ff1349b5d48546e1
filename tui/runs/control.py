"""Commands to a trainer, over a Unix socket that only its owner can open.

One JSON message a datagram-like line; the answer is one line too. What is not a known message
is refused and never stops a run.
"""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from tui.model.plan import FreezePlan

LONGEST_COMMAND = 1 << 24
"""Bytes; what is longer is no command. A plan that names 100,000 parameters has about 2^22."""


class Stop(msgspec.Struct, frozen=True, tag=True):
    """Stop between two batches, keep the weights, finish with a proof. Without a `checkpoint` the
    run goes on, if it is started again, from an older one."""

    checkpoint: bool = True


class Pause(msgspec.Struct, frozen=True, tag=True):
    """Wait between two batches until told to go on. Nothing is freed."""


class GoOn(msgspec.Struct, frozen=True, tag=True):
    """Go on after a pause."""


class KeepCheckpoint(msgspec.Struct, frozen=True, tag=True):
    """Write a checkpoint between two batches, and go on."""


class Validate(msgspec.Struct, frozen=True, tag=True):
    """Measure on the validation pictures between two batches, and go on."""


class SetLearningRate(msgspec.Struct, frozen=True, tag=True):
    """The learning rate from the next step on: a schedule goes on from it, in proportion."""

    learning_rate: Annotated[float, Meta(gt=0, le=1e3)]


class ChangePlan(msgspec.Struct, frozen=True, tag=True):
    """Put another plan in force between two batches, in place of the whole one so far."""

    plan: FreezePlan


class Ping(msgspec.Struct, frozen=True, tag=True):
    """Ask whether the trainer listens; changes nothing."""


Command = Stop | Pause | GoOn | KeepCheckpoint | Validate | SetLearningRate | ChangePlan | Ping


class Reply(msgspec.Struct, frozen=True):
    """Whether a command was taken, and if not, why."""

    accepted: bool
    message: str = ""


class ControlError(RuntimeError):
    """A trainer that cannot be reached; the message says so in one line."""


LONGEST_ADDRESS = 100
"""Bytes of a path that every system's Unix sockets take (Linux 107, macOS 103)."""


def send(path: Path, command: Command, timeout: float = 5.0) -> Reply:
    """Send one command and wait for its reply.

    Raises:
        ControlError: nobody listens, no reply came within `timeout` seconds, or the command is
            too long.
    """
    line = msgspec.json.encode(command) + b"\n"
    if len(line) > LONGEST_COMMAND:
        raise ControlError(
            f"too much for a command: {len(line):,} bytes, of at most {LONGEST_COMMAND:,}"
        )
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(timeout)
            with short_address(path) as address:
                client.connect(address)
            client.sendall(line)
            data = b""
            while not data.endswith(b"\n"):
                chunk = client.recv(4096)
                if not chunk:
                    break
                data += chunk
        return msgspec.json.decode(data, type=Reply)
    except (OSError, msgspec.DecodeError) as error:
        raise ControlError(f"the trainer does not answer at {path.name}: {error}") from None


class short_address:
    """A path for a socket that fits a socket address: its own, or one by a short link to its
    folder, which is gone when the context ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._link: Path | None = None

    def __enter__(self) -> str:
        if len(os.fsencode(self._path)) <= LONGEST_ADDRESS:
            return str(self._path)
        # The folder for temporary files can be a long way down as well.
        home = next((d for d in (tempfile.gettempdir(), "/tmp") if len(os.fsencode(d)) < 60), None)
        folder = Path(tempfile.mkdtemp(prefix="thaw-", dir=home))
        self._link = folder / "run"
        self._link.symlink_to(self._path.parent.absolute(), target_is_directory=True)
        return str(self._link / self._path.name)

    def __exit__(self, *_: object) -> None:
        if self._link is not None:
            self._link.unlink()
            self._link.parent.rmdir()
