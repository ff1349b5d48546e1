"""A run whose processes the trainer starts itself: on this machine, and by ssh on others."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tui.engine.cores import makes_small_steps
from tui.engine.distribution.child import Child, command_of
from tui.engine.distribution.lost import TrainerLost
from tui.engine.distribution.member import Member
from tui.engine.distribution.messages import Assigned
from tui.engine.distribution.patience import Patience, TookTooLong
from tui.engine.distribution.placing import devices_of, with_devices
from tui.engine.distribution.ports import LOOPBACK, address_towards, free_port
from tui.engine.distribution.server_exchange import ServerExchange
from tui.engine.distribution.stores import store_kind
from tui.engine.refusal import Refusal
from tui.runs.spec import RunSpec

WITH_PARENT = "--with-parent"
LEAVING, GOING = 5.0, 1.0
"""Seconds that a process may take to end by itself, where all is well and where not. They hear
that this one hangs up, also at the other end of an ssh."""


class Gathering:
    """Starts the parameter server and the followers; `hosts` is where each process runs, by its
    number, an empty word for this machine.

    Raises:
        Refusal: the port is in use, or a host is not known.
    """

    def __init__(
        self,
        spec: RunSpec,
        folder: Path,
        hosts: Sequence[str],
        say: Callable[[str], None],
        lost: Callable[[], None],
    ) -> None:
        self.patience = Patience(lost)
        self._spec = spec
        self._say = say
        self._deadline = time.monotonic() + spec.distribution.connect_seconds
        self._children: list[Child] = []
        self._members: list[Member] = []
        self._exchange: ServerExchange | None = None
        self._parting = False
        elsewhere = [host for host in hosts if host]
        address = address_towards(elsewhere[0]) if elsewhere else LOOPBACK
        places = list(dict.fromkeys(hosts))
        self._environment = {
            "DMLC_PS_ROOT_URI": address,
            "DMLC_PS_ROOT_PORT": str(free_port(address, spec.distribution.port)),
            "DMLC_NUM_WORKER": str(len(hosts)),
            "DMLC_NUM_SERVER": str(len(places)),
        }
        self._here = {"DMLC_NODE_HOST": address}
        self._devices = devices_of(spec.model.ctx, hosts)
        try:
            self._start_node("scheduler", "")
            for place in places:
                self._start_node("server", place)
            for rank, host in enumerate(hosts):
                if rank:
                    self._start_follower(rank, host, folder, hosts.count(host))
        except BaseException:
            self.part(all_is_well=False)
            raise

    def meet(self) -> tuple[Sequence[Member], ServerExchange]:
        """Wait until all followers are up and the server knows them."""
        limit = self._spec.distribution.connect_seconds
        try:
            self.patience.wait_for(
                lambda: all(member.hello for member in self._members), self._left()
            )
        except TookTooLong:
            missing = [member.name for member in self._members if not member.hello]
            raise Refusal(
                f"{' and '.join(missing[:3])} did not come up within {limit:g} s; log.txt may say "
                "why, and connect_seconds in run.toml gives more time"
            ) from None
        os.environ.update({**self._environment, **self._here, "DMLC_ROLE": "worker"})
        try:
            self._exchange = ServerExchange(
                store_kind(self._spec), self.patience, max(limit / 2, self._left())
            )
        except TookTooLong:
            raise Refusal(
                f"the parameter server at {self._environment['DMLC_PS_ROOT_URI']}:"
                f"{self._environment['DMLC_PS_ROOT_PORT']} did not come up within {limit:g} s: "
                "not all processes reach it; a firewall between the hosts would do that"
            ) from None
        return self._members, self._exchange

    @property
    def together(self) -> bool:
        """The server is ended by this process."""
        return False

    def part(self, *, all_is_well: bool) -> None:
        """Let them go. None of them has anything left to keep: they are ended."""
        self._parting = True
        for member in self._members:
            member.close()
        end = time.monotonic() + (LEAVING if all_is_well else GOING)
        for child in self._children:
            if child.process.stdin is not None:
                child.process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, end - time.monotonic()))
            child.kill()
        self._children.clear()

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _start_node(self, role: str, host: str) -> None:
        environment = {**self._environment, "DMLC_ROLE": role}
        if not host:
            environment |= self._here
        child = Child(
            command_of(["node", WITH_PARENT], host, environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            environment=None if host else environment,
        )
        self._children.append(child)
        name = f"the parameter server's {role}" + (f" on {host}" if host else "")
        threading.Thread(target=self._watch, args=(name, child), daemon=True).start()

    def _watch(self, name: str, child: Child) -> None:
        child.process.wait()
        if not self._parting:
            self.patience.lose(TrainerLost(f"{name} (pid {child.process.pid}) {child.ending()}"))

    def _start_follower(self, rank: int, host: str, folder: Path, sharing: int) -> None:
        name = f"process {rank}" + (f" on {host}" if host else "")
        steps = "small" if makes_small_steps(self._spec.hyper) else "large"
        ours, theirs = socket.socketpair()
        with theirs:
            child = Child(
                command_of(["follow", str(sharing), steps], host),
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
            )
        self._children.append(child)
        environment = {**self._environment, "DMLC_ROLE": "worker"}
        if not host:
            environment |= self._here
        assigned = Assigned(
            rank,
            self._spec.distribution.processes,
            with_devices(self._spec, self._devices[rank]),
            str(folder),
            environment,
        )
        self._members.append(Member(name, ours, assigned, self.patience, self._say, child.ending))
