"""Files of weights that are not Gluon's own. They are told apart by their bytes, and nothing in
them is run."""

from __future__ import annotations

from tui.engine.refusal import Refusal
from tui.engine.weights.formats.darknet import DarknetFile, read_darknet
from tui.engine.weights.formats.safetensors import read_safetensors
from tui.engine.weights.formats.tensors import Tensors
from tui.engine.weights.formats.torch_file import read_torch
from tui.model.weight_kinds import START, Kind, kind_of


def kind_of_file(file: str) -> Kind:
    """What kind of file of weights it is.

    Raises:
        Refusal: it cannot be read, or is none.
    """
    try:
        with open(file, "rb") as stream:
            start = stream.read(START)
    except OSError as error:
        raise Refusal(f"{file}: {(error.strerror or str(error)).lower()}") from None
    kind = kind_of(file, start)
    if not kind:
        raise Refusal(
            f"{file}: not a file of weights that is known here (.params of MXNet, .safetensors, "
            ".pth of PyTorch, .weights of darknet)"
        )
    return kind


def read_foreign(file: str) -> Tensors | DarknetFile:
    """Read a file of PyTorch's, safetensors or darknet.

    Raises:
        Refusal: it cannot be read, is none of these, or is damaged.
    """
    match kind_of_file(file):
        case "torch":
            return read_torch(file)
        case "safetensors":
            return read_safetensors(file)
        case "darknet":
            return read_darknet(file)
        case _:
            raise Refusal(f"{file}: a .params file of MXNet, no other framework's")
