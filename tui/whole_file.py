"""Files that are written whole, or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to. It takes the place of `path` where the context ends well;
    otherwise nothing is left of it, and `path` is as it was.

    Raises:
        OSError: it cannot take its place.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):  # a folder that is gone holds none
            temporary.unlink(missing_ok=True)
