"""Files of the hub: fetched once, resumed, checked; each failure is one clear line."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.engine.weights.conftest import lead_to
from tests.engine.weights.hub_stand_in import COMMIT, HubStandIn
from tui.engine.refusal import Refusal
from tui.engine.weights import fetch as fetching
from tui.engine.weights.fetch import NotServed
from tui.engine.weights.hub import HubFile, hub_file

NAME = "timm/resnet18.gluon_in1k"
CONTENT = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def got(seen: list[tuple[int, int | None]] | None = None) -> HubFile:
    return hub_file(NAME, "model.safetensors", lambda *now: (seen or []).append(now))


def test_a_file_is_fetched_once_into_the_hubs_own_cache(hub: HubStandIn) -> None:
    hub.put(NAME, CONTENT)
    seen: list[tuple[int, int | None]] = [(0, None)]
    file = got(seen)
    assert file == HubFile(file.path, COMMIT, SHA256)
    assert file.path.read_bytes() == CONTENT
    folder = Path(constants.HF_HUB_CACHE) / "models--timm--resnet18.gluon_in1k"
    assert file.path == folder / "snapshots" / COMMIT / "model.safetensors"
    assert file.path.resolve() == folder / "blobs" / SHA256
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert got() == file
    assert hub.gets() == [""]


def test_what_broke_off_goes_on_by_itself_and_ends_whole(hub: HubStandIn) -> None:
    hub.put(NAME, CONTENT)
    hub.most = 6 * fetching.CHUNK
    assert got().sha256 == SHA256
    assert hub.gets() == ["", f"bytes={6 * fetching.CHUNK}-", f"bytes={12 * fetching.CHUNK}-"]


def test_half_a_file_is_kept_and_the_next_try_goes_on_from_there(
    hub: HubStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.put(NAME, CONTENT)
    hub.most, hub.ranges = 8 * fetching.CHUNK, False
    with pytest.raises(NotServed, match=r"0\.5 MB of it are kept, and the next try goes on"):
        got()
    hub.most, hub.ranges, hub.requests = None, True, []
    assert got().sha256 == SHA256
    assert hub.gets() == [f"bytes={8 * fetching.CHUNK}-"]


def test_a_full_disk_keeps_what_arrived(hub: HubStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.put(NAME, CONTENT)

    def full_after(there: int, _: int | None) -> None:
        if there > 500_000:
            raise OSError(28, "No space left on device")

    with pytest.raises(Refusal, match=r"the disk is full; make room, then try again; 0\.5 MB"):
        hub_file(NAME, "model.safetensors", full_after)
    hub.requests = []
    assert got().sha256 == SHA256
    assert hub.gets() == [f"bytes={8 * fetching.CHUNK}-"]


def test_another_file_than_its_digest_says_is_deleted(hub: HubStandIn) -> None:
    hub.put(NAME, CONTENT)
    hub.etag = "0" * 64
    with pytest.raises(NotServed, match=f"begins with {SHA256[:8]}, not with 00000000"):
        got()
    assert [
        p for p in Path(constants.HF_HUB_CACHE).rglob("*") if p.is_file() and "0000" in p.name
    ] == []


def test_a_damaged_blob_is_fetched_anew(hub: HubStandIn) -> None:
    hub.put(NAME, CONTENT)
    got().path.resolve().write_bytes(b"damaged")
    assert got().path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (404, {}, "there is no such file (HTTP 404)"),
        (401, {}, "not there, or not open to everyone (HTTP 401)"),
        (429, {"Retry-After": "30"}, "too many requests (HTTP 429); try again in 30 s"),
        (500, {}, "the server is in trouble (HTTP 500); try again later"),
        (503, {}, "the server is in trouble (HTTP 503); try again later"),
    ],
)
def test_what_the_hub_answers_is_said(
    hub: HubStandIn, status: int, headers: dict[str, str], says: str
) -> None:
    if status != 404:
        hub.put(NAME, CONTENT)
    hub.status, hub.headers = status, headers
    with pytest.raises(NotServed) as refused:
        got()
    assert says in str(refused.value)
    assert f"{NAME}/model.safetensors at {hub.url}" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_without_a_network_the_cache_is_enough(
    hub: HubStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_to("http://127.0.0.1:9", monkeypatch)
    with pytest.raises(NotServed, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        got()
    lead_to(hub.url, monkeypatch)
    hub.put(NAME, CONTENT)
    file = got()
    lead_to("http://127.0.0.1:9", monkeypatch)
    assert got() == file


def test_the_mirror_and_offline_mode_are_those_of_the_environment(
    hub: HubStandIn, tmp_path: Path
) -> None:
    hub.put(NAME, CONTENT)
    code = (
        "from tui.engine.weights.hub import hub_file\n"
        "try:\n"
        f"    print(hub_file({NAME!r}, 'model.safetensors', lambda *_: None).path)\n"
        "except ValueError as refused:\n"
        "    print(refused)\n"
    )

    def said(**more: str) -> str:
        env = {**os.environ, "HF_HOME": str(tmp_path / "hf"), "HF_ENDPOINT": hub.url, **more}
        done = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert "offline mode is on (HF_HUB_OFFLINE)" in said(HF_HUB_OFFLINE="1")
    assert hub.requests == []
    path = said()
    assert path.startswith(str(tmp_path / "hf"))
    assert said(HF_HUB_OFFLINE="1") == path
