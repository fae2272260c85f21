"""A contact reader that is not a model: a serial port or pty of this machine on the till's UART.

`picotill pcsc` makes such a port. The virtual clock stands still while the reader owes an answer, so a real card's time
is no time on the counter.
"""

import asyncio
import os
import tty

from host_sim.rig.serial_ccid import Frames
from host_sim.rig.uart import Line
from host_sim.rig.world import World

PATIENCE_S = 7.0  # after so long an answer will not come, and the clock moves on; at once where none came before
TIME_EXTENSION = 2


class SerialPort:
    """world: the clock. path: the port; OSError when it cannot be opened.

    owed: a command is on its way and its answer is not here yet. late: answers that came after our patience.
    """

    line: Line

    def __init__(self, world: World, path: str):
        self.world, self.path = world, path
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._fd)
        self._sent, self._heard = Frames(), Frames()
        self.owed = False
        self.late = 0
        self.patience_s = PATIENCE_S
        self._silent = False
        self._patience: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        world.quiet.append(lambda: not self.owed)

    def open(self) -> None:
        """Listens from now on; in the event loop that the world runs in."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._readable)

    def close(self) -> None:
        self._settle()
        if self._loop is not None:
            self._loop.remove_reader(self._fd)
            self._loop = None
            os.close(self._fd)

    def reset(self) -> None:
        """The till's power is gone; the reader has its own."""
        self._settle()
        self._sent.clear()
        self._heard.clear()

    # ---- the till's side
    def opened(self, baud: int) -> None:
        self._sent.clear()

    def receive(self, data: bytes) -> None:
        try:
            os.write(self._fd, data)
        except OSError:
            return  # nobody there: the driver will say so
        self._sent.feed(data)
        while (found := self._sent.next()) is not None:
            if found[0] in ("message", "nak"):
                self._owe()

    def _owe(self) -> None:
        assert self._loop is not None, "a port that was not opened"
        self._settle()
        self.owed = True
        self._patience = self._loop.call_later(0.2 if self._silent else self.patience_s, self._given_up)

    def _given_up(self) -> None:
        self._silent = True
        self._settle()

    def _settle(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = None
        if self.owed:
            self.owed = False
            self.world.changed()

    # ---- the reader's side
    def _readable(self) -> None:
        try:
            data = os.read(self._fd, 4096)
        except OSError:
            data = b""
        if not data:  # the other end was closed: silence from now on
            assert self._loop is not None
            self._loop.remove_reader(self._fd)
            self._settle()
            return
        self._silent = False
        self._heard.feed(data)
        answered = False
        while (found := self._heard.next()) is not None:
            kind, message = found
            extension = message is not None and message.specific[0] >> 6 == TIME_EXTENSION
            answered = answered or (kind != "noise" and not extension)
        self.late += answered and not self.owed
        self.world.poke(lambda: self.line.send(data))
        if answered:
            self._settle()
