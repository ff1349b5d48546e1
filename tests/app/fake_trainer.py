"""A trainer that trains nothing: it writes the events of a run into a run folder.

To look at the run screen:

    python tests/app/fake_trainer.py FOLDER --steps 400 --rate 20

The tests use `sample_events` for whole logs, and the program for a process that lives, listens
to a stop, fails or is killed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil

from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.control import Reply, short_address
from tui.runs.events import (
    Commanded,
    Envelope,
    Event,
    Failed,
    Finished,
    Memory,
    Notice,
    Phase,
    Prepared,
    Proof,
    RunStarted,
    Step,
    Validated,
)
from tui.runs.folder import RunFolder, create_run
from tui.runs.log import EventWriter
from tui.runs.spec import Hyperparameters, RunSpec

MODEL = "ssd_512_mobilenet1.0_voc"
CLASSES = ("fig", "date", "hazelnut")


def make_folder(path: Path) -> RunFolder:
    """A run folder with a spec and a plan, no events yet."""
    source = ModelSource(MODEL, classes=CLASSES)
    spec = RunSpec(source, "ssd", "/data/fruitnuts", Hyperparameters(epochs=4))
    return create_run(spec, FreezePlan((Rule("freeze", "role", "trunk"),)), path)


def started(pid: int = 4242, create_time: float = 1000.0) -> RunStarted:
    """The first event; by default of a process that no machine of ours has."""
    return RunStarted(pid, create_time, MODEL, "ssd", "/data/fruitnuts")


def sample_events(
    steps: int, total: int = 400, per_epoch: int = 100, first: Event | None = None
) -> Iterator[Event]:
    """The events of a run up to a step, the same at each call; without an end."""
    noise = random.Random(7)
    yield first or started()
    yield Phase("importing MXNet")
    yield Phase("loading the data")
    yield Prepared(
        800,
        120,
        per_epoch,
        math.ceil(total / per_epoch),
        total,
        24,
        181,
        312_000,
        5_600_000,
        "VOC07 mAP",
    )
    yield Notice("skipped IMG_0042.jpg: the file is cut off after 18,432 bytes")
    for step in range(1, steps + 1):
        fall = math.exp(-step / 150)
        classes = 4.2 * fall + 0.9 + noise.random() * 0.5
        boxes = 1.6 * fall + 0.4 + noise.random() * 0.3
        yield Step(
            step,
            (step - 1) // per_epoch + 1,
            classes + boxes,
            {"class": classes, "box": boxes},
            0.001,
            30 + 4 * noise.random(),
        )
        if step % 10 == 0:
            yield Memory(1_234_000_000 + step * 10_000)
        if step % per_epoch == 0:
            yield Phase("validating")
            value = 0.6 * (1 - math.exp(-step / 200))
            yield Validated(
                step // per_epoch,
                step,
                "VOC07 mAP",
                value,
                {
                    name: value + spread
                    for name, spread in zip(CLASSES, (0.05, -0.03, -0.02), strict=True)
                },
            )


def proof() -> Proof:
    """A freeze that held."""
    return Proof(181, 62, 24)


def finished(steps: int = 400, *, stopped: bool = False) -> Finished:
    """The last event of a run that ended well."""
    return Finished(
        stopped, steps, math.ceil(steps / 100), 192.4, "weights/last.params", "VOC07 mAP", 0.5188
    )


def write_log(folder: RunFolder, log: Iterator[Event] | list[Event], each: float = 0.25) -> None:
    """Write events with times of our own: `each` seconds apart, from 1,000,000 on."""
    with folder.events_file.open("a", encoding="utf-8") as file:
        for number, event in enumerate(log):
            file.write(line(number, event, each))


def line(number: int, event: Event, each: float = 0.25) -> str:
    """One line of a log."""
    return msgspec.json.encode(Envelope(number, 1_000_000 + number * each, event)).decode() + "\n"


def main() -> int:
    """Write a run at a rate, until its end, a stop, or what `--end` says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--rate", type=float, default=20.0, help="steps a second")
    parser.add_argument("--at", type=int, default=0, help="the step at which it ends")
    parser.add_argument("--end", choices=["finish", "fail", "kill", "exit"], default="finish")
    parser.add_argument("--deaf", action="store_true", help="listens once FOLDER/hear is there")
    options = parser.parse_args()
    folder = RunFolder(options.folder)
    if not folder.spec_file.exists():
        make_folder(options.folder)
    writer = EventWriter(folder.events_file)
    stop = threading.Event()
    threading.Thread(target=_listen, args=(folder.socket, stop, options.deaf), daemon=True).start()
    me = psutil.Process()
    began = time.time()
    done = 0
    for event in sample_events(
        options.steps, options.steps, first=started(me.pid, me.create_time())
    ):
        writer.write(event)
        if not isinstance(event, Step):
            continue
        done = event.step
        if stop.is_set():
            writer.write(Commanded("stop"))
            break
        if options.at and done == options.at and options.end != "finish":
            print(json.dumps({"step": done}), file=sys.stderr)
            print("mxnet.base.MXNetError: out of memory", file=sys.stderr, flush=True)
            if options.end == "kill":
                os.kill(os.getpid(), 9)
            if options.end == "fail":
                writer.write(Failed("the GPU is out of memory; use a smaller batch size", "step"))
            return 1
        time.sleep(1 / options.rate)
    writer.write(Phase("proving"))
    writer.write(proof())
    writer.write(
        Finished(
            stop.is_set(),
            done,
            math.ceil(done / 100),
            time.time() - began,
            "weights/last.params",
            "VOC07 mAP",
            0.5188,
        )
    )
    writer.close()
    return 0


def _listen(path: Path, stop: threading.Event, deaf: bool) -> None:
    while deaf and not (path.parent / "hear").exists():
        time.sleep(0.02)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        with short_address(path) as address:
            server.bind(address)
        server.listen()
        while True:
            client, _ = server.accept()
            with client:
                client.recv(4096)
                client.sendall(msgspec.json.encode(Reply(True)) + b"\n")
                stop.set()


if __name__ == "__main__":
    sys.exit(main())
