"""The inspector: holds one model and answers questions about it, one JSON message a line."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from tui.runs.inspection import (
    Answer,
    CheckData,
    DataSummary,
    Opened,
    OpenModel,
    Phase,
    Question,
    Refused,
)

Send = Callable[[Answer], None]

PROBLEMS = 10
"""How many problems of a data set are told in words."""


def serve(questions: BinaryIO, answers: BinaryIO) -> int:
    """Answer questions until there are no more."""
    decoder: msgspec.json.Decoder[Question] = msgspec.json.Decoder(Question)

    def send(answer: Answer) -> None:
        answers.write(msgspec.json.encode(answer) + b"\n")
        answers.flush()

    for line in questions:
        try:
            send(_answer(decoder.decode(line), send))
        except msgspec.DecodeError as error:
            send(Refused(f"not a question that this version knows: {error}"))
        except Exception as error:
            traceback.print_exc()
            from tui.engine.refusal import in_one_line

            send(Refused(f"{type(error).__name__}: {in_one_line(error)}"))
    return 0


def _answer(question: Question, send: Send) -> Answer:
    send(Phase("importing MXNet"))
    # Imported at the first question, not at the start: the screen hears at once that it is so.
    from tui.engine.refusal import Refusal

    try:
        return _open(question, send) if isinstance(question, OpenModel) else _check(question, send)
    except Refusal as refusal:
        return Refused(str(refusal))


def _open(question: OpenModel, send: Send) -> Opened:
    from tui.engine.describe import describe
    from tui.engine.recipes import recipe_for
    from tui.engine.sources import build

    built = build(question.source, lambda doing: send(Phase(doing)))
    send(Phase("reading the network"))
    recipe = recipe_for(built)
    info = recipe.info if recipe else None
    if info and built.defaults:
        info = msgspec.structs.replace(info, defaults=built.defaults)
    model = describe(
        built.net,
        question.source.model,
        classes=built.classes,
        input_size=built.input_size,
        notes=tuple(built.notes),
    )
    source = msgspec.structs.replace(question.source, input_size=built.input_size)
    return Opened(model, source, info)


def _check(question: CheckData, send: Send) -> DataSummary:
    from tui.engine.datasets import load_data
    from tui.engine.recipes import recipe_named

    send(Phase("reading the data"))
    data = load_data(question.path, recipe_named(question.recipe).task, question.classes)
    return DataSummary(
        path=question.path,
        kind=data.kind,
        train=len(data.train),
        validation=len(data.validation),
        split=data.split,
        classes=data.classes,
        counts=data.counts,
        problems=tuple(data.problems[:PROBLEMS]),
        problem_count=len(data.problems),
    )


def main(arguments: list[str]) -> int:
    """`python -m tui.engine inspect`, on standard input and output."""
    if arguments:
        print("usage: python -m tui.engine inspect", file=sys.stderr)
        return 2
    # MXNet's C++ side and GluonCV's downloads print to standard output: only answers may.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    print(f"inspector {os.getpid()} at {time.strftime('%F %T')}", flush=True)
    return serve(sys.stdin.buffer, answers)
