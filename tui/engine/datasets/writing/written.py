"""What every writer does: names that are not taken, pictures copied whole, what was left out."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tui.engine.datasets.data import Task
from tui.engine.datasets.reading import read_picture, whole_bytes
from tui.engine.datasets.skipped import UnreadablePicture
from tui.engine.datasets.survey import LabelledPicture, Survey
from tui.engine.refusal import Refusal

_SUFFIX = {b"\xff\xd8": ".jpg", b"\x89P": ".png", b"BM": ".bmp"}
QUALITY = 95
"""Of JPEGs that have to be written anew."""
_EVERY = 200
_FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|\t\n\r\x00', "_"))


@dataclass(frozen=True)
class Copied:
    """A picture as it is written: its part (train or val), a name of its own, its bytes."""

    part: str
    stem: str
    suffix: str
    data: bytes
    labelled: LabelledPicture

    @property
    def name(self) -> str:
        """With its suffix."""
        return f"{self.stem}{self.suffix}"


@dataclass
class Writing:
    """A data set on its way into a folder. `left_out` are lines for people, `done` pictures by
    part, `boxes` objects."""

    root: Path
    survey: Survey
    task: Task
    say: Callable[[str], None]
    left_out: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    boxes: int = 0
    _taken: set[str] = field(default_factory=set)

    def need(self, form: str, *tasks: Task) -> None:
        """See that a format can hold what the survey has.

        Raises:
            Refusal: it cannot.
        """
        if self.task not in tasks:
            raise Refusal(
                f"{form} holds what is labelled for {' and '.join(tasks)}, and this is for "
                f"{self.task}; take another --as, or another --task"
            )

    def pictures(self) -> Iterator[Copied]:
        """Every picture that can be read, one after the other."""
        parts = (("train", self.survey.train), ("val", self.survey.validation))
        total, number = len(self.survey.pictures), 0
        for part, pictures in parts:
            for picture in pictures:
                if number % _EVERY == 0:
                    self.say(f"writing picture {number + 1} of {total}")
                number += 1
                try:
                    data = _bytes(picture)
                except UnreadablePicture as error:
                    self.left_out.append(f"{error.name}: {error.why}")
                    continue
                yield Copied(part, self._stem(picture.name), _SUFFIX[data[:2]], data, picture)

    def count(self, copied: Copied, boxes: int) -> None:
        """A picture was written, with so many objects."""
        self.done[copied.part] += 1
        self.boxes += boxes

    def file(self, *names: str) -> Path:
        """A file to write, with the folders that it needs."""
        path = self.root.joinpath(*names)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _stem(self, name: str) -> str:
        # A record's number is no suffix, a picture's is.
        plain = name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in _KNOWN else name
        stem = plain.replace("/", "_").replace(", ", "_").translate(_FORBIDDEN).strip(" .") or "_"
        found, number = stem, 1
        while found.casefold() in self._taken:
            number += 1
            found = f"{stem}_{number}"
        self._taken.add(found.casefold())
        return found


_KNOWN = frozenset({".jpg", ".jpeg", ".png", ".bmp"})


def safe(name: str) -> str:
    """A class's name as the name of a folder."""
    return name.translate(_FORBIDDEN).strip(" .") or "_"


def _bytes(picture: LabelledPicture) -> bytes:
    """A picture's own bytes; anew where it has to be turned, since few programs turn it."""
    return whole_bytes(picture) if picture.source.turn == 1 else jpeg(picture, None)


def jpeg(picture: LabelledPicture, box: tuple[int, int, int, int] | None) -> bytes:
    """A picture, or what is inside of left, top, right, bottom of it, as a new JPEG."""
    from PIL import Image

    image = Image.fromarray(read_picture(picture).asnumpy())
    written = io.BytesIO()
    (image.crop(box) if box else image).save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def short(value: float) -> str:
    """A number with as few digits as it needs, to a thousandth of a pixel."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
