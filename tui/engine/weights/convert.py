"""A file of foreign weights, converted into a file of Gluon's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mxnet as mx

from tui.engine.refusal import Refusal
from tui.engine.saving import save_arrays
from tui.engine.seeding import seed_everything
from tui.engine.sources import zoo
from tui.engine.weights.conversion import convert_file
from tui.engine.weights.trunks import parameters_of
from tui.model.source import ModelSource
from tui.runs.inspection import Converted, ConvertWeights
from tui.whole_file import whole_file


def convert(question: ConvertWeights, say: Callable[[str], None]) -> Converted:
    """Convert a file and write another.

    Raises:
        Refusal: there is no such zoo model, the file does not fit it, or the other cannot be
            written; nothing is left behind.
    """
    seed_everything(0)
    net = zoo.build(
        ModelSource(question.model, classes=question.classes, pretrained=False), say
    ).net
    say(f"converting {Path(question.file).name}")
    found = convert_file(question.file, net, question.model)
    say(f"writing {Path(question.output).name}")
    write_params(found.arrays, Path(question.output))
    return Converted(
        part=found.part,
        filled=len({id(array) for array in found.arrays.values()}),
        of=len({id(parameter) for parameter in parameters_of(net).values()}),
        unused=found.unused,
        widened=found.widened,
        notes=found.notes,
    )


def write_params(arrays: dict[str, mx.nd.NDArray], path: Path) -> None:
    """Write a `.params` file, whole or not at all.

    Raises:
        Refusal: it cannot be written.
    """
    try:
        with whole_file(path) as temporary:
            save_arrays(arrays, temporary)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Refusal(f"{path}: cannot be written: {why}") from error
