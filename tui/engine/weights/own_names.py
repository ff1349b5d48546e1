"""Whether a file of weights is one that Gluon takes without more ado."""

from __future__ import annotations

from mxnet.gluon import Block

from tui.engine.weights.formats import kind_of_file
from tui.engine.weights.load import TARGETS, read_params


def has_own_names(file: str, net: Block) -> bool:
    """Whether a network's own `load_parameters` has a place for every array in a file, by its
    name, whatever the process has built before. What is not in the file is not asked for.

    Raises:
        Refusal: it cannot be read.
    """
    if kind_of_file(file) != "params":
        return False
    names = read_params(file)
    if any("." in name for name in names):
        places = net._collect_params_with_prefix()
        return all(name in places or name.startswith(TARGETS) for name in names)
    # It puts the network's prefix before each of these, as files had them before MXNet 1.3.
    held = set(net.collect_params().keys())
    return all(net.prefix + name in held for name in names)
