"""The trainer: carries out one run folder, from its two files to weights and a proof."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from mxnet.gluon import Block

from tui.engine.datasets import load_data
from tui.engine.freezing import apply_plan
from tui.engine.listener import Listener
from tui.engine.loop import Loop, Outcome
from tui.engine.recipes import recipe_named
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.sources import build
from tui.engine.verification import Witness
from tui.model.selection import PatternError
from tui.runs.control import Command, Ping, Reply, Stop
from tui.runs.events import (
    Commanded,
    Event,
    Failed,
    Finished,
    Memory,
    Notice,
    Phase,
    Prepared,
    RunStarted,
)
from tui.runs.folder import RunFolder
from tui.runs.log import EventWriter
from tui.runs.proof_file import write_proof
from tui.toml import TomlError

NICENESS = 5
"""The trainer yields the processor to the screen that watches it."""
MEMORY_EVERY = 2.0
"""Seconds between two Memory events."""
NOTICES = 10
"""How many problems of a data set become notices of their own."""

logger = logging.getLogger(__name__)


def train(path: Path) -> int:
    """Carry out the run in a folder. Returns the exit code: 0 done, 2 it cannot be done,
    1 an error of another kind."""
    folder = RunFolder(path)
    run = _Run(folder, EventWriter(folder.events_file))
    try:
        run.carry_out()
        return 0
    except (Refusal, PatternError, TomlError) as error:
        logger.info("refused", exc_info=True)
        run.emit(Failed(str(error)))
        return 2
    except Exception as error:
        traceback.print_exc()
        run.emit(_failed(error))
        return 1
    finally:
        run.close()


@dataclass
class _Run:
    folder: RunFolder
    writer: EventWriter
    stopping: threading.Event = field(default_factory=threading.Event)
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _listener: Listener | None = None

    def emit(self, event: Event) -> None:
        with self._writing:
            self.writer.write(event)

    def close(self) -> None:
        if self._listener is not None:
            self._listener.close()

    def carry_out(self) -> None:
        spec, plan = self.folder.read()
        # That of an earlier run of this folder is of other weights.
        self.folder.proof_file.unlink(missing_ok=True)
        process = psutil.Process()
        self.emit(
            RunStarted(process.pid, process.create_time(), spec.model.model, spec.recipe, spec.data)
        )
        self._be_polite()
        self._listen()
        recipe = recipe_named(spec.recipe)

        built = build(spec.model, lambda doing: self.emit(Phase(doing)))
        for note in built.notes:
            self.emit(Notice(note))
        if not recipe.fits(built):
            raise Refusal(
                f"the {spec.recipe} recipe does not train a {type(built.net).__name__}; "
                "open the model anew and press t, which takes the one that does"
            )
        if spec.model.classes:
            recipe.check_classes(built)
        self.emit(Phase("reading the data"))
        data = load_data(spec.data, recipe.task, built.classes)
        for problem in data.problems[:NOTICES]:
            self.emit(Notice(problem))
        if len(data.problems) > NOTICES:
            self.emit(Notice(f"{len(data.problems) - NOTICES} more problems in the data"))
        self.emit(Phase("applying the plan"))
        tree, resolution = apply_plan(built.net, plan)
        totals = tree.totals(resolution.states)
        if not totals.trainable_parameters:
            raise Refusal("every parameter is frozen, so nothing can train; thaw some")
        for index in resolution.missed:
            self.emit(Notice(f"rule {index + 1} of the plan selects nothing in this model"))

        self.emit(Phase("preparing the first batch"))
        task = recipe.prepare(built, data, spec.hyper)
        steps = task.steps_per_epoch * spec.hyper.epochs
        self.emit(
            Prepared(
                train_pictures=len(data.train),
                validation_pictures=len(data.validation),
                steps_per_epoch=task.steps_per_epoch,
                epochs=spec.hyper.epochs,
                total_steps=min(steps, spec.hyper.max_steps or steps),
                trainable_parameters=totals.trainable_parameters,
                frozen_parameters=totals.frozen_parameters,
                trainable_values=totals.trainable_values,
                values=totals.values,
                metric=recipe.info.metric,
            )
        )
        witness = Witness(built.net)
        witness.begin(tree, resolution, step=1)
        self.emit(Phase("training"))
        began = time.monotonic()
        loop = Loop(task, spec, recipe.info.metric, self.emit, self.stopping.is_set)
        outcome = loop.run()
        self._finish(built.net, witness, outcome, began, recipe.info.metric)

    def _finish(
        self,
        net: Block,
        witness: Witness,
        outcome: Outcome,
        began: float,
        metric: str,
    ) -> None:
        self.emit(Phase("writing the weights"))
        weights = self.folder.weights / "final.params"
        save_weights(net, weights)
        where = str(weights.relative_to(self.folder.path))
        self.emit(Phase("comparing with before"))
        witness.end(outcome.steps)
        if witness.intervals:
            write_proof(self.folder.proof_file, witness.proof_file(where))
            self.emit(witness.proof())
        self.emit(
            Finished(
                stopped=outcome.stopped,
                steps=outcome.steps,
                epochs=outcome.epochs,
                seconds=time.monotonic() - began,
                weights=where,
                metric=metric,
                value=outcome.value,
            )
        )

    def _be_polite(self) -> None:
        os.nice(NICENESS)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop("stop (signal)"))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        threading.Thread(target=self._watch_memory, name="memory", daemon=True).start()

    def _watch_memory(self) -> None:
        process = psutil.Process()
        while not self.stopping.wait(MEMORY_EVERY):
            self.emit(Memory(process.memory_info().rss))

    def _listen(self) -> None:
        self._listener = Listener(self.folder.socket, self._take)
        self._listener.start()

    def _take(self, command: Command) -> Reply:
        match command:
            case Ping():
                return Reply(True)
            case Stop():
                self._stop("stop")
                return Reply(True, "stopping after this batch")

    def _stop(self, what: str) -> None:
        if not self.stopping.is_set():
            self.stopping.set()
            # A signal handler runs on the main thread, which may hold the lock: not here.
            threading.Thread(target=self.emit, args=(Commanded(what),)).start()


def save_weights(net: Block, path: Path) -> None:
    """Write a network's weights by structure name, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    net.save_parameters(str(temporary))
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)


def _failed(error: Exception) -> Failed:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return Failed(f"{type(error).__name__}: {in_one_line(error)}", where)


def main(arguments: list[str]) -> int:
    """`python -m tui.engine train RUN_DIR`."""
    if len(arguments) != 1:
        print("usage: python -m tui.engine train RUN_DIR", file=sys.stderr)
        return 2
    return train(Path(arguments[0]))
