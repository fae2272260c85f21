"""Frames of the PN532 host link on HSU. Source: NXP UM0701-02, section 6.2.1.

Normal frame: 00 | 00 FF | LEN LCS | TFI PD0.. | DCS | 00, where LEN + LCS and the sum of TFI, PD0.. and DCS are 0
modulo 256. Extended: 00 | 00 FF | FF FF | LENM LENL LCS | TFI PD0.. | DCS | 00. LEN counts from TFI on.
"""

import micropython
from micropython import const

from till.drivers.line_buffer import LineBuffer, wipe

ACK = const(1)
ERROR = const(2)  # the chip found no command it knows in a frame that arrived whole
DATA = const(3)
BAD = const(4)  # a start code, and after it a length or a checksum that is wrong

ACK_FRAME = b"\x00\x00\xff\x00\xff\x00"  # from the host: stop what you are doing
NACK_FRAME = b"\x00\x00\xff\xff\x00\x00"  # from the host: send that answer again

_HOST = const(0xD4)
_CHIP = const(0xD5)
_LEN_MOST = const(265)  # TFI and 264 bytes
_TFI_AT = const(8)  # where TFI stands in the outgoing buffer: an extended header still fits before it
_IN_SIZE = const(300)  # the longest frame is 275


@micropython.viper
def _sum(buffer: ptr8, start: int, end: int) -> int:
    total = 0
    while start < end:
        total += int(buffer[start])
        start += 1
    return total


class Outgoing:
    """One command at a time, built in place: begin(code), add(bytes).., frame()."""

    def __init__(self):
        self.code = 0
        self._buffer = bytearray(_TFI_AT + _LEN_MOST + 2)
        self._view = memoryview(self._buffer)
        self._end = 0

    def begin(self, code):
        self.code = code
        self._buffer[_TFI_AT] = _HOST
        self._buffer[_TFI_AT + 1] = code
        self._end = _TFI_AT + 2

    def add(self, data):
        end = self._end + len(data)
        if end > _TFI_AT + _LEN_MOST:
            raise ValueError("PN532 command over %d bytes" % _LEN_MOST)
        self._view[self._end : end] = data
        self._end = end

    def frame(self):
        """A view of the whole frame, good until the next begin()."""
        buffer = self._buffer
        end = self._end
        length = end - _TFI_AT
        buffer[end] = -_sum(buffer, _TFI_AT, end) & 0xFF
        buffer[end + 1] = 0
        if length < 256:
            first = 3
            buffer[6] = length
            buffer[7] = -length & 0xFF
        else:
            first = 0
            buffer[3] = buffer[4] = 0xFF
            buffer[5] = length >> 8
            buffer[6] = length & 0xFF
            buffer[7] = -(buffer[5] + buffer[6]) & 0xFF
        buffer[first] = buffer[first + 1] = 0
        buffer[first + 2] = 0xFF
        return self._view[first : end + 2]

    def wipe(self):
        wipe(self._buffer)


class Incoming(LineBuffer):
    """Bytes of the line in, kinds of frame out. After DATA, code and payload tell the answer.

    bad counts frames with a wrong length or checksum.
    """

    def __init__(self):
        super().__init__(_IN_SIZE)
        self.bad = 0
        self.code = 0
        self.payload = None  # memoryview of what follows the answer's code, good until the next fill()

    def wipe(self):
        super().wipe()
        self.payload = None

    def next(self):
        """ACK, ERROR, DATA or BAD, or None while the bytes of a frame are missing."""
        buffer = self._buffer
        start = self._start
        end = self._end
        while start + 1 < end and not (buffer[start] == 0 and buffer[start + 1] == 0xFF):
            start += 1  # preamble, postamble or noise
        self._start = start
        if end - start < 4:
            return None
        first = buffer[start + 2]
        second = buffer[start + 3]
        if first == 0 and second == 0xFF:
            self._start = start + 4
            return ACK
        if first == 0xFF and second == 0xFF:
            if end - start < 7:
                return None
            length = buffer[start + 4] << 8 | buffer[start + 5]
            check = buffer[start + 4] + buffer[start + 5] + buffer[start + 6]
            body = start + 7
        else:
            length = first
            check = first + second
            body = start + 4
        if check & 0xFF or not 0 < length <= _LEN_MOST:
            return self._bad(start + 2)
        after = body + length
        if end <= after:
            return None
        if _sum(buffer, body, after + 1) & 0xFF:
            return self._bad(start + 2)
        self._start = after + 1
        if length == 1:
            return ERROR if buffer[body] == 0x7F else self._bad(after + 1)
        if buffer[body] != _CHIP:
            return self._bad(after + 1)
        self.code = buffer[body + 1]
        self.payload = self._view[body + 2 : after]
        return DATA

    def _bad(self, start):
        self.bad += 1
        self._start = start
        return BAD
