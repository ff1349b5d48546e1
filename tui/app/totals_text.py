"""What a plan comes to, in words."""

from __future__ import annotations

from tui.figures import counted, short
from tui.model.tree import Totals


def verdict(totals: Totals) -> str:
    """What trains and what does not, in one line."""
    train = totals.trainable_parameters
    frozen = totals.frozen_parameters
    parts = [
        f"{counted(train, 'parameter')} {'trains' if train == 1 else 'train'} "
        f"({short(totals.trainable_values)} values)",
        f"{frozen:,} {'is' if frozen == 1 else 'are'} frozen" if frozen else "none is frozen",
    ]
    if totals.auxiliary_parameters:
        parts.append(f"{totals.auxiliary_parameters:,} auxiliary")
    return ", ".join(parts)
