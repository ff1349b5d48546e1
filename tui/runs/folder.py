"""A run is a folder: where its files stand, and how a new one is named.

What reads and writes its two files is imported when that is done: a screen on a run names the
folder in its first frame.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

if TYPE_CHECKING:
    from tui.model.plan import FreezePlan
    from tui.runs.spec import RunSpec


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def spec_file(self) -> Path:
        """run.toml: what the run is."""
        return self.path / "run.toml"

    @property
    def plan_file(self) -> Path:
        """plan.toml: what trains."""
        return self.path / "plan.toml"

    @property
    def events_file(self) -> Path:
        """events.jsonl: what happened."""
        return self.path / "events.jsonl"

    @property
    def log_file(self) -> Path:
        """log.txt: the trainer's output, tracebacks included."""
        return self.path / "log.txt"

    @property
    def proof_file(self) -> Path:
        """proof.json: digests of everything, before and after; written when the run ends."""
        return self.path / "proof.json"

    @property
    def states_file(self) -> Path:
        """states.json: what trains by the plan as it stands, by structure name."""
        return self.path / "states.json"

    @property
    def confusion_file(self) -> Path:
        """confusion.csv: what the newest validation of a classifier took for what."""
        return self.path / "confusion.csv"

    @property
    def weights(self) -> Path:
        """Where trained weights are written."""
        return self.path / "weights"

    @property
    def checkpoints(self) -> Path:
        """Where checkpoints are written, each a folder named by its step."""
        return self.path / "checkpoints"

    @property
    def features(self) -> Path:
        """What the frozen side has made of the pictures; removed when the run is complete."""
        return self.path / "features"

    @property
    def others(self) -> Path:
        """What belongs to the processes beside the trainer, a folder for each by its number."""
        return self.path / "processes"

    def features_of(self, rank: int) -> Path:
        """What the frozen side has made of the pictures of one of several processes."""
        return self.others / str(rank) if rank else self.features

    def features_beside(self, rank: int, processes: int) -> list[Path]:
        """The same of all the others."""
        return [self.features_of(other) for other in range(processes) if other != rank]

    @property
    def samples(self) -> Path:
        """Where pictures are written after each validation, each time a folder named by its
        step."""
        return self.path / "samples"

    @property
    def lock_file(self) -> Path:
        """trainer.lock: held by the trainer for as long as it lives."""
        return self.path / "trainer.lock"

    @property
    def socket(self) -> Path:
        """control.sock: commands to the trainer."""
        return self.path / "control.sock"

    def read(self) -> tuple[RunSpec, FreezePlan]:
        """The run as it was made.

        Raises:
            TomlError: one of its two files cannot be used.
        """
        from tui.model.plan_file import read_plan
        from tui.runs.spec import read_spec

        return read_spec(self.spec_file), read_plan(self.plan_file)


def is_run(folder: RunFolder) -> bool:
    """Whether a folder is a run's; of one that may not be looked into, it is assumed."""
    try:
        os.stat(folder.path / ".")
        return any(os.path.lexists(file) for file in (folder.spec_file, folder.events_file))
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False


def attach_command(folder: RunFolder) -> str:
    """What shows a run, as a person types it."""
    return f"thaw attach {shlex.quote(str(folder.path))}"


def goes_on(folder: RunFolder) -> str:
    """What is said of a run that is left, in one line."""
    return f"The run goes on. Come back with: {attach_command(folder)}"


def runs_home() -> Path:
    """The folder that holds runs, unless a run is put elsewhere by hand."""
    return user_data_path("thaw") / "runs"


def create_run(spec: RunSpec, plan: FreezePlan, path: Path | None = None) -> RunFolder:
    """Make a new run folder, open to its owner alone, with its two files.

    Raises:
        FileExistsError: `path` is given and holds a run already.
        OSError: the folder cannot be made.
    """
    from tui.model.plan_file import write_plan
    from tui.runs.spec import write_spec

    folder = RunFolder(path) if path else _fresh(spec)
    if any(f.exists() for f in (folder.spec_file, folder.plan_file, folder.events_file)):
        raise FileExistsError(f"{folder.path}: holds a run already; name another folder")
    if not folder.path.exists():
        # A folder that a person made keeps its own mode; the socket in it is its owner's anyway.
        folder.path.mkdir(parents=True, mode=0o700)
    folder.weights.mkdir(exist_ok=True)
    write_plan(
        folder.plan_file,
        plan,
        "The plan with which this run begins. What is changed while it goes on stands in "
        "events.jsonl:\n# thaw plan show RUN tells the plan that is in force, thaw verify RUN all "
        "of them.",
    )
    write_spec(folder.spec_file, spec)
    return folder


def _fresh(spec: RunSpec) -> RunFolder:
    stem = re.sub(r"[^\w.-]+", "-", Path(spec.model.model).name)[:40]
    name = f"{datetime.now():%Y%m%d-%H%M%S}-{stem}"
    home = runs_home()
    home.mkdir(parents=True, exist_ok=True)
    for number in range(1, 1000):
        path = home / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return RunFolder(path)
    raise OSError(f"{home}: no free name for a new run")
