"""Put back the names that NumPy 1.24 took away and that MXNet 1.9.1 and GluonCV still read.

Importing this module does it; on an older NumPy it does nothing. See
https://numpy.org/doc/stable/release/1.24.0-notes.html, "Expired deprecations".
"""

from __future__ import annotations

import numpy as np

ALIASES: dict[str, type] = {
    "bool": bool,
    "int": int,
    "float": float,
    "complex": complex,
    "object": object,
    "str": str,
}

if tuple(int(part) for part in np.__version__.split(".")[:2]) >= (1, 24):
    for _name, _type in ALIASES.items():
        setattr(np, _name, _type)
