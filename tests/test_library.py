"""`import tui` in a script: every name, lazily, without a screen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import tui

TELL = """
import json, sys
import tui
{use}
print(json.dumps([name for name in ("mxnet", "gluoncv", "textual", "tui.app", "tui.cli")
                  if name in sys.modules]))
"""


def brought_in_by(use: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", TELL.format(use=use)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_it_brings_in_nothing() -> None:
    assert brought_in_by("tui.__version__") == set()


@pytest.mark.parametrize("name", ["FreezePlan", "Rule", "read_plan"])
def test_a_plan_needs_no_mxnet(name: str) -> None:
    assert brought_in_by(f"tui.{name}") == set()


def test_no_name_brings_in_the_screen() -> None:
    found = brought_in_by("[getattr(tui, name) for name in tui.__all__]")
    assert found == {"mxnet"}


USE = """
from mxnet.gluon import nn
import mxnet as mx
net = nn.HybridSequential()
net.add(nn.Dense(3, in_units=2), nn.BatchNorm(in_channels=3), nn.Dense(2, in_units=3))
net.initialize()
plan = tui.FreezePlan((tui.Rule("freeze", "all"), tui.Rule("thaw", "block", "2")))
tui.apply_plan(net, plan)
assert tui.freeze_statistics(net) == tui.thaw_statistics(net) == 1
tui.apply_plan(net, plan)
with tui.verify_frozen(net) as report:
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd")
    with mx.autograd.record():
        loss = net(mx.nd.ones((4, 2))).square().sum()
    loss.backward()
    trainer.step(4)
assert report.moved == (), report
assert len(report.watched) == 6, report.watched
try:
    with tui.verify_frozen(net):
        net[0].weight.set_data(net[0].weight.data() + 1)
except tui.FrozenMoved as error:
    assert [one.name for one in error.moved] == ["0.weight"]
else:
    raise SystemExit("it moved, and nothing was said")
"""


def test_using_it_brings_in_no_screen() -> None:
    assert brought_in_by(USE) == {"mxnet"}


def test_every_name_is_there_and_documented() -> None:
    assert set(tui.__all__) <= set(dir(tui))
    for name in set(tui.__all__) - {"__version__"}:
        assert getattr(tui, name).__doc__, name
    with pytest.raises(AttributeError, match="'tui' has no attribute 'freeze'"):
        _ = tui.freeze


def test_it_says_that_it_is_typed() -> None:
    assert Path(tui.__file__).with_name("py.typed").exists()
