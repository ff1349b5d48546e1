"""`thaw serve`: for one person on this machine, and nobody else."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
import requests

from tests.commands.serving import Served, served
from tests.test_cli import refused


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as one:
        yield one


@pytest.fixture
def visitor(server: Served) -> requests.Session:
    """Someone who has opened the address that was printed."""
    session = requests.Session()
    page = session.get(server.address)
    assert page.status_code == 200
    assert page.url == server.root
    return session


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serve", "runs"], "only screens can be served: open, demo, attach"),
        (["serve", "runs --screen"], "only screens can be served: open, demo, attach"),
        (["--slow", "serve", "demo"], "--slow: thaw serve does not take it"),
        (["serve", "runs", "--json"], "runs --screen, compare --screen"),
        (["serve", "runs", "--screen", "--n"], "No such option '--n'"),
        (["serve", "open"], "Missing argument 'MODEL'"),
        (["serve", "open", "x", "--classes", "a,a"], "a stands there twice"),
        (["serve", "attach", "--no"], "No such option '--no'"),
        (["serve", "--host", "0.0.0.0"], "No such option '--host'"),
        (["serve", "--port", "70000"], "--port"),
    ],
)
def test_bad_input_is_one_line_before_anything_is_served(arguments: list[str], says: str) -> None:
    refused(arguments, says)


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused(
            ["serve", "--port", str(taken.getsockname()[1])], "another program is there already"
        )


def test_without_the_extra_it_says_which() -> None:
    code = "import sys; sys.modules['textual_serve'] = None; from tui.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "serve"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "gluon-thaw[serve]" in line


def test_it_listens_on_this_machine_alone(server: Served) -> None:
    found = [
        (one.laddr.ip, one.laddr.port)
        for one in psutil.Process(server.process.pid).net_connections("inet")
        if one.status == psutil.CONN_LISTEN
    ]
    assert found == [("127.0.0.1", server.port)]


@pytest.mark.parametrize("path", ["", "ws", "static/js/textual.js", "?token=wrong", "?token=é"])
def test_without_the_key_there_is_nothing_to_see(server: Served, path: str) -> None:
    answer = requests.get(server.root + path)
    assert answer.status_code == 403
    assert answer.text.startswith("This is thaw's.")
    assert server.pages() == []


def test_the_key_is_no_part_of_the_page_or_its_address(
    server: Served, visitor: requests.Session
) -> None:
    page = visitor.get(server.root)
    assert page.status_code == 200
    assert server.token not in page.text
    (cookie,) = visitor.cookies
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"


def test_a_page_of_another_origin_is_turned_away(server: Served, visitor: requests.Session) -> None:
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{server.port + 1}"):
        answer = visitor.get(f"{server.root}ws", headers={"Origin": origin})
        assert answer.status_code == 403
    assert server.pages() == []


def test_a_name_that_someone_else_made_point_here_is_turned_away(
    server: Served, visitor: requests.Session
) -> None:
    for host in (f"evil.example:{server.port}", "127.0.0.1.evil.example"):
        answer = visitor.get(server.root, headers={"Host": host})
        assert answer.status_code == 403


def test_a_forwarded_port_may_be_another(server: Served, visitor: requests.Session) -> None:
    (cookie,) = visitor.cookies
    page = requests.get(
        server.root,
        headers={"Host": "localhost:9000", "Cookie": f"{cookie.name}={cookie.value}"},
    )
    assert "ws://localhost:9000/ws" in page.text
    assert str(server.port) not in page.text


def test_nothing_is_loaded_from_anywhere_else(server: Served, visitor: requests.Session) -> None:
    page = visitor.get(server.root)
    # That of the SVG is a name, and no address.
    addresses = page.text.replace("http://www.w3.org/2000/svg", "").replace(server.root, "")
    assert "https://" not in addresses
    assert "http://" not in addresses
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "https:" not in policy
    font = visitor.get(f"{server.root}static/fonts/RobotoMono-VariableFont_wght.ttf")
    assert font.status_code == 200


def test_ctrl_c_ends_it_without_a_word() -> None:
    with served() as one:
        assert one.end() == ""
        assert one.process.returncode == 0
