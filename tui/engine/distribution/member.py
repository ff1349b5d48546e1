"""A follower, from the trainer's side."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence

import msgspec

from tui.engine.distribution.channel import Channel
from tui.engine.distribution.lost import TrainerLost
from tui.engine.distribution.messages import (
    MESSAGES_VERSION,
    Assigned,
    Broke,
    Did,
    FromFollower,
    Hello,
    Leave,
    Proved,
    Said,
)
from tui.engine.distribution.patience import Patience, TookTooLong
from tui.engine.refusal import Refusal

GOING = 5.0
"""Seconds in which it is known how one has ended that does not listen any more."""


class Member:
    """Hears a follower on a thread of its own. `name` is how people know it; `ended` tells how it
    has ended, once it has hung up."""

    def __init__(
        self,
        name: str,
        connected: socket.socket,
        assigned: Assigned,
        patience: Patience,
        say: Callable[[str], None],
        ended: Callable[[], str],
    ) -> None:
        self.name = name
        self.hello: Hello | None = None
        self.pictures_per_second = 0.0
        self.proved: Proved | None = None
        self.left = False
        self._connected = connected
        self._channel: Channel[FromFollower] = Channel.of_socket(connected, FromFollower)
        self._assigned = assigned
        self._patience = patience
        self._say = say
        self._ended = ended
        self._leaving = False
        threading.Thread(target=self._listen, name=name, daemon=True).start()

    def send(self, message: msgspec.Struct, files: Sequence[bytes] = ()) -> None:
        """Tell it something.

        Raises:
            TrainerLost: it is gone.
        """
        self._leaving = self._leaving or isinstance(message, Leave)
        try:
            self._channel.send(message, files)
        except (OSError, ValueError):
            # Its own thread hears how it ended.
            with contextlib.suppress(TookTooLong):
                self._patience.wait_for(lambda: False, GOING)
            raise TrainerLost(f"{self._named()} hung up") from None

    def close(self) -> None:
        """Hang up."""
        self._leaving = True
        with contextlib.suppress(OSError):  # it was first
            self._connected.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        try:
            while True:
                message, _ = self._channel.receive()
                self._take(message)
                self._patience.changed()
        except (EOFError, OSError, ValueError):
            self.left = True
            if not self._leaving:
                self._patience.lose(TrainerLost(f"{self._named()} {self._ended()}"))
            self._patience.changed()

    def _take(self, message: FromFollower) -> None:
        match message:
            case Hello(version=version):
                if version != MESSAGES_VERSION:
                    self._patience.lose(
                        Refusal(f"{self.name}: another version of thaw; install the same one there")
                    )
                    return
                self.hello = message
                self._channel.send(self._assigned)
            case Did(rate):
                self.pictures_per_second = rate
            case Said(line):
                self._say(f"{self.name}: {line}")
            case Broke(line, refused):
                kind = Refusal if refused else TrainerLost
                self._patience.lose(kind(f"{self.name}: {line}"))
            case Proved():
                self.proved = message

    def _named(self) -> str:
        if self.hello is None:
            return self.name
        where = "" if self.hello.host == socket.gethostname() else f" on {self.hello.host}"
        return f"{self.name} (pid {self.hello.pid}{where})"
