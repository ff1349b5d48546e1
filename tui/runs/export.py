"""A run's steps and validations as rows, for other programs: CSV and JSON."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

import msgspec

from tui.printable import json_text, printable
from tui.runs.events import Envelope, Prepared, RunStarted, Step, Validated
from tui.runs.folder import RunFolder
from tui.runs.lasting import lasting_events

EXPORT_VERSION = 1

COLUMNS = (
    *("kind", "time", "step", "epoch", "loss", "learning_rate", "pictures_per_second"),
    *("metric", "value"),
)
"""The columns of every CSV; behind them come those of the run's own names."""


class StepRow(msgspec.Struct, frozen=True):
    """A step, as the event says it; `time` is in seconds since 1970."""

    time: float
    step: int
    epoch: int
    loss: float | None
    losses: dict[str, float | None]
    learning_rate: float
    pictures_per_second: float


class ValidationRow(msgspec.Struct, frozen=True):
    """A validation, as the event says it; `time` is in seconds since 1970."""

    time: float
    step: int
    epoch: int
    metric: str
    value: float | None
    per_class: dict[str, float | None]
    beside: dict[str, float | None]


def rows(folder: RunFolder) -> Iterator[StepRow | ValidationRow]:
    """The steps and validations that lasted, in their order.

    Raises:
        OSError: the log may not be read.
    """
    for envelope in lasting_events(folder.events_file):
        row = _row(envelope)
        if row is not None:
            yield row


def write_csv(folder: RunFolder, file: TextIO) -> int:
    """Write one table of steps and validations, told apart by `kind`. Returns the rows.

    Behind `COLUMNS` stand `loss.NAME` for each part of the loss, `class.NAME` for each class's
    part of the metric and `beside.NAME` for other metrics. A cell is empty where a row has no such
    value, or one that is no finite number. Names are escaped, and none begins a formula.
    """
    parts: dict[str, None] = {}
    classes: dict[str, None] = {}
    beside: dict[str, None] = {}
    for row in rows(folder):
        if isinstance(row, StepRow):
            parts.update(dict.fromkeys(row.losses))
        else:
            classes.update(dict.fromkeys(row.per_class))
            beside.update(dict.fromkeys(row.beside))
    writer = csv.writer(file, lineterminator="\n")
    own = (("loss", parts), ("class", classes), ("beside", beside))
    names = [printable(f"{kind}.{name}") for kind, found in own for name in found]
    writer.writerow([*COLUMNS, *names])
    count = 0
    for row in rows(folder):
        if isinstance(row, StepRow):
            cells = [
                *("step", row.time, row.step, row.epoch, row.loss),
                *(row.learning_rate, row.pictures_per_second, None, None),
                *(row.losses.get(name) for name in parts),
            ]
            cells += [None] * (len(classes) + len(beside))
        else:
            cells = [
                *("validation", row.time, row.step, row.epoch, None, None, None),
                *(harmless_cell(row.metric), row.value, *[None] * len(parts)),
                *(row.per_class.get(name) for name in classes),
                *(row.beside.get(name) for name in beside),
            ]
        writer.writerow(cells)
        count += 1
    return count


def write_json(folder: RunFolder, file: TextIO) -> int:
    """Write one object: version, run, model, recipe, data, metric, steps and validations, the last
    two as lists of `StepRow` and `ValidationRow`. Returns how many there are of both."""
    encoder = msgspec.json.Encoder()
    about: dict[str, object] = {"version": EXPORT_VERSION, "run": folder.path.name}
    about |= _about(folder)
    head = json_text(encoder.encode(about))
    file.write(f'{head[:-1]},"steps":[')
    validations: list[ValidationRow] = []
    count = 0
    for row in rows(folder):
        if isinstance(row, ValidationRow):
            validations.append(row)
            continue
        file.write("\n" if not count else ",\n")
        file.write(json_text(encoder.encode(row)))
        count += 1
    file.write('],"validations":[')
    file.write(",".join(f"\n{json_text(encoder.encode(row))}" for row in validations))
    file.write("]}\n")
    return count + len(validations)


def harmless_cell(text: str) -> str:
    """A text for a cell of a spreadsheet: escaped, and never taken for a formula."""
    shown = printable(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown


def event_schema() -> bytes:
    """The JSON Schema of a line of events.jsonl."""
    from tui.runs.events import EVENTS_VERSION

    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A line of events.jsonl, version {EVENTS_VERSION}",
        **msgspec.json.schema(Envelope),
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2)


def _about(folder: RunFolder) -> dict[str, str]:
    from tui.runs.log_ends import first_events

    told = dict.fromkeys(("model", "recipe", "data", "metric"), "")
    for envelope in first_events(folder.events_file):
        match envelope.event:
            case RunStarted(model=model, recipe=recipe, data=data):
                told |= {"model": model, "recipe": recipe, "data": data}
            case Prepared(metric=metric):
                told["metric"] = metric
    return told


def _row(envelope: Envelope) -> StepRow | ValidationRow | None:
    event = envelope.event
    if isinstance(event, Step):
        return StepRow(envelope.time, **msgspec.structs.asdict(event))
    if isinstance(event, Validated):
        return ValidationRow(envelope.time, **msgspec.structs.asdict(event))
    return None
