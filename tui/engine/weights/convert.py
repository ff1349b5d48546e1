"""A file of foreign weights, converted into a file of Gluon's."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import mxnet as mx

from tui.engine.refusal import Refusal, in_one_line
from tui.engine.seeding import seed_everything
from tui.engine.sources import zoo
from tui.engine.weights.conversion import convert_file
from tui.engine.weights.trunks import parameters_of
from tui.model.source import ModelSource
from tui.runs.inspection import Converted, ConvertWeights


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
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        mx.nd.save(str(temporary), arrays)
        # On a full disk MXNet can fail without a word.
        least = sum(4 * array.size for array in {id(a): a for a in arrays.values()}.values())
        if temporary.stat().st_size < least:
            raise Refusal(f"{path}: cannot be written: no space left on device")
        os.replace(temporary, path)
    except (OSError, mx.MXNetError) as error:
        why = getattr(error, "strerror", None) or in_one_line(error)
        raise Refusal(f"{path}: cannot be written: {why}") from error
    finally:
        temporary.unlink(missing_ok=True)
