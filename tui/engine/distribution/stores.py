"""Which kvstore adds up a run's gradients."""

from __future__ import annotations

from typing import Literal

from tui.runs.spec import RunSpec


def store_kind(spec: RunSpec) -> Literal["dist_sync", "dist_device_sync"]:
    """That of the parameter server: what is added up within a machine is, on GPUs, there."""
    kind = spec.distribution.kvstore
    if kind in ("dist_sync", "dist_device_sync"):
        return kind
    return "dist_device_sync" if spec.model.ctx.startswith("gpu") else "dist_sync"
