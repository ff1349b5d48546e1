"""`thaw weights`: where pretrained weights can be had, and getting them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tui.commands.asking import answer_to
from tui.commands.completing import models
from tui.commands.helped import HelpedGroup
from tui.commands.problem import Problem
from tui.commands.saying import echo, echo_path, print_json, print_table, say
from tui.commands.weights_convert import convert
from tui.commands.weights_export import export

if TYPE_CHECKING:
    from tui.model.weight_listing import ListedModel
    from tui.model.weight_sources import Place


@click.group(
    cls=HelpedGroup,
    short_help="Pretrained weights: find, fetch, convert; a run's own.",
    examples=(
        ("thaw weights list resnet50_v1b", "where they can be had"),
        ("thaw weights get resnet50_v1b", "fetch them"),
        ("thaw weights convert model.pth --to resnet50_v1b", "a file of yours"),
        ("thaw weights export RUN --as onnx", "what a run has trained"),
    ),
)
def weights() -> None:
    """Weights: where pretrained ones can be had, files of other frameworks, and a run's own."""


weights.add_command(convert)
weights.add_command(export)


@weights.command(
    name="list",
    short_help="Where weights can be had, and what is on this disk.",
    examples=(
        ("thaw weights list", "every model of the zoo"),
        ("thaw weights list resnet50_v1b", "all places of one"),
    ),
)
@click.argument("model", required=False, shell_complete=models)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def weights_list(model: str | None, as_json: bool) -> None:
    """Where a model's weights, or its trunk's, can be had, and what is on this disk.

    Places are tried in the order in which they are listed. Exit code 1 where no public place is
    known for MODEL and nothing is on this disk.

    --json prints one object: version (1) and models: for each its model, trunk, places (fills,
    name, place, where, size in bytes or null, exact, trained_by, license), on_disk (fills, name,
    path, size, source, revision, sha256, license) and nearest.
    """
    from tui.model.weight_listing import WeightListing, all_listed, listed_model

    one = listed_model(model) if model else None
    if model and one is None:
        raise Problem(_no_such_model(model))
    found = (one,) if one else all_listed()
    if as_json:
        print_json(WeightListing(found))
    elif one is None:
        from tui.commands.tables import weights_table

        print_table(weights_table(found))
    else:
        _tell_places(one)
    sys.exit(1 if one and not one.public and not one.on_disk else 0)


def _no_such_model(name: str) -> str:
    import difflib

    from tui.model.zoo import zoo_table

    near = difflib.get_close_matches(name.lower(), [e.name for e in zoo_table()], 3, 0.0)
    return f"no zoo model is named {name!r}; the nearest are {', '.join(near)}"


def _tell_places(one: ListedModel) -> None:
    from tui.commands.tables import places_table
    from tui.figures import megabytes

    if one.places:
        print_table(places_table(one))
    for file in one.on_disk:
        whose = "" if file.fills == "all" else f"trunk {file.name}: "
        source = f", from {file.source} {file.revision[:8]}".rstrip() if file.source else ""
        echo(f"on this disk: {whose}{file.path} ({megabytes(file.size)}{source})")
    if not one.on_disk:
        then = f"; thaw weights get {one.model} fetches them" if one.public else ""
        click.echo(f"on this disk: nothing{then}")
    if not one.public:
        known = "GluonCV's own repository, which has been failing" if one.places else "no place"
        click.echo(f"known: {known}; the nearest model with a public place is {one.nearest}")


@weights.command(
    name="get",
    short_help="Fetch a model's weights into the model folder.",
    examples=(
        ("thaw weights get resnet50_v1b", "from the first place that has them"),
        ("thaw weights get faster_rcnn_resnet50_v1b_custom", "its trunk's: it has no own"),
        ("HF_ENDPOINT=https://mirror.example thaw weights get vgg16 --from hub", "a mirror"),
    ),
)
@click.argument("model", shell_complete=models)
@click.option("--trunk", is_flag=True, help="The weights of its trunk, not its own.")
@click.option(
    "--from",
    "place",
    type=click.Choice(["gluoncv", "hub", "web"]),
    help="Try only this place, and fetch anew.",
)
def weights_get(model: str, trunk: bool, place: Place | None) -> None:
    """Fetch a model's weights into the model folder, in Gluon's own form.

    A download that broke off goes on where it stopped. MXNET_HOME, MXNET_GLUON_REPO, HF_HOME,
    HF_ENDPOINT and HF_HUB_OFFLINE are honoured.
    """
    from tui.commands.fetching import Fetching
    from tui.runs.inspection import GetWeights, GotWeights

    if not model.strip():
        raise Problem("MODEL is empty; name a zoo model, resnet50_v1b for one")
    with Fetching() as fetching:
        got = answer_to(GetWeights(model, "trunk" if trunk else "all", place), fetching.show)
    assert isinstance(got, GotWeights)
    for problem in got.tried:
        say(f"not from {problem}")
    how = "now" if got.fetched else "already"
    say(f"{got.model} is {how} on this disk: {got.origin}")
    echo_path(got.file)
