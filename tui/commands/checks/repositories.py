"""Whether the places that weights come from answer, within a short time."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, Queue
from threading import Thread
from urllib.parse import urlsplit

from tui.commands.checks.line import Line
from tui.model.weight_sources import REPOSITORY, repository, sources_of

PATIENCE = 4.0
"""Seconds that one place has to answer."""

OFFLINE = "Without a network: thaw open MODEL --weights FILE, or --no-weights."

ASKED = "resnet50_v1b"
"""A model that both have weights of."""

Ask = Callable[[str], str]


def check(ask: Ask | None = None) -> Iterator[Line]:
    """The hub, or the mirror that HF_ENDPOINT names; then GluonCV's repository, or the one that
    MXNET_GLUON_REPO names. `ask` says of an address why it does not answer, or nothing."""
    from huggingface_hub import constants

    ask = ask or why_silent
    with ThreadPoolExecutor() as pool:
        own = pool.submit(of_repository, ask)
        yield of_hub(str(constants.ENDPOINT), bool(constants.HF_HUB_OFFLINE), ask)
        yield own.result()


def of_hub(endpoint: str, offline: bool, ask: Ask) -> Line:
    """The Hugging Face hub, or a mirror of it."""
    named = " (HF_ENDPOINT)" if os.environ.get("HF_ENDPOINT") else ""
    where = f"{endpoint}{named}"
    if offline:
        said = "HF_HUB_OFFLINE is set: only what is in its cache is used"
        return Line("hub", "warn", said, "Unset HF_HUB_OFFLINE to fetch weights.")
    if problem := _no_address(endpoint):
        return Line("hub", "warn", f"{where}: {problem}", "Correct HF_ENDPOINT, or unset it.")
    of_hub = [source for source in sources_of(ASKED) if source.place == "hub"]
    path = f"/api/models/{of_hub[0].where}" if of_hub else ""
    if why := ask(f"{endpoint.rstrip('/')}{path}"):
        mirror = "" if named else " A mirror can be named in HF_ENDPOINT."
        return Line("hub", "warn", f"{where}: {why}", f"{OFFLINE}{mirror}")
    return Line("hub", "ok", f"{where} answers")


def of_repository(ask: Ask) -> Line:
    """GluonCV's own repository, or a mirror of it."""
    address = repository()
    mirrored = address != REPOSITORY
    where = f"{address} (MXNET_GLUON_REPO)" if mirrored else "GluonCV's own"
    if problem := _no_address(address):
        advice = "Correct MXNET_GLUON_REPO, or unset it."
        return Line("repository", "warn", f"{where}: {problem}", advice)
    files = [source.where for source in sources_of(ASKED) if source.place == "gluoncv"]
    if not (why := ask(files[0] if files else address)):
        return Line("repository", "ok", f"{where} answers")
    if mirrored:
        return Line("repository", "warn", f"{where}: {why}", OFFLINE)
    said = f"{where}: {why}; it has been failing since 2024"
    advice = "Most weights are elsewhere: thaw weights list. A mirror: MXNET_GLUON_REPO."
    return Line("repository", "warn", said, advice)


def _no_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme in ("http", "https") and parts.netloc:
        return ""
    return "no address that begins with http:// or https://"


def why_silent(address: str, patience: float = PATIENCE) -> str:
    """Why an address does not answer within so many seconds; empty where it does. No more than
    the first bytes of its answer are read."""
    answer: Queue[str] = Queue()
    # Names are resolved without a time limit of their own. A thread that hangs is left behind: the
    # process must not wait for it at its end either.
    asking = Thread(target=lambda: answer.put(_answer_of(address, patience / 2)), daemon=True)
    asking.start()
    try:
        return answer.get(timeout=patience)
    except Empty:
        return f"no answer within {patience:.0f} s"


def _answer_of(address: str, patience: float) -> str:
    import requests

    try:
        code = requests.head(
            address, timeout=(patience, patience), allow_redirects=True
        ).status_code
    except Exception as error:  # of requests, and of the libraries below it
        return _reason(error)
    # 405: it takes no HEAD, and answers all the same.
    return "" if code < 400 or code == 405 else f"it answers with HTTP {code}"


def _reason(error: Exception) -> str:
    name, text = type(error).__name__, str(error)
    known = {
        "NameResolution|getaddrinfo|Name or service": "its name is not known here (no network?)",
        "Connection refused": "nobody listens there",
        "unreachable": "no network leads there",
        "ProxyError|Tunnel": "the proxy does not let it through",
        "SSL|certificate": "its certificate is not trusted here",
        "[Tt]imed? ?out": "no answer in time",
    }
    for pattern, words in known.items():
        if re.search(pattern, f"{name} {text}"):
            return words
    return f"it cannot be reached ({name})"
