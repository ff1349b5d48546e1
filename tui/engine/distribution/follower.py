"""A process that trains beside the trainer: `python -m tui.engine follow`.

It has the same network, takes its part of each batch, and makes the same steps by the same sums of
gradients. It is told all that on its standard input, writes no file of the run, and ends when its
input does, whatever it is at: so it never outlives the trainer, on this machine or another.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import shutil
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

from tui.engine.batch_reader import BatchReader
from tui.engine.datasets.data import Data
from tui.engine.devices import parse_contexts
from tui.engine.distribution.channel import Channel
from tui.engine.distribution.exchange import Shared
from tui.engine.distribution.messages import (
    Assigned,
    Begin,
    Broke,
    Change,
    Did,
    Hello,
    Leave,
    Make,
    Prove,
    Proved,
    Said,
    Take,
    ToFollower,
)
from tui.engine.distribution.own_speed import OwnSpeed
from tui.engine.distribution.patience import Patience
from tui.engine.distribution.server_exchange import ServerExchange
from tui.engine.distribution.spread import spread
from tui.engine.distribution.stores import store_kind
from tui.engine.divergence import Diverged
from tui.engine.feature_cache.begin import begin_caching
from tui.engine.input.begin import begin_workers
from tui.engine.input.workers import WorkerLost
from tui.engine.optimizer_state import load_states
from tui.engine.plan_in_force import PlanInForce
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.seeding import of_batch, seed_everything
from tui.engine.set_up import build_network, read_data
from tui.engine.stepper import Stepper
from tui.engine.verification import digest_of_all
from tui.model.selection import PatternError
from tui.runs.events import Event, Notice
from tui.runs.folder import RunFolder

NICENESS = 5

logger = logging.getLogger(__name__)


class Follower:
    """Does what it is told through a channel, until it is told to leave."""

    def __init__(self, channel: Channel[ToFollower], exchange: Shared | None = None) -> None:
        self._channel = channel
        self._exchange = exchange
        self._told: queue.SimpleQueue[tuple[ToFollower, list[bytes]]] = queue.SimpleQueue()
        self._leaving = False
        self._own: Path | None = None
        """A folder for what it keeps for a while."""

    def follow(self) -> None:
        """All of it.

        Raises:
            Refusal: it cannot be done here.
            PatternError: a pattern of the plan cannot be used.
        """
        threading.Thread(target=self._listen, name="trainer", daemon=True).start()
        self._channel.send(Hello(os.getpid(), socket.gethostname()))
        assigned, _ = self._next(Assigned)
        os.environ.update(assigned.environment)
        exchange = self._exchange or ServerExchange(store_kind(assigned.spec), Patience())
        with tempfile.TemporaryDirectory(prefix="thaw-") as own:
            self._own = Path(own)
            part = self._prepare(assigned, exchange, self._own)
            while True:
                message, _ = self._told.get()
                match message:
                    case Leave(together):
                        break
                    case Prove():
                        self._channel.send(part.prove())
                    case Change() | Take():
                        part.take(message)
                    case Make():
                        part.make(message)
                        self._channel.send(Did(part.speed.pictures_per_second))
                    case _:
                        raise AssertionError(message)
            part.close()
        if together:
            exchange.close()

    def _prepare(self, assigned: Assigned, exchange: Shared, own: Path) -> Part:
        spec = assigned.spec
        recipe, built = build_network(spec, _nothing)
        data = read_data(spec, recipe, built, _nothing)
        begin, files = self._next(Begin)
        return Part(assigned, begin, files, exchange, recipe, built, data, own, self._tell)

    def _tell(self, event: Event) -> None:
        if isinstance(event, Notice):
            self._channel.send(Said(event.message))

    def _next(self, kind: type) -> tuple[Any, list[bytes]]:
        message, files = self._told.get()
        assert isinstance(message, kind), message
        return message, files

    def _listen(self) -> None:
        try:
            while True:
                message, files = self._channel.receive()
                self._leaving = self._leaving or isinstance(message, Leave)
                self._told.put((message, files))
        except (EOFError, OSError, ValueError) as error:
            if self._leaving:
                return
            # The main thread may wait for sums that never come.
            logger.info("the trainer is gone: %s", error)
            if self._own is not None:
                shutil.rmtree(self._own, ignore_errors=True)
            os._exit(1)


class Part:
    """This process's part of a run, ready to be taken and made step by step."""

    def __init__(
        self,
        assigned: Assigned,
        begin: Begin,
        files: list[bytes],
        exchange: Shared,
        recipe: Any,
        built: Any,
        data: Data,
        own: Path,
        tell: Callable[[Event], None],
    ) -> None:
        spec = assigned.spec
        self.speed = OwnSpeed()
        self._rank, self._seed = assigned.rank, spec.seed
        self._steps = begin.steps
        self._data, self._tell = data, tell
        net = built.net
        contexts = parse_contexts(spec.model.ctx)
        spread(net, contexts)
        weights = own / "weights.params"
        weights.write_bytes(files[0])
        net.load_parameters(str(weights))
        weights.unlink()
        self._plans = PlanInForce(
            net,
            begin.plan,
            spec.hyper.epochs,
            _nothing,
            epoch=begin.epoch,
            accumulate=spec.hyper.accumulate > 1,
        )
        task = recipe.prepare(built, data, spec.hyper)
        task.divide(assigned.rank, assigned.processes)
        # A machine that does not see the run's folder keeps its features in a place of its own.
        folder = RunFolder(Path(assigned.folder))
        features, beside = own / "features", []
        if folder.path.is_dir():
            features = folder.features_of(assigned.rank)
            features.parent.mkdir(exist_ok=True)
            beside = folder.features_beside(assigned.rank, assigned.processes)
        task = begin_caching(task, spec, built, data, self._plans, features, tell, beside)
        self._task = task
        self._stepper = Stepper(task, spec.hyper, contexts, exchange, recipe.info.losses)
        if begin.optimizer is not None:
            arrays = own / "optimizer.params"
            arrays.write_bytes(files[1])
            load_states(self._stepper.trainer, self._plans.tree, arrays, begin.optimizer)
            arrays.unlink()
        self._reader = BatchReader(task, spec.seed, assigned.rank)
        self._reader.workers = begin_workers(task, spec, data, _nothing)
        self._epoch_begun = 0
        self._ahead: tuple[int, int, Any] | None = None
        self._plans.begin(begin.steps + 1)
        task.train_mode()

    def take(self, message: Take | Change) -> None:
        """Send its part of a batch through; or put another plan in force."""
        if isinstance(message, Change):
            self._plans.offer(message.plan)
            self._plans.between_batches(self._steps)
            return
        epoch, number = message.epoch, message.number
        if not number:
            self._plans.begin_epoch(epoch, self._steps)
        self.speed.take()
        batch = self._read(epoch, number)
        if batch is not None:
            seed_everything(self._seed, *of_batch(epoch, number, self._rank, step=True))
            self.speed.add(self._stepper.add(batch))
        if number + 1 < self._task.steps_per_epoch:
            self._ahead = (epoch, number + 1, self._read(epoch, number + 1))
        if self.speed.measures:
            self._stepper.wait()
            self.speed.back()

    def make(self, message: Make) -> None:
        """Make a step together with the others."""
        self.speed.made()
        try:
            self._stepper.step(message.step, message.learning_rate)
        except Diverged:
            self._stepper.clear()  # the trainer has found the same, and says so
        self._steps = message.step

    def prove(self) -> Proved:
        """What moved here."""
        self._plans.settle()
        self._plans.witness.end(self._steps)
        digest = digest_of_all(self._plans.net, self._plans.tree, self._plans.resolution)
        return Proved(self._plans.witness.proof(), digest)

    def close(self) -> None:
        """End what reads its pictures."""
        if self._reader.workers is not None:
            self._reader.workers.close()

    def _read(self, epoch: int, number: int) -> Any:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[:2] == (epoch, number):
            return ahead[2]
        if epoch != self._epoch_begun or not number:
            self._epoch_begun = epoch
            self._reader.begin(epoch, number)
        batch = self._reader.read(epoch, number)
        for name, why in self._data.skipped.new():
            self._tell(Notice(f"{name}: {why}; skipped; another takes its place"))
        return batch


