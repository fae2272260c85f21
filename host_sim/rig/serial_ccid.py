"""Frames of a CCID reader on a serial line. Source: USB CCID 1.1, 6 (messages); GemPC Twin's serial framing:
03 06, message, exclusive or of all of it. 03 15 16 asks for the last frame again; 50 03 and 50 02 tell of the slot."""

from functools import reduce
from operator import xor
from typing import NamedTuple

HEAD = b"\x03\x06"
NAK = b"\x03\x15\x16"
INSERTED, REMOVED = b"\x50\x03", b"\x50\x02"
MESSAGE_MOST = 271  # dwMaxCCIDMessageLength
HEADER = 10


class Message(NamedTuple):
    """kind: bMessageType. specific: bytes 7 to 9. data: abData."""

    kind: int
    slot: int
    seq: int
    specific: bytes
    data: bytes


def frame(message: Message) -> bytes:
    """ValueError over 271 bytes."""
    length = len(message.data)
    if length > MESSAGE_MOST - HEADER:
        raise ValueError(f"a message holds {MESSAGE_MOST - HEADER} bytes of data, not {length}")
    head = bytes([message.kind]) + length.to_bytes(4, "little") + bytes([message.slot, message.seq])
    body = HEAD + head + message.specific + message.data
    return body + bytes([reduce(xor, body)])


class Frames:
    """Bytes of a line in, ("message", Message), ("nak", None) or ("bad", None) out. faults: counts by kind."""

    def __init__(self) -> None:
        self.faults = {"noise": 0, "lrc": 0, "length": 0}
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def clear(self) -> None:
        self._buffer.clear()

    @property
    def begun(self) -> bool:
        return bool(self._buffer)

    def next(self) -> tuple[str, Message | None] | None:
        buffer = self._buffer
        while buffer:
            if buffer.startswith(NAK):
                del buffer[:3]
                return "nak", None
            if buffer.startswith(HEAD):
                return self._message()
            if HEAD.startswith(buffer) or NAK.startswith(buffer):
                return None
            self.faults["noise"] += 1
            del buffer[:1]
        return None

    def _message(self) -> tuple[str, Message | None] | None:
        buffer = self._buffer
        if len(buffer) < 2 + HEADER:
            return None
        length = int.from_bytes(buffer[3:7], "little")
        if length > MESSAGE_MOST - HEADER:
            return self._bad("length")
        end = 2 + HEADER + length
        if len(buffer) <= end:
            return None
        if reduce(xor, buffer[: end + 1]):
            return self._bad("lrc")
        found = Message(buffer[2], buffer[7], buffer[8], bytes(buffer[9:12]), bytes(buffer[12:end]))
        del buffer[: end + 1]
        return "message", found

    def _bad(self, fault: str) -> tuple[str, None]:
        self.faults[fault] += 1
        self._buffer.clear()  # what belongs to it cannot be told from what does not: the host says it again
        return "bad", None
