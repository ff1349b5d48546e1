"""Models by name: GluonCV's zoo, and Gluon's own `model_zoo.vision`."""

from __future__ import annotations

import difflib
import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gluoncv.model_zoo import model_zoo as gluoncv_zoo
from mxnet.gluon import Block, Parameter
from mxnet.gluon.model_zoo import vision

from tui.engine.devices import parse_ctx
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.sources.built import Built, Say
from tui.engine.sources.no_download import nothing_downloaded
from tui.engine.sources.shapes import infer_shapes, initialize
from tui.engine.weights.formats import kind_of_file
from tui.engine.weights.load import load_weights
from tui.engine.weights.on_disk import told, trunk_weights, zoo_weights
from tui.model.source import ModelSource
from tui.model.weight_files import TRUNK, WeightFile, read_origin
from tui.model.zoo import find_entry, is_detector

_SIZES: tuple[tuple[str, int], ...] = (
    (r"ssd_(\d+)_", 0),
    (r"center_net", 512),
    (r"yolo3", 416),
    (r"cifar", 32),
    (r"inception|xception", 299),
    (r"fcn|psp|deeplab|icnet", 480),
    (r"rcnn", 600),
)
"""The side of a model's usual input in pixels, by a pattern in its name; 0: it is in the name.
All others take 224."""


_WRONG_WORDS = re.compile(r"unexpected keyword|multiple values|only accept kwargs")

CIFAR_MEAN, CIFAR_STD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)
"""GluonCV scripts/classification/cifar/train_cifar10.py."""


VISION = "vision."
"""What stands before the names of `mxnet.gluon.model_zoo.vision`."""


def accepts(model: str) -> bool:
    """Every name: a source that knows the argument by its looks comes before this one."""
    return True


def build(source: ModelSource, say: Say) -> Built:
    """Build a zoo model: its weights first, then its classes.

    Raises:
        Refusal: unknown name, unusable weights, classes that cannot be changed.
    """
    name = source.model.lower()
    ctx = parse_ctx(source.ctx)
    make = _maker(name)
    say(f"building {name}")
    takes_classes = _needs_classes(make)
    if takes_classes and not source.classes:
        raise Refusal(f"{name} is made for classes of your own; name them: --classes a,b,c")

    trunk = source.pretrained and (
        source.weights == TRUNK or (takes_classes and source.weights is None)
    )
    if trunk and not ((entry := find_entry(name)) and entry.trunk):
        raise Refusal(f"--weights trunk: {name} is built on no trunk that has weights of its own")
    detector = takes_classes or is_detector(name)
    replaces_output = bool(source.classes) and not detector
    class_word = "classes" if takes_classes else _class_word(make) if replaces_output else ""
    net, trunk_files = _make(
        make,
        name,
        classes=source.classes if takes_classes else len(source.classes) or None,
        trunk=trunk,
        class_word=class_word,
        say=say,
    )
    built = Built(net=net, ctx=ctx, input_size=source.input_size or usual_size(name))
    converted = [file for file in trunk_files if file.origin]
    built.notes.extend(f"trunk: {told(file)}" for file in converted)
    built.foreign = str(converted[0].path) if converted else ""
    if "cifar" in name:
        built.mean, built.std = CIFAR_MEAN, CIFAR_STD
    if replaces_output and not _has_outputs(net, len(source.classes)):
        # Some take the word, and go on with classes of their own.
        raise Refusal(_fixed_classes(name))
    initialize(net, ctx)
    known = infer_shapes(net, built.input_size) if built.input_size else False
    if not known:
        built.notes.append("some shapes are not known before a first picture goes through")

    file = None if trunk else source.weights
    if file is None and source.pretrained and not trunk:
        found = zoo_weights(name, say)
        file, built.converted = str(found.path), found.origin is not None
    if file is not None:
        say(f"loading weights from {file}")
        fresh = _load(built, file, name, replaces_output, takes_classes)
        built.weights = file
        if origin := read_origin(Path(file)):
            built.notes.append(told(WeightFile(Path(file), origin)))
        if fresh:
            built.notes.append(f"new, not from the file: {', '.join(fresh)}")
            # Of other shapes: a network that is made for these classes has no place for them.
            built.foreign = file if takes_classes else ""
    elif not source.pretrained:
        built.notes.append("random weights (--no-weights)")

    _set_classes(built, source, name)
    return built


