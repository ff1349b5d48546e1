"""Makes the zoo's table: builds every model of both zoos once, without network.

    python -m tui.engine.sources.catalogue [NAME …]

Each is built in a process of its own, forked from this one, so that names count from zero and a
crash is one row. Takes about ten minutes for all. With names, only their rows are made anew.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable

import msgspec
from gluoncv.model_zoo import model_store as gluoncv_store
from gluoncv.model_zoo import model_zoo as gluoncv_zoo
from mxnet.gluon.model_zoo import model_store as gluon_store

from tui.engine.describe import describe
from tui.engine.refusal import Refusal
from tui.engine.sources import build, zoo
from tui.model.families import find_roles
from tui.model.source import ModelSource
from tui.model.tree import ModelTree
from tui.model.zoo import TABLE, ZooEntry

PATIENCE = 300
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


def entry_of(name: str) -> ZooEntry:
    """Build one model and say what there is to say of it."""
    entry = ZooEntry(
        name=name,
        zoo="gluoncv" if name in gluoncv_zoo._models else "gluon",
        family="",
        task=task_of(name),
        input_size=None if task_of(name) == "action recognition" else zoo.usual_size(name),
        weights=_weights(name),
        needs_classes=zoo.needs_classes(name),
    )
    try:
        source = ModelSource(
            name, pretrained=False, classes=("a", "b") if entry.needs_classes else ()
        )
        net = build(source, lambda _: None).net
        model = describe(net, name)
        if {parameter.name for parameter in model.parameters} != set(net.collect_params().keys()):
            raise Refusal("its tree and collect_params() differ")
        tree = ModelTree(model)
        return msgspec.structs.replace(
            entry,
            family=find_roles(tree).family,
            parameters=len(model.parameters),
            values=sum(parameter.count or 0 for parameter in model.parameters),
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


def _in_a_fork(name: str, make: Callable[[str], ZooEntry]) -> ZooEntry | None:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        import signal

        os.close(reading)
        signal.alarm(PATIENCE)
        os.write(writing, msgspec.json.encode(make(name)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        data = answer.read()
    os.waitpid(child, 0)
    return msgspec.json.decode(data, type=ZooEntry) if data else None


def main(names: list[str]) -> int:
    """Make the table, or some of its rows."""
    # No download may answer: the table says what can be built without network.
    os.environ["MXNET_GLUON_REPO"] = "http://127.0.0.1:9/"
    rows = {}
    if names and TABLE.exists():
        rows = {
            row.name: row for row in msgspec.json.decode(TABLE.read_bytes(), type=list[ZooEntry])
        }
    for name in names or zoo.names():
        row = _in_a_fork(name, entry_of)
        if row is None:
            print(f"{name}: its process died", file=sys.stderr)
            continue
        rows[name] = row
        print(f"{name}: {row.reason or f'{row.parameters} parameters, {row.family}'}", flush=True)
    order = [name for name in zoo.names() if name in rows]
    lines = ",\n".join(msgspec.json.encode(rows[name]).decode() for name in order)
    TABLE.write_text(f"[\n{lines}\n]\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
