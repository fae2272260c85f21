"""The stream to the host over a serial line, for boards without a radio: a modem or a computer carries it on.

Each message is 7E type data CRC-32 7E; 7E and 7D within are sent as 7D and the byte with bit 5 turned (as in ISO/IEC
13239, 4.5.2.2). Types from the till: OPEN, DATA, CLOSE; to the till: OPENED, REFUSED, DATA, CLOSED. A message that
arrives damaged breaks the connection: a payment's bytes must not be missing in the middle.
"""

from binascii import crc32

import micropython
from micropython import const

from till.drivers.clock import Signal

OPEN, OPENED, REFUSED, DATA, CLOSE = const(1), const(2), const(3), const(4), const(5)
_FLAG, _ESCAPE, _TURN = const(0x7E), const(0x7D), const(0x20)
_DATA_MOST = const(256)  # bytes of data in one message
_MESSAGE_MOST = const(261)  # type, data, CRC
_RECEIVED_MOST = const(1024)
_OPEN_MS = const(5000)
_ROOM_MS = const(500)
_STEP_MS = const(2)


@micropython.viper
def _plain(data: ptr8, start: int, end: int) -> int:
    """Where the first flag or escape is, from start on; end where there is none."""
    while start < end:
        if data[start] == 0x7E or data[start] == 0x7D:
            return start
        start += 1
    return end


class SerialLink:
    """uart: write, readinto, any, baud, poll() -> bool.  pause(ms): set by the board; blocks, with interrupts on.

    open() and write() block: a connection is asked for at most 5 s, and a piece has to find room in 0.5 s.
    damaged counts messages that arrived wrong.
    """

    def __init__(self, uart, pause=None):
        self.received, self.closed = Signal(), Signal()
        self.pause = pause
        self.place = getattr(uart, "place", None)  # see the board's rest: where bytes come by DMA
        self.damaged = 0
        self._uart = uart
        self._open = False
        self._answer = 0
        self._message = bytearray(_MESSAGE_MOST)
        self._message_view = memoryview(self._message)
        self._length = 0
        self._escaped = False
        self._chunk = bytearray(64)
        self._chunk_view = memoryview(self._chunk)
        self._kept = bytearray(_RECEIVED_MOST)
        self._kept_view = memoryview(self._kept)
        self._count = 0
        self._out = bytearray(2 * _MESSAGE_MOST + 2)
        self._out_view = memoryview(self._out)

    # ---- the stream
    def open(self):
        """Asks for a connection to the host. Returns whether there is one."""
        self._count = 0
        self._answer = 0
        self.received.clear()
        self.closed.clear()
        self._open = False
        if not self._send(OPEN, b""):
            return False
        for _ in range(_OPEN_MS // _STEP_MS):
            self._take()
            if self._answer:
                break
            self.pause(_STEP_MS)
        self._open = self._answer == OPENED
        return self._open

    def is_open(self):
        return self._open

    def close(self):
        self._open = False
        self._count = 0
        self._send(CLOSE, b"")

    def write(self, data):
        """Bytes taken; 0 when nothing can leave."""
        view = memoryview(data)
        sent = 0
        while self._open and sent < len(data):
            piece = view[sent : sent + _DATA_MOST]
            if not self._send(DATA, piece):
                break
            sent += len(piece)
        return sent

    def any(self):
        self._take()
        return self._count

    def readinto(self, into):
        self._take()
        count = min(len(into), self._count)
        into[:count] = self._kept_view[:count]
        self._kept_view[: self._count - count] = bytes(self._kept_view[count : self._count])
        self._count -= count
        return count

    def poll(self):
        """The board's look at the line. True when something came that somebody may wait for."""
        return self._uart.poll() and self._take()

    # ---- the line
    def _send(self, kind, data):
        """False when the line took nothing for 0.5 s."""
        check = crc32(data, crc32(bytes((kind,)))).to_bytes(4, "little")
        out = self._out
        out[0] = _FLAG
        end = 1
        for part in (bytes((kind,)), data, check):
            at, count = 0, len(part)
            while at < count:
                plain = _plain(part, at, count)
                self._out_view[end : end + plain - at] = part[at:plain]
                end += plain - at
                at = plain
                if at < count:
                    out[end] = _ESCAPE
                    out[end + 1] = part[at] ^ _TURN
                    end += 2
                    at += 1
        out[end] = _FLAG
        end += 1
        sent = stalls = 0
        while sent < end:
            count = self._uart.write(self._out_view[sent:end])
            sent += count
            if not count:
                stalls += 1
                if stalls > _ROOM_MS // _STEP_MS:
                    return False
                self.pause(_STEP_MS)
        return True

    def _take(self):
        """Reads what the line holds. True when a message came."""
        came = False
        chunk = self._chunk
        while self._uart.any():
            count = self._uart.readinto(self._chunk_view)
            at = 0
            while at < count:
                if not self._escaped:
                    plain = _plain(chunk, at, count)
                    if plain > at and self._length + plain - at <= _MESSAGE_MOST:
                        end = self._length + plain - at
                        self._message_view[self._length : end] = self._chunk_view[at:plain]
                        self._length = end
                        at = plain
                        continue
                byte = chunk[at]
                at += 1
                if byte == _FLAG:
                    came = self._ended() or came
                elif byte == _ESCAPE:
                    self._escaped = True
                elif self._length < _MESSAGE_MOST:
                    self._message[self._length] = byte ^ _TURN if self._escaped else byte
                    self._length += 1
                    self._escaped = False
                else:
                    self._break()
        return came

    def _ended(self):
        """A flag: what came since the last one is a message, or nothing."""
        length, self._length, self._escaped = self._length, 0, False
        if not length:
            return False
        view = self._message_view[:length]
        if length < 5 or crc32(view[:-4]).to_bytes(4, "little") != bytes(view[-4:]):
            self.damaged += 1
            self._break()
            return True
        kind, data = view[0], view[1:-4]
        if kind == OPENED or kind == REFUSED:
            self._answer = kind
        elif kind == CLOSE:
            self._ended_by_peer()
        elif kind == DATA and self._open:
            if self._count + len(data) > _RECEIVED_MOST:
                self._break()
            else:
                self._kept_view[self._count : self._count + len(data)] = data
                self._count += len(data)
                self.received.set()
        return True

    def _break(self):
        """Bytes are lost: the connection is worth nothing any more."""
        self._length = 0
        if self._open:
            self.close()
            self._ended_by_peer()

    def _ended_by_peer(self):
        self._open = False
        self.received.set()
        self.closed.set()
