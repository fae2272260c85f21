"""The line to the host over the board's own USB: the same bytes that would be MicroPython's prompt, and no prompt.

Ctrl-C (03) is a byte like any other from the start on: nobody gets at the prompt through this line. What the till
prints goes out between the messages; `picotill line` shows it.
"""

import select
import sys

import micropython

from till.drivers.clock import Signal


class UsbLine:
    """As a UART: baud, received, write(), any(), readinto(), poll(). source, sink: binary streams."""

    baud = 0  # USB has none

    def __init__(self, source=None, sink=None):
        micropython.kbd_intr(-1)
        self.received = Signal()
        self._source = sys.stdin.buffer if source is None else source
        self._sink = sys.stdout.buffer if sink is None else sink
        self._poll = select.poll()
        self._poll.register(self._source, select.POLLIN)

    def write(self, data):
        """Bytes taken. Blocks while the computer takes none; a computer that is not there takes all."""
        return self._sink.write(data) or 0

    def any(self):
        """1 where something can be read: the stream does not say how much."""
        for _, event in self._poll.ipoll(0):
            return 1 if event & select.POLLIN else 0
        return 0

    def readinto(self, into):
        """Byte after byte, because the stream waits for all that it is asked for."""
        count = 0
        while count < len(into) and self.any():
            if not self._source.readinto(into[count : count + 1]):
                break
            count += 1
        return count

    def poll(self):
        """Sets received where bytes wait. True when they do."""
        if not self.any():
            return False
        self.received.set()
        return True
