"""The processes of a parameter server: `python -m tui.engine node`, with MXNet's own `DMLC_ROLE`
(scheduler or server) in the environment.

MXNet would run a server of its own as soon as it is imported, which unpickles what anybody sends
it. This one takes gradients, and no commands but that to end.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import threading

ROLES = ("scheduler", "server")

logger = logging.getLogger(__name__)


def serve(*, with_parent: bool) -> int:
    """Serve until the run is over; `with_parent`, at the latest until standard input ends."""
    role = os.environ.pop("DMLC_ROLE", "")
    if role not in ROLES:
        print(f"DMLC_ROLE: {role or 'not set'}; scheduler or server is needed", file=sys.stderr)
        return 2
    if with_parent:
        threading.Thread(target=_end_with_input, daemon=True).start()
    import mxnet as mx
    from mxnet.base import _LIB, check_call

    os.environ["DMLC_ROLE"] = role
    store = mx.kv.create("dist")
    signature = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
    ignore = signature(lambda number, body, _: logger.warning("a command was refused: %s", number))
    try:
        check_call(_LIB.MXKVStoreRunServer(store.handle, ignore, None))
    except mx.MXNetError as error:
        print(f"the {role} of the run's parameter server: {error}", file=sys.stderr)
        return 1
    return 0


def _end_with_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def main(arguments: list[str]) -> int:
    """`--with-parent`: end when standard input does."""
    import signal

    with_parent = arguments == ["--with-parent"]
    if with_parent:
        # Whoever stops a run, or a whole group of processes, means the trainer.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
    return serve(with_parent=with_parent)
