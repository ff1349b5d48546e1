"""A run's steps and validations as rows, for other programs: CSV and JSON."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

import msgspec

from tui.printable import json_text, printable
from tui.runs.events import Prepared, RunStarted, Step, Validated
from tui.runs.folder import RunFolder
from tui.runs.lasting import lasting_events

EXPORT_VERSION = 1

COLUMNS = (
    *("kind", "time", "step", "epoch", "loss", "learning_rate", "pictures_per_second"),
    *("metric", "value"),
)
"""The columns of every CSV; behind them come those of the run's own names."""


Row = tuple[float, Step | Validated]
"""When, in seconds since 1970, and what."""


def rows(folder: RunFolder) -> Iterator[Row]:
    """The steps and validations that lasted, in their order.

    Raises:
        OSError: the log may not be read.
    """
    for envelope in lasting_events(folder.events_file):
        if isinstance(envelope.event, Step | Validated):
            yield envelope.time, envelope.event


def write_csv(folder: RunFolder, file: TextIO) -> int:
    """Write one table of steps and validations, told apart by `kind`. Returns the rows.

    Behind `COLUMNS` stand `loss.NAME` for each part of the loss, `class.NAME` for each class's
    part of the metric and `beside.NAME` for other metrics. A cell is empty where a row has no such
    value, or one that is no finite number. Names are escaped, and none begins a formula.
    """
    parts: dict[str, None] = {}
    classes: dict[str, None] = {}
    beside: dict[str, None] = {}
    for _, row in rows(folder):
        if isinstance(row, Step):
            parts.update(dict.fromkeys(row.losses))
        else:
            classes.update(dict.fromkeys(row.per_class))
            beside.update(dict.fromkeys(row.beside))
    writer = csv.writer(file, lineterminator="\n")
    own = (("loss", parts), ("class", classes), ("beside", beside))
    names = [printable(f"{kind}.{name}") for kind, found in own for name in found]
    writer.writerow([*COLUMNS, *names])
    count = 0
    for time, row in rows(folder):
        if isinstance(row, Step):
            cells = [
                *("step", time, row.step, row.epoch, row.loss),
                *(row.learning_rate, row.pictures_per_second, None, None),
                *(row.losses.get(name) for name in parts),
            ]
            cells += [None] * (len(classes) + len(beside))
        else:
            cells = [
                *("validation", time, row.step, row.epoch, None, None, None),
                *(harmless_cell(row.metric), row.value, *[None] * len(parts)),
                *(row.per_class.get(name) for name in classes),
                *(row.beside.get(name) for name in beside),
            ]
        writer.writerow(cells)
        count += 1
    return count


def write_json(folder: RunFolder, file: TextIO) -> int:
    """Write one object: version, run, model, recipe, data, metric, steps and validations, the last
    two as lists of what the events say, each with its time. Returns how many there are of both."""
    encoder = msgspec.json.Encoder()
    about: dict[str, object] = {"version": EXPORT_VERSION, "run": folder.path.name}
    about |= _about(folder)
    head = json_text(encoder.encode(about))
    file.write(f'{head[:-1]},"steps":[')
    validations: list[Row] = []
    count = 0
    for row in rows(folder):
        if isinstance(row[1], Validated):
            validations.append(row)
            continue
        file.write("\n" if not count else ",\n")
        file.write(json_text(encoder.encode(_told(row))))
        count += 1
    file.write('],"validations":[')
    file.write(",".join(f"\n{json_text(encoder.encode(_told(row)))}" for row in validations))
    file.write("]}\n")
    return count + len(validations)


def harmless_cell(text: str) -> str:
    """A text for a cell of a spreadsheet: escaped, and never taken for a formula."""
    shown = printable(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown


def event_schema() -> bytes:
    """The JSON Schema of a line of events.jsonl."""
    from tui.runs.events import EVENTS_VERSION, Envelope

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


def _told(row: Row) -> dict[str, object]:
    time, event = row
    return {"time": time, **msgspec.structs.asdict(event)}
