"""The places that weights come from: reachable, silent, switched off, named wrongly."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tui.commands.checks.repositories import of_hub, of_repository, why_silent


@pytest.fixture(autouse=True)
def nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_ENDPOINT", "HF_HUB_OFFLINE", "MXNET_GLUON_REPO", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200 if "there" in self.path else 403)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    one = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=one.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{one.server_port}"
    one.shutdown()
    one.server_close()


def test_what_an_address_answers(server: str) -> None:
    assert why_silent(f"{server}/there") == ""
    assert why_silent(f"{server}/gone") == "it answers with HTTP 403"
    assert why_silent("http://127.0.0.1:9") == "nobody listens there"


def test_one_that_never_answers_is_given_up() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        start = time.monotonic()
        said = why_silent(f"http://127.0.0.1:{mute.getsockname()[1]}", patience=0.4)
        assert time.monotonic() - start < 3
    assert said.startswith("no answer")


def test_a_name_that_nobody_resolves_is_given_up_and_not_waited_for_at_the_end() -> None:
    script = """
import threading, time, requests
requests.head = lambda *_, **__: threading.Event().wait(60)
from tui.commands.checks.repositories import why_silent
print(why_silent("http://nowhere.invalid", patience=0.2))
"""
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=50, check=True
    )
    assert done.stdout.startswith("no answer within")
    assert time.monotonic() - start < 40


def test_the_hub_is_asked_for_a_model_and_a_silent_one_is_no_failure() -> None:
    asked = []

    def ask(address: str) -> str:
        asked.append(address)
        return "no network leads there"

    line = of_hub("https://huggingface.co", False, ask)
    assert asked == ["https://huggingface.co/api/models/timm/resnet50.gluon_in1k"]
    assert line.verdict == "warn"
    assert "--no-weights" in line.advice
    assert "HF_ENDPOINT" in line.advice


def test_offline_mode_is_said_and_nothing_is_asked() -> None:
    line = of_hub("https://huggingface.co", True, lambda _: pytest.fail("asked"))
    assert line.verdict == "warn"
    assert "HF_HUB_OFFLINE" in line.said
    assert "HF_HUB_OFFLINE" in line.advice


def test_a_mirror_is_named_with_the_variable_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example")
    assert "mirror.example (HF_ENDPOINT)" in of_hub("https://mirror.example", False, str).said
    monkeypatch.setenv("MXNET_GLUON_REPO", "https://other.example/")
    asked = []
    line = of_repository(lambda address: asked.append(address) or "")  # type: ignore[func-returns-value]
    assert line.verdict == "ok"
    assert "other.example (MXNET_GLUON_REPO)" in line.said
    assert asked[0].startswith("https://other.example/gluon/models/resnet50_v1b-")
    monkeypatch.setenv("MXNET_GLUON_REPO", "file:///srv")
    line = of_repository(lambda _: pytest.fail("asked"))
    assert "no address" in line.said
    assert "MXNET_GLUON_REPO" in line.advice


def test_gluoncvs_own_is_known_to_fail() -> None:
    line = of_repository(lambda _: "it answers with HTTP 403")
    assert line.verdict == "warn"
    assert "since 2024" in line.said
    assert "thaw weights list" in line.advice
