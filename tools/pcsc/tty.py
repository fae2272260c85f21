"""The serial side: a pty that we make, or a port that is there, as the line of a reader model."""

import os
import termios
import tty
from collections.abc import Callable

from host_sim.rig.ccid_reader import BAUD
from tools.errors import ToolError


class TtyLine:
    """One end of a serial line. path: what the other side opens. receive: called with bytes from it."""

    def __init__(self, port: str | None):
        """port: an existing serial port; None makes a pty."""
        self.lost = 0
        self._slave = -1
        if port is None:
            self._fd, self._slave = os.openpty()
            tty.setraw(self._slave)  # before anybody opens it, and kept open: else what comes early is echoed
            self.path = os.ttyname(self._slave)
        else:
            self._fd, self.path = _opened(port), port
        os.set_blocking(self._fd, False)

    def fileno(self) -> int:
        return self._fd

    def send(self, data: bytes, after_us: int = 0) -> None:
        """Bytes to the other side; those that find no room in its queue are lost, as on a wire."""
        try:
            count = os.write(self._fd, data)
        except OSError:
            count = 0
        self.lost += len(data) - count

    def read(self) -> bytes:
        try:
            return os.read(self._fd, 4096)
        except OSError:
            return b""

    def watch(self, loop, receive: Callable[[bytes], object]) -> None:
        loop.add_reader(self._fd, lambda: receive(self.read()))

    def close(self, loop) -> None:
        loop.remove_reader(self._fd)
        os.close(self._fd)
        if self._slave >= 0:
            os.close(self._slave)


def _opened(port: str) -> int:
    """A serial port, raw at the reader's speed. ToolError."""
    try:
        fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(fd)
        settings = termios.tcgetattr(fd)
        settings[4] = settings[5] = getattr(termios, f"B{BAUD}")
        termios.tcsetattr(fd, termios.TCSANOW, settings)
        return fd
    except (OSError, termios.error) as error:
        raise ToolError(f"{port} cannot be used: {error.args[-1]}", "name a serial port that is there") from None
