"""Addresses and ports of this machine."""

from __future__ import annotations

import socket

from tui.engine.refusal import Refusal

LOOPBACK = "127.0.0.1"


def free_port(address: str, wanted: int) -> int:
    """A port at an address of this machine that nobody listens on: the one that is wanted, or any
    (0).

    Raises:
        Refusal: the one that is wanted is in use, or is not for us.
    """
    with socket.socket() as probe:
        if wanted:
            # As the server itself has it: one that has just been left may be taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, wanted))
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise Refusal(
                f"--port {wanted}: {why}; name another one, or none, and a free one is taken"
            ) from None
        return int(probe.getsockname()[1])


def address_towards(host: str) -> str:
    """The address of this machine at which a host, with or without a user, can reach it.

    Raises:
        Refusal: the host is not known.
    """
    try:
        found = socket.getaddrinfo(host.rpartition("@")[2], 9, socket.AF_INET, socket.SOCK_DGRAM)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(found[0][4])  # sends nothing
            return str(probe.getsockname()[0])
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Refusal(f"the host {host} cannot be found: {why}") from None
