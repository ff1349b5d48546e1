"""The web server behind `thaw serve`: textual-serve's, for one person on this machine.

textual-serve itself asks nobody who they are. Another user of this machine reaches 127.0.0.1 as
well, and so does any page that is open in a browser here: each could run code as whoever serves.
So there is a secret in the address, which becomes a cookie at the first visit; a name other than
this machine's own, and a page of another origin, are turned away.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import psutil
from aiohttp import web
from textual_serve.server import Server

ADDRESS = "127.0.0.1"

NAMES = (ADDRESS, "localhost")
"""What this machine may be called; any other name was made to point here by someone else."""

TOKEN = "token"

PATIENCE = 2.0
"""Seconds that open pages have to close when the server ends."""

REFUSED = "This is thaw's. Open the address that `thaw serve` has printed: it holds the key.\n"

_CDN = """
    <link
      rel="stylesheet"
      href="https://fonts.googleapis.com/css?family=Roboto%20Mono"
    />"""

_INSTEAD = """
    <style>
      @font-face {
        font-family: "Roboto Mono";
        src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf");
      }
    </style>
    <script>
      addEventListener("load", () => {
        const look = setInterval(() => {
          const keys = document.querySelector(".xterm-helper-textarea");
          if (keys) {
            keys.focus();
            clearInterval(look);
          }
        }, 50);
      });
    </script>"""
"""The same font, which textual-serve brings along; and keys go to thaw without a click first."""

_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self' ws://{host}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing is loaded from anywhere else, whatever the page says."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class LocalServer(Server):
    """Serves one command, in a process for each page that is open. `ready` is told the address,
    secret included, once it can be opened."""

    def __init__(
        self, command: str, listening: socket.socket, ready: Callable[[str], None]
    ) -> None:
        self.port_bound = int(listening.getsockname()[1])
        super().__init__(command, host=ADDRESS, port=self.port_bound, title="thaw")
        self._listening = listening
        self._ready = ready
        self._token = secrets.token_urlsafe(16)
        self._cookie = f"thaw-{self.port_bound}"

    def run(self) -> None:
        """Serve until a signal ends it."""
        web.run_app(
            self._make_app(),
            sock=self._listening,
            print=lambda *_: None,
            access_log=None,
            shutdown_timeout=PATIENCE,
        )

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard)
        app.on_cleanup.append(_let_go)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say where it is."""
        self._ready(f"http://{ADDRESS}:{self.port_bound}/?{TOKEN}={self._token}")

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page, whose addresses are those by which it was asked for: a forwarded port may be
        another."""
        self.public_url = f"http://{request.host}"
        response = await super().handle_index(request)
        if isinstance(response, web.Response) and response.text:
            response.text = response.text.replace(_CDN, _INSTEAD)
        return response

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if urlsplit(f"//{request.host}").hostname not in NAMES:
            return _refused()
        given = request.query.get(TOKEN)
        if request.path == "/" and given is not None and self._is_token(given):
            # The secret leaves the address, for the history and for whoever looks over a shoulder.
            seen = web.Response(status=303, headers={"Location": "/", **_headers(request)})
            seen.set_cookie(self._cookie, self._token, httponly=True, samesite="Lax")
            return seen
        origin = request.headers.get("Origin")
        if not self._is_token(request.cookies.get(self._cookie, "")) or (
            origin is not None and origin != f"http://{request.host}"
        ):
            return _refused()
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_headers(request))
        return response

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())


async def _let_go(_: web.Application) -> None:
    """See the processes of all pages out. The trainers that they have started are no part of
    this: each has a session of its own."""
    pages = psutil.Process().children()
    end = time.monotonic() + PATIENCE
    while any(page.is_running() for page in pages) and time.monotonic() < end:
        await asyncio.sleep(0.05)  # a wait would take their exit codes from asyncio
    for page in pages:
        with contextlib.suppress(psutil.NoSuchProcess):
            page.kill()


def _refused() -> web.Response:
    return web.Response(status=403, text=REFUSED)


def _headers(request: web.Request) -> dict[str, str]:
    return {
        "Content-Security-Policy": _POLICY.format(host=request.host),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def listen(port: int) -> socket.socket:
    """A socket on this machine alone, at a port, or at any that is free (0).

    Raises:
        OSError: the port is taken, or not for this user.
    """
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((ADDRESS, port))
        one.listen()
    except OSError:
        one.close()
        raise
    return one


def serve(command: str, listening: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    # A terminal that is closed ends it as well, with the processes of its pages.
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    LocalServer(command, listening, ready).run()
