"""Sampled pictures for tests: real files, drawn as a trainer might."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from tui.app.run_state import RunState
from tui.runs.events import Envelope, Event, Sampled, SampledPicture, Validated
from tui.runs.folder import RunFolder

SKY, GROUND, FRUIT, BOX, WHITE = (60, 90, 160), (40, 120, 60), (200, 60, 40), (255, 190, 0), "white"
CAPTIONS = (
    "predicted: fig 0.91, date 0.55; true: 2 fig, date",
    "predicted: hazelnut 0.72; true: hazelnut",
    "predicted: nothing; true: fig",
    "predicted: fig 0.38; true: nothing",
)


def write_sample(folder: RunFolder, step: int, count: int = 4) -> Sampled:
    """The files of a sample, and its event."""
    home = folder.samples / f"{step:08d}"
    home.mkdir(parents=True)
    pictures = []
    for number in range(1, count + 1):
        names = f"{number}.png", f"{number}.small.png"
        for name, scale in zip(names, (6, 1), strict=True):
            _picture(number, step, scale).save(home / name)
        path, small = (str((home / name).relative_to(folder.path)) for name in names)
        pictures.append(SampledPicture(path, CAPTIONS[(number - 1) % len(CAPTIONS)], small))
    return Sampled(step, tuple(pictures))


def with_samples(folder: RunFolder, log: list[Event], count: int = 4) -> list[Event]:
    """A log with a sample after each of its validations."""
    told: list[Event] = []
    for event in log:
        told.append(event)
        if isinstance(event, Validated):
            told.append(write_sample(folder, event.step, count))
    return told


def state_of(log: list[Event]) -> RunState:
    """What is known of a run with this log."""
    state = RunState()
    state.apply_all(Envelope(number, float(number), event) for number, event in enumerate(log))
    return state


def remove(folder: RunFolder, step: int) -> list[Path]:
    """Take the pictures of a step away; which they were."""
    files = sorted((folder.samples / f"{step:08d}").iterdir())
    for file in files:
        file.unlink()
    return files


def _picture(number: int, step: int, scale: int) -> Image.Image:
    image = Image.new("RGB", (64 * scale, 48 * scale), SKY)
    pen = ImageDraw.Draw(image)

    def at(*edges: int) -> list[int]:
        return [edge * scale for edge in edges]

    pen.rectangle(at(0, 30, 64, 48), fill=GROUND)
    left = 6 * number + step // 50
    pen.ellipse(at(left, 12, left + 20, 32), fill=FRUIT)
    pen.rectangle(at(left, 12, left + 20, 32), outline=WHITE, width=scale)
    pen.rectangle(at(left + 3, 10, left + 24, 30), outline=BOX, width=scale)
    return image
