"""Single steps of Python that set an attribute of parameters, each with those that it reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.model.block_code import block_code, is_symbolic, loop, quoted, symbol_of
from tui.model.exact_pattern import exact_pattern, with_other_counters
from tui.model.families import find_roles
from tui.model.plan import Rule
from tui.model.resolution import select
from tui.model.selection import PatternError, match_names
from tui.model.setting import Setting, Value
from tui.model.tree import ModelTree


@dataclass(frozen=True)
class Step:
    """Lines that set an attribute of the parameters that they reach to a value."""

    value: Value
    lines: tuple[str, ...]
    reached: frozenset[int]
    imports: frozenset[str] = frozenset()
    block: str = ""
    selected: str = ""
    single: tuple[int, ...] = ()


class StepWriter:
    """Writes steps for one model and one attribute. A step that would do harm is not written
    (None)."""

    def __init__(self, tree: ModelTree, setting: Setting) -> None:
        self.tree = tree
        self.setting = setting
        self.names = [parameter.name for parameter in tree.parameters]
        self.roles = find_roles(tree)
        # A SymbolBlock lets its running statistics be asked for a gradient, and the first
        # `step` then fails: they must never be set to `write`.
        self.trapped = frozenset(
            parameter
            for index, block in enumerate(tree.model.blocks)
            if is_symbolic(tree.model, index)
            for parameter in block.parameters
            if tree.parameters[parameter].kind == "statistic"
        )

    def all_of(self, value: Value, code: str, reached: Iterable[int]) -> Step | None:
        """Everything in a block."""
        return self.matching(value, code, "", reached)

    def matching(
        self, value: Value, code: str, pattern: str, reached: Iterable[int]
    ) -> Step | None:
        """What a pattern selects in a block."""
        reached = frozenset(reached)
        if value == "write" and reached & self.trapped:
            guard = _guard(self.names[index] for index in reached & self.trapped)
            pattern = f"{guard}(?:{pattern})" if pattern else guard
            order = sorted(reached)
            try:
                places = match_names(pattern, [self.names[index] for index in order])
            except PatternError:
                return None
            left = frozenset(order[place] for place in places)
            if any(self.setting.matters[index] for index in reached - left):
                return None
            reached = left
        selected = quoted(pattern) if pattern else ""
        line = f"{code}.{self.setting_all(selected, value)}"
        return self._checked(Step(value, (line,), reached, block=code, selected=selected))

    def setting_all(self, selected: str, value: Value) -> str:
        """What sets all that a block selects, behind the block."""
        return f"collect_params({selected}).setattr({self.setting.attribute!r}, {value!r})"

    def parameters(self, value: Value, indices: Sequence[int]) -> Step | None:
        """Single parameters, by attribute where they have one, else by structure name."""
        codes = [self._parameter_code(index) for index in indices]
        assign = f"{self.setting.attribute} = {value!r}"
        if all(code is not None for code in codes):
            known = [code for code in codes if code is not None]
            if len(known) < 3:
                lines = [f"{code}.{assign}" for code in known]
            else:
                lines = [*loop("param", known), f"    param.{assign}"]
        else:
            names = [quoted(self.tree.parameters[i].structure_name) for i in indices]
            lines = [
                "params = net._collect_params_with_prefix()",
                *loop("name", names),
                f"    params[name].{assign}",
            ]
            if len(names) == 1:
                lines = [f"net._collect_params_with_prefix()[{names[0]}].{assign}"]
        return self._checked(Step(value, tuple(lines), frozenset(indices), single=tuple(indices)))

    def rule(self, rule: Rule) -> list[Step] | None:
        """A rule as the plan says it; nothing for one that sets another attribute."""
        value = self.setting.value_of(rule)
        reached = select(rule, self.tree, self.roles) if value is not None else []
        if value is None or not reached:
            return []
        steps: list[Step | None]
        match rule.by:
            case "all":
                steps = [self.all_of(value, "net", reached)]
            case "block" | "parameter" | "role":
                paths = self.roles.paths(rule.select) if rule.by == "role" else (rule.select,)  # type: ignore[arg-type]
                steps = [self._at(value, path) for path in paths]
            case "names":
                if not self._means(rule.select, reached):
                    return None
                steps = [self.matching(value, "net", rule.select, reached)]
            case _:
                steps = [self._by_structure(rule, value, reached)]
        written = [step for step in steps if step is not None]
        return written if len(written) == len(steps) else None

    def _at(self, value: Value, path: str) -> Step | None:
        node = self.tree.index_of.get(path)
        if node is None:
            return None
        here = self.tree.nodes[node]
        if not here.is_block:
            return self.parameters(value, [here.parameter])
        code = block_code(self.tree, node)
        if code is not None:
            return self.all_of(value, code, self.tree.under(node))
        return self.in_symbol(value, symbol_of(self.tree, node), self.tree.under(node))

    def in_symbol(self, value: Value, node: int, indices: Iterable[int]) -> Step | None:
        """Some parameters of a SymbolBlock, by a pattern."""
        code = block_code(self.tree, node)
        inside = self.tree.under(node)
        wanted = {index for index in indices if self.setting.matters[index]}
        if code is not None and len(wanted) == sum(self.setting.matters[index] for index in inside):
            return self.all_of(value, code, inside)
        either = [
            place
            for place, index in enumerate(inside)
            if not self.setting.matters[index] and (value != "write" or index not in self.trapped)
        ]
        names = [self.names[index] for index in inside]
        places = [place for place, index in enumerate(inside) if index in wanted]
        pattern = exact_pattern(names, places, either)
        if code is None or pattern is None:
            return self.parameters(value, sorted(wanted))
        reached = [inside[place] for place in match_names(pattern, names)]
        return self.matching(value, code, pattern, reached)

    def _by_structure(self, rule: Rule, value: Value, reached: Sequence[int]) -> Step | None:
        search = rule.by == "structure"
        test = f"re.search({quoted(rule.select)}, name)"
        if not search:
            test = f"fnmatch.fnmatchcase(name, {quoted(rule.select)})"
        lines = (
            "for name, param in net._collect_params_with_prefix().items():",
            f"    if {test}:",
            f"        param.{self.setting.attribute} = {value!r}",
        )
        module = "import re" if search else "import fnmatch"
        return self._checked(Step(value, lines, frozenset(reached), frozenset({module})))

    def _means(self, pattern: str, wanted: Sequence[int]) -> bool:
        """Whether a pattern selects the same in every process."""
        try:
            return all(
                match_names(pattern, names) == list(wanted)
                for names in (self.names, *with_other_counters(self.names))
            )
        except PatternError:
            return False

    def _parameter_code(self, index: int) -> str | None:
        parameter = self.tree.parameters[index]
        for name in parameter.structure_names:
            path, _, key = name.rpartition(".")
            node = self.tree.index_of.get(path)
            # One that a block only keeps in `params` has its prefixed name there, no attribute.
            if node is None or not key.isidentifier() or key == parameter.name:
                continue
            info = self.tree.nodes[node].block
            code = block_code(self.tree, node)
            if code is not None and info >= 0 and not is_symbolic(self.tree.model, info):
                return f"{code}.{key}"
        return None

    def _checked(self, step: Step) -> Step | None:
        return None if step.value == "write" and step.reached & self.trapped else step


def _guard(statistics: Iterable[str]) -> str:
    """A lookahead that leaves out running statistics, by their prefixed names."""
    words = sorted({word for name in statistics for word in ("moving", "running") if word in name})
    return f"(?!.*{words[0]}_)" if len(words) == 1 else "(?!.*(moving|running)_)"
