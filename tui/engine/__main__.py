"""`python -m tui.engine inspect|train|…`: the processes in which MXNet runs."""

from __future__ import annotations

import faulthandler
import logging
import sys
from pathlib import Path

from tui.engine.cores import use_cores
from tui.runs.launched import launched_as

USAGE = (
    "usage: python -m tui.engine inspect | train RUN_DIR | libraries | "
    "follow SHARING small|large | node"
)


def main(arguments: list[str]) -> int:
    """Run the process that the first argument names."""
    # A crash in native code leaves where it was in the log.
    faulthandler.enable()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    match arguments:
        case ["inspect", *rest]:
            from tui.engine import inspect

            return inspect.main(rest)
        case ["train", *rest]:
            if not launched_as():  # a launcher says itself how it divides a machine
                from tui.engine.distribution.placing import use_share

                use_share(Path(*rest[:1]))
            from tui.engine import train

            return train.main(rest)
        case ["follow", sharing, ("small" | "large") as steps, *rest] if sharing.isdecimal():
            use_cores(max(1, int(sharing)), small_steps=steps == "small")
            from tui.engine.distribution import follower

            return follower.main(rest)
        case ["node", *rest]:
            from tui.engine.distribution import node

            return node.main(rest)
        case ["libraries", *rest]:
            from tui.engine import libraries

            return libraries.main(rest)
        case _:
            print(USAGE, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
