from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.runs.checks import (
    FIELDS,
    ValueProblem,
    contradiction,
    label_of,
    parse_field,
    text_of,
    with_texts,
)
from tui.runs.spec import Hyperparameters

HUGE = "9" * 5000


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", " 12 ", 12),
        ("epochs", "100000", 100_000),
        ("batch_size", "1", 1),
        ("learning_rate", "1e-3", 0.001),
        ("learning_rate", "1000", 1000.0),
        ("momentum", "0", 0.0),
        ("momentum", ".999", 0.999),
        ("weight_decay", "0.0005", 0.0005),
        ("optimizer", "ADAM ", "adam"),
        ("augment", "Yes", True),
        ("augment", "off", False),
        ("validate_every", "3", 3),
        ("max_steps", "0", 0),
        ("schedule", "Cosine", "cosine"),
        ("decay_epochs", "60, 80", (60, 80)),
        ("decay_epochs", " 7 ", (7,)),
        ("decay_epochs", "", ()),
        ("clip_norm", "0", 0.0),
        ("accumulate", "4", 4),
        ("patience", "0", 0),
        ("amp", "no", False),
    ],
)
def test_good_values(name: str, text: str, value: object) -> None:
    found = parse_field(name, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("epochs", "0", "at least 1 is needed"),
        ("epochs", "-3", "at least 1 is needed"),
        ("epochs", "100001", "at most 100000 is possible"),
        ("epochs", "1.5", "a whole number is needed"),
        ("epochs", "", "a whole number is needed"),
        ("epochs", "ten", "a whole number is needed"),
        ("epochs", HUGE, "is (needed|possible)"),
        ("batch_size", "0", "at least 1"),
        ("batch_size", "65537", "at most 65536"),
        ("learning_rate", "0", "more than 0 is needed"),
        ("learning_rate", "-1e-3", "more than 0"),
        ("learning_rate", "1001", "at most 1000"),
        ("learning_rate", "nan", "a finite number is needed"),
        ("learning_rate", "inf", "a finite number is needed"),
        ("learning_rate", "1e999", "a finite number is needed"),
        ("learning_rate", HUGE, "a finite number is needed"),
        ("learning_rate", "0.1.2", "a number is needed"),
        ("learning_rate", "", "a number is needed"),
        ("momentum", "1", "at most 0.999999"),
        ("momentum", "-0.1", "at least 0"),
        ("momentum", "NaN", "finite"),
        ("weight_decay", "-1", "at least 0"),
        ("weight_decay", "11", "at most 10"),
        ("weight_decay", "-inf", "finite"),
        ("optimizer", "lion", "one of sgd, nag, adam, adamw is needed"),
        ("augment", "perhaps", "yes or no is needed"),
        ("validate_every", "0", "at least 1"),
        ("max_steps", "-1", "at least 0"),
        ("max_steps", HUGE, "is (needed|possible)"),
        ("schedule", "linear", "one of constant, step, cosine, poly is needed"),
        ("warmup_steps", "-1", "at least 0"),
        ("decay_epochs", "60; 80", "a whole number is needed"),
        ("decay_epochs", "80, 60", "each epoch once, in order"),
        ("decay_epochs", "60 60", "each epoch once, in order"),
        ("decay_factor", "0", "more than 0"),
        ("decay_factor", "2", "at most 1"),
        ("poly_power", "nan", "finite"),
        ("clip_norm", "-1", "at least 0"),
        ("accumulate", "0", "at least 1"),
    ],
)
def test_bad_values(name: str, text: str, said: str) -> None:
    with pytest.raises(ValueProblem, match=said) as raised:
        parse_field(name, text)
    assert len(str(raised.value)) < 60


def test_every_field_is_a_hyper_parameter_and_shows_its_default() -> None:
    defaults = Hyperparameters()
    for field in FIELDS:
        value = getattr(defaults, field.name)
        assert field.parse(text_of(value)) == value
        assert field.label
        assert field.help


def test_an_unknown_field() -> None:
    with pytest.raises(KeyError):
        parse_field("colour", "red")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_shown_so_that_it_reads_back(value: float) -> None:
    assert float(text_of(value)) == value


@pytest.mark.parametrize(
    ("value", "text"), [(0.001, "0.001"), (100.0, "100"), (1e-05, "1e-05"), (True, "yes"), (3, "3")]
)
def test_a_value_is_shown_as_a_person_would_type_it(value: object, text: str) -> None:
    assert text_of(value) == text


def test_typed_values_replace_those_of_the_recipe() -> None:
    base = Hyperparameters(epochs=5, batch_size=4)
    made = with_texts(base, {"epochs": "7", "augment": "no"})
    assert made == msgspec.structs.replace(base, epochs=7, augment=False)
    assert with_texts(base, {}) == base


def test_the_first_that_cannot_be_used_is_named() -> None:
    with pytest.raises(ValueProblem, match=r"^batch size: a whole number is needed$"):
        with_texts(Hyperparameters(), {"batch_size": "x", "epochs": "2", "momentum": "nan"})


@given(st.sampled_from([field.name for field in FIELDS]), st.text(max_size=20))
def test_whatever_is_typed_is_a_value_that_a_run_takes_or_a_problem(name: str, text: str) -> None:
    with contextlib.suppress(ValueProblem):
        made = with_texts(Hyperparameters(), {name: text})
        assert msgspec.convert(msgspec.to_builtins(made), Hyperparameters) == made


@pytest.mark.parametrize(
    ("hyper", "ctx", "name"),
    [
        (Hyperparameters(), "cpu", ""),
        (Hyperparameters(amp=True), "gpu(0)", ""),
        (Hyperparameters(amp=True), "cpu", "amp"),
        (Hyperparameters(schedule="step"), "cpu", "decay_epochs"),
        (Hyperparameters(schedule="step", decay_epochs=(3,)), "cpu", ""),
    ],
)
def test_what_cannot_be_used_together(hyper: Hyperparameters, ctx: str, name: str) -> None:
    found, problem = contradiction(hyper, ctx)
    assert found == name
    assert bool(problem) is bool(name)
    if name:
        assert label_of(name)