def _nothing(_: Event) -> None:
    return None


def main(arguments: list[str]) -> int:
    """Follow the trainer at the other end of standard input and output."""
    if arguments:
        print("usage: python -m tui.engine follow SHARING small|large", file=sys.stderr)
        return 2
    reader = cast(BinaryIO, os.fdopen(os.dup(0), "rb"))
    writer = cast(BinaryIO, os.fdopen(os.dup(1), "wb"))
    # What is printed here is no message.
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    code = serve(Channel(reader, writer, ToFollower))
    sys.stderr.flush()
    os._exit(code)  # MXNet's way out waits for processes that may be gone


def serve(channel: Channel[ToFollower], exchange: Shared | None = None) -> int:
    """Follow the trainer at the other end of a channel, by an exchange that is there already or
    by that which it names. Returns the exit code."""
    # Whoever stops a run, or a whole group of processes, means the trainer: it says when to end.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICENESS)
    try:
        Follower(channel, exchange).follow()
        return 0
    except (Refusal, PatternError) as error:
        # A lost reader of pictures is a lost process: the run can go on from where it stood.
        broke = Broke(str(error), refused=not isinstance(error, WorkerLost))
    except Exception as error:
        traceback.print_exc()
        broke = Broke(f"{type(error).__name__}: {in_one_line(error)}", refused=False)
    with contextlib.suppress(OSError):  # the trainer has gone first
        channel.send(broke)
    return 1
