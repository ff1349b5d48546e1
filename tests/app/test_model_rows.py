"""The rows of the list of models: where their weights are."""

from __future__ import annotations

import pytest

from tui.app.model_rows import model_rows


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("resnet50_v1", "on disk"),
        ("resnet18_v1b", "download"),
        ("resnet18_v1", "gone"),  # in GluonCV's repository alone
        ("faster_rcnn_resnet50_v1b_voc", "trunk"),
        ("faster_rcnn_resnet50_v1b_custom", "trunk"),
        ("xception71", "none"),
    ],
)
def test_where_weights_are(name: str, word: str) -> None:
    (row,) = (one for one in model_rows((), {"resnet50_v1"}) if one.source.model == name)
    assert row.weights_word == word


def test_a_mirror_may_have_what_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MXNET_GLUON_REPO", "https://mirror.example.org")
    (row,) = (one for one in model_rows((), ()) if one.source.model == "resnet18_v1")
    assert row.weights_word == "download"
