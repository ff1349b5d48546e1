"""Lines of Python, with what they need."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Code:
    """Lines, the functions that stand before them, by name, and imports."""

    lines: list[str] = field(default_factory=list)
    functions: dict[str, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)

    def __add__(self, other: Code) -> Code:
        return Code(
            [*self.lines, *other.lines],
            {**self.functions, **other.functions},
            self.imports | other.imports,
        )

    @property
    def length(self) -> int:
        """Lines to read, those of the functions among them."""
        return len(self.lines) + sum(text.count("\n") + 1 for text in self.functions.values())
