"""Time to the first frame of `thaw open`, `thaw`, `thaw attach` and the screens of `thaw runs` and
`thaw compare`, against an app of one label.

    uv run python -m tests.benchmarks.first_frame [ROUNDS]

Each is started in a pseudo-terminal of its own and timed from the start of the process to the
moment at which the text that it shows first is on the terminal. Machines change their speed while
this goes on: each is held against the label that was started right before it, and the figure is
the median of those ratios. The list of models has three models that were opened before.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

from tests.app.fake_trainer import make_folder, sample_events, write_log
from tui.model.recent import Recent, remember
from tui.model.source import ModelSource

LABEL_APP = """
from textual.app import App
from textual.widgets import Label
class OneLabel(App):
    def compose(self):
        yield Label("first frame")
OneLabel().run()
"""

THAW = """
import sys
from tui.start import main
sys.argv = ["thaw", "open", "cifar_resnet20_v1", "--no-weights"]
main()
"""

BROWSER = """
import sys
from tui.start import main
sys.argv = ["thaw"]
main()
"""

ATTACH = """
import sys
from tui.start import main
sys.argv = ["thaw", "attach", {run!r}]
main()
"""

RUNS = """
import sys
from tui.start import main
sys.argv = ["thaw", "runs", "--screen", "--home", {home!r}]
main()
"""

COMPARE = """
import sys
from tui.start import main
sys.argv = ["thaw", "compare", "--screen", {run!r}, {other!r}]
main()
"""

APPS = {
    "thaw open": (THAW, b"Opening cifar_resnet20_v1"),
    "thaw": (BROWSER, b"alexnet"),
}
TARGET = 1.3


def time_to(code: str, text: bytes, environment: dict[str, str]) -> float:
    """Seconds from start until `text` has been drawn."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", **environment)
        # Whoever has thaw installed has it compiled.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.execv(sys.executable, [sys.executable, "-c", code])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen = b""
    try:
        while text not in seen:
            if time.perf_counter() - began > 60:
                raise TimeoutError(f"no first frame in 60 s; the terminal got {seen[-2000:]!r}")
            if select.select([terminal], [], [], 1)[0]:
                seen += os.read(terminal, 1 << 16)
        return time.perf_counter() - began
    finally:
        os.kill(pid, signal.SIGTERM)
        # A full terminal would keep it from ending.
        while select.select([terminal], [], [], 0.2)[0]:
            try:
                if not os.read(terminal, 1 << 16):
                    break
            except OSError:
                break
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as home:
        run = make_folder(Path(home) / "grapes")
        write_log(run, list(sample_events(400)))
        other = make_folder(Path(home) / "pears")
        state = Path(home) / "state"
        for name in ("cifar_resnet20_v1", "ssd_512_mobilenet1.0_voc", "resnet50_v1b"):
            remember(state / "thaw" / "recent.toml", Recent(ModelSource(name, pretrained=False)))
        folders = {"run": str(run.path), "other": str(other.path), "home": home}
        apps = {
            **APPS,
            "thaw attach": (ATTACH.format(**folders), b"grapes"),
            "thaw runs": (RUNS.format(**folders), b"Listing"),
            "thaw compare": (COMPARE.format(**folders), b"Comparing"),
        }
        return measure(apps, rounds, {"XDG_STATE_HOME": str(state)})


def measure(apps: dict[str, tuple[str, bytes]], rounds: int, environment: dict[str, str]) -> int:
    """Time each against the label, print the medians, and return 1 where one is too slow."""
    label = (LABEL_APP, b"first frame")
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in apps}
    for turn in range(rounds + 1):
        for name, app in apps.items():
            pair = time_to(*label, environment), time_to(*app, environment)
            # The first turn fills the disk cache and writes the .pyc files.
            if turn:
                pairs[name].append(pair)
    ratios = {}
    for name, taken in pairs.items():
        ratios[name] = statistics.median(app / label for label, app in taken)
        mine = statistics.median(app for _, app in taken)
        peer = statistics.median(label for label, _ in taken)
        print(
            f"{name:12} {ratios[name]:.2f} of one label's "
            f"({mine:.3f} s, {peer:.3f} s; {rounds} rounds; to reach: at most {TARGET})"
        )
    return int(max(ratios.values()) > TARGET)


if __name__ == "__main__":
    raise SystemExit(main())
