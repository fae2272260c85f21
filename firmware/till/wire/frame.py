"""The frame around a message: length 2 bytes | TPDU 5 | header 6 | message. The length counts what follows it.

Source: public descriptions of UnionPay acquirers' interfaces; TPDU: ISO 8583 over X.25 practice, 60 + destination 2 +
source 2, packed digits.
"""

from micropython import const

from till.wire.errors import WireError

LIMIT = const(1024)
_ROUTING = const(11)


def frame(tpdu, header, body):
    """tpdu: 5 bytes; header: 6 bytes; body: the message -> bytes to send. Errors: WireError(0, offset, reason)."""
    if len(tpdu) != 5:
        raise WireError(0, 2, "TPDU of %d bytes" % len(tpdu))
    if len(header) != 6:
        raise WireError(0, 7, "header of %d bytes" % len(header))
    length = _ROUTING + len(body)
    if not len(body) or length > LIMIT:
        raise WireError(0, 0, "frame length %d, not %d to %d" % (length, _ROUTING + 1, LIMIT))
    return bytes((length >> 8, length & 255)) + bytes(tpdu) + bytes(header) + bytes(body)


def answer_tpdu(tpdu):
    """The TPDU of the answer: destination and source change places."""
    return bytes(tpdu[:1]) + bytes(tpdu[3:5]) + bytes(tpdu[1:3])


def host_request(header):
    """What the host asks the terminal to do next, from an answer's header: 0 nothing, 3 sign on again, 11 (b) ..."""
    return header[2] & 15


class Unframer:
    """Cuts a byte stream into frames. One buffer, made once; a frame's length is at most `limit`.

    Feed what the link gave (at most limit + 2 bytes at a time), then call next() until it returns None. A wrong length
    cannot be resynchronised, because the stream has no marks: after a WireError every call raises it again until
    clear(); drop the connection, clear() and connect anew.
    """

    def __init__(self, limit=LIMIT):
        self._limit = limit
        self._buffer = bytearray(2 * (limit + 2))
        self._fill = 0
        self._error = None

    def clear(self):
        """Forget everything, for a new connection."""
        self._fill = 0
        self._error = None

    def feed(self, buf):
        """Take the next bytes of the stream. Errors: WireError when more wait here than next() was asked for."""
        if self._error:
            raise self._error
        end = self._fill + len(buf)
        if end > len(self._buffer):
            self._fail(self._fill, "%d bytes wait unread" % end)
        self._buffer[self._fill : end] = buf
        self._fill = end

    def next(self):
        """The next whole frame as (tpdu, header, body), all bytes, or None when more bytes are wanted.

        Errors: WireError for a length outside 12 to limit and a TPDU that does not start with 60.
        """
        if self._error:
            raise self._error
        if self._fill < 2:
            return None
        buffer = self._buffer
        length = buffer[0] << 8 | buffer[1]
        if not _ROUTING < length <= self._limit:
            self._fail(0, "frame length %d, not %d to %d" % (length, _ROUTING + 1, self._limit))
        if self._fill > 2 and buffer[2] != 0x60:
            self._fail(2, "TPDU does not start with 60")
        end = 2 + length
        if self._fill < end:
            return None
        result = (bytes(buffer[2:7]), bytes(buffer[7:13]), bytes(buffer[13:end]))
        rest = self._fill - end
        buffer[:rest] = buffer[end : self._fill]
        self._fill = rest
        return result

    def _fail(self, offset, reason):
        self._error = WireError(0, offset, reason)
        raise self._error
