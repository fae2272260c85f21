"""One PC/SC reader offered on a serial line as the CCID reader that the till's driver speaks to."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from host_sim.rig.ccid_reader import BAUD, CcidReader
from host_sim.rig.slot import Slot
from host_sim.rig.world import World
from tools.pcsc.card import PcscCard
from tools.pcsc.service import Context
from tools.pcsc.tty import TtyLine


class Offer:
    """name: the PC/SC reader's. line: where the till is. said: told what happens. transmit_s: so long a
    card may take over a command before it counts as mute; under the 6 s that the till waits for the reader."""

    def __init__(self, name: str, line: TtyLine, said: Callable[[str], object], transmit_s: float):
        self.name, self.line, self._said, self._transmit_s = name, line, said, transmit_s
        self.world = World(datetime.now(UTC), pace=1.0)
        self.slot = Slot()
        self.reader = CcidReader(self.world, self.slot, timed=False)
        self.reader.line = line  # type: ignore[assignment]  # the same send()
        self._watching = Context()
        self._ending = threading.Event()
        self._there: tuple[bool, bool] | None = None

    async def run(self, until: asyncio.Event | None = None) -> None:
        """Serves until the event is set, or for ever."""
        loop = asyncio.get_running_loop()
        self.world.open()
        self.reader.opened(BAUD)
        self.line.watch(loop, self._received)
        watch = threading.Thread(target=self._watch, args=(loop,), name="pcsc-watch", daemon=True)
        watch.start()
        try:
            await (until or asyncio.Event()).wait()
        finally:
            self._ending.set()
            await asyncio.to_thread(watch.join, 2)
            self.slot.pull()
            self.line.close(loop)
            await self.world.close()
            self._watching.close()

    def _received(self, data: bytes) -> None:
        if data:
            self.world.poke(lambda: self.reader.receive(data))

    # ---- what is in the reader (in a thread: the service is asked and answers in its own time)
    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        state = 0
        while not self._ending.is_set():
            state, there, card = self._watching.watch(self.name, state)
            if not self._ending.is_set():
                loop.call_soon_threadsafe(self._seen, there, card)
            if not there:
                self._ending.wait(0.3)

    def _seen(self, there: bool, card: bool) -> None:
        if (there, card) == self._there:
            return
        before, self._there = self._there, (there, card)
        if before is None or before[0] != there:
            self._said(f"{self.name}: " + ("ready" if there else "not connected any more; connect it again"))
        self.world.poke(lambda: self._apply(there, card))

    def _apply(self, there: bool, card: bool) -> None:
        if there and not self.reader.plugged:
            self.reader.plugged = True
            self.reader.reset()
        if card and self.slot.card is None:
            self._said("card in")
            self.slot.insert(PcscCard(self.name, self._said, self._transmit_s))
        elif not card and self.slot.card is not None:
            self._said("card out")
            self.slot.pull()
        if not there:
            self.reader.plugged = False
