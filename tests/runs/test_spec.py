from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.examples import SPEC
from tui.model.source import ModelSource
from tui.runs.spec import SPEC_VERSION, Hyperparameters, RunSpec, read_spec, write_spec
from tui.toml import TomlError, read_toml, write_toml

text = st.text(st.characters(codec="utf-8"), max_size=20)
counts = st.integers(1, 10**9)
fractions = st.floats(0, 0.99)
specs = st.builds(
    RunSpec,
    model=st.builds(
        ModelSource,
        model=text,
        classes=st.lists(text, max_size=3).map(tuple),
        weights=st.none() | text,
        pretrained=st.booleans(),
        input_size=st.none() | st.tuples(counts, counts),
        ctx=st.sampled_from(("cpu", "gpu(0)")),
        seed=st.integers(0, 2**31),
    ),
    recipe=text,
    data=text,
    hyper=st.builds(
        Hyperparameters,
        epochs=counts,
        batch_size=counts,
        learning_rate=st.floats(1e-300, 1000),
        momentum=fractions,
        weight_decay=st.floats(0, 10),
        optimizer=st.sampled_from(("sgd", "nag", "adam", "adamw")),
        schedule=st.sampled_from(("constant", "step", "cosine", "poly")),
        warmup_steps=st.integers(0, 10**9),
        decay_epochs=st.lists(counts, max_size=3).map(tuple),
        decay_factor=st.floats(1e-9, 1),
        poly_power=st.floats(1e-9, 10),
        clip_norm=st.floats(0, 1e6),
        accumulate=counts,
        patience=st.integers(0, 10**9),
        amp=st.booleans(),
        augment=st.booleans(),
        validate_every=counts,
        max_steps=st.integers(0, 10**9),
    ),
    seed=st.integers(0, 2**31),
)


@given(specs)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, spec: RunSpec) -> None:
    path = tmp_path_factory.mktemp("run") / "run.toml"
    write_spec(path, spec)
    assert read_spec(path) == spec


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    write_spec(path, msgspec.structs.replace(SPEC, version=SPEC_VERSION + 1))
    with pytest.raises(TomlError, match="newer than this thaw; update thaw"):
        read_spec(path)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("epochs", 0, "`int` >= 1"),
        ("batch_size", -8, "`int` >= 1"),
        ("batch_size", 2.5, "`int`"),
        ("learning_rate", 0.0, "`float` > 0"),
        ("learning_rate", float("nan"), "`float`"),
        ("learning_rate", float("inf"), "`float` <= 1000"),
        ("momentum", 1.0, "`float` < 1"),
        ("weight_decay", -0.1, "`float` >= 0"),
        ("optimizer", "lion", "Invalid enum value 'lion'"),
        ("validate_every", 0, "`int` >= 1"),
        ("max_steps", -1, "`int` >= 0"),
        ("schedule", "linear", "Invalid enum value 'linear'"),
        ("decay_epochs", [0], "`int` >= 1"),
        ("clip_norm", float("nan"), "`float`"),
        ("accumulate", 0, "`int` >= 1"),
        ("learnig_rate", 0.1, "unknown field `learnig_rate`"),
    ],
)
def test_values_written_by_hand_are_checked(
    tmp_path: Path, name: str, value: Any, said: str
) -> None:
    path = tmp_path / "run.toml"
    write_spec(path, SPEC)
    raw = read_toml(path)
    raw["hyper"][name] = value
    write_toml(path, raw)
    with pytest.raises(TomlError) as raised:
        read_spec(path)
    assert said in str(raised.value)
    assert str(raised.value).startswith(f"{path}: not a run")


def test_a_misspelt_field_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    write_spec(path, SPEC)
    path.write_text(path.read_text("utf-8").replace("pretrained", "pretraind"), "utf-8")
    with pytest.raises(TomlError, match="unknown field `pretraind`"):
        read_spec(path)
