"""Makes the zoo's table, and checks it: builds every model of both zoos once, without network.

    python -m tui.engine.sources.catalogue [--check] [NAME …]

Each is built in a process of its own, forked from this one, so that names count from zero, and
that a crash or a hang is one row. Every tree is held against its network's `collect_params()`.
All 366 take a few minutes. With names, only their rows are made anew; with `--check` nothing is
written, and rows that are not as the table says count as failed. Exit code 1 where any failed.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import traceback
from collections.abc import Callable

import msgspec
from gluoncv.model_zoo import model_store as gluoncv_store
from gluoncv.model_zoo import model_zoo as gluoncv_zoo
from mxnet.gluon.model_zoo import model_store as gluon_store

from tui.engine.agreement import disagreements
from tui.engine.describe import describe
from tui.engine.refusal import Refusal
from tui.engine.sources import build, zoo
from tui.model.families import find_roles
from tui.model.source import ModelSource
from tui.model.tree import ModelTree
from tui.model.zoo import TABLE, ZooEntry

PATIENCE = 120
"""Seconds that one model may take."""

_TASKS: tuple[tuple[str, str], ...] = (
    (r"ssd_|yolo3_|rcnn|center_net", "detection"),
    (r"mask_rcnn", "instance segmentation"),
    (r"fcn|psp|deeplab|icnet|fastscnn|danet", "segmentation"),
    (r"pose", "pose"),
    (r"kinetics|ucf101|hmdb51|sthsth|i3d|slowfast|r2plus1d|p3d|c3d|action", "action recognition"),
    (r"siamrpn", "tracking"),
    (r"monodepth", "depth"),
)


def task_of(name: str) -> str:
    """The task of a zoo model, by its name; the last pattern that fits decides."""
    found = [task for pattern, task in _TASKS if re.search(pattern, name)]
    return found[-1] if found else "classification"


def blank(name: str) -> ZooEntry:
    """What is known of a model before it is built."""
    return ZooEntry(
        name=name,
        zoo="gluoncv" if name in gluoncv_zoo._models else "gluon",
        family="",
        task=task_of(name),
        input_size=None if task_of(name) == "action recognition" else zoo.usual_size(name),
        weights=_weights(name),
        needs_classes=zoo.needs_classes(name),
    )


def built(entry: ZooEntry) -> ZooEntry:
    """Build one model, hold its tree against it, and say what there is to say of it."""
    name = entry.name
    try:
        source = ModelSource(
            name, pretrained=False, classes=("a", "b") if entry.needs_classes else ()
        )
        net = build(source, lambda _: None).net
        model = describe(net, name)
        if wrong := disagreements(net, model):
            raise Refusal(f"its tree and collect_params() differ: {'; '.join(wrong[:3])}")
        tree = ModelTree(model)
        return msgspec.structs.replace(
            entry,
            family=find_roles(tree).family,
            parameters=len(model.parameters),
            values=sum(parameter.count or 0 for parameter in model.parameters),
            trunk=zoo.trunk_of(name),
        )
    except Refusal as refusal:
        return msgspec.structs.replace(entry, reason=str(refusal))
    except Exception as error:
        traceback.print_exc()
        return msgspec.structs.replace(entry, reason=f"{type(error).__name__}: {error}"[:200])


def _weights(name: str) -> str:
    store = gluon_store if name.startswith(zoo.VISION) else gluoncv_store
    name = name.removeprefix(zoo.VISION)
    return f"{name}-{store.short_hash(name)}" if name in store._model_sha1 else ""


def in_a_fork(
    entry: ZooEntry, make: Callable[[ZooEntry], ZooEntry], patience: int = PATIENCE
) -> ZooEntry:
    """What `make` returns, in a process that may die or take more than `patience` seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os.dup2(2, 1)  # the zoo prints
        signal.alarm(patience)
        os.write(writing, msgspec.json.encode(make(entry)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        data = answer.read()
    _, status = os.waitpid(child, 0)
    if data:
        return msgspec.json.decode(data, type=ZooEntry)
    died = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "an error"
    why = f"took more than {patience} s" if died == "SIGALRM" else f"ended with {died}"
    return msgspec.structs.replace(entry, reason=f"its process {why}")


def main(arguments: list[str]) -> int:
    """Make the table, or some of its rows, or check them."""
    check = "--check" in arguments
    chosen = [argument for argument in arguments if argument != "--check"]
    unknown = set(chosen) - set(zoo.names())
    if unknown:
        print(f"no zoo model is named {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    # No download may answer: the table says what can be built without network.
    os.environ["MXNET_GLUON_REPO"] = "http://127.0.0.1:9/"
    there = {row.name: row for row in _read()}
    rows = {}
    for name in chosen or zoo.names():
        row = in_a_fork(blank(name), built)
        if check and not row.reason and row != there.get(name):
            row = msgspec.structs.replace(row, reason="not as the table says: make it anew")
        rows[name] = row
        print(f"{name}: {row.reason or f'{row.parameters} parameters, {row.family}'}", flush=True)
    failed = [row for row in rows.values() if row.reason]
    print(
        f"{len(rows) - len(failed)} of {len(rows)} opened, "
        f"with {sum(row.parameters or 0 for row in rows.values()):,} parameters, "
        "each as collect_params() has it"
    )
    for row in failed:
        print(f"failed: {row.name}: {row.reason}")
    if not check:
        rows = {**there, **rows} if chosen else rows
        lines = ",\n".join(
            msgspec.json.encode(rows[name]).decode() for name in zoo.names() if name in rows
        )
        TABLE.write_text(f"[\n{lines}\n]\n")
    return 1 if failed else 0


def _read() -> list[ZooEntry]:
    return msgspec.json.decode(TABLE.read_bytes(), type=list[ZooEntry]) if TABLE.exists() else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