def _load(
    built: Built, file: str, name: str, replaces_output: bool, takes_classes: bool
) -> tuple[str, ...]:
    """Load a file of the model's own weights, or of what they can be made of: another
    framework's, or its trunk's. Returns the layers that stay new."""
    from tui.engine.weights.load_converted import load_converted  # which builds trunks, from here

    net, heads = built.net, _output_layers(built.net)
    refused = None
    if kind_of_file(file) == "params":
        try:
            return load_weights(
                net,
                file,
                built.ctx,
                replaced=heads if replaces_output else (),
                by_classes=heads if takes_classes else (),
            )
        except Refusal as refusal:
            refused = refusal
    try:
        found = load_converted(net, file, name, built.ctx)
    except Refusal as refusal:
        raise refused or refusal from None
    loaded = {id(net._collect_params_with_prefix()[key]) for key in found.arrays}
    count = len({id(parameter) for parameter in net.collect_params().values()})
    built.notes.append(f"{len(loaded)} of {count} parameters are from the file")
    built.notes.extend(found.notes)
    return ()


def usual_size(name: str) -> tuple[int, int]:
    """Height and width in pixels of a zoo model's usual input, by its name."""
    for pattern, side in _SIZES:
        if found := re.search(pattern, name):
            side = side or int(found[1])
            return side, side
    return 224, 224


def names() -> list[str]:
    """Every name: GluonCV's, then Gluon's own with `vision.` before them, since GluonCV has a
    model of its own under each of these too."""
    return sorted(gluoncv_zoo._models) + sorted(VISION + name for name in _vision_models())


def needs_classes(name: str) -> bool:
    """Whether a zoo model is made for classes of one's own, and has none by itself.

    Raises:
        Refusal: there is no such name.
    """
    return _needs_classes(_maker(name))


def trunk_of(name: str) -> str:
    """The name under which the zoo keeps the weights of the trunk that a model is built on;
    empty where it is built on none. Builds the model, without a download.

    Raises:
        Refusal: there is no such name.
    """
    make = _maker(name)
    given: dict[str, Any] = {"pretrained": False, "pretrained_base": True}
    if _needs_classes(make):
        given["classes"] = ("a", "b")
    with warnings.catch_warnings(), _reset_ctx_waits(), nothing_downloaded() as asked:
        warnings.simplefilter("ignore")
        # Some know no `pretrained_base`, and ask for nothing; others copy values out of a trunk
        # that has none here, once they have asked for it.
        with suppress(Exception):
            make(**given)
    return asked[0] if asked else ""


def _vision_models() -> dict[str, Callable[..., Block]]:
    # `vision.get_model` keeps its table to itself; a name that is not in it lists all that are.
    try:
        vision.get_model("")
    except ValueError as error:
        listed = re.findall(r"^\s*([\w.]+)\s*$", str(error), re.MULTILINE)
    return {name: lambda name=name, **kwargs: vision.get_model(name, **kwargs) for name in listed}


def _maker(name: str) -> Callable[..., Block]:
    if name in gluoncv_zoo._models:
        return gluoncv_zoo._models[name]  # type: ignore[no-any-return]
    if name.startswith(VISION):
        models = _vision_models()
        if name.removeprefix(VISION) in models:
            return models[name.removeprefix(VISION)]
    if not name.strip():
        raise Refusal("MODEL is empty; name a zoo model, resnet50_v1 for one")
    raise Refusal(f"no zoo model is named {name!r}; the nearest are {', '.join(_nearest(name))}")


def _nearest(name: str) -> list[str]:
    known = names()
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    # A bare `ssd` or `yolo3` resembles no whole name, and is the beginning of some.
    within = [other for other in known if name in other]
    return near or within[:3] or difflib.get_close_matches(name, known, n=3, cutoff=0.0)


def _needs_classes(make: Callable[..., Block]) -> bool:
    parameter = inspect.signature(make).parameters.get("classes")
    return parameter is not None and parameter.default is inspect.Parameter.empty


