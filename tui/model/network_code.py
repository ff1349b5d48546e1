"""Python that builds a source's network, with its weights and its classes."""

from __future__ import annotations

import re
import shlex

from tui.model.block_code import block_code
from tui.model.devices import first_device
from tui.model.factory_argument import argument_code
from tui.model.families import find_roles
from tui.model.source import ModelSource
from tui.model.tree import ModelTree
from tui.model.weight_files import TRUNK
from tui.model.zoo import is_detector

_LOADS_TRUNK = (
    r"ssd_|yolo3_.*_(voc|coco|custom)|.*rcnn|center_net|fcn_|psp_|deeplab_|icnet_|danet_"
    r"|monodepth2_|alpha_pose_|.*_(kinetics400|sthsthv2|ucf101|hmdb51|custom)$"
)
"""Zoo names of networks that fetch weights for their trunk unless they are told not to."""

_VISION = "vision."
"""What stands before the names of Gluon's own zoo."""

_TARGETS = "_target_generator"
"""What an R-CNN has, and a file of its weights may hold, only once it has trained."""

_OWN_CLASSES = {"voc": (20, "aeroplane", "tvmonitor"), "coco": (80, "person", "toothbrush")}
"""How many classes a data set has, its first and its last."""


class NoPython(ValueError):
    """No Python builds the network of this source; the message says why."""


def making(tree: ModelTree, source: ModelSource) -> tuple[frozenset[str], list[str]]:
    """The imports and the lines that build a source's network, with its weights and classes.

    Raises:
        NoPython: it is a bare file of parameters, or has its weights from a file that no line of
            Python loads.
    """
    if source.model.endswith(".params"):
        raise NoPython(
            f"{source.model}: a bare file of parameters; no Python builds its network. "
            "Open the model that it was made for, with --weights"
        )
    if tree.model.foreign_weights:
        raise NoPython(_foreign(tree.model.foreign_weights, source))
    if source.model == "demo":
        return _demo(source, source.classes or tree.model.classes)
    if source.model.endswith(".json"):
        return _from_symbol(source)
    if ":" in source.model:
        return _from_python(tree, source)
    return _from_zoo(tree, source)


def _foreign(file: str, source: ModelSource) -> str:
    said = f"{file}: not under the names of {source.model}, so no line of Python loads it."
    if source.model == "demo" or source.model.endswith(".json") or ":" in source.model:
        return f"{said} Save it again with the network's own `save_parameters`, and open that"
    own = f" --classes {','.join(source.classes)}" if "_custom" in source.model.lower() else ""
    convert = f"thaw weights convert {shlex.quote(file)} --to {source.model}{own}"
    return f"{said} Make one that is with `{convert}`, and open that"


def _demo(source: ModelSource, classes: tuple[str, ...]) -> tuple[frozenset[str], list[str]]:
    imports = {"from tui.engine.demo.network import demo_ssd"}
    ctx = _ctx(source, imports)
    pretrained = source.pretrained and source.weights is None
    given = ", ".join(filter(None, [repr(list(classes)), f"pretrained={pretrained}", ctx]))
    lines = [f"net = demo_ssd({given})", f"net.initialize({ctx})"]
    if source.weights is not None:
        lines += _loaded("net", source.weights, ctx)
    return frozenset(imports), lines


def _from_symbol(source: ModelSource) -> tuple[frozenset[str], list[str]]:
    inputs = [name.strip() for name in source.input_name.split(",")]
    given = [repr(source.model), repr(inputs)]
    imports = {"from mxnet.gluon import SymbolBlock"}
    ctx = _ctx(source, imports)
    if source.weights is not None:
        given += [repr(source.weights), *filter(None, [ctx])]
    lines = [f"net = SymbolBlock.imports({', '.join(given)})"]
    if source.weights is None:
        lines.append(f"net.initialize({ctx})")
    return frozenset(imports), lines


def _ctx(source: ModelSource, imports: set[str]) -> str:
    ctx = first_device(source.ctx)
    if ctx == "cpu":
        return ""
    imports.add("import mxnet as mx")
    return f"ctx=mx.{ctx}" if "(" in ctx else f"ctx=mx.{ctx}()"


def _from_python(tree: ModelTree, source: ModelSource) -> tuple[frozenset[str], list[str]]:
    where, _, name = source.model.rpartition(":")
    given = ", ".join(f"{key}={argument_code(text)}" for key, text in source.arguments.items())
    if where.endswith(".py"):
        imports = {"import runpy"}
        first, *inner = name.split(".")
        thing = ".".join([f"runpy.run_path({where!r})[{first!r}]", *inner])
    else:
        imports = {f"from {where} import {name.split('.')[0]}"}
        thing = name
    ctx = _ctx(source, imports)
    lines = [f"net = {thing}" if tree.model.stands else f"net = {thing}({given})"]
    if source.weights is not None:
        lines += _loaded("net", source.weights, ctx)
    else:
        lines.append(f"net.initialize({ctx})")
    return frozenset(imports), lines


