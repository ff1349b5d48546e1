"""A run that is watched over ssh, and the connection is cut. The server is a real sshd."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.terminals import Terminal, attached
from tests.faults.trainings import (
    assert_as_undisturbed,
    assert_unbroken,
    long_run,
    started,
    steps_of,
    stop,
    wait_for,
)
from tui.runs.events import Step
from tui.runs.trainer import is_alive

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        SSHD is None or shutil.which("ssh") is None,
        reason="there is no ssh server here to connect to (Debian: openssh-server)",
    ),
]


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[list[str]]:
    """The command that connects to a server of the test's own on 127.0.0.1, before the words to
    run there."""
    home = tmp_path / "ssh"
    home.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / name)], check=True
        )
    shutil.copy(home / "user.pub", home / "authorized_keys")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (home / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {home / 'host'}\nPidFile none\n"
        f"AuthorizedKeysFile {home / 'authorized_keys'}\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nPermitRootLogin prohibit-password\n"
    )
    assert SSHD is not None
    with (home / "log").open("wb") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", str(home / "config")], stderr=log)
    try:

        def listens() -> bool:
            assert server.poll() is None, (home / "log").read_text()
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0

        wait_for(listens)
        yield [
            "ssh", "-tt", "-p", str(port), "-i", str(home / "user"), "-F", "none",
            "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
            "-o", f"UserKnownHostsFile={home / 'known'}",
            f"{getpass.getuser()}@127.0.0.1",
        ]  # fmt: skip
    finally:
        server.terminate()
        server.wait()


def test_the_run_goes_on_and_is_one_unbroken_curve(tmp_path: Path, ssh: list[str]) -> None:
    folder = long_run(tmp_path)
    watch = f"cd {shlex.quote(os.getcwd())} && LANG=C.UTF-8 exec " + shlex.join(
        [sys.executable, "-m", "tui", "attach", str(folder.path)]
    )
    far = Terminal([*ssh, watch])
    try:
        far.until("waiting for the trainer")
        far.type("r")
        wait_for(lambda: steps_of(folder) > 0)
        far.until("training")
        far.process.send_signal(signal.SIGKILL)  # as a laptop that is shut
        far.process.wait()
    finally:
        far.close()
    first = started(folder)
    assert first is not None
    then = steps_of(folder)
    wait_for(lambda: steps_of(folder) > then + 20)
    assert is_alive(folder, first)
    near = attached(str(folder.path))
    try:
        near.until("training")
    finally:
        near.close()
    finished = stop(folder)
    steps = [event.step for event in assert_unbroken(folder) if isinstance(event, Step)]
    assert steps == list(range(1, finished.steps + 1))
    assert started(folder) == first
    assert_as_undisturbed(folder, tmp_path, finished.steps)
