"""Folders, disks, shared memory, ssh, GPUs and Pythons, as the doctor tells of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.app.config import config_file
from tui.commands.checks import (
    disk,
    gpu,
    model_folder,
    python,
    run_folder,
    settings,
    shared_memory,
    ssh,
    state_folder,
)
from tui.commands.checks.folder import why_not_written
from tui.model.recent import Recent, recent_file, remember
from tui.model.source import ModelSource
from tui.monitor.gpu import Gpu, GpuSnapshot


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("MXNET_HOME", str(tmp_path / "mxnet"))


def test_a_folder_that_is_not_there_yet_can_be_made(tmp_path: Path) -> None:
    assert why_not_written(tmp_path / "a" / "b") == ""
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    assert why_not_written(tmp_path / "file" / "b") == f"{tmp_path / 'file'} is no folder"
    assert why_not_written(Path("/proc/thaw")) != ""
    assert why_not_written(Path("/proc")) != ""


def test_model_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = model_folder.check()
    assert line.verdict == "ok"
    assert "made at the first download" in line.said
    models = tmp_path / "mxnet" / "models"
    models.mkdir(parents=True)
    (models / "alexnet-44335d1f.params").write_bytes(b"0" * 2000)
    (line,) = model_folder.check()
    assert line.said.endswith("1 file of weights, 2.0 KB, for 2 names of the zoo")
    monkeypatch.setenv("MXNET_HOME", "/proc/none")
    (line,) = model_folder.check()
    assert line.verdict == "fail"
    assert "MXNET_HOME" in line.advice


def test_run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = run_folder.check()
    assert line.verdict == "ok"
    assert "thaw demo" in line.said
    runs = tmp_path / "data" / "thaw" / "runs"
    (runs / "one").mkdir(parents=True)
    (runs / "one" / "run.toml").write_text("= =")
    home, of_runs = run_folder.check()
    assert home.said.endswith("1 run")
    assert (of_runs.verdict, of_runs.said) == ("warn", "1 broken")
    assert sorted(one.name for one in runs.iterdir()) == ["one"]
    monkeypatch.setenv("XDG_DATA_HOME", "/proc/none")
    (line,) = run_folder.check()
    assert line.verdict == "fail"
    assert "--run-dir" in line.advice


def test_what_a_trainer_needs_of_a_folder(tmp_path: Path) -> None:
    assert run_folder.why_no_trainer(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []
    assert run_folder.why_no_trainer(tmp_path / "none") != ""


def test_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = state_folder.check()
    assert (line.verdict, line.said) == ("ok", f"{tmp_path}/state/thaw: no model opened yet")
    remember(recent_file(), Recent(ModelSource("demo")))
    assert next(state_folder.check()).said.endswith("1 model opened last")
    recent_file().write_text("= =")
    (line,) = state_folder.check()
    assert line.verdict == "warn"
    assert "rm '" in line.advice
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/none")
    state, logs = state_folder.check()  # and nothing that is well with it
    assert (state.verdict, logs.verdict) == ("warn", "warn")
    assert "XDG_STATE_HOME" in state.advice


def test_settings(tmp_path: Path) -> None:
    (line,) = settings.check()
    assert (line.verdict, line.said) == ("ok", f"none; they would be in {config_file()}")
    config_file().parent.mkdir(parents=True)
    config_file().write_text("slow = true\n")
    (line,) = settings.check()
    assert line.verdict == "ok"
    config_file().write_text('slow = 3\n[keys]\nmodel.trian = "T"\n')
    first, second = settings.check()
    assert (first.verdict, second.verdict) == ("warn", "warn")
    assert "slow = 3" in first.said
    assert "model.train" in second.said
    assert "thaw keys" in first.advice


@pytest.mark.parametrize(
    ("free", "verdict"), [(50_000_000_000, "ok"), (2_000_000_000, "warn"), (1_000, "fail")]
)
def test_disk(free: int, verdict: str) -> None:
    line = disk.of_space("runs", Path("/data"), free, 10**12)
    assert line.verdict == verdict
    assert bool(line.advice) == (verdict != "ok")


def test_disks_that_are_here() -> None:
    lines = list(disk.check())
    assert lines
    assert {line.name for line in lines} == {"disk"}


def test_shared_memory(tmp_path: Path) -> None:
    assert next(shared_memory.check(tmp_path / "none")).verdict == "ok"
    assert shared_memory.of_space(tmp_path, 8 * 10**9, True).verdict == "ok"
    line = shared_memory.of_space(tmp_path, 64 * 10**6, True)
    assert line.verdict == "warn"
    assert "--shm-size" in line.advice


def test_ssh() -> None:
    assert "from 192.0.2.7" in ssh.of_session("192.0.2.7 50000 192.0.2.1 22").said
    assert ssh.of_client(None).verdict == "warn"
    assert ssh.of_client("/usr/bin/ssh").verdict == "ok"


def test_no_gpu_and_two() -> None:
    (line,) = gpu.of_snapshot(GpuSnapshot((), "no GPU: no NVIDIA driver"), "", "")
    assert (line.verdict, line.name) == ("warn", "GPU")
    assert "on the CPU" in line.said
    card = Gpu(0, "A100", 80_000_000_000, 1_000_000_000, 0, 40, 50.0, ())
    full = Gpu(1, "A100", 80_000_000_000, 79_000_000_000, 99, 70, 300.0, ())
    driver, first, second = gpu.of_snapshot(GpuSnapshot((card, full)), "550.54", "12.4")
    assert driver.said == "NVIDIA 550.54, for CUDA up to 12.4"
    assert (first.verdict, first.said) == ("ok", "A100, 79.0 GB of 80.0 GB free")
    assert second.verdict == "warn"
    assert "nvidia-smi" in second.advice


def test_a_card_that_tells_nothing_of_its_memory() -> None:
    card = Gpu(0, "GRID", None, None, None, None, None, ())
    assert [line.said for line in gpu.of_snapshot(GpuSnapshot((card,)), "", "")][1] == "GRID"


@pytest.mark.parametrize(
    ("version", "verdict"), [((3, 9), "fail"), ((3, 10), "ok"), ((3, 12), "ok"), ((3, 13), "fail")]
)
def test_pythons(version: tuple[int, int], verdict: str) -> None:
    assert python.of_version(version, "3.x").verdict == verdict


def test_machines() -> None:
    assert python.of_machine("Linux", "aarch64").verdict == "ok"
    assert python.of_machine("Darwin", "arm64").verdict == "warn"
