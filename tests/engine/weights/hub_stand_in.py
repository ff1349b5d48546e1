"""A hub on 127.0.0.1: serves files as the Hugging Face hub does, and fails as it is told."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class HubStandIn:
    """What it serves by path, and how. `status` is what every request is answered with, if it is
    not 200; `most` the bytes of one answer after which it breaks off; `etag` a digest that is not
    the file's; `ranges` whether it knows them. `requests` are method, path and range so far."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    most: int | None = None
    etag: str = ""
    ranges: bool = True
    requests: list[tuple[str, str, str]] = field(default_factory=list)

    def put(self, repository: str, content: bytes, file: str = "model.safetensors") -> None:
        """Serve a file of a repository of the hub."""
        self.files[f"/{repository}/resolve/main/{file}"] = content

    def gets(self) -> list[str]:
        """The ranges of all GET requests for files."""
        return [
            ranged
            for method, path, ranged in self.requests
            if method == "GET" and not path.startswith("/api/")
        ]


@contextmanager
def hub_stand_in() -> Iterator[HubStandIn]:
    """Serves for as long as the context lasts."""
    stand_in = HubStandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            ranged = self.headers.get("Range", "")
            stand_in.requests.append((self.command, self.path, ranged))
            content = stand_in.files.get(self.path.replace(f"/{COMMIT}/", "/main/"))
            status = stand_in.status if content is not None else 404
            if content is None or status != 200:
                self.send_response(status)
                for name, value in stand_in.headers.items():
                    self.send_header(name, value)
                if status == 404 and "/resolve/" in self.path:
                    self.send_header("X-Error-Code", "EntryNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = int(re.findall(r"\d+", ranged)[0]) if ranged and stand_in.ranges else 0
            if start >= len(content) > 0:
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if start else 200)
            self.send_header("ETag", f'"{stand_in.etag or hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if body:
                end = None if stand_in.most is None else start + stand_in.most
                self.wfile.write(content[start:end])
                if end is not None and end < len(content):
                    self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
