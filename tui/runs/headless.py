"""A run without a screen: its trainer as a child, its events as plain lines."""

from __future__ import annotations

import signal
from collections.abc import Callable
from threading import Event as Flag

from tui.runs import events
from tui.runs.events import Died, Failed, Finished
from tui.runs.exit_codes import COMPLETE, STOPPED
from tui.runs.folder import RunFolder
from tui.runs.launched import launched_as
from tui.runs.log import EventReader
from tui.runs.supervisor import cause_of
from tui.runs.trainer import last_lines, start_trainer, with_disk

POLL = 0.25
"""Seconds between two looks at the event log."""


def follow(
    folder: RunFolder, hear: Callable[[events.Event], None], say: Callable[[str], None]
) -> int:
    """Start the trainer of a run, tell what happens, and return the exit code of `exit_codes`.

    SIGTERM and the first SIGINT are handed on: the trainer stops after its step, with a
    checkpoint. A second SIGINT ends it at once.
    """
    reader = EventReader(folder.events_file)
    reader.skip()  # what an earlier trainer of this folder said
    trainer = start_trainer(folder)
    ended = Flag()
    interrupted = 0

    def hand_on(number: int, _: object) -> None:
        nonlocal interrupted
        interrupted += number == signal.SIGINT
        trainer.send_signal(number)

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGTERM, signal.SIGINT)}
    last: events.Event | None = None
    said = False
    try:
        while not ended.is_set():
            if interrupted and not said:
                said = True  # not in the handler: that may come in the middle of another line
                say("stopping after this step; Ctrl-C again ends it at once")
            if trainer.poll() is not None:
                ended.set()  # but once more for what it said last
            while envelopes := reader.read():
                for envelope in envelopes:
                    if isinstance(envelope.event, (Finished, Failed, Died)):
                        last = envelope.event
                    hear(envelope.event)
            ended.wait(POLL)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    code = trainer.returncode
    if interrupted > 1 and not isinstance(last, (Finished, Failed)):
        say("ended at once; the same command goes on from the newest checkpoint")
        return 128 + signal.SIGINT
    if last is None or isinstance(last, Died):
        if last is None and launched_as() and code == COMPLETE:
            return code  # the run is another's, on a machine whose log is not seen here
        if last is None:
            say(with_disk(cause_of(code), folder))
        say(f"the last lines of {folder.log_file}:")
        for line in last_lines(folder, 5):
            say(f"  {line}")
    if code == COMPLETE and isinstance(last, Finished) and last.stopped:
        return STOPPED
    return code if code >= 0 else 128 - code
