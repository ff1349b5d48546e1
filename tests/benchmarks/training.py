"""What a frozen trunk costs: thaw's loop and its feature cache against plain loops.

    uv run python -m tests.benchmarks.training [ROUNDS]

Both train the same network on the same pictures, in turn, in one process: an epoch of the one,
an epoch of the other. Prints a table in Markdown of medians and ratios. Weights are random, which
costs as much as any. Both have as many threads as MXNet takes by itself.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import mxnet as mx

from tests.benchmarks import plain_loops
from tests.benchmarks.machine import machine
from tests.engine.recipes.test_same_numbers import freeze_by_hand
from tui.engine.datasets.data import Data
from tui.engine.datasets.shapes import ShapesClassification, ShapesDetection
from tui.engine.feature_cache.cached_task import CachedTask
from tui.engine.first_batch import check_first_batch
from tui.engine.loop import Loop
from tui.engine.plan_in_force import PlanInForce
from tui.engine.recipes import recipe_for
from tui.engine.sources import build
from tui.engine.sources.built import Built
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.events import Caching, Event, Step
from tui.runs.spec import Hyperparameters, RunSpec

CLASSES = ("circle", "square", "triangle")
ALL = FreezePlan((Rule("thaw", "all"),))
HEAD = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
LAST_STAGE = FreezePlan((*HEAD.rules, Rule("thaw", "block", "features.7")))


@dataclass(frozen=True)
class Case:
    """A network, what of it trains, and how."""

    model: str
    side: int
    batch_size: int
    pictures: int
    plan: FreezePlan
    trains: tuple[str, ...] = ()
    """The blocks that train, for the plain loop; none for all."""

    @property
    def detects(self) -> bool:
        return self.model.startswith("ssd")

    @property
    def source(self) -> ModelSource:
        size = (self.side, self.side)
        return ModelSource(self.model, CLASSES, pretrained=False, input_size=size)

    def network(self) -> Built:
        return build(self.source, lambda _: None)

    def data(self) -> Data:
        kind = ShapesDetection if self.detects else ShapesClassification
        parts = [kind("train", self.pictures, classes=CLASSES), kind("val", 4, classes=CLASSES)]
        return Data("shapes", CLASSES, *parts, "drawn", (1,) * len(CLASSES))


SSD_HEAD = Case(
    "ssd_512_mobilenet1.0_custom", 300, 4, 24, HEAD, ("class_predictors", "box_predictors")
)
SSD_ALL = Case("ssd_512_mobilenet1.0_custom", 300, 4, 16, ALL)
RESNET_OUTPUT = Case("resnet50_v1", 224, 16, 32, HEAD, ("output",))
RESNET_STAGE = Case("resnet50_v1", 224, 16, 32, LAST_STAGE, ("features.7", "output"))


@dataclass
class Times:
    """Seconds of an epoch, of thaw's loop and of the plain one; `first` are those of epochs that
    keep features."""

    ours: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)


def plain_epoch(case: Case) -> Callable[[], None]:
    """The plain loop of a case; a first epoch is behind it."""
    built = case.network()
    if case.trains:
        blocks = [_block(built.net, name) for name in case.trains]
        freeze_by_hand(built.net, blocks)
    make = plain_loops.ssd if case.detects else plain_loops.classification
    epoch = make(built.net, case.data().train, case.side, case.batch_size)
    epoch()
    return epoch


def _block(net: object, name: str) -> object:
    for part in name.split("."):
        net = net[int(part)] if part.isdecimal() else getattr(net, part)
    return net


def in_turn(case: Case, rounds: int, cache: str) -> Times:
    """Time epochs of both, in turn: thaw's runs on, and at the end of each of its epochs the
    plain loop has its turn."""
    times, plain = Times(), plain_epoch(case)
    built, data = case.network(), case.data()
    recipe = recipe_for(built)
    hyper = Hyperparameters(
        epochs=rounds + 1, batch_size=case.batch_size, learning_rate=1e-4, augment=False,
        validate_every=10**6, checkpoint_every=0, cache=cache,
    )  # fmt: skip
    spec = RunSpec(case.source, "", "shapes", hyper)
    began = 0.0

    def tell(event: Event) -> None:
        nonlocal began
        if isinstance(event, Caching) and cache == "on":
            assert event.active, event.why_not
        if isinstance(event, Step) and event.step % loop.steps_per_epoch == 0:
            times.ours.append(time.perf_counter() - began)
            start = time.perf_counter()
            plain()
            times.plain.append(time.perf_counter() - start)
            began = time.perf_counter()

    plans = PlanInForce(built.net, case.plan, hyper.epochs, tell)
    task = recipe.prepare(built, data, hyper)
    task.validate = lambda stop: None
    with tempfile.TemporaryDirectory() as folder:
        if cache == "on":
            task = CachedTask(task, hyper, plans, Path(folder) / "features", str, 0, tell)
        loop = Loop(task, spec, "", tell, lambda: False, plans)
        check_first_batch(loop, plans, data, recipe.task)
        mx.nd.waitall()
        began = time.perf_counter()
        loop.run()
    times.first.append(times.ours.pop(0))
    del times.plain[0]
    return times


def first_epochs(case: Case, rounds: int) -> Times:
    """Time epochs that keep features, each of a cache of its own, in turn with plain ones."""
    times = Times()
    for _ in range(rounds):
        one = in_turn(case, 1, "on")
        times.ours += one.first
        times.plain += one.plain
    return times


MEMORY = """
import sys
from tests.benchmarks import training
case = getattr(training, sys.argv[1])
if sys.argv[2] == "plain":
    epoch = training.plain_epoch(case)
    epoch()
