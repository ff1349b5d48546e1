"""The trainer: the process that carries out one run folder, listens, and tells its memory."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import signal
import sys
import threading
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tui.engine.device_memory import device_memory
from tui.engine.distribution.lost import TrainerLost
from tui.engine.distribution.rendezvous import Joined, as_launched, follow, join
from tui.engine.divergence import Diverged
from tui.engine.input.workers import WorkerLost
from tui.engine.listener import Listener
from tui.engine.orders import Order, Orders
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.run import Run
from tui.model.plan import FreezePlan
from tui.model.selection import PatternError
from tui.runs.control import ChangePlan, Command, GoOn, Pause, Ping, Reply, Stop
from tui.runs.events import (
    Commanded,
    DeviceMemory,
    Event,
    Failed,
    Finished,
    Memory,
    Notice,
    RunStarted,
)
from tui.runs.exit_codes import DIVERGED, ERROR, REFUSED
from tui.runs.folder import RunFolder
from tui.runs.launched import launched_as
from tui.runs.lock import RunLock
from tui.runs.log import EventWriter
from tui.runs.past import Past, going_on, read_past, why_not_started
from tui.runs.patient_writer import PatientWriter
from tui.toml import TomlError

NICENESS = 5
"""The trainer yields the processor to the screen that watches it."""
MEMORY_EVERY = 2.0
"""Seconds between two Memory events."""

PASSING = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE)
"""Errors that may be gone when the run is started again."""
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG)
"""Errors of a disk that is full, broken or may not be written."""

logger = logging.getLogger(__name__)


def train(path: Path) -> int:
    """Carry out the run in a folder. Returns the exit code: 0 done or stopped, 2 it cannot be
    done, 4 the loss was no number any more, 1 an error of another kind."""
    folder = RunFolder(path)
    joined = None
    if launched_as():
        try:
            joined = join(folder)
            if joined.exchange.rank:
                return follow(joined)
        except (Refusal, OSError) as error:
            print(error, file=sys.stderr)
            return REFUSED if isinstance(error, Refusal) else ERROR
    lock = RunLock(folder.lock_file)
    try:
        if not lock.take():
            print(going_on(folder), file=sys.stderr)
            return 2
    except OSError as error:
        # A folder that is not there, or may not be written.
        print(f"{path}: {(error.strerror or str(error)).lower()}", file=sys.stderr)
        return ERROR if error.errno in PASSING else REFUSED
    past = read_past(folder)
    if why_not := why_not_started(folder, past):
        # Not an event: it would end the run that is going on, or the one that is complete.
        print(why_not, file=sys.stderr)
        return 2
    trainer = _Trainer(folder, past, PatientWriter(EventWriter(folder.events_file)), joined)
    try:
        trainer.carry_out()
        return 0
    except (Refusal, PatternError, TomlError) as error:
        logger.info("refused", exc_info=True)
        trainer.emit(Failed(str(error), diverged=isinstance(error, Diverged)))
        if isinstance(error, WorkerLost | TrainerLost):
            return ERROR  # it goes on when it is started again
        return DIVERGED if isinstance(error, Diverged) else 2
    except Exception as error:
        with contextlib.suppress(OSError):  # the log may stand on the disk that is full
            traceback.print_exc()
        trainer.emit(_failed(error))
        return 1
    finally:
        trainer.close()


@dataclass
class _Trainer:
    folder: RunFolder
    past: Past
    writer: PatientWriter
    joined: Joined | None = None
    orders: Orders = field(init=False)
    _ended: threading.Event = field(default_factory=threading.Event)
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _listener: Listener | None = None
    _run: Run | None = None

    def __post_init__(self) -> None:
        self.orders = Orders(self.emit)

    def emit(self, event: Event) -> None:
        with self._writing:
            if isinstance(event, Finished | Failed):
                self._ended.set()
            elif self._ended.is_set():
                return  # of a thread of ours: a run's last event stays the last
            self.writer.write(event)

    def close(self) -> None:
        self._ended.set()
        if self._listener is not None:
            self._listener.close()

    def carry_out(self) -> None:
        spec, plan = self.folder.read()
        if self.joined is not None:
            spec = as_launched(spec, self.joined)
        # That of an earlier run of this folder is of other weights.
        self.folder.proof_file.unlink(missing_ok=True)
        process = psutil.Process()
        self.emit(
            RunStarted(process.pid, process.create_time(), spec.model.model, spec.recipe, spec.data)
        )
        self._be_polite()
        self._run = Run(
            self.folder,
            spec,
            plan,
            self.past,
            self.emit,
            lambda: self.writer.written,
            lambda: self.orders.stopping,
            self.orders,
            joined=self.joined,
        )
        self._listen()
        self._run.carry_out()

    def _be_polite(self) -> None:
        os.nice(NICENESS)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.orders.stop("stop (signal)"))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        threading.Thread(target=self._watch_memory, name="memory", daemon=True).start()

    def _watch_memory(self) -> None:
        process = psutil.Process()
        while not self._ended.wait(MEMORY_EVERY):
            run = self._run
            devices: tuple[DeviceMemory, ...] = ()
            if run is not None and run.loop is not None and run.loop.outcome.steps:
                devices = device_memory(",".join(map(str, run.loop.contexts)))
            self.emit(Memory(process.memory_info().rss, devices))

    def _listen(self) -> None:
        listener = Listener(self.folder.socket, self._take)
        try:
            listener.start()
        except OSError as error:
            # Some file systems hold no sockets (FAT, some network and shared ones).
            why = (error.strerror or str(error)).lower()
            self.emit(
                Notice(
                    f"no commands can be taken while it trains: {self.folder.socket.name}: {why}; "
                    f"kill {os.getpid()} stops it, with a checkpoint"
                )
            )
            return
        self._listener = listener

    def _take(self, command: Command) -> Reply:
        match command:
            case Ping():
                return Reply(True)
            case Stop(checkpoint):
                words = "stop" if checkpoint else "stop without a checkpoint"
                if not self.orders.stop(words, checkpoint=checkpoint) and not self.orders.stopping:
                    return Reply(False, "the last batch is done; the run is about to end by itself")
                return Reply(True, "stopping after this batch")
            case ChangePlan(plan):
                return self._change_plan(plan)
            case order:
                why_not = self.orders.give(order)
                return Reply(not why_not, why_not or _promise(order))

    def _change_plan(self, plan: FreezePlan) -> Reply:
        if self.orders.stopping:
            return Reply(False, "the run is stopping; its plan stays as it is")
        if self._run is None or self._run.plans is None:
            return Reply(False, "the network is not there yet; ask again when the run trains")
        try:
            self._run.plans.offer(plan)
        except (Refusal, PatternError) as error:
            return Reply(False, str(error))
        self.emit(Commanded("change the plan"))
        self.orders.wake()
        return Reply(True, "the plan comes into force after this batch")


def _promise(order: Order | Pause | GoOn) -> str:
    match order:
        case Pause():
            return "pausing after this batch; its memory stays taken"
        case GoOn():
            return "going on"
        case _:
            return "after this batch"


def _disk_trouble(error: OSError) -> str:
    what = (error.strerror or str(error)).lower()
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{what}; mend that and start the run again: it goes on from its last checkpoint"


def _failed(error: Exception) -> Failed:
    if isinstance(error, OSError) and error.errno in DISK:
        return Failed(_disk_trouble(error))
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return Failed(f"{type(error).__name__}: {in_one_line(error)}", where)


def main(arguments: list[str]) -> int:
    """`python -m tui.engine train RUN_DIR`."""
    if len(arguments) != 1:
        print("usage: python -m tui.engine train RUN_DIR", file=sys.stderr)
        return 2
    code = train(Path(arguments[0]))
    if launched_as():
        # MXNet's way out would wait for processes that may be gone.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
