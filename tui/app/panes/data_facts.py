"""What lies at a data path, for the training form."""

from __future__ import annotations

from textual.content import Content

from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, LivePane, stacked, written
from tui.figures import counted
from tui.runs.inspection import DataSummary

NAMED_CLASSES = 12
NAMED_PROBLEMS = 2
PROBLEM_CELLS = 100

ERROR = "bold $text-error"
WARNING = "bold $text-warning"


class DataFacts(LivePane):
    """Kind, pictures, classes with their counts, problems."""

    def show_waiting(self, doing: str) -> None:
        """It is being looked at."""
        self.show(written((glyphs().safe(doing), FAINT)))

    def show_refusal(self, message: str) -> None:
        """It cannot be used."""
        self.show(written((f"! {glyphs().safe(message)}", ERROR)))

    def show_summary(self, summary: DataSummary) -> None:
        """It was looked at."""
        self.show(stacked(facts(summary)))


def facts(summary: DataSummary) -> list[Content]:
    """A data set in a few lines."""
    split = f" ({glyphs().safe(summary.split)})" if summary.split else ""
    first = (
        f"{glyphs().safe(summary.kind)} · {counted(summary.train, 'picture')} to train, "
        f"{summary.validation:,} to validate{split}"
    )
    lines = [written(first)]
    if summary.classes:
        counts = [
            f"{glyphs().safe(name)} {count:,}"
            for name, count in zip(summary.classes, summary.counts, strict=False)
        ]
        more = len(counts) - NAMED_CLASSES
        shown = counts[:NAMED_CLASSES] + ([f"and {more:,} more classes"] if more > 0 else [])
        lines.append(written((" · ".join(shown), FAINT)))
    empty = [
        glyphs().safe(name)
        for name, count in zip(summary.classes, summary.counts, strict=False)
        if not count
    ]
    if empty:
        names = ", ".join(empty[:4]) + (" …" if len(empty) > 4 else "")
        lines.append(written((f"! nothing is labelled {names}", WARNING)))
    if not summary.validation:
        lines.append(written(("! no validation pictures: no metric will be known", WARNING)))
    count = max(summary.problem_count, len(summary.problems))
    if summary.kinds:
        lines.append(written((f"! {counted(count, 'problem')}: ", WARNING), _kinds(summary)))
    elif count:
        lines.append(
            written(
                (f"! {counted(count, 'problem')}: ", WARNING),
                "; ".join(
                    glyphs().cut(glyphs().safe(problem), PROBLEM_CELLS)
                    for problem in summary.problems[:NAMED_PROBLEMS]
                ),
                " …" if count > NAMED_PROBLEMS else "",
            )
        )
    return lines


def _kinds(summary: DataSummary) -> str:
    """Problems by kind, each with the first that it befell; `thaw data` names more."""
    signs = glyphs()
    shown = [
        f"{kind.count:,} × {signs.safe(kind.kind)} "
        f"({signs.cut(signs.safe(kind.first[0]), PROBLEM_CELLS)}{' …' if kind.count > 1 else ''})"
        for kind in summary.kinds[:NAMED_PROBLEMS]
    ]
    more = len(summary.kinds) - NAMED_PROBLEMS
    return "; ".join(shown) + (
        f"; and {more} more {'kind' if more == 1 else 'kinds'}" if more > 0 else ""
    )
