"""`thaw open`: a model's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.commands.data_option import data_option
from tui.commands.helped import Helped
from tui.commands.looks_options import looks_options
from tui.commands.plan_options import GivenPlan, only_one, plan_options
from tui.commands.showing import show_app
from tui.commands.source_options import source_options

if TYPE_CHECKING:
    from tui.model.source import ModelSource


@click.command(
    name="open",
    cls=Helped,
    examples=(
        (
            "thaw open ssd_512_mobilenet1.0_voc --classes fig,date,hazelnut --data VOCdevkit",
            "a detector, for classes of your own",
        ),
        (
            "thaw open resnet50_v1 --classes cat,dog --data pictures --ctx 'gpu(0)'",
            "a classifier, on a GPU",
        ),
        ("thaw open cifar_resnet20_v1 --weights model.params --preset head", "with a plan"),
        ("thaw open net.py:ConvNet --arg classes=10", "Python of yours"),
    ),
)
@source_options
@data_option
@plan_options
@looks_options
def open_(
    source: ModelSource, data: str | None, given: GivenPlan | None, preset: str | None
) -> None:
    """Open a model: see what trains, freeze and thaw, train.

    \b
    MODEL is one of
      resnet50_v1         a name in the GluonCV zoo; vision.NAME: in Gluon's own
      mynet.py:ConvNet    Python of yours, which is run; package.nets:make too
      model-symbol.json   an exported symbol, with its .params beside it
      model.params        a bare file of parameters, to look at

    Without --weights and --no-weights, the model's weights are loaded from the usual MXNet
    folder (~/.mxnet/models, or $MXNET_HOME/models). Where it has none you are asked before
    anything is fetched; `thaw weights get MODEL` fetches beforehand.
    """
    only_one(given, preset)
    plan = given.plan if given else None
    show_app(source=source, data=data, preset=preset, plan=plan)
