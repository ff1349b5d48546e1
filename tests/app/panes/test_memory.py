"""The memory pane: GPUs, host, what frozen layers save."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.app.fake_trainer import finished, proof, sample_events
from tests.app.run_screens import HOST, NO_GPU, Host, living, screen_of, settled, shown
from tui.app import glyphs
from tui.monitor.gpu import Gpu, GpuProcess, GpuSnapshot
from tui.monitor.memory import MemorySnapshot
from tui.monitor.past import HOST as HOST_PAST
from tui.monitor.past import Past
from tui.runs.events import Checked, DeviceMemory, Event, Memory

CHECKED = Checked(
    *(6.1, {}, 2.3, 8, 31, 22_400_000, 1_200_000, 1_200_000, 331_000_000),
    saved_gradient_bytes=21_200_000,
    saved_optimizer_bytes=21_200_000,
)
T4 = Gpu(
    *(0, "Tesla T4", 16_000_000_000, 9_400_000_000, 87, 61, 70.5),
    (
        GpuProcess(4242, 7_000_000_000, "python"),
        GpuProcess(4250, 100_000_000, "python"),
        GpuProcess(77, 2_200_000_000, "Xorg [b]\x1b[31m"),
        GpuProcess(78, None),
    ),
    75.0,
)
PART = Gpu(1, "A100 MIG 1g.5gb", 5_000_000_000, 500_000_000, None, None, None, (), None, 2)
PAST = {
    "0": Past((None, 8_000_000_000, 16_000_000_000), (None, 0.5, 1.0)),
    HOST_PAST: Past((6_400_000_000, 9_600_000_000), (None, 0.25)),
}
TWO = MemorySnapshot(
    GpuSnapshot((T4, PART), "GPU 2: the GPU has fallen off the bus"),
    replace(HOST, cores=(0.25, 1.0)),
    4242,
    frozenset({4242, 4250}),
    PAST,
)
EIGHT = replace(
    TWO,
    gpu=GpuSnapshot(
        (
            *(replace(T4, index=i, processes=T4.processes[2:]) for i in range(7)),
            replace(T4, index=7),
        )
    ),
)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def log(steps: int = 20) -> list[Event]:
    events = list(sample_events(steps))
    return [*events[:4], CHECKED, *events[4:]]


async def text(
    memory: MemorySnapshot, size: tuple[int, int], events: list[Event] | None = None
) -> str:
    folder = Path(tempfile.mkdtemp(dir=".")) / "run"
    screen = screen_of(events or log(), folder, living(), memory)
    async with Host(screen).run_test(size=size) as pilot:
        await settled(pilot)
        return shown(screen, "memory")


async def test_a_wide_terminal_shows_everything() -> None:
    told = await text(TWO, (120, 40))
    words = [" ".join(line.split()) for line in told.splitlines()]
    for line in (
        "! GPU 2: the GPU has fallen off the bus",
        "GPU 0 Tesla T4",
        "this run █ 7.1 GB",
        "weights, gradients 24.8 MB",
        "MXNet's pool, CUDA 7.1 GB",
        "others ▒ 2.3 GB",
        "process 78 N/A",
        "memory ▅█",
        "87 % busy ▅█",
        "61 °C 70 of 75 W",
        "GPU 1:2 A100 MIG 1g.5gb",
        "this run -",
        "N/A busy",
        "host 6.4 GB of 16.0 GB",
        "swap 0 B of 2.0 GB",
        "2 cores 62.5 % busy",
        "each ▃█",
        "frozen layers save 42.4 MB",
        "gradients 21.2 MB",
        "optimizer 21.2 MB",
    ):
        assert line in words, told
    assert "\x1b" not in told
    assert "Xorg [b" in told, "a name is shown as it is"
    assert any(
        line.startswith("███") and "▒" in line and line.endswith("9.4 GB of 16.0 GB")
        for line in words
    )


async def test_eighty_columns_show_the_figures_that_matter() -> None:
    told = await text(TWO, (80, 24))
    words = [" ".join(line.split()) for line in told.splitlines()]
    for line in (
        "GPU 0 9.4 GB of 16.0 GB",
        "run 7.1 GB others 2.3 GB",
        "87 % busy 61 °C 70 W",
        "GPU 1:2 500.0 MB of 5.0 GB",
        "N/A busy",
        "frozen layers save 42.4 MB",
    ):
        assert line in words, told
    assert max(map(len, told.splitlines()[2:])) <= 28
    assert "cores" not in told


async def test_many_gpus_have_a_line_each_where_there_is_little_room() -> None:
    told = await text(EIGHT, (80, 24))
    assert "\n0   ▒▒▒▒▒▒···· 58.8 %   87 %" in told
    assert "\n7   ████▒····· 58.8 %   87 %" in told
    assert "█ this run, ▒ others" in told


async def test_without_a_gpu_it_is_the_hosts() -> None:
    memory = replace(NO_GPU, host=replace(HOST, cores=(0.5, 0.5)))
    told = await text(memory, (80, 24))
    assert told.splitlines()[0].split() == ["memory", "no", "GPU"]
    for word in ("host", "swap", "2 cores", "trainer", "this screen"):
        assert word in told
    assert "no NVIDIA driver" in await text(memory, (120, 40))


async def test_a_driver_that_disappears_is_said_in_either_size() -> None:
    gone = replace(NO_GPU, gpu=GpuSnapshot((), "the GPU driver stopped answering: it was unloaded"))
    for size in ((80, 24), (120, 40)):
        told = await text(gone, size)
        assert "! the GPU driver stopped answering: it was unloaded" in told
        assert "host" in told


async def test_what_the_trainer_knows_stands_in_for_nvml() -> None:
    devices = Memory(1_000, (DeviceMemory(3, 9_400_000_000, 16_000_000_000),))
    told = await text(NO_GPU, (80, 24), [*log(), devices])
    assert "GPU 3       9.4 GB of 16.0 GB" in told
    ended = await text(NO_GPU, (120, 40), [*log(), devices, proof(), finished(20)])
    assert "GPU 3" not in ended
    assert "trainer" not in ended


async def test_in_ascii() -> None:
    glyphs.use(glyphs.ASCII)
    try:
        told = await text(TWO, (120, 40))
    finally:
        glyphs.use(None)
    assert told.isascii()
    assert "this run #" in told
    assert "61 C" in told
