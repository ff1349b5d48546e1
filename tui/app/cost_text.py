"""What a forward pass has told, as the screen writes it."""

from __future__ import annotations

from tui.figures import counted, short
from tui.runs.inspection import BlockCost, Costs


def size_text(size: tuple[int, int]) -> str:
    """Height and width: `224×224`."""
    return f"{size[0]}×{size[1]}"


def output_text(cost: BlockCost) -> str:
    """The shape that comes out of a block for one picture, in a cell: `64×112×112`, and how many
    more there are; empty where the block itself was not called."""
    if not cost.outputs:
        return ""
    first, *others = cost.outputs
    # The first dimension is the one picture.
    text = "×".join(map(str, first[1:] or first))
    return f"{text} +{len(others)}" if others else text


def cost_text(cost: BlockCost) -> str:
    """Multiply-adds in a cell: `1.8 G`, `≥1.8G` where not all is counted, `?` where nothing is;
    empty where nothing is multiplied."""
    if cost.counted:
        return short(cost.multiply_adds) if cost.multiply_adds else ""
    return at_least(cost.multiply_adds) if cost.multiply_adds else "?"


def total_text(costs: Costs) -> str:
    """The total in the header: `1.8 G mult-adds at 224×224`."""
    total = at_least(costs.multiply_adds) if costs.uncounted else short(costs.multiply_adds)
    return f"{total} mult-adds at {size_text(costs.input_size)}"


def verdict(costs: Costs) -> str:
    """What counting has shown, in one line."""
    parts = [total_text(costs)]
    if costs.shapes:
        filled = len(costs.shapes)
        parts.append(f"{counted(filled, 'shape')} {'is' if filled == 1 else 'are'} known now")
    if costs.uncounted:
        parts.append(f"not counted: {', '.join(costs.uncounted)}")
    return " · ".join(parts)


def at_least(count: int) -> str:
    """A lower bound, in at most seven cells: `≥1.8G`."""
    return "≥" + short(count).replace(" ", "")
