"""The outer shell of a message: length 2 | TPDU 5 | header 6 | body. Source: unionpay.md's frame, as the profile says.

TPDU is 60, destination 2, source 2; an answer swaps the two. The header's fourth part is the host's request
to the terminal: what it should do next (0 nothing, 3 sign on again).
"""

from dataclasses import dataclass, field

TPDU_BYTES = 5
LENGTH_BYTES = 2
LEAST_BODY_BYTES = 10


class FrameError(ValueError):
    """A stream that cannot be cut into frames any further: drop the connection. args: offset, reason."""


@dataclass(frozen=True)
class Frame:
    """tpdu 5 bytes, header as long as the profile says, body: MTI, bitmap and fields."""

    tpdu: bytes
    header: bytes
    body: bytes = field(repr=False)


class FrameReader:
    """Cuts frames from a stream that arrives in pieces. limit_bytes bounds one frame after its length."""

    def __init__(self, header_bytes: int, limit_bytes: int):
        self._header_bytes = header_bytes
        self._limit_bytes = limit_bytes
        self._buffer = bytearray()
        self._offset = 0

    @property
    def pending(self) -> int:
        """Bytes of a frame that is not complete yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete with these bytes. Raises FrameError at a length that cannot be."""
        self._buffer += data
        frames: list[Frame] = []
        while len(self._buffer) >= LENGTH_BYTES:
            length = int.from_bytes(self._buffer[:LENGTH_BYTES], "big")
            shell = TPDU_BYTES + self._header_bytes
            if length > self._limit_bytes:
                raise FrameError(self._offset, f"length {length} over {self._limit_bytes}")
            if length < shell + LEAST_BODY_BYTES:
                raise FrameError(self._offset, f"length {length} under {shell + LEAST_BODY_BYTES}")
            end = LENGTH_BYTES + length
            if len(self._buffer) < end:
                break
            content = bytes(self._buffer[LENGTH_BYTES:end])
            frames.append(Frame(content[:TPDU_BYTES], content[TPDU_BYTES:shell], content[shell:]))
            del self._buffer[:end]
            self._offset += end
        return frames


def answer_frame(question: Frame, body: bytes, host_request: int, host_request_digit: int) -> bytes:
    """The answer's bytes: addresses swapped, the header echoed with the host's request in its digit."""
    tpdu = question.tpdu[:1] + question.tpdu[3:5] + question.tpdu[1:3]
    digits = question.header.hex()
    digits = digits[:host_request_digit] + f"{host_request:x}" + digits[host_request_digit + 1 :]
    content = tpdu + bytes.fromhex(digits) + body
    return len(content).to_bytes(LENGTH_BYTES, "big") + content
