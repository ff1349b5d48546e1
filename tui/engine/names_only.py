"""A block of which only names are known: what a bare `.params` file is opened as."""

from __future__ import annotations

from mxnet.gluon import Block


class NamesOnly(Block):
    """A block of which only the names of its parameters are known."""

    def forward(self, *_: object) -> None:
        """There is nothing to run."""
        raise NotImplementedError("only the names of this model are known")
