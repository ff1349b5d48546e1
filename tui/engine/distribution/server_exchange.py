"""Gradients added up over processes, by MXNet's parameter server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import mxnet as mx

from tui.engine.distribution.exchange import Copies, push_and_pull
from tui.engine.distribution.patience import Patience

_KEPT: list[object] = []
"""MXNet waits for all processes of a store when it lets one go: it is let go by `close` alone."""

KEY = 1 << 30
"""Of what is shared, beside those of gradients."""

Kind = Literal["dist_sync", "dist_device_sync"]


class ServerExchange:
    """The devices of all processes, by a kvstore that knows the server from the environment
    (`DMLC_*`). No optimiser is given to the server: it only adds up, and what it is sent are
    gradients. To be made once in a process.

    Raises:
        TrainerLost: a process is lost meanwhile.
        TookTooLong: not all of them were there in `seconds`.
    """

    def __init__(self, kind: Kind, patience: Patience, seconds: float | None = None) -> None:
        self._patience = patience
        self._store = patience.do(lambda: mx.kv.create(kind), seconds)
        _KEPT.append(self._store)
        self.processes: int = self._store.num_workers
        self._known: set[int] = set()

    @property
    def rank(self) -> int:
        """The server's number of this process, which is not the run's."""
        return int(self._store.rank)

    def add_up(self, arrays: Mapping[int, Copies]) -> None:
        """As `Exchange` has it."""
        push_and_pull(self._store, arrays, self._known, self._begin)

    def wait(self, arrays: Mapping[int, Copies]) -> None:
        """As `Exchange` has it."""

        wait_for_all(self._patience, arrays)

    def share(self, values: Sequence[int], seconds: float | None = None) -> list[int]:
        """The first process's numbers, told to all. As many are given in all of them."""
        told = mx.nd.array(values)

        def share() -> list[int]:
            self._store.init(KEY, told)
            self._store.pull(KEY, out=told)
            return [int(one) for one in told.asnumpy()]

        return self._patience.do(share, seconds)

    def close(self, seconds: float | None = None) -> None:
        """Leave, all processes together: the server ends with the last of them.

        Raises:
            TrainerLost: a process is lost.
            TookTooLong: they have not all left in `seconds`.
        """

        def leave() -> None:
            mx.nd.waitall()
            self._store = None
            _KEPT.clear()

        self._patience.do(leave, seconds)

    def _begin(self, keys: list[int], arrays: list[mx.nd.NDArray]) -> None:
        # The server keeps an array for each key, and all processes wait here for each other.
        self._patience.do(lambda: self._store.init(keys, arrays))


def wait_for_all(patience: Patience, arrays: Mapping[int, Copies]) -> None:
    """Wait until arrays are there.

    Raises:
        TrainerLost: a process is lost.
    """

    def wait() -> None:
        for copies in arrays.values():
            for copy in copies:
                copy.wait_to_read()

    patience.do(wait)