def _loaded(
    net: str, weights: str, ctx: str, *, part: bool = False, more: bool = False
) -> list[str]:
    """The lines that load a file, of whatever dtype, into a network. A file may hold a `part` of
    it, so that the rest stays new, or `more` than it."""
    options = [
        "allow_missing=True" if part else "",
        "ignore_extra=True" if more else "",
        "cast_dtype=True",
    ]
    told = ", ".join(filter(None, [repr(weights), ctx, *options]))
    return [*([f"{net}.initialize({ctx})"] if part else []), f"{net}.load_parameters({told})"]


def _from_zoo(tree: ModelTree, source: ModelSource) -> tuple[frozenset[str], list[str]]:
    name = source.model.lower()
    imports = {"from gluoncv.model_zoo import get_model"}
    if name.startswith(_VISION):
        name = name.removeprefix(_VISION)
        imports = {"from mxnet.gluon.model_zoo.vision import get_model"}
    ctx = _ctx(source, imports)
    own = "_custom" in name
    trunk = source.weights == TRUNK
    weights = None if trunk else source.weights
    fetched = source.pretrained and source.weights is None
    new_classes = bool(source.classes) and not own and not _has_classes(name, source.classes)
    detector = is_detector(name)

    options: list[str] = []
    if own:
        classes = list(source.classes) if detector else len(source.classes)
        options.append(f"classes={classes!r}")
    elif fetched:
        options.append("pretrained=True")
    if trunk:
        options.append("pretrained_base=True")
    elif not fetched and re.match(_LOADS_TRUNK, name):
        options.append("pretrained_base=False")

    head = _output_layer(tree) if new_classes and not detector else None
    if new_classes and not detector and (head is None or not (fetched or weights)):
        # The whole output is made for the classes, and all else copied from the trained one.
        return frozenset(imports), _made_anew(tree, source, name, options, ctx)

    lines = [f"net = get_model({', '.join([repr(name), *options, *([ctx] if ctx else [])])})"]
    if weights is not None:
        part, more = _is_of_a_part(tree), _TARGETS in tree.index_of
        lines += _loaded("net", weights, ctx, part=part, more=more)
    elif not fetched or own:
        lines.append(f"net.initialize({ctx})")
    if head is not None:
        imports.add("from mxnet.gluon import nn")
        layer, units = head
        given = [str(len(source.classes)), *([f"in_units={units}"] if units else [])]
        lines.append(f"{layer} = nn.Dense({', '.join(given)}, prefix={layer}.prefix)")
        lines.append(f"{layer}.initialize({ctx})")
    elif new_classes:
        lines.append(f"net.reset_class({list(source.classes)!r})")
    return frozenset(imports), lines


def _is_of_a_part(tree: ModelTree) -> bool:
    """Whether the file that was opened left something new, of its head all or of the rest any:
    part of a head may be new for other classes alone."""
    heads = tuple(f"{path}." for path in find_roles(tree).head)
    filled = [one for one in tree.parameters if one.kind != "constant"]
    head = [one.pretrained for one in filled if one.structure_name.startswith(heads)]
    rest = [one.pretrained for one in filled if not one.structure_name.startswith(heads)]
    return any(head + rest) and not ((any(head) or not head) and all(rest))


def _made_anew(
    tree: ModelTree, source: ModelSource, name: str, options: list[str], ctx: str
) -> list[str]:
    extra = [ctx] if ctx else []
    others = [option for option in options if option != "pretrained=True"]
    new = [repr(name), f"classes={len(source.classes)}", *others, *extra]
    lines = [f"net = get_model({', '.join(new)})", f"net.initialize({ctx})"]
    if source.weights is None and not source.pretrained:
        return lines
    old = [repr(name), *options, *extra]
    lines.append(f"trained = get_model({', '.join(old)})")
    if source.weights is not None:
        lines += _loaded("trained", source.weights, ctx, part=_is_of_a_part(tree))
    heads = tuple(f"{path}." for path in find_roles(tree).head)
    prefix = repr(heads[0]) if len(heads) == 1 else repr(heads)
    return [
        *lines,
        "trained = trained._collect_params_with_prefix()",
        "for name, param in net._collect_params_with_prefix().items():",
        f"    if not name.startswith({prefix}):",
        "        param.set_data(trained[name].data())",
    ]


def _output_layer(tree: ModelTree) -> tuple[str, int] | None:
    """The expression of the output layer and the length of its input (0: not known), where it
    is one Dense layer."""
    head = find_roles(tree).head
    node = tree.index_of[head[0]] if len(head) == 1 else -1
    code = block_code(tree, node) if node >= 0 else None
    if code is None or tree.block_info(node).class_name != "Dense":
        return None
    shape = tree.parameters[tree.under(node)[0]].shape
    return code, shape[1] if shape and len(shape) == 2 else 0


def _has_classes(name: str, classes: tuple[str, ...]) -> bool:
    for dataset, (count, first, last) in _OWN_CLASSES.items():
        if f"_{dataset}" in name:
            return (len(classes), classes[0], classes[-1]) == (count, first, last)
    return False
