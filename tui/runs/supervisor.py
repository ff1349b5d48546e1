"""The process that starts a trainer, waits, and tells what ended it if it could not do so itself.

`python -m tui.runs.supervisor RUN_DIR`, in a session of its own, so that what killed a trainer is
known to whoever looks at the run later, from whatever terminal. It does nothing while it waits.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from tui.runs.exit_codes import REFUSED

if TYPE_CHECKING:
    from tui.runs.folder import RunFolder

OUT_OF_MEMORY = (
    "the system killed the trainer, as it had no memory left; a smaller batch or input takes less"
)

REASONS = {
    signal.SIGKILL: "killed by a person, or for want of memory",
    signal.SIGSEGV: "a crash in native code; the last lines of log.txt say where",
    signal.SIGABRT: "a crash in native code; the last lines of log.txt say where",
    signal.SIGBUS: "a crash in native code, or a file that it had mapped is gone",
    signal.SIGILL: "this build of MXNet asks for a processor that this one is not",
    signal.SIGFPE: "a crash in native code; the last lines of log.txt say where",
    signal.SIGXCPU: "it has used the processor time that it was allowed",
}


def main(arguments: list[str]) -> int:
    """Start the trainer and wait for its end. Returns its exit code, 128 and its number for a
    signal."""
    if len(arguments) != 1:
        print("usage: python -m tui.runs.supervisor RUN_DIR", file=sys.stderr)
        return 2
    from tui.runs.folder import RunFolder
    from tui.runs.oom_kills import oom_kills

    folder = RunFolder(Path(arguments[0]))
    log = folder.events_file
    before = log.stat().st_size if log.exists() else 0
    kills = oom_kills()
    signals = _Signals()
    trainer = subprocess.Popen(
        [sys.executable, "-m", "tui.engine", "train", arguments[0]], stdin=subprocess.DEVNULL
    )
    signals.hand_on_to(trainer)
    code = trainer.wait()
    with contextlib.suppress(OSError):  # a full disk; what log.txt has says it as well
        if _said_nothing(folder, before, trainer.pid, code):
            now = oom_kills()
            _tell(folder, code, killed_for_memory=None not in (now, kills) and now != kills)
    return code if code >= 0 else 128 - code


def cause(code: int, *, killed_for_memory: bool = False) -> str:
    """What ended a process that has said nothing, by its exit code as `subprocess` gives it."""
    if code >= 0:
        return f"the trainer ended with exit code {code}, without a last word"
    number = -code
    if number == signal.SIGKILL and killed_for_memory:
        return OUT_OF_MEMORY
    known = number in {int(one) for one in signal.Signals}
    name = f" ({signal.Signals(number).name})" if known else ""
    reason = REASONS.get(signal.Signals(number), "") if known else ""
    return f"the trainer ended by signal {number}{name}" + (f": {reason}" if reason else "")


def cause_of(code: int) -> str:
    """What ended a trainer that has said nothing, by the exit code of its supervisor."""
    return cause(128 - code if code > 128 else code)


class _Signals:
    """Hands signals on to the trainer, also those that came before it was there. The second
    interrupt kills it."""

    def __init__(self) -> None:
        self._trainer: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        self._interrupted = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hand_on)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def hand_on_to(self, trainer: subprocess.Popen[bytes]) -> None:
        self._trainer = trainer
        while self._early:
            self._hand_on(self._early.pop(0))

    def _hand_on(self, number: int, _: FrameType | None = None) -> None:
        if self._trainer is None:
            self._early.append(number)
        elif number == signal.SIGINT and self._interrupted:
            self._trainer.kill()
        else:
            self._interrupted = self._interrupted or number == signal.SIGINT
            self._trainer.send_signal(number)


def _said_nothing(folder: RunFolder, before: int, pid: int, code: int) -> bool:
    """Whether a trainer's end is still to be told, behind the first `before` bytes of the log.
    Looked for from the end: a log can have a million events."""
    from tui.runs.events import RunStarted
    from tui.runs.launched import launched_as
    from tui.runs.log_ends import last_of

    log = folder.events_file
    began = last_of(log, "RunStarted", after=before)
    if began is None:
        # What could not even begin has said so in log.txt: it may be another's run that goes on.
        # One of several that a launcher has started may be none that writes the log.
        return code != REFUSED and not launched_as()
    if not isinstance(began.event, RunStarted) or began.event.pid != pid:
        return False  # somebody has started the run again
    last = last_of(log, "RunStarted", "Finished", "Failed", after=before)
    return last is not None and isinstance(last.event, RunStarted)


def _tell(folder: RunFolder, code: int, *, killed_for_memory: bool) -> None:
    from tui.runs.events import Died
    from tui.runs.lock import RunLock
    from tui.runs.log import EventWriter

    # Only whoever holds it writes the log; where a new trainer does, this is no end of the run.
    lock = RunLock(folder.lock_file)
    if not lock.take():
        return
    writer = EventWriter(folder.events_file)
    writer.write(
        Died(
            cause(code, killed_for_memory=killed_for_memory),
            signal=-code if code < 0 else None,
            exit_code=code if code >= 0 else None,
        )
    )
    writer.close()
    lock.release()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
