"""Made-up models: from structure names alone, and at random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hypothesis import strategies as st

from tui.model.description import BlockForm, BlockInfo, ModelInfo, ParameterInfo, ParameterKind
from tui.model.tree import ModelTree

STATISTICS = ("running_mean", "running_var", "moving_mean", "moving_var")


def parameter(
    name: str,
    *more_places: str,
    prefixed: str | None = None,
    kind: ParameterKind | None = None,
    grad_req: str = "write",
    shape: tuple[int, ...] | None = (2, 3),
    dtype: str = "float32",
) -> ParameterInfo:
    """One parameter; a statistic where its name says so."""
    kind = kind or ("statistic" if name.endswith(STATISTICS) else "weight")
    return ParameterInfo(
        (name, *more_places),
        prefixed or f"net0_{name.replace('.', '_')}",
        shape,
        dtype,
        kind,
        grad_req if kind == "weight" else "null",
    )


def model(
    *parameters: ParameterInfo | str,
    classes: Mapping[str, str] | None = None,
    groups: Iterable[str] = (),
    empty: Iterable[str] = (),
    root: str = "Net",
    bases: tuple[str, ...] = ("HybridBlock", "Block"),
) -> ModelInfo:
    """A model with a block for every path that occurs in its parameters' names.

    `classes` are class names by path, `groups` the paths that are groups of names in a symbol,
    `empty` the paths of blocks without parameters. What else holds a statistic is a norm layer.
    Blocks stand in the order in which they first occur.
    """
    all_parameters = [parameter(p) if isinstance(p, str) else p for p in parameters]
    grouped = set(groups)
    places: dict[str, list[tuple[str, int]]] = {"": []}

    def add_block(path: str) -> None:
        parts = path.split(".") if path else []
        for end in range(1, len(parts) + 1):
            places.setdefault(".".join(parts[:end]), [])

    for index, one in enumerate(all_parameters):
        for name in one.structure_names:
            inside = [group for group in grouped if name.startswith(group + "_")]
            path = max(inside, key=len) if inside else name.rpartition(".")[0]
            for outer in (*sorted(inside, key=len), path):
                add_block(outer)
            places[path].append((name, index))
    for path in empty:
        add_block(path)

    def above(path: str) -> str:
        if path in grouped:
            outer = [p for p in places if p != path and path.startswith((p + "_", p + "."))]
            return max(outer, key=len, default="")
        return path.rpartition(".")[0]

    def form(path: str) -> BlockForm:
        if path in grouped or any(above(group) == path for group in grouped):
            return "symbol"
        held = (all_parameters[index].kind for _, index in places[path])
        return "norm" if "statistic" in held else "plain"

    children: dict[str, list[str]] = {}
    for path in places:
        if path:
            children.setdefault(above(path), []).append(path)
    blocks: list[BlockInfo] = []
    stack: list[tuple[str, int]] = [("", -1)]
    while stack:
        path, parent = stack.pop()
        here = len(blocks)
        blocks.append(
            BlockInfo(
                path,
                (classes or {}).get(path, "Block" if path else root),
                "group" if path in grouped else "block",
                parent,
                tuple(index for _, index in places[path]),
                tuple(name for name, _ in places[path]),
                form=form(path),
            )
        )
        stack.extend((child, here) for child in reversed(children.get(path, [])))
    return ModelInfo("made-up", root, bases, tuple(blocks), tuple(all_parameters))


def tree(*parameters: ParameterInfo | str, **how: object) -> ModelTree:
    """The tree of `model`."""
    return ModelTree(model(*parameters, **how))  # type: ignore[arg-type]


_PATHS = st.lists(st.sampled_from("abc"), min_size=0, max_size=3).map(".".join)


@st.composite
def random_models(draw: st.DrawFn, most: int = 8, shared: bool = True) -> ModelInfo:
    """A small model: nested blocks, weights, constants, norm layers with and without weights,
    parameters that were built frozen, and parameters that stand in two places."""
    found: dict[str, ParameterInfo] = {}

    def name_for(path: str, last: str) -> str:
        return f"{path}.{last}" if path else last

    for number in range(draw(st.integers(0, most))):
        path = draw(_PATHS)
        grad_req = draw(st.sampled_from(("write", "write", "write", "null")))
        match draw(
            st.sampled_from(("weight", "weight", "weight", "constant", "norm", "bare norm"))
        ):
            case "constant":
                name = name_for(path, f"anchor{number}")
                found[name] = parameter(name, kind="constant")
            case "norm" | "bare norm" as kind:
                layer = name_for(path, f"bn{number}")
                for last in ("gamma", "beta"):
                    name = f"{layer}.{last}"
                    bare = kind == "bare norm"
                    found[name] = parameter(
                        name, kind="constant" if bare else "weight", grad_req=grad_req
                    )
                for last in ("running_mean", "running_var"):
                    name = f"{layer}.{last}"
                    found[name] = parameter(name)
            case _:
                name = name_for(path, f"weight{number}")
                places = [name]
                if shared and draw(st.booleans()):
                    places.append(name_for(draw(_PATHS), f"also{number}"))
                found[name] = parameter(*places, grad_req=grad_req)
    return model(*found.values())
