"""Where the processes of a run are to run, and what is said where they cannot."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from tests.engine.distribution.test_processes import Start, carried_out, over, started, told
from tests.engine.distribution.test_several_devices import (
    HEAD_ONLY,
    assert_close,
    assert_same,
    of,
    on,
    without_chance,
)
from tests.engine.run_again import events
from tui.engine.distribution.placing import devices_of, is_here, places_of
from tui.engine.distribution.ports import LOOPBACK, address_towards, free_port
from tui.engine.refusal import Refusal
from tui.runs.events import Failed, Proof, Step
from tui.runs.spec import Distribution

__all__ = ["started"]

SSH = """#!/bin/sh
# Another host, as far as the run can tell: what ssh would do there is done here.
echo "$@" >> "{log}"
while [ "$1" != "--" ]; do shift; done
shift
{doing}
"""


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for ssh, and what it was called with."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{Path('/usr/bin')}:{Path('/bin')}")
    return stand_in(tmp_path, 'exec sh -c "$*"')


def stand_in(home: Path, doing: str) -> Path:
    log, script = home / "ssh.log", home / "ssh"
    script.write_text(SSH.format(log=log, doing=doing))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return log


def test_all_on_this_machine() -> None:
    assert places_of(Distribution(processes=3)) == ["", "", ""]


def test_the_first_is_here_wherever_it_stands() -> None:
    hosts = ("127.0.0.2 slots=2", "localhost slots=2")
    assert places_of(Distribution(processes=4, hosts=hosts)) == ["", "127.0.0.2", "127.0.0.2", ""]
    assert places_of(Distribution(processes=2, hosts=hosts)) == ["", "127.0.0.2"]


def test_none_of_them_is_here() -> None:
    with pytest.raises(Refusal, match=r"none of the hosts is this machine.*127\.0\.0\.2"):
        places_of(Distribution(processes=1, hosts=("127.0.0.2",)))


def test_too_few_slots() -> None:
    with pytest.raises(Refusal, match="the hosts have 1 slots, and 2 processes"):
        places_of(Distribution(processes=2, hosts=("localhost",)))


def test_what_is_here() -> None:
    assert is_here("localhost")
    assert is_here(socket.gethostname())
    assert is_here("somebody@127.0.0.1")
    assert not is_here("127.0.0.2")
    assert not is_here("nowhere.invalid")


def test_a_host_that_is_not_known() -> None:
    with pytest.raises(Refusal, match=r"the host nowhere\.invalid cannot be found"):
        address_towards("nowhere.invalid")
    assert address_towards("127.0.0.2") == LOOPBACK
    assert address_towards("me@127.0.0.2") == LOOPBACK


def test_a_port_in_use() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]
        with pytest.raises(Refusal, match=f"--port {taken}: address already in use; name another"):
            free_port(LOOPBACK, taken)
        assert free_port(LOOPBACK, 0) not in (0, taken)


def test_gpus_are_divided_over_the_processes_of_a_machine() -> None:
    assert devices_of("gpu(0),gpu(1)", ["", ""]) == ["gpu(0)", "gpu(1)"]
    assert devices_of("gpu(2),gpu(0)", ["", "b"]) == ["gpu(2),gpu(0)", "gpu(2),gpu(0)"]
    places = ["", "b", "b", ""]
    of_four = ["gpu(0),gpu(1)", "gpu(0),gpu(1)", "gpu(2),gpu(3)", "gpu(2),gpu(3)"]
    assert devices_of("gpu(0),gpu(1),gpu(2),gpu(3)", places) == of_four
    assert devices_of("cpu(0),cpu(1)", ["", ""]) == ["cpu(0),cpu(1)"] * 2
    with pytest.raises(Refusal, match=r"--ctx gpu\(0\): 1 GPU cannot be divided over 2 processes"):
        devices_of("gpu(0)", ["", ""])


@pytest.mark.slow
def test_a_run_on_two_hosts(tmp_path: Path, ssh: Path, started: Start) -> None:
    one = on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=4)
    two = on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=2)
    over(two, hosts=("localhost", "127.0.0.2"))
    expected = carried_out(one, started(one))
    found = carried_out(two, started(two))
    assert_same(found, expected)
    assert_close(two, one)
    assert of(Proof, found)[0].processes == 2
    lines = ssh.read_text().splitlines()
    assert len(lines) == 2, "a server there, and a follower"
    assert all("BatchMode=yes" in line and "127.0.0.2 -- cd " in line for line in lines)


@pytest.mark.slow
def test_a_process_that_never_comes(tmp_path: Path, ssh: Path, started: Start) -> None:
    stand_in(tmp_path, "exec sleep 600")
    folder = over(
        on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=2),
        hosts=("localhost", "127.0.0.2"),
        connect_seconds=6,
    )
    assert started(folder).wait(90) == 2
    failed = events(folder)[-1]
    assert isinstance(failed, Failed)
    assert failed.message.startswith("process 1 on 127.0.0.2 did not come up within 6 s")
    assert not told(folder, Step)


@pytest.mark.slow
def test_an_ssh_that_fails(tmp_path: Path, ssh: Path, started: Start) -> None:
    stand_in(tmp_path, 'echo "Permission denied (publickey)." >&2; exit 255')
    folder = over(
        on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=2),
        hosts=("localhost", "127.0.0.2"),
    )
    assert started(folder).wait(90) == 1
    failed = events(folder)[-1]
    assert isinstance(failed, Failed)
    assert "on 127.0.0.2" in failed.message
    assert "ended with exit code 255: Permission denied (publickey)." in failed.message


@pytest.mark.slow
def test_a_named_port_in_use(tmp_path: Path, started: Start) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]
        folder = over(on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=2), port=taken)
        assert started(folder).wait(90) == 2
    failed = events(folder)[-1]
    assert isinstance(failed, Failed)
    assert failed.message.startswith(f"--port {taken}: address already in use")


@pytest.mark.slow
def test_a_host_that_cannot_take_part(tmp_path: Path, ssh: Path, started: Start) -> None:
    """What is wrong there is said as the trainer's own refusals are."""
    stand_in(tmp_path, 'ELSEWHERE=1 exec sh -c "$*"')
    folder = without_chance(tmp_path)
    net = tmp_path / "net.py"
    wrong = 'import os\nif "ELSEWHERE" in os.environ:\n    raise RuntimeError("not on this host")\n'
    net.write_text(wrong + net.read_text())
    over(
        on(folder, "cpu", HEAD_ONLY, batch_size=2, epochs=10_000), hosts=("localhost", "127.0.0.2")
    )
    assert started(folder).wait(120) == 2
    failed = events(folder)[-1]
    assert isinstance(failed, Failed)
    assert failed.message.startswith("process 1 on 127.0.0.2: ")
    assert "not on this host" in failed.message
