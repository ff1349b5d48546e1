"""The trainer's ear: takes commands from control.sock while the main thread trains."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from tui.runs.control import LONGEST_COMMAND, Command, Reply, short_address

logger = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds that a client may take to say its command."""
CLIENTS = 32
"""How many are heard at once."""


class Listener:
    """Hands each valid command to `take`, which answers it; all else is refused and logged."""

    def __init__(self, path: Path, take: Callable[[Command], Reply]) -> None:
        self._path = path
        self._take = take
        self._decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
        self._taking = threading.Lock()
        self._room = threading.Semaphore(CLIENTS)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def start(self) -> None:
        """Listen, in a thread that ends with the process."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            with short_address(self._path) as address:
                self._server.bind(address)
        finally:
            os.umask(before)
        self._server.listen(128)
        threading.Thread(target=self._serve, name="control", daemon=True).start()

    def close(self) -> None:
        """Stop listening and take the socket's file away."""
        self._server.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            # One that says nothing keeps nobody else waiting.
            if not self._room.acquire(blocking=False):
                logger.warning("refused on the control socket: too many clients at once")
                client.close()
                continue
            threading.Thread(target=self._hear, args=(client,), daemon=True).start()

    def _hear(self, client: socket.socket) -> None:
        try:
            with client:
                client.settimeout(PATIENCE)
                client.sendall(msgspec.json.encode(self._answer(client)) + b"\n")
        except OSError as error:
            logger.warning("a client of the control socket went away: %s", error)
        finally:
            self._room.release()

    def _answer(self, client: socket.socket) -> Reply:
        data = bytearray()
        while len(data) <= LONGEST_COMMAND:
            try:
                chunk = client.recv(1 << 16)
            except TimeoutError:
                break
            data += chunk
            if not chunk or b"\n" in chunk:
                break
        try:
            command = self._decoder.decode(bytes(data).split(b"\n", 1)[0])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            logger.warning("refused on the control socket: %s", error)
            return Reply(False, "not a known command")
        with self._taking:
            return self._take(command)
