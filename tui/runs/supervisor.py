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
    from tui.runs.log import EventReader

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
    from tui.runs.launched import launched_as
    from tui.runs.log import EventReader
    from tui.runs.oom_kills import oom_kills

    folder = RunFolder(Path(arguments[0]))
    reader = EventReader(folder.events_file)
    reader.skip()
    kills = oom_kills()
    signals = _Signals()
    trainer = subprocess.Popen(
        [sys.executable, "-m", "tui.engine", "train", arguments[0]], stdin=subprocess.DEVNULL
    )
    signals.hand_on_to(trainer)
    code = trainer.wait()
    began, said = _heard(reader, trainer.pid)
    # What could not even begin has said so in log.txt: it may be another's run that goes on.
    # One of several that a launcher has started may be none that writes the log.
    if not said and (began or (code != REFUSED and not launched_as())):
        now = oom_kills()
        with contextlib.suppress(OSError):  # a full disk; what the log has says it as well
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


def _heard(reader: EventReader, pid: int) -> tuple[bool, bool]:
    """Whether the trainer has begun to write, and whether it has told its end."""
    from tui.runs.events import Failed, Finished, RunStarted

    began = said = False
    while envelopes := reader.read():
        for envelope in envelopes:
            match envelope.event:
                case RunStarted(one) if one == pid:
                    began, said = True, False
                case Finished() | Failed():
                    said = began
    return began, said


def _tell(folder: RunFolder, code: int, *, killed_for_memory: bool) -> None:
    from tui.runs.events import Died
    from tui.runs.log import EventWriter

    writer = EventWriter(folder.events_file)
    writer.write(
        Died(
            cause(code, killed_for_memory=killed_for_memory),
            signal=-code if code < 0 else None,
            exit_code=code if code >= 0 else None,
        )
    )
    writer.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
