from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tui.runs.proof_file import (
    PROOF_VERSION,
    Interval,
    NoProof,
    ProofFile,
    Witnessed,
    differing,
    read_proof,
    write_proof,
)

WEIGHT = Witnessed("w", "weight", "frozen", "a1", "a1", also=("tied.w",))
MEAN = Witnessed("n.running_mean", "statistic", "auxiliary", "b1", "b2", "moving")
HELD = Witnessed("v", "weight", "trainable", "c1", "c2", lr_mult=0.0, thawed=True)
PROOF = ProofFile((Interval(1, 40, (WEIGHT, MEAN, HELD)),), "weights/final.params")


def test_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    write_proof(path, PROOF)
    assert read_proof(path) == PROOF
    assert [file.name for file in tmp_path.iterdir()] == ["proof.json"]
    assert msgspec.json.decode(path.read_bytes())["version"] == PROOF_VERSION


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a proof of thaw"),
        (b"\xff\xfe", "not a proof of thaw"),
        (b'{"version": 99, "anything": 1}', "version 99 is newer than this thaw; update thaw"),
        (b'{"version": 1, "intervals": 3, "weights": ""}', "not a proof of thaw"),
        (
            b'{"version": 1, "intervals": [], "weights": "", "algorithm": "md5"}',
            "its digests are md5; this thaw makes blake2b-128",
        ),
    ],
)
def test_what_is_no_proof_is_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "proof.json"
    path.write_bytes(content)
    with pytest.raises(NoProof) as raised:
        read_proof(path)
    assert says in str(raised.value)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_proof(tmp_path: Path) -> None:
    with pytest.raises(NoProof, match="No such file"):
        read_proof(tmp_path / "proof.json")


RIGHT = {"w": "a1", "tied.w": "a1", "n.running_mean": "b2", "v": "c2"}


def test_the_weights_are_the_ones_that_the_digests_are_of() -> None:
    assert differing(PROOF, RIGHT) == ()


def test_other_weights_are_named() -> None:
    changed = {**RIGHT, "tied.w": "zz", "more": "a1"}
    del changed["v"]
    assert differing(PROOF, changed) == ("tied.w", "v", "more")


def test_what_gluon_does_not_save_or_saves_as_a_mean() -> None:
    proof = msgspec.structs.replace(PROOF, saved={"v": "", "n.running_mean": "mean"})
    assert differing(proof, {"w": "a1", "tied.w": "a1", "n.running_mean": "mean"}) == ()
