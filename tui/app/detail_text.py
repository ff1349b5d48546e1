"""What the detail pane says of a block or a parameter, as plain text that is safe to draw."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from tui.app.actions import key_of
from tui.app.cost_text import at_least
from tui.app.glyphs import glyphs
from tui.app.histogram import axis, histogram
from tui.app.session import Session
from tui.figures import counted, percent, short, size
from tui.model.block_code import block_code, symbol_of
from tui.model.states import State
from tui.runs.inspection import BlockCost, BlockFacts, ParameterFacts, ValueFacts

LABEL = 8
"""Cells of a fact's label, the gap behind it included."""
BESIDE_LEAST = 40
"""Cells that the facts keep where the histogram stands beside them."""
ROWS = 4
"""Rows of the histogram."""
MOST_OUTPUTS = 6

_STATISTICS = {
    "fixed": "running means and variances are fixed",
    "moving": "running means and variances move",
    "mixed": "some running means and variances are fixed, some move",
}
_ORIGINS = {
    "file": "from a file of weights",
    "new": "new: from no file of weights",
    "both": "some from a file of weights, some new",
}

NO_DOCSTRING = "no docstring: refer to the model's documentation, choose the blocks to freeze"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said: a label, and a text that may be broken into lines."""

    label: str
    text: str


def title(session: Session, node: int) -> str:
    """What the facts are of."""
    return glyphs().safe(session.tree.nodes[node].path or "the whole model")


def detail_lines(session: Session, node: int, width: int, note: str = "") -> list[tuple[str, str]]:
    """All that is known of a node, as lines of label and text, at most `width` cells wide.

    What the inspector is still to say is left out; `note` is why it could not.
    """
    notes = [Fact("note", glyphs().said(note))] if note else []
    if session.tree.nodes[node].is_block:
        return in_lines([*block_detail(session, node), *notes], width)
    values = _values_of(session, node)
    facts = [*parameter_detail(session, node), *notes]
    if values is None:
        return in_lines(facts, width)
    told, drawn = value_detail(values), histogram_lines(values)
    wide = max(map(len, drawn), default=0)
    if not drawn:
        return in_lines([*told, *facts], width)
    left = width - wide - 2
    # Values were asked for: they come first where not all can be seen at once.
    if left < BESIDE_LEAST:
        return [*in_lines(told, width), *(("", line) for line in drawn), *in_lines(facts, width)]
    lines = in_lines([*told, *facts], left)
    lines += [("", "")] * (len(drawn) - len(lines))
    drawn += [""] * (len(lines) - len(drawn))
    return [
        (label, f"{text.ljust(left + 2 - len(label))}{bars}".rstrip())
        for (label, text), bars in zip(lines, drawn, strict=True)
    ]


def in_lines(facts: list[Fact], width: int) -> list[tuple[str, str]]:
    """The facts one below the other, their texts broken where they are too long."""
    lines = []
    for fact in facts:
        broken = textwrap.wrap(fact.text, max(8, width - LABEL), break_on_hyphens=False) or [""]
        labels = [fact.label, *[""] * (len(broken) - 1)]
        lines += [(label.ljust(LABEL), text) for label, text in zip(labels, broken, strict=True)]
    return lines


def block_detail(session: Session, node: int) -> list[Fact]:
    """The facts of a block, or of a group made from names."""
    tree = session.tree
    known = session.facts.get(node)
    facts: list[Fact] = []
    if tree.block_info(node).kind == "group":
        around = max(0, symbol_of(tree, node))
        where = glyphs().safe(tree.nodes[around].path or "the model")
        kind = glyphs().safe(tree.block_info(around).class_name)
        facts.append(Fact("class", f"none: a group made from names inside {where}, a {kind}"))
    elif isinstance(known, BlockFacts):
        facts.append(
            Fact("class", _join(glyphs().safe(known.class_name), glyphs().safe(known.module)))
        )
        facts.append(Fact("about", glyphs().said(known.docstring or NO_DOCSTRING)))
    else:
        facts.append(Fact("class", glyphs().safe(tree.block_info(node).class_name)))
    facts += [*_role(session, node), *_holds(session, node), *_costs(session, node)]
    facts += _selects(session, node)
    if isinstance(known, BlockFacts) and known.written:
        facts.append(Fact("repr", glyphs().said(known.written)))
    return facts


def parameter_detail(session: Session, node: int) -> list[Fact]:
    """The facts of a parameter, but for its values."""
    tree = session.tree
    here, parameter = tree.nodes[node], tree.parameter_info(node)
    state = session.resolution.states[here.parameter]
    statistic = session.resolution.statistics.get(here.parameter)
    word = state.word if statistic is None else f"{state.word} {statistic.word}"
    grad_req = "null"
    if state is State.TRAINABLE:
        grad_req = parameter.grad_req if parameter.grad_req != "null" else "write"
    built = f" (was {parameter.grad_req})" if parameter.grad_req != grad_req else ""
    facts = [Fact("name", glyphs().safe(parameter.name))]
    places = parameter.structure_names
    if len(places) > 1:
        facts.append(Fact("shared", f"one parameter in {len(places)} places:"))
        facts += [Fact("", glyphs().safe(place)) for place in places]
    else:
        facts.append(Fact("place", glyphs().safe(here.path)))
    shape = [glyphs().text(parameter.shape_text), glyphs().safe(parameter.dtype)]
    if parameter.count is not None and parameter.nbytes is not None:
        shape += [counted(parameter.count, "value"), size(parameter.nbytes)]
    else:
        shape.append(f"not known before a picture goes through ({key_of('model.costs')})")
    facts.append(Fact("shape", _join(*shape)))
    facts.append(
        Fact("state", _join(f"{glyphs().of(state)} {word}", f"grad_req {grad_req}{built}"))
    )
    facts += _role(session, node)
    if origin := session.origins.word(node):
        facts.append(Fact("from", _ORIGINS[origin]))
    rates = (
        _multiplier("lr_mult", session.resolution.lr_mults, here.parameter, parameter.lr_mult),
        _multiplier("wd_mult", session.resolution.wd_mults, here.parameter, parameter.wd_mult),
    )
    facts.append(Fact("mult", _join(*rates)))
    known = session.facts.get(node)
    if isinstance(known, ParameterFacts):
        facts.append(Fact("init", glyphs().said(known.initializer)))
        if known.values is None and parameter.count is not None:
            facts.append(Fact("values", f"{key_of('model.values')} reads them"))
    return facts


def value_detail(values: ValueFacts) -> list[Fact]:
    """What the values of a parameter are like."""
    bad = f"{values.not_finite:,}" if values.not_finite else "none"
    if values.not_finite == values.count:
        return [Fact("values", f"NaN or Inf {bad}")]
    if values.low == values.high:
        alike = f"all are {_number(values.low)}"
        return [Fact("values", _join(alike, f"norm {_number(values.norm)}", f"NaN or Inf {bad}"))]
    return [
        Fact("values", _join(f"min {_number(values.low)}", f"max {_number(values.high)}")),
        Fact("", _join(f"mean {_number(values.mean)}", f"std {_number(values.std)}")),
        Fact("", _join(f"norm {_number(values.norm)}", f"zeros {percent(_zeros(values))}")),
        Fact("", f"NaN or Inf {bad}"),
    ]


def histogram_lines(values: ValueFacts) -> list[str]:
    """How the values are spread, drawn; nothing where none is finite, or all are alike."""
    if values.low == values.high:
        return []
    bars = histogram(values.counts, ROWS, ascii_only=glyphs().ascii_only)
    return [*bars, axis(_number(values.low), _number(values.high), len(values.counts))]


def _values_of(session: Session, node: int) -> ValueFacts | None:
    known = session.facts.get(node)
    return known.values if isinstance(known, ParameterFacts) else None


def _role(session: Session, node: int) -> list[Fact]:
    path = session.tree.nodes[node].path
    role = session.roles.role_of(path) if path else None
    return [Fact("role", f"{role} ({session.roles.family})")] if role else []


def _holds(session: Session, node: int) -> list[Fact]:
    tree, roll_up = session.tree, session.roll_up
    blocks = sum(tree.nodes[child].is_block for child in tree.children(node))
    places = roll_up.places(node)
    parts = [counted(blocks, "block")] if blocks else []
    if not places:
        return [Fact("holds", _join(*parts, "no parameters"))]
    unknown = tree.unknown_below[tree.nodes[node].end] - tree.unknown_below[node]
    least = "≥" if unknown else ""
    parts.append(counted(places, "parameter"))
    parts.append(f"{least}{short(roll_up.values(node))} values")
    parts.append(f"{least}{size(roll_up.nbytes(node))}")
    trainable, frozen = roll_up.trainable_places(node), roll_up.frozen_places(node)
    counts = {
        State.TRAINABLE: trainable,
        State.FROZEN: frozen,
        State.AUXILIARY: places - trainable - frozen,
    }
    states = [f"{glyphs().of(s)} {count:,} {s.word}" for s, count in counts.items() if count]
    facts = [Fact("holds", _join(*parts)), Fact("state", ", ".join(states))]
    if statistics := session.statistics.word(node):
        facts.append(Fact("stats", _STATISTICS[statistics]))
    if origin := session.origins.word(node):
        facts.append(Fact("values", _ORIGINS[origin]))
    return facts


def _costs(session: Session, node: int) -> list[Fact]:
    if session.costs is None:
        return [Fact("cost", f"{key_of('model.costs')} sends a picture through and counts")]
    cost = session.cost_of(node)
    if cost is None:
        return []
    facts = []
    if cost.outputs:
        shapes = ["×".join(map(str, shape)) or "scalar" for shape in cost.outputs[:MOST_OUTPUTS]]
        more = len(cost.outputs) - len(shapes)
        facts.append(Fact("output", ", ".join(shapes) + (f" and {more} more" if more else "")))
    facts.append(Fact("cost", _cost(cost, session.costs.multiply_adds)))
    if not cost.counted and node == 0:
        facts.append(Fact("", glyphs().said(f"not counted: {', '.join(session.costs.uncounted)}")))
    return [Fact(fact.label, glyphs().text(fact.text)) for fact in facts]


def _cost(cost: BlockCost, total: int) -> str:
    if not cost.calls and not cost.multiply_adds:
        return "not called when a picture goes through"
    if not cost.counted:
        return f"{at_least(cost.multiply_adds)} multiply-adds, not all of it can be counted"
    if not cost.multiply_adds:
        return "no multiply-adds with weights"
    share = f" ({percent(cost.multiply_adds / total)})"
    often = f", called {cost.calls} times" if cost.calls > 1 else ""
    return f"{short(cost.multiply_adds)} multiply-adds{share}{often}"


def _selects(session: Session, node: int) -> list[Fact]:
    tree = session.tree
    facts = []
    if node in session.patterns and session.roll_up.places(node):
        pattern = session.patterns[node]
        if pattern == "":
            text = "none is needed: it holds all there is"
        else:
            text = pattern or "none that is short selects exactly this block"
        facts.append(Fact("regex", glyphs().said(text)))
    code = block_code(tree, node)
    if code is not None:
        facts.append(Fact("code", glyphs().said(code)))
    return facts


def _multiplier(name: str, decided: Mapping[int, float], parameter: int, built: float) -> str:
    now = decided.get(parameter, built)
    return f"{name} {now:g}" + (f" (was {built:g})" if now != built else "")


def _zeros(values: ValueFacts) -> float:
    return values.zeros / values.count if values.count else 0.0


def _number(value: float) -> str:
    return f"{value:.4g}"


def _join(*parts: str) -> str:
    return glyphs().text(" · ").join(parts)
