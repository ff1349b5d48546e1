"""How gradients are added up over devices and processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import mxnet as mx

Copies = Sequence[mx.nd.NDArray]
"""An array as each device of this process has it."""


class Exchange(Protocol):
    """Adds up arrays that go by number, the same number for the same array in every process.

    Optimisers stay where they are, one a device: all make the same updates by the same sums, so
    that no weight ever travels, and what is frozen does not either.
    """

    processes: int
    """How many processes take part."""

    def add_up(self, arrays: Mapping[int, Copies]) -> None:
        """Make every copy the sum of all of them, on all devices of all processes. Waits for
        nothing."""
        ...

    def wait(self, arrays: Mapping[int, Copies]) -> None:
        """Wait until the sums are there.

        Raises:
            TrainerLost: a process that was to take part is gone.
        """
        ...


class Shared(Exchange, Protocol):
    """An exchange whose processes are there already."""

    @property
    def rank(self) -> int:
        """The number of this process among them; 0 is the trainer."""
        ...

    def share(self, values: Sequence[int], seconds: float | None = None) -> list[int]:
        """Tell all processes the numbers of the first. As many are given in all of them.

        Raises:
            TookTooLong: the first has told none in `seconds`.
        """
        ...

    def close(self, seconds: float | None = None) -> None:
        """Leave, all processes together."""
        ...


class DeviceExchange:
    """The devices of this process, by a kvstore `device`."""

    processes = 1

    def __init__(self, kind: str = "device") -> None:
        self._store = mx.kv.create(kind)
        self._known: set[int] = set()

    def add_up(self, arrays: Mapping[int, Copies]) -> None:
        """As `Exchange` has it."""
        push_and_pull(self._store, arrays, self._known, self._store.init)

    def wait(self, arrays: Mapping[int, Copies]) -> None:
        """Of devices that are here, none goes missing: whoever needs the sums waits for them."""


def push_and_pull(
    store: mx.kvstore.KVStore,
    arrays: Mapping[int, Copies],
    known: set[int],
    begin: Callable[[list[int], list[mx.nd.NDArray]], None],
) -> None:
    """Add up arrays by a store. Those that it does not know yet it is told of by `begin`, for
    which the processes of a store wait for each other."""
    new = [key for key in arrays if key not in known]
    if new:
        begin(new, [arrays[key][0] for key in new])
        known.update(new)
    for key, copies in arrays.items():
        # The way back ends with the first layers, which are needed first as well.
        store.pushpull(key, list(copies), out=list(copies), priority=-key)
