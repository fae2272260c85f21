"""Frames of a serial CCID reader. Source: USB CCID 1.1, section 6 (messages); GemPC Twin (serial framing).

    frame:   03 06 | message type, length (4, lowest first), slot, sequence, 3 bytes of the type's own | data | LRC
    refusal: 03 15 16, "say that again"
    notice:  50 03 a card came, 50 02 it went; by themselves, between frames

The LRC is the exclusive or of everything before it, the 03 too.
"""

from micropython import const

from till.drivers.line_buffer import LineBuffer

MESSAGE = const(1)
NAK = const(2)
INSERTED = const(3)
REMOVED = const(4)
BAD = const(5)  # a frame that began well, and then its length or its LRC is wrong

NAK_FRAME = b"\x03\x15\x16"

_SYNC = const(0x03)
_ACK = const(0x06)
_NAK = const(0x15)
_NOTICE = const(0x50)
_DATA_AT = const(12)
DATA_MOST = const(261)  # dwMaxCCIDMessageLength 271 less the message's own 10
_SIZE = const(300)


class Outgoing:
    """One command at a time, built in place: begin(..), add(bytes).., frame()."""

    def __init__(self):
        self.code = 0
        self._buffer = bytearray(_DATA_AT + DATA_MOST + 1)
        self._view = memoryview(self._buffer)
        self._end = 0

    def begin(self, code, seq, first=0, second=0, third=0):
        """code: bMessageType. seq: bSeq. first to third: bytes 7 to 9 of the message."""
        self.code = code
        buffer = self._buffer
        buffer[0] = _SYNC
        buffer[1] = _ACK
        buffer[2] = code
        for index in range(3, 8):
            buffer[index] = 0
        buffer[8] = seq
        buffer[9] = first
        buffer[10] = second
        buffer[11] = third
        self._end = _DATA_AT

    def add(self, data):
        end = self._end + len(data)
        if end > _DATA_AT + DATA_MOST:
            raise ValueError("CCID data over %d bytes" % DATA_MOST)
        self._view[self._end : end] = data
        self._end = end

    def frame(self):
        """A view of the whole frame, good until the next begin()."""
        buffer = self._buffer
        end = self._end
        length = end - _DATA_AT
        buffer[3] = length & 0xFF
        buffer[4] = length >> 8
        check = 0
        for index in range(end):
            check ^= buffer[index]
        buffer[end] = check
        return self._view[: end + 1]

    def wipe(self):
        for index in range(len(self._buffer)):
            self._buffer[index] = 0


class Incoming(LineBuffer):
    """Bytes of the line in, kinds of frame out. After MESSAGE the attributes say what it was.

    code: bMessageType. seq: bSeq. status: bStatus. error: bError. data: memoryview, good until the next fill().
    bad counts frames that arrived damaged.
    """

    def __init__(self):
        super().__init__(_SIZE)
        self.bad = 0
        self.code = self.seq = self.status = self.error = 0
        self.data = None

    def cut_short(self):
        """The rest of the frame that has begun will not come: counts it as damaged and forgets it."""
        self.bad += 1
        self.drop()

    def wipe(self):
        super().wipe()
        self.data = None

    def next(self):
        """MESSAGE, NAK, INSERTED, REMOVED or BAD, or None while bytes are missing."""
        buffer = self._buffer
        end = self._end
        while self._start + 1 < end:
            start = self._start
            first = buffer[start]
            second = buffer[start + 1]
            if first == _NOTICE and second in (2, 3):
                self._start = start + 2
                return INSERTED if second == 3 else REMOVED
            if first == _SYNC and second == _ACK:
                return self._message(start)
            if first == _SYNC and second == _NAK:
                if end - start < 3:
                    return None
                if buffer[start + 2] == _SYNC ^ _NAK:
                    self._start = start + 3
                    return NAK
            self._start = start + 1  # noise
        if self._start < end and buffer[self._start] not in (_SYNC, _NOTICE):
            self._start = end
        return None

    def _message(self, start):
        buffer = self._buffer
        if self._end - start < _DATA_AT:
            return None
        length = buffer[start + 3] | buffer[start + 4] << 8
        if length > DATA_MOST or buffer[start + 5] or buffer[start + 6]:
            return self._bad(start)
        after = start + _DATA_AT + length
        if self._end <= after:
            return None
        check = 0
        for index in range(start, after + 1):
            check ^= buffer[index]
        if check:
            return self._bad(start)
        self._start = after + 1
        self.code = buffer[start + 2]
        self.seq = buffer[start + 8]
        self.status = buffer[start + 9]
        self.error = buffer[start + 10]
        self.data = self._view[start + _DATA_AT : after]
        return MESSAGE

    def _bad(self, start):
        self.bad += 1
        self._start = start + 2
        return BAD
