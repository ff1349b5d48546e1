"""A run's network on pictures of all kinds, into a folder."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from tests.engine.run_again import carry_out, classifier
from tui.engine.predict import predict
from tui.engine.refusal import Refusal
from tui.runs.folder import RunFolder
from tui.runs.inspection import Predict
from tui.runs.predictions import NAME, read_predictions
from tui.runs.trained import NoWeights, trained_weights


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = classifier(tmp_path_factory.mktemp("run"), epochs=1)
    carry_out(folder)
    return folder


def question(run: RunFolder, pictures: Path, out: Path) -> Predict:
    weights = trained_weights(run, best=True).path
    return Predict(str(run.path), str(weights), (str(pictures),), str(out))


def of_all_kinds(home: Path) -> Path:
    """One scene, upright, in every way that a file can have it; and two that are no pictures."""
    home.mkdir()
    scene = np.zeros((40, 60, 3), dtype=np.uint8)
    scene[:, 30:] = 200
    whole = Image.fromarray(scene)
    whole.save(home / "a b é.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    whole.rotate(90, expand=True).save(home / "turned.jpg", exif=turned, quality=95)
    whole.convert("L").save(home / "grey.jpg", quality=95)
    whole.convert("CMYK").save(home / "cmyk.jpg", quality=95)
    Image.fromarray(scene[..., 0].astype(np.uint16) * 257).save(home / "deep.png")
    (home / "broken.jpg").write_bytes((home / "cmyk.jpg").read_bytes()[:300])
    (home / "empty.png").write_bytes(b"")
    (home / "notes.txt").write_text("no picture")
    return home


def test_pictures_of_all_kinds_are_upright_and_those_that_are_none_are_named(
    run: RunFolder, tmp_path: Path
) -> None:
    pictures, out = of_all_kinds(tmp_path / "in"), tmp_path / "out"
    found = predict(msgspec.structs.replace(question(run, pictures, out), show=2), lambda _: None)
    assert found.written == 5
    assert [line.split("/")[-1].split(":")[0] for line in found.unreadable] == [
        "broken.jpg",
        "empty.png",
    ]
    assert [Path(shown.name).name for shown in found.shown] == ["a b é.png", "cmyk.jpg"]
    records = read_predictions(out / NAME)
    assert {(one.width, one.height) for one in records} == {(60, 40)}
    assert all(len(one.classes) == 2 for one in records)
    scores = [{c.name: c.value for c in one.classes}["Cat"] for one in records]
    assert max(scores) - min(scores) < 0.05, "the same scene, so the same class"
    for one in records:
        drawn = np.asarray(Image.open(out / one.drawn))
        assert drawn[20, 20].mean() < 60 < 150 < drawn[20, 340].mean(), one.picture


def test_pictures_of_one_name_are_both_kept(run: RunFolder, tmp_path: Path) -> None:
    for folder, ending in (("a", "png"), ("b", "jpg")):
        (tmp_path / folder).mkdir()
        Image.new("RGB", (20, 20)).save(tmp_path / folder / f"x.{ending}")
    asked = question(run, tmp_path / "a", tmp_path / "out")
    asked = msgspec.structs.replace(asked, pictures=(*asked.pictures, str(tmp_path / "b")))
    assert predict(asked, lambda _: None).written == 2
    assert [one.drawn for one in read_predictions(tmp_path / "out" / NAME)] == [
        "x.png",
        "x-2.png",
    ]


def test_no_picture_is_written_over(run: RunFolder, tmp_path: Path) -> None:
    original = tmp_path / "x.png"
    Image.new("RGB", (20, 20)).save(original)
    before = original.read_bytes()
    with pytest.raises(Refusal, match="written over; give another --out"):
        predict(question(run, original, tmp_path), lambda _: None)
    assert original.read_bytes() == before


def test_what_cannot_be_done_is_one_line(run: RunFolder, tmp_path: Path) -> None:
    asked = question(run, tmp_path / "none.jpg", tmp_path / "out")
    with pytest.raises(Refusal, match=r"none\.jpg: there is no such picture"):
        predict(asked, lambda _: None)
    (tmp_path / "bare").mkdir()
    with pytest.raises(Refusal, match="no pictures in this folder"):
        predict(msgspec.structs.replace(asked, pictures=(str(tmp_path / "bare"),)), lambda _: None)
    picture = tmp_path / "x.png"
    Image.new("RGB", (20, 20)).save(picture)
    asked = msgspec.structs.replace(asked, pictures=(str(picture),))
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="file: cannot be written: file exists"):
        predict(msgspec.structs.replace(asked, out=str(tmp_path / "file")), lambda _: None)
    with pytest.raises(Refusal, match=r"not a \.params file"):
        predict(msgspec.structs.replace(asked, weights=str(picture)), lambda _: None)


def test_which_weights_a_run_has(run: RunFolder, tmp_path: Path) -> None:
    assert trained_weights(run, best=False).path == run.weights / "final.params"
    fresh = classifier(tmp_path, epochs=2)
    with pytest.raises(NoWeights, match="no weights yet"):
        trained_weights(fresh, best=True)
    carry_out(fresh, die_at=5)
    kept = trained_weights(fresh, best=True)
    assert kept.path == fresh.checkpoints / "00000003" / "weights.params"
    assert "step 3" in kept.what
