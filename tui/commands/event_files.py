"""A run as event files, which TensorBoard reads: written at once, or while it goes on."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tui.printable import printable
from tui.runs.events import Died, Envelope, Failed, Finished, Resumed, RunStarted, Step, Validated
from tui.runs.lasting import lasting_events
from tui.runs.log import EventReader
from tui.runs.trainer import is_alive

if TYPE_CHECKING:
    from tui.runs.folder import RunFolder

POLL = 1.0
"""Seconds between two looks at the log of a run that goes on."""

PATTERN = "events.out.tfevents.*"


def event_folder(folder: RunFolder) -> Path:
    """Where a run's event files stand unless another place is named."""
    return folder.path / "tensorboard"


def start_following(folder: RunFolder) -> None:
    """Write the event files of a run for as long as it goes on, in a process of its own that
    outlives this one as the trainer does. What goes wrong with it stands in log.txt."""
    with folder.log_file.open("ab") as log:
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tui", "export", str(folder.path.absolute())),
                *("--tensorboard", "--follow"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )


def write_event_file(
    folder: RunFolder,
    out: Path,
    *,
    follow: bool,
    wait: Callable[[float], object] = time.sleep,
) -> int:
    """Write an event file into `out`, in place of those that are there. With `follow`, go on until
    the run has ended and all of it is written. Returns how many steps and validations it holds.

    Raises:
        OSError: it cannot be written, or the log not be read.
    """
    out.mkdir(parents=True, exist_ok=True)
    before = list(out.glob(PATTERN))
    file = _EventFile(out)
    try:
        if not follow:
            file.add(lasting_events(folder.events_file))
        else:
            _follow(folder, file, wait)
    finally:
        file.close()
    for old in before:
        if old.name != file.name:
            old.unlink(missing_ok=True)
    return file.count


def _follow(folder: RunFolder, file: _EventFile, wait: Callable[[float], object]) -> None:
    reader = EventReader(folder.events_file)
    started: RunStarted | None = None
    over = True
    while True:
        # Asked before the log is read to its end: what the trainer wrote last is then all in.
        gone = started is None or not is_alive(folder, started)
        while envelopes := reader.read():
            for envelope in envelopes:
                match envelope.event:
                    case RunStarted() as started:
                        over = gone = False
                    case Finished() | Failed() | Died():
                        over = True
            file.add(envelopes)
        file.flush()
        if over or gone:
            return
        wait(POLL)


class _EventFile:
    """One event file. All values of a step or a validation are one record."""

    def __init__(self, out: Path) -> None:
        # Imported here: NumPy and protobuf come along, and take a third of a second.
        from tensorboardX.event_file_writer import EventsWriter
        from tensorboardX.proto import event_pb2, summary_pb2

        self._records, self._summaries = event_pb2, summary_pb2
        self._writer = EventsWriter(str(out.absolute() / "events"))
        self.name = Path(self._writer._file_name).name
        self.count = 0
        self._forget_from(0, time.time())  # a TensorBoard that has read an earlier file

    def add(self, envelopes: Iterable[Envelope]) -> None:
        """Write what there is to write of some events."""
        for envelope in envelopes:
            match envelope.event:
                case Step() as step:
                    self._write(envelope.time, step.step, _of_step(step))
                case Validated() as validated:
                    self._write(envelope.time, validated.step, _of_validation(validated))
                case Resumed(step):
                    self._forget_from(step + 1, envelope.time)

    def flush(self) -> None:
        """Put all of it onto the disk."""
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        self._writer.close()

    def _write(self, at: float, step: int, values: dict[str, float]) -> None:
        one = self._summaries.Summary.Value
        told = [one(tag=printable(tag), simple_value=value) for tag, value in values.items()]
        summary = self._summaries.Summary(value=told)
        self._writer.write_event(self._records.Event(wall_time=at, step=step, summary=summary))
        self.count += 1

    def _forget_from(self, step: int, at: float) -> None:
        # TensorBoard forgets what it has read of this step and later ones.
        start = self._records.SessionLog(status=self._records.SessionLog.START)
        self._writer.write_event(self._records.Event(wall_time=at, step=step, session_log=start))


def _of_step(step: Step) -> dict[str, float]:
    return {
        "loss": _number(step.loss),
        **{f"loss/{name}": _number(value) for name, value in step.losses.items()},
        "learning_rate": step.learning_rate,
        "pictures_per_second": step.pictures_per_second,
    }


def _of_validation(validated: Validated) -> dict[str, float]:
    return {
        f"metric/{validated.metric}": _number(validated.value),
        **{f"class/{name}": _number(value) for name, value in validated.per_class.items()},
        **{f"beside/{name}": _number(value) for name, value in validated.beside.items()},
    }


def _number(value: float | None) -> float:
    return math.nan if value is None else value
