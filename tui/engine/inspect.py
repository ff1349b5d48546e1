"""The inspector: holds one model and answers questions about it, one JSON message a line."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from tui.engine.refusal import Refusal, WeightsLacking, in_one_line
from tui.runs.inspection import (
    Answer,
    CheckData,
    CompareWeights,
    ConvertData,
    ConvertWeights,
    CountCosts,
    DataSummary,
    DigestWeights,
    EstimateCache,
    ExportWeights,
    FindRate,
    GetWeights,
    GotWeights,
    LookAtBlock,
    LookAtParameter,
    NothingOpen,
    Opened,
    OpenModel,
    OverfitBatch,
    Phase,
    Predict,
    Question,
    ReadNet,
    Refused,
    ShowPictures,
    SurveyData,
    VerifyFiles,
    WeightDigests,
)

if TYPE_CHECKING:
    from tui.engine.sources.built import Built
    from tui.model.weight_sources import Part, Place

TELL_EVERY = 0.25
"""Seconds between two words about bytes that arrive."""

Send = Callable[[Answer], None]


def serve(questions: BinaryIO, answers: BinaryIO) -> int:
    """Answer questions until there are no more."""
    decoder: msgspec.json.Decoder[Question] = msgspec.json.Decoder(Question)

    def send(answer: Answer) -> None:
        answers.write(msgspec.json.encode(answer) + b"\n")
        answers.flush()

    desk = _Desk(send)
    for line in questions:
        try:
            send(desk.answer(decoder.decode(line)))
        except msgspec.DecodeError as error:
            send(Refused(f"not a question that this version knows: {error}"))
        except Exception as error:
            traceback.print_exc()
            send(Refused(f"{type(error).__name__}: {in_one_line(error)}"))
    return 0


class _Desk:
    """The one open model, and the answers about it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._built: Built | None = None

    def answer(self, question: Question) -> Answer:
        try:
            match question:
                case OpenModel():
                    return self._open(question)
                case CheckData():
                    return self._check(question)
                case SurveyData() | ShowPictures() | ConvertData():
                    return self._on_data(question)
                case CompareWeights(first, second):
                    self._send(Phase("importing MXNet"))
                    from tui.engine.weights.compare import compare

                    return compare(first, second)
                case ConvertWeights():
                    self._send(Phase("importing MXNet"))
                    from tui.engine.weights.convert import convert

                    return convert(question, lambda doing: self._send(Phase(doing)))
                case DigestWeights(file):
                    self._send(Phase("importing MXNet"))
                    from tui.engine.verification import file_digests
                    from tui.engine.weights.load import read_params

                    return WeightDigests(file_digests(read_params(file)))
                case VerifyFiles():
                    self._send(Phase("importing MXNet"))
                    from tui.engine.weights.verify import verify_files

                    return verify_files(question, lambda doing: self._send(Phase(doing)))
                case ReadNet(source):
                    self._send(Phase("importing MXNet"))
                    from tui.engine.read_net import read_net

                    return read_net(source, lambda doing: self._send(Phase(doing)))
                case OverfitBatch():
                    if self._built is None:
                        self._send(Phase("importing MXNet"))
                    from tui.engine.trials import overfit_batch

                    return overfit_batch(question, lambda doing: self._send(Phase(doing)))
                case FindRate():
                    if self._built is None:
                        self._send(Phase("importing MXNet"))
                    from tui.engine.trials import find_rate

                    return find_rate(question, lambda doing: self._send(Phase(doing)))
                case EstimateCache():
                    if self._built is None:
                        self._send(Phase("importing MXNet"))
                    from tui.engine.feature_cache.estimate import estimate_cache

                    return estimate_cache(question, lambda doing: self._send(Phase(doing)))
                case Predict():
                    self._send(Phase("importing MXNet"))
                    from tui.engine.predict import predict

                    return predict(question, lambda doing: self._send(Phase(doing)))
                case ExportWeights():
                    self._send(Phase("importing MXNet"))
                    from tui.engine.weights.export import export

                    return export(question, lambda doing: self._send(Phase(doing)))
                case GetWeights(model, part, place):
                    return self._get(model, part, place)
                case _ if self._built is None:
                    return NothingOpen()
                case LookAtBlock(path):
                    from tui.engine.look import block_facts

                    return block_facts(self._built.net, path)
                case LookAtParameter(name, values):
                    from tui.engine.look import parameter_facts

                    return parameter_facts(self._built.net, name, values=values)
                case CountCosts(input_size):
                    from tui.engine.costs import count_costs

                    self._send(Phase("sending a picture through"))
                    return count_costs(self._built.net, input_size, self._built.ctx)
        except WeightsLacking as refusal:
            return Refused(str(refusal), refusal.kept_under)
        except Refusal as refusal:
            return Refused(str(refusal))

    def _open(self, question: OpenModel) -> Opened:
        # Imported at the first question, not at the start: the screen hears at once that it is so.
        self._send(Phase("importing MXNet"))
        from tui.engine.describe import describe
        from tui.engine.recipes import recipe_for
        from tui.engine.sources import build

        built = build(question.source, lambda doing: self._send(Phase(doing)))
        self._send(Phase("reading the network"))
        recipe = recipe_for(built)
        if recipe and question.source.classes:
            recipe.check_classes(built)
        info = recipe.info if recipe else None
        if info and built.defaults:
            info = msgspec.structs.replace(info, defaults=built.defaults)
        model = describe(
            built.net,
            question.source.model,
            classes=built.classes,
            input_size=built.input_size,
            notes=tuple(built.notes),
            pretrained=built.pretrained,
            foreign_weights=built.foreign,
            stands=built.stands,
        )
        self._built = built
        source = msgspec.structs.replace(question.source, input_size=built.input_size)
        if built.converted or source.model.endswith(".json"):
            # Found in a folder, which may hold others tomorrow: what is written of this source
            # names the file.
            source = msgspec.structs.replace(source, weights=built.weights)
        if built.input_name:
            source = msgspec.structs.replace(source, input_name=built.input_name)
        return Opened(model, source, info)

    def _get(self, model: str, part: Part, place: Place | None) -> GotWeights:
        self._send(Phase("importing MXNet"))
        from tui.engine.weights.get import get_weights

        doing, told = "", 0.0

        def say(what: str) -> None:
            nonlocal doing
            doing = what
            self._send(Phase(what))

        def progress(done: int, total: int | None) -> None:
            nonlocal told
            # The last is always told, and of those before as many as a person can read.
            if done == total or time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                self._send(Phase(doing, done, total or 0))

        return get_weights(model, part, place, say, progress)

    def _check(self, question: CheckData) -> DataSummary:
        self._send(self._data_phase())
        from tui.engine.datasets import load_data
        from tui.engine.datasets.summary import summary_of_data
        from tui.engine.recipes import recipe_named

        recipe = recipe_named(question.recipe)
        data = load_data(question.path, recipe.task, question.classes)
        if self._built is not None:
            recipe.check_data(self._built, data)
        return summary_of_data(question.path, data)

    def _on_data(self, question: SurveyData | ShowPictures | ConvertData) -> Answer:
        self._send(self._data_phase())
        from tui.engine.datasets.questions import answer_on_data

        return answer_on_data(question, lambda doing: self._send(Phase(doing)))

    def _data_phase(self) -> Phase:
        return Phase("importing MXNet" if self._built is None else "reading the data")


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
