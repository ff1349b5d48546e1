"""Hostfiles as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.runs.hostfile import HostsProblem, read_hostfile, slots_of


def test_hosts_and_slots(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_text(
        "# ours\nlocalhost\n\n gpu2.lab slots=2  # the large one\nme@10.0.0.3 slots = 1\n"
    )
    hosts = read_hostfile(file)
    assert hosts == ("localhost", "gpu2.lab slots=2", "me@10.0.0.3")
    assert slots_of(hosts) == ["localhost", "gpu2.lab", "gpu2.lab", "me@10.0.0.3"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "names no host"),
        ("# nothing\n\n", "names no host"),
        ("a\nb c d\n", "line 2: b c d: no host"),
        ("-oProxyCommand=evil\n", "line 1: -oProxyCommand=evil: no host"),
        ("a slots=0\n", "line 1: a slots=0: a host without a slot"),
        ("a slots=many\n", "line 1: a slots=many: no host"),
        ("a; rm -rf b\n", "line 1: a; rm -rf b: no host"),
    ],
)
def test_what_is_no_hostfile(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "hosts"
    file.write_text(text)
    with pytest.raises(HostsProblem) as raised:
        read_hostfile(file)
    assert str(raised.value).startswith(problem)


def test_one_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(HostsProblem, match="no such file"):
        read_hostfile(tmp_path / "none")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(HostsProblem, match="not a text file"):
        read_hostfile(tmp_path / "bytes")
