"""One line of `thaw doctor`."""

from __future__ import annotations

from typing import Literal

import msgspec

Verdict = Literal["ok", "warn", "fail"]


class Line(msgspec.Struct, frozen=True):
    """What was looked at, and what came of it: `ok`; `warn`, where something works less well or
    not everything does; `fail`, where thaw cannot do its work. `advice` is what to do then."""

    name: str
    verdict: Verdict
    said: str
    advice: str = ""
