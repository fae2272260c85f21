"""One day at the counter, played on the rig that was asked for and, beside it, on the unix port: both tills must show
the same pixels at the same moments, print the same paper and leave the same books."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from host_sim.rig.stage import Stage
from host_sim.store.schema import Payment
from tests.flows.drill import AT_BOOT, Drill
from tests.hil.rigs import BRIEF, UNIX, WHOLE

Story = Callable[["Day"], Awaitable[Any]]
MINUTE = re.compile(r"\d\d:\d\d(:\d\d)?")
CRYPTOGRAM = re.compile(r"(ARQC|TC) [0-9A-F]{16}")


class Day:
    """One till's day. rig: its name. shown: what its display showed, pixels and PNG, by moment."""

    def __init__(self, rig: str, stage: Stage):
        self.rig, self.stage, self.counter = rig, stage, stage.counter
        self.drill, self.person = Drill(stage), stage.person
        self.shown: dict[str, tuple[tuple[bytes, ...], bytes]] = {}
        self._printed = 0
        self._holds = False

    async def act(self, script: Awaitable[Any]) -> Any:
        """Plays a script. Before and after it the day stands still, however long the other rigs take."""

        async def alone() -> Any:
            world = self.stage.world
            while self._holds and world.running > 2:  # noqa: ASYNC110  # the till is on its way to its next wait
                await asyncio.sleep(0.001)
            if self._holds:
                world.end()
            try:
                return await script
            finally:
                world.begin()
                self._holds = True

        return await self.stage.act(alone())

    async def ready(self) -> None:
        """The power is on and the till idle; a story that failed before leaves nothing behind but its books."""
        self.drill.tap.calm()
        self.counter.link.up = True
        if self.counter.powered and not self.person.reads(*AT_BOOT["idle"]):
            self.counter.power_cut()
        if not self.counter.powered:
            await self.drill.boot()

    def look(self, moment: str) -> None:
        """Takes a picture of the display."""
        display = self.counter.display
        self.shown[moment] = display.pixels(), display.png()

    def paper(self) -> list[str]:
        """What was printed since this was asked last; times and cryptograms, which no two tills share, are left out."""
        slips = self.counter.printer.slips[self._printed :]
        self._printed += len(slips)
        return [CRYPTOGRAM.sub(r"\1", MINUTE.sub("", slip.text())) for slip in slips]

    async def books(self) -> list[tuple[int, str, str, int]]:
        """The host's payments: trace, kind, state, fen."""
        return await self.stage.host.store.read(
            lambda session: [
                (one.trace, one.kind, one.state, one.amount_fen) for one in session.query(Payment).order_by(Payment.id)
            ]
        )


class Days:
    """The same day on every rig at hand. pictures: folder for what the displays showed, one folder a rig."""

    def __init__(self, days: list[Day], pictures: Path):
        self.days, self._pictures = days, pictures

    async def play(self, name: str, story: Story, powered: bool = True) -> None:
        """Plays a story on each rig and compares them: pixels, paper, books, and what the story returned. powered:
        whether it begins at an idle till, or at one that is off."""
        if not WHOLE and name not in BRIEF:  # the slow till stays behind; those that go on are no longer like it
            self.days = [day for day in self.days if day.rig == UNIX] or self.days
        found = []
        for day in self.days:
            found.append(await day.act(self._played(day, story, powered)))
            self._keep(day, name)
        (first, *others), (own, *rest) = self.days, found
        for day, theirs in zip(others, rest, strict=True):
            assert first.shown.keys() == day.shown.keys()
            for moment, (pixels, _) in first.shown.items():
                where = f"{self._pictures}/{{{first.rig},{day.rig}}}/{name}-{moment}.png"
                assert pixels == day.shown[moment][0], f"the displays differ: look at {where}"
            assert own == theirs, f"{first.rig} and {day.rig} differ"

    async def _played(self, day: Day, story: Story, powered: bool) -> tuple[Any, ...]:
        day.shown = {}
        if powered:
            await day.ready()
        elif day.counter.powered:
            day.counter.power_cut()
        day.paper()
        told = await story(day)
        day.drill.healthy()
        unharmed(day)
        return told, day.paper(), await day.books()

    def _keep(self, day: Day, name: str) -> None:
        folder = self._pictures / day.rig.strip("/").replace("/", "-")
        folder.mkdir(parents=True, exist_ok=True)
        for moment, (_, picture) in day.shown.items():
            (folder / f"{name}-{moment}.png").write_bytes(picture)


def unharmed(day: Day) -> None:
    """No byte was lost on any line, and none came damaged."""
    assert all(line.dropped == 0 for line in day.counter.lines.values())
    harmed = [name for name in day.counter.notes if "overruns" in name or "damaged" in name]
    assert not harmed, day.counter.notes
