"""Time to the first frame of `thaw open`, `thaw`, `thaw attach` and the screens of `thaw runs` and
`thaw compare`, against an app of one label.

    uv run python -m tests.benchmarks.first_frame [ROUNDS]

Both are started in a pseudo-terminal of their own, in turn, and timed from the start of the
process to the moment at which the text that they show first is on the terminal.
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
from tui.cli import main
sys.argv = ["thaw", "open", "cifar_resnet20_v1", "--no-weights"]
main()
"""

BROWSER = """
import sys
from tui.cli import main
sys.argv = ["thaw"]
main()
"""

ATTACH = """
import sys
from tui.cli import main
sys.argv = ["thaw", "attach", {run!r}]
main()
"""

RUNS = """
import sys
from tui.cli import main
sys.argv = ["thaw", "runs", "--screen", "--home", {home!r}]
main()
"""

COMPARE = """
import sys
from tui.cli import main
sys.argv = ["thaw", "compare", "--screen", {run!r}, {other!r}]
main()
"""

APPS = {
    "one label": (LABEL_APP, b"first frame"),
    "thaw open": (THAW, b"Opening cifar_resnet20_v1"),
    "thaw": (BROWSER, b"alexnet"),
}
TARGET = 1.3


def time_to(code: str, text: bytes) -> float:
    """Seconds from start until `text` has been drawn."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
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
        folders = {"run": str(run.path), "other": str(other.path), "home": home}
        apps = {
            **APPS,
            "thaw attach": (ATTACH.format(**folders), b"grapes"),
            "thaw runs": (RUNS.format(**folders), b"Listing"),
            "thaw compare": (COMPARE.format(**folders), b"Comparing"),
        }
        return measure(apps, rounds)


def measure(apps: dict[str, tuple[str, bytes]], rounds: int) -> int:
    """Time them all in turn, print the medians, and return 1 where one is too slow."""
    times: dict[str, list[float]] = {name: [] for name in apps}
    for turn in range(rounds + 1):
        for name, (code, text) in apps.items():
            taken = time_to(code, text)
            # The first turn fills the disk cache and writes the .pyc files.
            if turn:
                times[name].append(taken)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, taken in times.items():
        spread = f"{min(taken):.3f} to {max(taken):.3f}"
        print(f"{name:12} median {medians[name]:.3f} s  ({spread}, {rounds} rounds)")
    ratios = {name: median / medians["one label"] for name, median in medians.items()}
    for name, ratio in list(ratios.items())[1:]:
        print(f"{name:12} ratio {ratio:.2f}  (to reach: at most {TARGET})")
    return int(max(ratios.values()) > TARGET)


if __name__ == "__main__":
    raise SystemExit(main())
