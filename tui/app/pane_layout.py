"""Which panes of the run screen are shown, how large, and how curves are drawn: as a person left
them.

One TOML file in the user's state folder. It is a convenience: what is wrong with it is said once,
and the screen is then laid out as at first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from tui.app.panes.registry import PaneKind
from tui.toml import TomlError, read_toml, write_toml

LAYOUT_VERSION = 2

STEP = 5
"""Percent by which a key makes a pane larger or smaller."""

LEAST, MOST = 15, 85
"""Percent of the room that a pane can be given."""

HEADER = "# How thaw's run screen is laid out. It may be deleted.\n"


class PaneLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`shown` tells of panes that were shown or hidden by hand, `sizes` of those that were given
    a size, in percent of the room that they share. `smoothing` is how much of the past smoothed
    curves keep, from 0 to 1 (None: as at first); `logarithmic` names the charts with such an axis.
    Names of panes and charts that there are no more do no harm."""

    version: int = LAYOUT_VERSION
    shown: dict[str, bool] = {}
    sizes: dict[str, int] = {}
    smoothing: float | None = None
    logarithmic: tuple[str, ...] = ()

    def shows(self, kind: PaneKind) -> bool:
        """Whether a pane is to be shown."""
        return self.shown.get(kind.name, kind.shown)

    def toggled(self, kind: PaneKind) -> PaneLayout:
        """The same with a pane shown that was hidden, or hidden that was shown."""
        shown = {**self.shown, kind.name: not self.shows(kind)}
        return msgspec.structs.replace(self, shown=shown)

    def resized(self, kind: PaneKind, percent: float, steps: int) -> PaneLayout:
        """The same with a pane, which takes so many percent now, larger or smaller by some
        steps."""
        size = round(percent / STEP) * STEP + steps * STEP
        sizes = {**self.sizes, kind.name: max(LEAST, min(MOST, size))}
        return msgspec.structs.replace(self, sizes=sizes)

    def charted(self, smoothing: float, logarithmic: Iterable[str]) -> PaneLayout:
        """The same with curves drawn in another way."""
        named = tuple(sorted(logarithmic))
        return msgspec.structs.replace(self, smoothing=smoothing, logarithmic=named)


def layout_file() -> Path:
    """Where it is remembered."""
    # Slow to import, and not needed where a file is given.
    from platformdirs import user_state_path

    return user_state_path("thaw") / "run-screen.toml"


def read_layout(path: Path) -> PaneLayout:
    """The layout as it was left; that of the beginning where there is no file yet.

    Raises:
        TomlError: there is a file, and it cannot be used.
    """
    if not os.path.exists(path):
        return PaneLayout()
    raw = read_toml(path)
    version = raw.get("version")
    if isinstance(version, int) and version > LAYOUT_VERSION:
        raise TomlError(f"{path}: version {version} is newer than this thaw; update thaw")
    try:
        layout = msgspec.convert(raw, PaneLayout)
    except msgspec.ValidationError as error:
        raise TomlError(f"{path}: not a layout of panes: {error}") from None
    sizes = {name: max(LEAST, min(MOST, size)) for name, size in layout.sizes.items()}
    return msgspec.structs.replace(layout, version=LAYOUT_VERSION, sizes=sizes)


def write_layout(path: Path, layout: PaneLayout) -> None:
    """Remember a layout. A file that cannot be used is kept beside the new one, as
    `run-screen.toml.broken`.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        read_layout(path)
    except TomlError:
        os.replace(path, path.with_name(f"{path.name}.broken"))
    write_toml(path, msgspec.to_builtins(layout), HEADER)