def _class_word(make: Callable[..., Block]) -> str:
    """What a function calls the number of its classes."""
    return "nclass" if "nclass" in inspect.signature(make).parameters else "classes"


def _make(
    make: Callable[..., Block],
    name: str,
    *,
    classes: object,
    trunk: bool,
    class_word: str,
    say: Say,
) -> tuple[Block, list[WeightFile]]:
    """The network, and the files from which its trunk was loaded."""
    wanted: dict[str, Any] = {"pretrained": False, "pretrained_base": trunk}
    if class_word:
        wanted[class_word] = classes
    if "use_kinetics_pretrain" in inspect.signature(make).parameters:
        # These copy another network's values into themselves, after a download.
        wanted["use_kinetics_pretrain"] = trunk
    if trunk:
        say("loading the trunk's weights")
    # Many classifiers know no `pretrained_base`, some nothing at all: try with fewer words.
    tries = [(), ("pretrained_base",), ("pretrained_base", "pretrained")]
    for without in tries:
        given = {key: value for key, value in wanted.items() if key not in without}
        try:
            with warnings.catch_warnings(), _reset_ctx_waits():
                warnings.simplefilter("ignore")
                if trunk:
                    with trunk_weights(name, say) as files:
                        return make(**given), files
                with nothing_downloaded():
                    return make(**given), []
        except Refusal:
            raise
        except Exception as error:
            if without is not tries[-1] and _WRONG_WORDS.search(str(error)):
                continue
            if class_word and not trunk and _WRONG_WORDS.search(str(error)):
                raise Refusal(_fixed_classes(name)) from error
            if trunk and isinstance(error, (OSError, RuntimeError)):
                raise Refusal(
                    f"the trunk's weights for {name} cannot be had: {in_one_line(error)}; "
                    "give a file with --weights FILE, or start from random ones with --no-weights"
                ) from error
            if isinstance(error, OSError):
                raise Refusal(
                    f"{name} cannot be built without network: the zoo downloads weights for it "
                    f"even when none are asked for ({in_one_line(error)})"
                ) from error
            raise Refusal(f"{name} cannot be built: {in_one_line(error)}") from error
    raise AssertionError("the last try returns or raises")


@contextmanager
def _reset_ctx_waits() -> Iterator[None]:
    """Some of the zoo's functions move a network to its context before it has any values, which
    MXNet refuses. Here it waits: `initialize` gives the context."""
    reset_ctx = Parameter.reset_ctx

    def if_there_is_something(self: Parameter, ctx: object) -> None:
        if self._data is not None or self._deferred_init:
            reset_ctx(self, ctx)

    Parameter.reset_ctx = if_there_is_something
    try:
        yield
    finally:
        Parameter.reset_ctx = reset_ctx


def _output_layers(net: Block) -> tuple[str, ...]:
    from tui.engine.describe import describe
    from tui.model.families import find_roles
    from tui.model.tree import ModelTree

    return find_roles(ModelTree(describe(net, ""))).head


def _has_outputs(net: Block, count: int) -> bool:
    """Whether a layer of its head gives as many numbers as there are classes."""
    head = tuple(f"{path}." for path in _output_layers(net))
    return any(
        name.startswith(head) and parameter.shape and parameter.shape[0] == count
        for name, parameter in net._collect_params_with_prefix().items()
    )


def _fixed_classes(name: str) -> str:
    return f"{name}: its classes cannot be changed; open it without --classes"


def _set_classes(built: Built, source: ModelSource, name: str) -> None:
    own = getattr(built.net, "classes", None)
    known = tuple(str(item) for item in own) if isinstance(own, (list, tuple)) else ()
    built.classes = source.classes or known
    if not source.classes or source.classes == known:
        return
    if hasattr(built.net, "reset_class"):
        try:
            built.net.reset_class(classes=list(source.classes))
        except NotImplementedError:  # the quantized ones
            raise Refusal(_fixed_classes(name)) from None
        initialize(built.net, built.ctx)
        built.notes.append(f"new for {len(source.classes)} classes: the class predictors")
    elif is_detector(name):
        raise Refusal(f"{name}: its classes cannot be changed; open a _custom model with --classes")
