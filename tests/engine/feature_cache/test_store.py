from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tui.engine.feature_cache.store import ROWS, FeatureStore, RowsOfAnother

LIMIT = 1 << 20


def arrays(number: int) -> list[np.ndarray]:
    return [
        np.arange(6, dtype="float32").reshape(2, 3) + number,
        np.array(number),
        np.full((4, 5), 0.5, dtype="float16"),
        np.zeros((0, 4), dtype="int32"),
    ]


def assert_same(found: list[np.ndarray] | None, number: int) -> None:
    assert found is not None
    for one, other in zip(found, arrays(number), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "s", "key", LIMIT)
    for number in range(5):
        assert store.add((number, 0), arrays(number))
        assert_same(store.read((number, 0)), number)
    assert store.add((0, 1), arrays(9))
    assert len(store) == 6
    assert (4, 1) not in store
    assert_same(store.read((0, 0)), 0)
    assert_same(store.read((0, 1)), 9)


def test_one_value_throughout_takes_no_room(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "s", "key", LIMIT)
    assert store.add((0, 0), [np.zeros((1000, 1000), dtype="float32")])
    assert store.nbytes < 300
    (found,) = store.read((0, 0)) or []
    assert found.shape == (1000, 1000)
    assert not found.any()


def test_a_store_is_found_again_by_its_key_alone(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "s", "key", LIMIT)
    store.add((7, 0), arrays(7))
    store.close()
    again = FeatureStore(tmp_path / "s", "key", LIMIT)
    assert again.found == 1
    assert_same(again.read((7, 0)), 7)
    again.close()
    other = FeatureStore(tmp_path / "s", "another", LIMIT)
    assert other.found == 0
    assert (7, 0) not in other


def test_torn_at_any_byte_the_rows_before_are_there(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "s", "key", LIMIT)
    store.add((0, 0), arrays(0))
    first = store.nbytes
    store.add((1, 0), arrays(1))
    store.close()
    file = tmp_path / "s" / ROWS
    whole = file.read_bytes()
    for length in range(first, len(whole)):
        file.write_bytes(whole[:length])
        torn = FeatureStore(tmp_path / "s", "key", LIMIT)
        assert torn.found == 1
        assert torn.add((1, 0), arrays(1))
        torn.close()
        assert file.read_bytes() == whole


def test_a_row_that_the_disk_has_spoilt_is_not_used(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "s", "key", LIMIT)
    store.add((0, 0), arrays(0))
    store.close()
    file = tmp_path / "s" / ROWS
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)
    spoilt = FeatureStore(tmp_path / "s", "key", LIMIT)
    assert (0, 0) in spoilt
    assert spoilt.read((0, 0)) is None
    assert (0, 0) not in spoilt


def test_no_more_than_its_limit(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "s", "key", 400)
    added = [store.add((number, 0), arrays(number)) for number in range(5)]
    assert added[0]
    assert not added[-1]
    assert store.nbytes <= 400


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FeatureStore(tmp_path / "s", "key", LIMIT)
    store.add((0, 0), arrays(0))
    size = store.nbytes
    from tui.engine.feature_cache import store as module

    write = module.os.pwrite
    parts = iter([20])

    def full(fd: int, data: bytes, place: int) -> int:
        part = next(parts, 0)
        if not part:
            raise OSError(28, "No space left on device")
        return write(fd, data[:part], place)

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "pwrite", full)
        with pytest.raises(OSError, match="No space"):
            store.add((1, 0), arrays(1))
    assert (tmp_path / "s" / ROWS).stat().st_size == size
    assert store.add((1, 0), arrays(1))
    assert_same(store.read((1, 0)), 1)


def test_another_process_reads_what_has_come(tmp_path: Path) -> None:
    rows = RowsOfAnother(tmp_path / "s", "key")
    rows.look()
    assert len(rows) == 0
    store = FeatureStore(tmp_path / "s", "key", LIMIT)
    store.add((0, 0), arrays(0))
    assert (0, 0) not in rows
    rows.look()
    assert_same(rows.read((0, 0)), 0)
    store.add((1, 0), arrays(1))
    with (tmp_path / "s" / ROWS).open("ab") as file:
        file.write(b"[2,0,[],100,")  # it is just being written
    rows.look()
    assert_same(rows.read((1, 0)), 1)
    assert len(rows) == 2
    assert (tmp_path / "s" / ROWS).stat().st_size > store.nbytes, "nothing of it is cut off"
    rows.close()
    assert len(rows) == 0


def test_another_process_keeps_those_of_another_key(tmp_path: Path) -> None:
    FeatureStore(tmp_path / "s", "another", LIMIT).add((0, 0), arrays(0))
    rows = RowsOfAnother(tmp_path / "s", "key")
    rows.look()
    assert len(rows) == 0
