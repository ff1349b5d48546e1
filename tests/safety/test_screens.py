"""Whatever a model, a file or a run is called: on the screen it is text, and does nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.app import App

from tests.app.browsing import browser, open_before
from tests.app.fake_trainer import finished, make_folder, sample_events, started, write_log
from tests.app.looking import looking_app
from tests.app.models import layers, opened
from tests.app.run_screens import Host, screen_of, settled, until
from tests.safety.hostile import MARK, NAMES, NASTY, acts
from tui.app.app import ThawApp
from tui.app.glyphs import UNICODE
from tui.model.recent import Recent
from tui.model.source import ModelSource
from tui.printable import plain
from tui.runs.events import (
    Event,
    Failed,
    Finished,
    Notice,
    Phase,
    Prepared,
    Proof,
    RunStarted,
    Step,
    Validated,
)

SHOWN = set("".join(UNICODE.spinner)) | set("▎▌▐█▔▁▂▃▄▅▆▇▉▊▋▍▏▕🬂🬋🬭")
"""Signs of our own, and of Textual's borders and bars, that are no letters."""


def drawn(app: App[Any]) -> str:
    """All cells of the screen as text."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def harmless(app: App[Any], *, shows: bool = True) -> None:
    """Hold a screen to doing nothing; by default it shows one of the names."""
    text = drawn(app)
    # Braille, blocks and lines are ours.
    found = [sign for sign in acts(text) if sign not in SHOWN and not "\u2500" <= sign <= "\u28ff"]
    assert found == []
    if shows:
        assert MARK in text


def started_nastily() -> RunStarted:
    return msgspec.structs.replace(started(), model=NASTY, recipe=NASTY, data=f"/data/{NASTY}")


def run_of(name: str) -> list[Event]:
    """A run of which everything has this name."""
    return [
        started_nastily(),
        Phase(name),
        Prepared(8, 8, 10, 2, 20, 3, 2, 100, 200, name),
        *(Notice(name) for _ in range(3)),
        *(Step(n, 1, 2.0, {name: 1.0, "box": 1.0}, 0.1, 5.0) for n in range(1, 9)),
        Validated(1, 8, name, 0.5, {name: 0.5, "fig": 0.25}, {name: 0.5}),
    ]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("name", [*NAMES, NASTY])
async def test_a_run(tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    folder = tmp_path / name.replace("\0", "").replace("/", "")
    app = Host(screen_of(run_of(name), folder))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        harmless(app)
        await pilot.press("question_mark")
        await pilot.pause()
        harmless(app, shows=False)


@pytest.mark.parametrize(
    "end",
    [
        [Failed(NASTY, NASTY)],
        [
            Proof(1, 1, 1, unchanged=(NASTY,), broken=(NASTY,), not_freezing=(NASTY,)),
            Finished(False, 8, 1, 1.0, NASTY, NASTY, 0.5, NASTY, 4),
        ],
    ],
    ids=["failed", "finished"],
)
async def test_the_end_of_a_run(tmp_path: Path, end: list[Event]) -> None:
    folder = tmp_path / NAMES[0]
    screen = screen_of([*run_of("mAP"), *end], folder)
    screen.folder.log_file.write_text("".join(f"{name}\n" for name in (*NAMES, NASTY)))
    app = Host(screen)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        harmless(app)


async def test_what_is_said_beside_a_screen_and_after_it(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / NAMES[0])
    write_log(folder, [*sample_events(5, 10, 5), finished(5)])
    app = ThawApp(attach=folder)
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: "weights" in drawn(app))
        app.screen.notify(f"{NASTY} is not there", markup=False)
        await until(pilot, lambda: "is not there" in drawn(app))
        harmless(app)
        app.exit(0, message=f"{folder.path}: complete")
        (said,) = app.last_words
    # As it is printed once the screen is gone.
    printed = plain(said, ascii_only=False)
    assert acts(printed) == []
    assert MARK in printed


async def test_a_model() -> None:
    model = layers(*NAMES, NASTY, name=NASTY)
    blocks = tuple(msgspec.structs.replace(one, class_name=NASTY) for one in model.blocks)
    model = msgspec.structs.replace(
        model, class_name=NASTY, blocks=blocks, classes=(NASTY, "fig"), notes=(NASTY,)
    )
    app, _ = looking_app(opened(model))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: MARK in drawn(app))
        harmless(app)
        # Unfolded, its values, its costs, a rule for it, the plan, the snippet, the form.
        for keys in ("Z", "j", "V", "c", "space", "f", "escape", "slash", "escape", "r", "escape"):
            await pilot.press(keys)
            await pilot.pause()
            harmless(app)
        for keys in ("y", "escape", "t", "escape"):
            await pilot.press(keys)
            await pilot.pause()
            harmless(app, shows=False)


async def test_the_list_of_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HOME", "XDG_STATE_HOME", "MXNET_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    nasty = NASTY.replace("\0", "")
    for name in NAMES:
        source = ModelSource(name, classes=(nasty,), weights=f"/w/{nasty}.params")
        open_before(Recent(source, f"/data/{nasty}"))
    async with browser(size=(120, 40)) as (pilot, screen, _):
        await until(pilot, lambda: MARK in drawn(screen.app))
        harmless(screen.app)
        await pilot.press("down", "down")
        harmless(screen.app)
