"""Every screen and dialog, each in a state worth looking at: what the pictures are taken of."""

from __future__ import annotations

from tests.app.gallery.models import MODELS
from tests.app.gallery.run_lists import RUN_LISTS
from tests.app.gallery.runs import RUNS
from tests.app.gallery.shown import Shown

GALLERY: dict[str, Shown] = {**MODELS, **RUNS, **RUN_LISTS}
"""By name; the name is that of its pictures."""
