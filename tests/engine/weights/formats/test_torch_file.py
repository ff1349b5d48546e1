from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.weights.foreign_files import (
    archive,
    state_dict,
    tensor,
    torch_legacy,
    torch_zip,
)
from tui.engine.refusal import Refusal
from tui.engine.weights.formats import read_foreign
from tui.engine.weights.formats.tensors import Tensors

Write = Callable[[Path, Mapping[str, np.ndarray]], str]

ARRAYS = {
    "conv.weight": np.arange(24, dtype="float32").reshape(2, 3, 4),
    "bn.running_mean": np.array([0.5, -2], "float16"),
    "bn.num_batches_tracked": np.array(7, "int64"),
}


def read(file: str) -> Tensors:
    found = read_foreign(file)
    assert isinstance(found, Tensors)
    return found


@pytest.mark.parametrize("write", [torch_zip, torch_legacy])
def test_both_forms(write: Write, tmp_path: Path) -> None:
    found = read(write(tmp_path / "x.pth", ARRAYS))
    assert found.widened == "fp16"
    assert found.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert np.array_equal(found.arrays[name], array)


def test_a_view_on_shared_numbers(tmp_path: Path) -> None:
    base = np.arange(12, dtype="float32")
    listed = state_dict(
        {
            "turned": tensor("0", base, shape=(4, 3), strides=(1, 4)),
            "late": tensor("0", base, shape=(2,), strides=(3,), offset=7),
        }
    )
    found = read(archive(tmp_path / "x.pth", listed, {"0": base}))
    assert np.array_equal(found.arrays["turned"], base.reshape(3, 4).T)
    assert found.arrays["late"].tolist() == [7, 10]


@pytest.mark.parametrize(
    "said",
    [
        {"shape": (4,)},
        {"shape": (2,), "strides": (1,), "offset": 2},
        {"shape": (2,), "strides": (2**40,)},
        {"shape": (2**40,), "strides": (0,)},
        {"shape": (2, 2), "strides": (1,)},
        {"offset": -1},
        {"strides": (-1,)},
    ],
)
def test_a_view_beyond_its_numbers(said: dict[str, object], tmp_path: Path) -> None:
    base = np.arange(3, dtype="float32")
    listed = state_dict({"w": tensor("0", base, **said)})  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="broken off or damaged"):
        read(archive(tmp_path / "x.pth", listed, {"0": base}))


def test_a_checkpoint_with_more_in_it(tmp_path: Path) -> None:
    base = np.ones(3, "float32")
    inner = state_dict({"module.w": tensor("0", base)})[2:-1]
    outer = b"\x80\x02}(" + pickle.dumps("state_dict", 2)[2:-1] + inner
    outer += pickle.dumps("epoch", 2)[2:-1] + b"K\x05u."
    assert list(read(archive(tmp_path / "x.pth", outer, {"0": base})).arrays) == ["w"]


class Runs:
    """What a malicious file is made of."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("touch ran",)


@pytest.mark.parametrize("protocol", [2, 4])
def test_nothing_in_it_is_run(
    protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    listed = pickle.dumps({"w": Runs()}, protocol=protocol)
    (tmp_path / "bare.pth").write_bytes(listed)
    for file in (archive(tmp_path / "x.pth", listed, {}), str(tmp_path / "bare.pth")):
        with pytest.raises(Refusal, match=r"holds posix\.system, which is not a tensor"):
            read(file)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("opcodes", "named"),
    [
        (b"cbuiltins\neval\n(X\x01\x00\x00\x001tR", "builtins.eval"),
        (b"(X\x01\x00\x00\x001ibuiltins\neval\n", "builtins.eval"),
        (b"ctorchvision.models.resnet\nResNet\n)\x81", "torchvision.models.resnet.ResNet"),
        (b"cargparse\nNamespace\n)\x81}b", "argparse.Namespace"),
        (b"cnumpy.core.multiarray\nscalar\n", "numpy.core.multiarray.scalar"),
        (b"ccollections\nnamedtuple\n", "collections.namedtuple"),
        (b"\x8c\x0ccollections\x94\x8c\x14OrderedDict.__init__\x94\x93", "OrderedDict.__init__"),
    ],
)
def test_foreign_classes_are_refused_and_named(opcodes: bytes, named: str, tmp_path: Path) -> None:
    opcodes = opcodes.replace(b"\x8c\x0ccoll", b"\x8c\x0bcoll")
    with pytest.raises(Refusal) as refused:
        read(archive(tmp_path / "x.pth", b"\x80\x04" + opcodes + b".", {}))
    assert named in str(refused.value)
    assert "state_dict() alone" in str(refused.value)


def test_a_tensor_cannot_be_changed_after_it_was_checked(tmp_path: Path) -> None:
    """BUILD gives an object whatever attributes a file likes."""
    base = np.arange(3, dtype="float32")
    change = pickle.dumps({"offset": -10_000, "strides": (-(2**30),)}, 2)[2:-1] + b"b"
    listed = state_dict({"w": tensor("0", base) + change})
    assert read(archive(tmp_path / "x.pth", listed, {"0": base})).arrays["w"].tolist() == [0, 1, 2]


def test_a_program_is_not_weights(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.pt", "w") as zipped:
        zipped.writestr("x/constants.pkl", b"")
        zipped.writestr("x/data.pkl", b"")
    with pytest.raises(Refusal, match="TorchScript"):
        read(str(tmp_path / "x.pt"))


def test_compressed_data_may_not_be_a_bomb(tmp_path: Path) -> None:
    base = np.zeros(1_000_000, "float32")
    listed = state_dict({"w": tensor("0", base)})
    with zipfile.ZipFile(tmp_path / "x.pth", "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("x/data.pkl", listed)
        zipped.writestr("x/data/0", base.tobytes())
    with pytest.raises(Refusal, match="compressed"):
        read(str(tmp_path / "x.pth"))


@pytest.mark.parametrize("listed", [b"\x80\x02}.", b"\x80\x02]K\x01a.", b"\x80\x02K\x01."])
def test_without_tensors(listed: bytes, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="holds no tensors by name"):
        read(archive(tmp_path / "x.pth", listed, {}))


@given(st.data())
@pytest.mark.parametrize("write", [torch_zip, torch_legacy])
def test_a_damaged_file_is_refused_or_read_but_never_worse(
    write: Write, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "x.pth"
    whole = Path(write(path, ARRAYS)).read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    at = data.draw(st.integers(0, len(whole) - 1))
    path.write_bytes((whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :])[:cut])
    try:
        found = read(str(path))
    except Refusal:
        return
    assert all(array.size < 100 for array in found.arrays.values())


@pytest.mark.parametrize("write", [torch_zip, torch_legacy])
def test_broken_off(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    whole = Path(write(path, ARRAYS)).read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(Refusal, match="broken off or damaged"):
        read(str(path))
