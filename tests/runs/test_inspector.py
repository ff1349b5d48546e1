from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tui.model.source import ModelSource
from tui.runs import inspector as inspector_module
from tui.runs.inspection import Answer, CheckData, OpenModel, Phase, Refused
from tui.runs.inspector import Inspector

PROGRAM = """
import json, os, sys, time

def say(kind, **fields):
    print(json.dumps({"type": kind, **fields}, separators=(",", ":")), flush=True)

for line in sys.stdin:
    question = json.loads(line)
    name = question.get("path") or question["source"]["model"]
    say("Phase", doing="looking at " + name)
    if name == "noise":
        print("a library prints this")
        sys.stdout.buffer.write(b"\\xff\\n")
        sys.stdout.flush()
    if name == "crash":
        os.abort()
    if name == "leave":
        print("on its way out", file=sys.stderr, flush=True)
        sys.exit(3)
    if name == "odd":
        say("Opened", model=name)
        continue
    while name == "wait" and not os.path.exists(sys.argv[1]):
        time.sleep(0.01)
    say("Refused", message=name)
"""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


@pytest.fixture
def inspector(tmp_path: Path, gate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inspector]:
    """An inspector with a process of ours in place of the one that imports MXNet."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    start = asyncio.create_subprocess_exec

    async def start_ours(*_: str, **how: Any) -> asyncio.subprocess.Process:
        return await start(sys.executable, str(program), str(gate), **how)

    monkeypatch.setattr(inspector_module.asyncio, "create_subprocess_exec", start_ours)
    return Inspector(tmp_path / "logs" / "inspector.log")


async def ask(inspector: Inspector, model: str) -> list[Answer]:
    return [answer async for answer in inspector.ask(OpenModel(ModelSource(model)))]


async def test_answers_in_order_the_last_is_the_answer(inspector: Inspector) -> None:
    assert await ask(inspector, "one") == [Phase("looking at one"), Refused("one")]
    answers = [answer async for answer in inspector.ask(CheckData("two", "ssd", ()))]
    assert answers == [Phase("looking at two"), Refused("two")]
    await inspector.close()


async def test_an_answer_that_cannot_be_read_is_an_answer(inspector: Inspector) -> None:
    _, answer = await ask(inspector, "odd")
    assert isinstance(answer, Refused)
    assert answer.message.startswith("the inspector's answer cannot be read: Expected `object`")
    assert await ask(inspector, "next") == [Phase("looking at next"), Refused("next")]
    await inspector.close()


async def test_questions_at_once_are_answered_one_at_a_time(inspector: Inspector) -> None:
    answers = await asyncio.gather(*(ask(inspector, name) for name in "abc"))
    assert answers == [[Phase(f"looking at {name}"), Refused(name)] for name in "abc"]
    await inspector.close()


async def test_an_answer_that_nobody_waits_for_is_not_the_next_ones(
    inspector: Inspector, gate: Path
) -> None:
    # The data path is edited while the data at the one before is still being read.
    heard = asyncio.Event()

    async def first() -> None:
        async for _ in inspector.ask(CheckData("wait", "ssd", ())):
            heard.set()

    asking = asyncio.create_task(first())
    await asyncio.wait_for(heard.wait(), 30)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    gate.touch()
    assert await ask(inspector, "next") == [Phase("looking at next"), Refused("next")]
    assert await ask(inspector, "after") == [Phase("looking at after"), Refused("after")]
    await inspector.close()


async def test_what_a_library_prints_is_no_answer(inspector: Inspector) -> None:
    assert await ask(inspector, "noise") == [Phase("looking at noise"), Refused("noise")]
    await inspector.close()


@pytest.mark.parametrize(("name", "how"), [("crash", "by signal 6"), ("leave", "with exit code 3")])
async def test_a_process_that_ends_is_said_and_started_again(
    inspector: Inspector, tmp_path: Path, name: str, how: str
) -> None:
    *_, last = await ask(inspector, name)
    assert isinstance(last, Refused)
    assert f"the inspector ended {how}" in last.message
    assert str(tmp_path / "logs" / "inspector.log") in last.message
    assert await ask(inspector, "again") == [Phase("looking at again"), Refused("again")]
    await inspector.close()
    if name == "leave":
        assert "on its way out" in (tmp_path / "logs" / "inspector.log").read_text()


async def test_closed_while_it_works(inspector: Inspector) -> None:
    asking = asyncio.create_task(ask(inspector, "wait"))
    while inspector._process is None:
        await asyncio.sleep(0.01)
    await inspector.close()
    *_, last = await asyncio.wait_for(asking, 30)
    assert isinstance(last, Refused)
    assert "by signal 9" in last.message
    await inspector.close()
