"""Frames of the PN532 on its high-speed UART. Source: NXP UM0701-02, 6.2.1 (frames) and 7.2.11 (waking)."""

ACK = bytes.fromhex("0000FF00FF00")
NACK = bytes.fromhex("0000FFFF0000")
ERROR = bytes.fromhex("0000FF01FF7F8100")  # to the host: a command it cannot make sense of
START = b"\x00\xff"
DATA_MOST = 265  # TFI and 264 bytes of packet data
EDGES_TO_WAKE = 5
EDGES = tuple(
    sum(bits[n] < bits[n + 1] for n in range(9))
    for bits in ([0, *(byte >> bit & 1 for bit in range(8)), 1] for byte in range(256))
)
"""Rising edges on the line for each byte: a start bit of 0, eight bits from the lowest, a stop bit of 1."""


def frame(data: bytes, bare: bool = False) -> bytes:
    """An information frame around data (TFI and packet data, 1-265 bytes); extended from 256 bytes on.
    bare: without preamble and postamble."""
    if not 1 <= len(data) <= DATA_MOST:
        raise ValueError(f"a frame holds 1 to {DATA_MOST} bytes, not {len(data)}")
    if len(data) < 256:
        head = bytes([len(data), -len(data) & 0xFF])
    else:
        high, low = divmod(len(data), 256)
        head = bytes([0xFF, 0xFF, high, low, -(high + low) & 0xFF])
    body = START + head + data + bytes([-sum(data) & 0xFF])
    return body if bare else b"\x00" + body + b"\x00"


class Frames:
    """Bytes of a line in, frames out. faults counts what was wrong with them, by kind: noise bytes between frames,
    lcs, dcs (checksums), length (none, or more than a frame holds)."""

    def __init__(self) -> None:
        self.faults = {"noise": 0, "lcs": 0, "dcs": 0, "length": 0}
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def clear(self) -> None:
        self._buffer.clear()

    def next(self) -> tuple[str, bytes] | None:
        """("ack", b""), ("nack", b"") or ("data", TFI and packet data); None when more bytes are needed."""
        while self._align():
            head = bytes(self._buffer[2:7])
            if head[:2] in (b"\x00\xff", b"\xff\x00"):
                del self._buffer[:4]
                return ("ack" if head[0] == 0 else "nack"), b""
            extended = head[:2] == b"\xff\xff"
            if len(head) < (5 if extended else 2):
                return None
            length, begin = (head[2] << 8 | head[3], 7) if extended else (head[0], 4)
            if (sum(head[2:5]) if extended else sum(head[:2])) & 0xFF:
                self._drop("lcs")
            elif not 1 <= length <= DATA_MOST:
                self._drop("length")
            elif len(self._buffer) < begin + length + 1:
                return None
            else:
                data, check = bytes(self._buffer[begin : begin + length]), self._buffer[begin + length]
                if (sum(data) + check) & 0xFF:
                    self._drop("dcs")
                else:
                    del self._buffer[: begin + length + 1]
                    return "data", data
        return None

    def _align(self) -> bool:
        """Puts the next start code first; False when there is none with two bytes behind it."""
        at = self._buffer.find(START)
        rest = len(self._buffer) - (self._buffer[-1:] == b"\x00") if at < 0 else at
        self.faults["noise"] += sum(byte != 0 for byte in self._buffer[:rest])  # 00 is pre- and postamble
        del self._buffer[:rest]
        return at >= 0 and len(self._buffer) >= 4

    def _drop(self, fault: str) -> None:
        self.faults[fault] += 1
        del self._buffer[:2]
