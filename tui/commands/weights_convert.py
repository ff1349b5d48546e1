"""`thaw weights convert`."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.asking import answer_to
from tui.commands.completing import models
from tui.commands.helped import Helped
from tui.commands.problem import Problem
from tui.commands.saying import echo_path, print_json, say
from tui.commands.source_options import classes_option


@click.command(
    cls=Helped,
    short_help="Turn another framework's weights into Gluon's.",
    examples=(
        ("thaw weights convert resnet50.pth --to resnet50_v1b", "PyTorch's"),
        (
            "thaw weights convert model.safetensors --to faster_rcnn_resnet50_v1b_custom "
            "--classes fig,date",
            "a detector's trunk",
        ),
        (
            "thaw weights convert yolov3.weights --to yolo3_darknet53_coco -o yolo3.params",
            "darknet's",
        ),
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "model",
    required=True,
    metavar="MODEL",
    shell_complete=models,
    help="A zoo name: resnet50_v1b.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What to write; MODEL.params in this folder where none is named.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@click.option("--classes", callback=classes_option, metavar="A,B,C", help="Classes of the model.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def convert(
    file: Path,
    model: str,
    output: Path | None,
    force: bool,
    classes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Turn a file of another framework's weights into Gluon's, with structure names.

    FILE is safetensors, PyTorch's .pth (nothing in it is run), darknet's .weights or .conv.74, or
    an older .params of MXNet's. Every parameter of the model is filled once, or nothing is
    written; of a detector or a segmenter, the trunk. Where the last layer is for other classes it
    is left out, and said.

    --json prints one object: version (1), file, model, output, part (all or trunk), filled (how
    many parameters), of (how many the model has), unused (tensors of the file that have no place
    in the model), widened (fp16, bf16 or empty) and notes.
    """
    from tui.runs.inspection import Converted, ConvertWeights

    path = (output or Path(f"{Path(model).name}.params")).expanduser()
    if path.exists() and not force:
        raise Problem(f"{path}: is there already; --force writes over it")
    if not path.absolute().parent.is_dir():
        raise Problem(f"{path}: there is no folder {path.parent}")
    source = file.expanduser()
    if not source.is_file():
        raise Problem(f"{file}: there is no such file")
    answer = answer_to(ConvertWeights(str(source), model, str(path.absolute()), classes))
    assert isinstance(answer, Converted)
    if as_json:
        import msgspec

        told = {"version": 1, "file": str(file), "model": model, "output": str(path)}
        print_json({**told, **msgspec.structs.asdict(answer)})
        return
    counted = [name for name in answer.unused if name.endswith("num_batches_tracked")]
    others = [name for name in answer.unused if name not in set(counted)]
    if counted:
        say(f"left over: {len(counted)} counts of batches, which Gluon does not keep")
    for name in others:
        say(f"left over: {name}")
    for note in answer.notes:
        say(note)
    whole = "" if answer.part == "all" else "; the rest is new when it is opened"
    say(f"{answer.filled} of {answer.of} parameters of {model} are in it{whole}")
    echo_path(str(path))
