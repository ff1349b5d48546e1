"""Gradients added up over processes by Horovod, where that is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mxnet as mx

from tui.engine.distribution.exchange import Copies, DeviceExchange
from tui.engine.distribution.patience import Patience
from tui.engine.distribution.server_exchange import wait_for_all
from tui.engine.refusal import Refusal

ADDRESS = "thaw's address"


class HorovodExchange:
    """The processes that `horovodrun` has started.

    Raises:
        Refusal: Horovod is not installed, or was built without MXNet.
        TookTooLong: not all of them were there in `seconds`.
    """

    def __init__(self, patience: Patience, seconds: float | None = None) -> None:
        self._patience = patience
        self._horovod = horovod()
        patience.do(self._horovod.init, seconds)
        self.processes: int = self._horovod.size()
        self._devices = DeviceExchange()

    @property
    def rank(self) -> int:
        """The number of this process."""
        return int(self._horovod.rank())

    def add_up(self, arrays: Mapping[int, Copies]) -> None:
        """As `Exchange` has it: those of this process's devices first."""
        several = {key: copies for key, copies in arrays.items() if len(copies) > 1}
        if several:
            self._devices.add_up(several)
        for key, copies in arrays.items():
            self._horovod.allreduce_(copies[0], average=False, name=str(key), priority=-key)
            for copy in copies[1:]:
                copies[0].copyto(copy)

    def wait(self, arrays: Mapping[int, Copies]) -> None:
        """As `Exchange` has it."""
        wait_for_all(self._patience, arrays)

    def share(self, values: Sequence[int], seconds: float | None = None) -> list[int]:
        """The first process's numbers, told to all."""
        array = mx.nd.array(values, dtype="int32")
        told = self._horovod.broadcast(array, root_rank=0, name=ADDRESS)
        return self._patience.do(lambda: [int(one) for one in told.asnumpy()], seconds)

    def close(self, seconds: float | None = None) -> None:
        """Leave, all processes together."""

        def leave() -> None:
            mx.nd.waitall()
            self._horovod.shutdown()

        self._patience.do(leave, seconds)


def horovod() -> Any:
    """Horovod's module for MXNet.

    Raises:
        Refusal: it is not there.
    """
    try:
        import horovod.mxnet
    except ImportError as error:
        raise Refusal(
            f"--kvstore horovod: Horovod with MXNet is not installed here ({error}); dist_sync, "
            "which MXNet has itself, does the same"
        ) from None
    return horovod.mxnet
