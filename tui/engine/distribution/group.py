"""The processes of a run together, as the trainer leads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from tui.engine.distribution.exchange import Exchange
from tui.engine.distribution.lost import TrainerLost
from tui.engine.distribution.member import Member
from tui.engine.distribution.messages import Begin, Change, Leave, Make, Prove, Take
from tui.engine.distribution.own_speed import OwnSpeed
from tui.engine.distribution.patience import Patience, TookTooLong
from tui.model.plan import FreezePlan
from tui.runs.checkpoint import OptimizerCounts
from tui.runs.events import Notice, Proof


class Meeting(Protocol):
    """How the processes of a run find each other."""

    patience: Patience

    def meet(self) -> tuple[Sequence[Member], Exchange]:
        """Wait for all of them.

        Raises:
            TrainerLost: one is lost.
            Refusal: one does not come, or cannot take part.
        """
        ...

    @property
    def together(self) -> bool:
        """Whether they leave the parameter server together, for it to end."""
        ...

    def part(self, *, all_is_well: bool) -> None:
        """Let them go, and take away what was made for them."""
        ...


class Group:
    """All processes of a run but this one, which is process 0. What it tells them they do in its
    order, and at no other time.

    After `meet`, all of this may raise TrainerLost.
    """

    def __init__(self, meeting: Meeting, processes: int) -> None:
        self.processes = processes
        self.speed = OwnSpeed()
        self._meeting = meeting
        self._members: Sequence[Member] = ()
        self._plan: FreezePlan | None = None

    def meet(self) -> Exchange:
        """Wait for the others.

        Raises:
            TrainerLost: one is lost.
            Refusal: one does not come, or cannot take part.
        """
        self._members, exchange = self._meeting.meet()
        return exchange

    def begin(
        self,
        plan: FreezePlan,
        epoch: int,
        steps: int,
        weights: Path,
        optimizer: tuple[Path, OptimizerCounts] | None,
    ) -> None:
        """Give them the trainer's own network as it is now, and where the run stands."""
        self._plan = plan
        arrays = optimizer[0].read_bytes() if optimizer else b""
        message = Begin(plan, epoch, steps, optimizer[1] if optimizer else None)
        files = (weights.read_bytes(), arrays)
        for member in self._members:
            member.send(message, files)

    def check(self) -> None:
        """See that all are there."""
        self._meeting.patience.check()

    def take(self, epoch: int, number: int) -> None:
        """Have them take their parts of a batch."""
        self._tell(Take(epoch, number))
        self.speed.take()

    def make(self, step: int, learning_rate: float) -> None:
        """Have them make a step; the trainer must make it too."""
        self._tell(Make(step, learning_rate))

    def change(self, plan: FreezePlan) -> None:
        """Have them put a plan in force, unless it is."""
        if plan is not self._plan:
            self._plan = plan
            self._tell(Change(plan))

    def speeds(self) -> tuple[float, ...]:
        """Pictures a second of each process by itself, as last measured, the trainer's first."""
        others = (member.pictures_per_second for member in self._members)
        return (self.speed.pictures_per_second, *others)

    def prove(self, own: Proof, digest: str) -> tuple[Proof, list[Notice]]:
        """The proof of all processes: what has moved in one of them has moved. With it, what is to
        be told where a process cannot be asked any more, or has come to other weights."""
        notices = []
        try:
            self._tell(Prove())
            self._meeting.patience.wait_for(
                lambda: all(member.proved for member in self._members), 3600.0
            )
        except (TrainerLost, TookTooLong) as error:
            notices.append(Notice(f"the proof is not of all processes: {error}"))
        broken, agreed = list(own.broken), 1
        for member in self._members:
            if member.proved is None:
                continue
            agreed += 1
            broken += [f"{name} ({member.name})" for name in member.proved.proof.broken]
            if member.proved.digest != digest:
                notices.append(
                    Notice(f"{member.name} has come to other weights than this process: a defect")
                )
        return msgspec.structs.replace(own, broken=tuple(broken), processes=agreed), notices

    def close(self, *, all_is_well: bool) -> None:
        """Let them go; where not all is well, whatever they are at."""
        if all_is_well:
            try:
                self._tell(Leave(self._meeting.together))
            except TrainerLost:
                all_is_well = False
        self._meeting.part(all_is_well=all_is_well)

    def _tell(self, message: msgspec.Struct) -> None:
        self.check()
        for member in self._members:
            member.send(message)
