"""A run whose processes a cluster's launcher has started: how they find the trainer among them.

They know each other by what adds up their gradients. By that the first tells the others where it
listens, with a word that nobody else knows; the rest is as it is with processes of its own.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tui.engine.distribution.channel import Channel
from tui.engine.distribution.exchange import Exchange, Shared
from tui.engine.distribution.follower import serve
from tui.engine.distribution.horovod_exchange import HorovodExchange
from tui.engine.distribution.lost import TrainerLost
from tui.engine.distribution.member import Member
from tui.engine.distribution.messages import Assigned, ToFollower
from tui.engine.distribution.patience import Patience, TookTooLong
from tui.engine.distribution.ports import address_towards
from tui.engine.distribution.server_exchange import ServerExchange
from tui.engine.distribution.stores import store_kind
from tui.engine.refusal import Refusal
from tui.runs.folder import RunFolder
from tui.runs.launched import launched_as
from tui.runs.spec import Distribution, RunSpec, read_spec
from tui.toml import TomlError

WORD = 16
"""Bytes of the word by which a process is known to be of the run."""
RANK = struct.Struct(">H")
SAYING = 10.0
"""Seconds that a process may take to say who it is."""
LEAVING = 30.0


@dataclass(frozen=True)
class Joined:
    """What the launcher's processes have in common, as this one sees it."""

    exchange: Shared
    patience: Patience
    limit: float = Distribution().connect_seconds
    """Seconds that one of them may take to come up."""


def join(folder: RunFolder) -> Joined:
    """Wait until all processes that the launcher starts are up.

    Raises:
        Refusal: they do not come, or Horovod is not there.
    """
    try:
        spec = read_spec(folder.spec_file)
    except TomlError:
        spec = None  # of a machine that does not see the folder; what matters it will be told
    limit = (spec.distribution if spec else Distribution()).connect_seconds
    patience = Patience()
    try:
        if launched_as() == "horovod":
            return Joined(HorovodExchange(patience, limit), patience, limit)
        kind = store_kind(spec) if spec else "dist_sync"
        return Joined(ServerExchange(kind, patience, limit), patience, limit)
    except TookTooLong:
        raise Refusal(_who_is_missing(limit)) from None


def follow(joined: Joined) -> int:
    """Follow the trainer. Returns the exit code.

    Raises:
        Refusal: it does not begin.
    """
    try:
        told = joined.exchange.share([0] * (4 + 2 + WORD), joined.limit)
    except TookTooLong:
        raise Refusal(
            f"process 0 has not begun within {joined.limit:g} s; what it said tells why"
        ) from None
    address = socket.inet_ntoa(bytes(told[:4])), told[4] << 8 | told[5]
    connected = socket.create_connection(address, SAYING)
    connected.settimeout(None)
    connected.sendall(bytes(told[6:]) + RANK.pack(joined.exchange.rank))
    channel: Channel[ToFollower] = Channel.of_socket(connected, ToFollower)
    return serve(channel, joined.exchange)


class Rendezvous:
    """The trainer's side of it."""

    together = True

    def __init__(
        self, joined: Joined, spec: RunSpec, folder: Path, say: Callable[[str], None]
    ) -> None:
        self.patience = joined.patience
        self._exchange = joined.exchange
        self._spec = spec
        self._folder = folder
        self._say = say
        self._members: dict[int, Member] = {}
        self._word = secrets.token_bytes(WORD)
        own = os.environ.get("DMLC_NODE_HOST") or address_towards(
            os.environ.get("DMLC_PS_ROOT_URI", socket.gethostname())
        )
        self._server = socket.create_server((own, 0))
        address, port = self._server.getsockname()
        threading.Thread(target=self._accept, name="rendezvous", daemon=True).start()
        self._exchange.share([*socket.inet_aton(address), port >> 8, port & 255, *self._word])

    def meet(self) -> tuple[Sequence[Member], Exchange]:
        """Wait until all of them have found this one."""
        limit = self._spec.distribution.connect_seconds
        others = range(1, self._exchange.processes)
        try:
            self.patience.wait_for(
                lambda: all(map(self._is_up, others)),
                limit,
            )
        except TookTooLong:
            missing = [f"process {rank}" for rank in others if not self._is_up(rank)]
            raise Refusal(
                f"{' and '.join(missing[:3])} did not find this one within {limit:g} s: a "
                "firewall between the hosts would do that; DMLC_NODE_HOST says at which address "
                "this one can be reached"
            ) from None
        return [self._members[rank] for rank in others], self._exchange

    def _is_up(self, rank: int) -> bool:
        return rank in self._members and bool(self._members[rank].hello)

    def part(self, *, all_is_well: bool) -> None:
        """Let them go, and leave what was started by the launcher, to end with the last."""
        if all_is_well:
            with contextlib.suppress(TrainerLost, TookTooLong):
                self._exchange.close(LEAVING)
        self._server.close()
        for member in self._members.values():
            member.close()

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._server.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._welcome, args=(connected,), daemon=True).start()

    def _welcome(self, connected: socket.socket) -> None:
        try:
            connected.settimeout(SAYING)
            said = b""
            while len(said) < WORD + RANK.size:
                more = connected.recv(WORD + RANK.size - len(said))
                if not more:
                    raise OSError("it said nothing")
                said += more
            (rank,) = RANK.unpack(said[WORD:])
            if not hmac.compare_digest(said[:WORD], self._word) or rank in self._members:
                raise OSError("it is none of the run's")
            connected.settimeout(None)
        except OSError:
            connected.close()
            return
        assigned = Assigned(rank, self._exchange.processes, self._spec, str(self._folder))
        name = f"process {rank}"
        self._members[rank] = Member(
            name, connected, assigned, self.patience, self._say, lambda: "is gone"
        )
        self.patience.changed()  # it may have been heard before it stood there


def as_launched(spec: RunSpec, joined: Joined) -> RunSpec:
    """A run with as many processes as the launcher has started."""
    others = msgspec.structs.replace(
        spec.distribution, processes=joined.exchange.processes, hosts=()
    )
    return msgspec.structs.replace(spec, distribution=others)


def _who_is_missing(limit: float) -> str:
    env = os.environ
    if launched_as() == "horovod":
        return f"not all of Horovod's processes are up after {limit:g} s"
    return (
        f"not all of the {env.get('DMLC_NUM_WORKER', '?')} workers and "
        f"{env.get('DMLC_NUM_SERVER', '?')} servers have come to "
        f"{env.get('DMLC_PS_ROOT_URI', '?')}:{env.get('DMLC_PS_ROOT_PORT', '?')} within "
        f"{limit:g} s; see that the scheduler is up there, and all DMLC_* are the same"
    )
