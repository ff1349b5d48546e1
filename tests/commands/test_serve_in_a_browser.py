"""`thaw serve` in a real browser, headless: the list of models is seen, a key is answered."""

from __future__ import annotations

import base64
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.commands.serving import Served, served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None or DRIVER is None,
        reason="there is no Chromium here to look with (Debian: chromium, chromium-driver)",
    ),
]

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--window-size=1000,640",
)


class Page:
    """An open page: what its terminal shows is read from what the server has sent."""

    def __init__(self, server: Served, profile: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        # As a window is that somebody sits at: without it thaw is told that it has lost the focus.
        self.driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
        self.asked: list[str] = []
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self.driver.get(server.address)

    @property
    def text(self) -> str:
        """What is on the screen."""
        for entry in self.driver.get_log("performance"):  # type: ignore[no-untyped-call]
            self._hear(json.loads(entry["message"])["message"])
        return "\n".join(self.screen.display)

    def _hear(self, message: dict[str, Any]) -> None:
        told = message["params"]
        match message["method"]:
            case "Network.requestWillBeSent":
                self.asked.append(told["request"]["url"])
            case "Network.webSocketCreated":
                size = re.search(r"width=(\d+)&height=(\d+)", told["url"])
                assert size is not None
                self.screen.resize(int(size[2]), int(size[1]))
            case "Network.webSocketFrameReceived" if told["response"]["opcode"] == 2:
                data = base64.b64decode(told["response"]["payloadData"])
                self._stream.feed(re.sub(rb"\x1b\[[<>=?][\d;]*[u$p]+", b"", data))

    def press(self, keys: str) -> None:
        """Press keys, wherever the page has the focus."""
        ActionChains(self.driver).send_keys(keys).perform()

    def wait_for(self, pattern: str, seconds: float = 60) -> None:
        """Wait until something is on the screen."""
        _until(lambda: re.search(pattern, self.text), seconds, lambda: self.text)


def _until(condition: Callable[[], object], seconds: float, says: Callable[[], str]) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, says()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    places = {name: str(tmp_path / name) for name in ("XDG_STATE_HOME", "XDG_DATA_HOME")}
    with served(**places, MXNET_HOME=str(tmp_path / "mxnet"), LC_ALL="C", NO_COLOR="") as one:
        yield one


@pytest.fixture
def page(server: Served, tmp_path: Path) -> Iterator[Page]:
    one = Page(server, tmp_path / "profile")
    yield one
    one.driver.quit()


def test_the_list_of_models_is_seen_and_a_key_is_answered(
    server: Served, page: Page, tmp_path: Path
) -> None:
    page.wait_for("› alexnet")
    page.wait_for("New here")
    assert page.driver.current_url == server.root
    page.press("frcnn r50")
    page.wait_for("› faster_rcnn_fpn_resnet50")
    page.press(Keys.ARROW_DOWN)
    page.wait_for("› faster_rcnn_fpn_syn")
    shot = tmp_path / "page.png"
    assert page.driver.save_screenshot(str(shot))
    assert shot.stat().st_size > 20_000
    # Nothing is asked of anybody else.
    asked = [address for address in page.asked if address.startswith(("http", "ws"))]
    assert asked
    assert [address for address in asked if not address.startswith(server.root)] == []
    assert page.driver.get_cookies()[0]["httpOnly"]
    # Its process goes with the page, and with the server.
    (process,) = server.pages()
    page.driver.get("about:blank")
    _until(lambda: not process.is_running(), 20, lambda: "the page's process is still there")
    page.driver.get(server.root)
    _until(server.pages, 20, lambda: "the page has no process")
    (process,) = server.pages()
    assert server.end() == ""
    assert not process.is_running()