else:
    training.run_alone(case)
status = open("/proc/self/status").read()
print(int(status.split("VmHWM:")[1].split()[0]) * 1024)
"""


def run_alone(case: Case) -> None:
    """Two epochs of thaw's loop with the cache, and nothing beside."""
    global plain_epoch
    plain_epoch = lambda _: lambda: None  # noqa: E731
    in_turn(case, 1, "on")


def peak(case: str, whose: str) -> int:
    """The most memory that a process needs for two epochs, in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, case, whose], capture_output=True, text=True, check=True
    )
    return int(done.stdout.splitlines()[-1])


def row(what: str, ours: float, theirs: float, ratio: float, target: str, unit: str) -> None:
    figures = f"{theirs:.3g} {unit} | {ours:.3g} {unit} | {ratio:.3g}"
    print(f"| {what} | {figures} | {target} |", flush=True)


def main(rounds: int = 5) -> None:
    """Print the table."""
    print(f"{machine()}; MXNet {mx.__version__}; medians of {rounds} rounds\n")
    print("| what | plain loop | thaw | ratio | to reach |\n| --- | --- | --- | --- | --- |")
    speeds = [
        ("ssd_512_mobilenet1.0 at 300, head only, cached: images/s", SSD_HEAD, "on", "3.5"),
        ("resnet50_v1 at 224, new output only, cached: images/s", RESNET_OUTPUT, "on", "50"),
        ("resnet50_v1, last stage and output, cached: images/s", RESNET_STAGE, "on", "2.5"),
        ("ssd_512_mobilenet1.0 at 300, everything trains: images/s", SSD_ALL, "off", "0.98"),
    ]
    for what, case, cache, target in speeds:
        times = in_turn(case, rounds, cache)
        ours = case.pictures / statistics.median(times.ours)
        plain = case.pictures / statistics.median(times.plain)
        ratio = statistics.median(p / o for p, o in zip(times.plain, times.ours, strict=True))
        row(what, ours, plain, ratio, f"at least {target}", "/s")
    times = first_epochs(SSD_HEAD, rounds)
    ratio = statistics.median(o / p for p, o in zip(times.plain, times.ours, strict=True))
    ours, plain = statistics.median(times.ours), statistics.median(times.plain)
    row("an epoch that keeps features, ssd head only", ours, plain, ratio, "at most 1.05", "s")
    ours, plain = peak("SSD_HEAD", "thaw") / 1e6, peak("SSD_ALL", "plain") / 1e6
    row("peak memory, ssd: head only against all", ours, plain, ours / plain, "at most 0.75", "MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
