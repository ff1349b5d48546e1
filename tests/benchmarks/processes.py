"""A run over two processes on this machine, against the same one in one process.

    uv run python -m tests.benchmarks.processes [ROUNDS]

Real processes, MXNet's parameter server over loopback: two with batch b each, one with 2b, in
turn. Prints a table in Markdown: how far the weights are apart after 20 steps, and the medians of
how many images a second were trained on. On a machine whose cores one process uses already, two
cannot be faster: what they lose is what exchanging gradients costs.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import mxnet as mx
import numpy as np

from tests.benchmarks.machine import machine
from tests.engine.run_again import NET, events, weights
from tui.engine.datasets.shapes import CLASSES
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.events import Finished, Step
from tui.runs.folder import RunFolder, create_run
from tui.runs.spec import Distribution, Hyperparameters, RunSpec
from tui.runs.trainer import start_trainer

STEPS = 20
FIRST = 5
"""Steps that are not counted: MXNet chooses its ways in them."""
ALL = FreezePlan((Rule("thaw", "all"), Rule("freeze statistics", "all")))
HEAD = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))


@dataclass(frozen=True)
class Case:
    """A network, how it trains, and the pictures of a step."""

    what: str
    source: ModelSource
    recipe: str
    pictures: int
    plan: FreezePlan = ALL
    rate: float = 1e-3

    def run(self, home: Path, processes: int) -> RunFolder:
        """A finished run over so many processes."""
        hyper = Hyperparameters(
            epochs=STEPS, batch_size=self.pictures // processes, learning_rate=self.rate,
            augment=False, validate_every=10**5, max_steps=STEPS, cache="off",
        )  # fmt: skip
        spec = RunSpec(
            self.source, self.recipe, "shapes", hyper, distribution=Distribution(processes)
        )
        folder = create_run(spec, self.plan, Path(tempfile.mkdtemp(dir=home)) / "run")
        code = start_trainer(folder).wait()
        assert code == 0, folder.log_file.read_text()[-3000:]
        assert isinstance(events(folder)[-1], Finished)
        return folder


def cases(home: Path) -> list[Case]:
    """What is measured."""
    net = home / "net.py"
    net.write_text(NET.replace("nn.Dropout(0.3), ", "").replace(" nn.Dropout(0.4),", ""))
    small = ModelSource(
        f"{net}:make",
        CLASSES,
        input_size=(48, 48),
        arguments={"classes": str(len(CLASSES))},
    )
    ssd = ModelSource("demo", CLASSES)
    return [
        Case("a small classifier, all trains", small, "classification", 16),
        # At ten times this rate some of its hard negatives change places in the ninth step, by the
        # rounding of a batch of eight: two devices in one process, two processes and four are then
        # all 1.4e-4 from it, and 1e-6 from each other.
        Case("the demo's SSD, all trains", ssd, "ssd", 8, rate=1e-4),
        Case("the demo's SSD, head only", ssd, "ssd", 8, HEAD),
    ]


def apart(first: RunFolder, second: RunFolder) -> float:
    """The largest difference between the weights of two runs, to the largest value of the array
    that it is in, or to 1 where that is less."""
    ours, theirs = weights(first), weights(second)
    return max(
        float(np.abs(array - theirs[name]).max() / max(1.0, np.abs(theirs[name]).max()))
        for name, array in ours.items()
    )


def speed(folder: RunFolder) -> float:
    """Images a second, in the middle of all steps but the first ones."""
    steps = [event for event in events(folder) if isinstance(event, Step)]
    return statistics.median(step.pictures_per_second for step in steps[FIRST:])


def main(rounds: int = 5) -> None:
    """Print the table."""
    print(f"{machine()}; MXNet {mx.__version__}; {STEPS} steps; medians of {rounds} rounds\n")
    print("| what | one process, 2b | two, b each | ratio | weights apart, at most | to reach |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        for case in cases(home):
            pairs = [(case.run(home, 1), case.run(home, 2)) for _ in range(rounds)]
            speeds = [(speed(one), speed(two)) for one, two in pairs]
            one, two = (statistics.median(of) for of in zip(*speeds, strict=True))
            ratio = statistics.median(b / a for a, b in speeds)
            most = max(apart(a, b) for a, b in pairs)
            print(
                f"| {case.what}: images/s | {one:.3g} | {two:.3g} | {ratio:.2f} | {most:.1e} | "
                "1e-5 |",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
