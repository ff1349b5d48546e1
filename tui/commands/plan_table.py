"""The rules of a plan as a table."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from tui.model.plan import FreezePlan, describe
from tui.model.resolution import Resolution
from tui.printable import plain


def rules_table(
    plan: FreezePlan, resolution: Resolution | None = None, *, ascii_only: bool = False
) -> Table:
    """The rules in words; with a resolution, how many parameters (of a rule on statistics:
    statistics) each selects, has the last word on, and was overruled on."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", justify="right")
    table.add_column("rule", overflow="fold")
    if resolution is not None:
        for figure in ("selects", "decides", "overruled"):
            table.add_column(figure, justify="right")
    for number, rule in enumerate(plan.rules):
        words = plain(describe(rule), ascii_only=ascii_only)
        row = [Text(str(number + 1)), Text(f"{words} (off)" if rule.off else words)]
        if resolution is not None:
            selected, decided = resolution.selected[number], resolution.decided[number]
            row.append(Text(str(selected)))
            row += [Text(str(n)) for n in (decided, selected - decided)] if not rule.off else []
        table.add_row(*row)
    return table
