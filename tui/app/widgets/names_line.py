"""The two lines below the tree: both names of what is under the cursor, and what it is."""

from __future__ import annotations

from textual.widgets import Static

from tui.app.glyphs import glyphs
from tui.app.session import Session
from tui.figures import counted

_ORIGINS = {"": "", "file": "pretrained", "new": "new", "both": "partly pretrained"}


def name_lines(session: Session, node: int, width: int) -> tuple[str, str]:
    """Structure name and role; then the entry of `collect_params()`, or the class of a block."""
    tree, signs = session.tree, glyphs()
    here = tree.nodes[node]
    role = session.roles.role_of(here.path) or ""
    dot, safe = signs.text(" · "), signs.safe

    if here.is_block:
        block = tree.block_info(node)
        below, train = session.roll_up.places(node), session.roll_up.trainable_places(node)
        what = block.class_name or "a group made from names"
        first = here.path or "the whole model"
        facts = [
            what if block.kind == "block" else "a group made from names",
            f"{counted(below, 'parameter')}, {train:,} {'trains' if train == 1 else 'train'}"
            if below
            else "no parameters",
        ]
        if statistics := session.statistics.word(node):
            facts.append(f"statistics {statistics}")
    else:
        parameter = tree.parameter_info(node)
        first = here.path
        facts = [parameter.name, parameter.dtype]
        if parameter.count is not None:
            facts.append(counted(parameter.count, "value"))
        else:
            facts.append("shape not known yet")
        if len(parameter.structure_names) > 1:
            facts.append(f"in {len(parameter.structure_names)} places")
        if statistic := session.resolution.statistics.get(here.parameter):
            facts.append(f"a statistic, {statistic.word}")
        elif not parameter.can_train:
            facts.append("cannot train")
    if rate := session.multipliers.rate(node):
        facts.append(f"lr_mult {rate}")
    if decay := session.multipliers.decay(node):
        facts.append(f"wd_mult {decay}")
    if session.origins.any:
        facts.append(_ORIGINS[session.origins.word(node)])
    second = safe(facts[0])
    rest = dot.join(filter(None, facts[1:]))
    # The name is what was asked for: what is said of it gives way.
    if len(second) + len(dot) + len(rest) > width:
        rest = signs.cut(rest, max(0, width - len(second) - len(dot)))
    left = signs.cut(safe(first), max(8, width - len(role) - 2), keep_end=True)
    line = left.ljust(width - len(role)) + role if role else left
    return line, signs.cut(f"{second}{dot}{rest}" if len(rest) > 1 else second, width)


class NamesLine(Static):
    """Shows the names of one node."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self._session = session
        self._node = 0

    def show(self, node: int | None = None) -> None:
        """Show another node, or the same one as it is now."""
        if node is not None:
            self._node = node
        width = max(1, self.app.size.width - 2)
        self.update("\n".join(name_lines(self._session, self._node, width)), layout=False)

    def on_resize(self) -> None:
        self.show()
