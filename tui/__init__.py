"""thaw: a terminal workbench for fine-tuning Gluon and GluonCV models.

The same freeze, and the same proof, for scripts of your own. None of it needs the screen; MXNet
is imported when a name that works on networks is first used.

    import tui

    plan = tui.read_plan("plan.toml")
    tui.apply_plan(net, plan)              # parameters, statistics and multipliers, as it says
    with tui.verify_frozen(net):           # FrozenMoved if anything frozen moves
        train(net)

`FreezePlan` and `Rule` make a plan in code, `freeze_statistics` fixes the running means and
variances of a block without one, and `thaw_statistics` undoes that.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.engine.freezing import apply_plan
    from tui.engine.frozen_check import FrozenMoved, FrozenReport, verify_frozen
    from tui.engine.norm_statistics import freeze_statistics, thaw_statistics
    from tui.model.plan import FreezePlan, Rule
    from tui.model.plan_file import read_plan

__version__ = "0.1.0"

__all__ = [
    "FreezePlan",
    "FrozenMoved",
    "FrozenReport",
    "Rule",
    "__version__",
    "apply_plan",
    "freeze_statistics",
    "read_plan",
    "thaw_statistics",
    "verify_frozen",
]

_WHERE = {
    "FreezePlan": "tui.model.plan",
    "FrozenMoved": "tui.engine.frozen_check",
    "FrozenReport": "tui.engine.frozen_check",
    "Rule": "tui.model.plan",
    "apply_plan": "tui.engine.freezing",
    "freeze_statistics": "tui.engine.norm_statistics",
    "read_plan": "tui.model.plan_file",
    "thaw_statistics": "tui.engine.norm_statistics",
    "verify_frozen": "tui.engine.frozen_check",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'tui' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_WHERE[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
