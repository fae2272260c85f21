"""The bus of docs/bus.md: messages, and the connection of one board."""

import asyncio
import hashlib
import struct
from collections.abc import Callable
from typing import NamedTuple, Protocol

VERSION = 2
VERSIONS = (1, VERSION)  # the first without TRANSFER
HEADER = struct.Struct("<BBHHQ")
PAYLOAD_MOST = 4096
FOREVER = 0xFFFFFFFFFFFFFFFF

BOARD, I2C0, UART0, UART1, FLASH, GPIO, LINK, UART2, UART3 = range(9)

HELLO, WAIT, ENTROPY, FUSES, NOTE, POWER, ADVANCE = range(0x01, 0x08)
START, WRITE, READ, STOP, TRANSFER = range(0x10, 0x15)
OPEN, SEND, RECEIVE, CLOSE = range(0x20, 0x24)
LEVEL, DRIVE = 0x30, 0x31
FLASH_READ, PROGRAM, ERASE = 0x40, 0x41, 0x42
ANSWER, ERROR = 0x80, 0xFF


class BusError(Exception):
    """A message that does not follow docs/bus.md, or one that no device answers. args: reason."""


class Message(NamedTuple):
    op: int
    device: int
    seq: int
    time_us: int
    payload: bytes


def encode(message: Message) -> bytes:
    if len(message.payload) > PAYLOAD_MOST:
        raise BusError(f"payload of {len(message.payload)} bytes is over {PAYLOAD_MOST}: send it in parts")
    header = HEADER.pack(message.op, message.device, message.seq, len(message.payload), message.time_us)
    return header + message.payload


def decode(buffer: bytes | bytearray, offset: int = 0) -> tuple[Message, int] | None:
    """The message at offset and the offset after it, or None while bytes are missing."""
    if len(buffer) - offset < HEADER.size:
        return None
    op, device, seq, length, time_us = HEADER.unpack_from(buffer, offset)
    if length > PAYLOAD_MOST:
        raise BusError(f"length {length} is over {PAYLOAD_MOST}: send it in parts")
    end = offset + HEADER.size + length
    if len(buffer) < end:
        return None
    return Message(op, device, seq, time_us, bytes(buffer[offset + HEADER.size : end])), end


class Board(Protocol):
    """What a connection asks of the counter."""

    def attached(self, connection: "Connection") -> None: ...
    def detached(self, connection: "Connection") -> None: ...
    def ask(self, connection: "Connection", message: Message) -> bytes | None:
        """The payload of the answer, or None when connection.answer() will be called later or never."""


class Trace:
    """A running digest of everything that passed on the bus, so that two runs can be compared.

    Notes are left out: they carry figures of the machine, not of the run."""

    def __init__(self, sink: Callable[[bytes], object] | None = None):
        self._digest = hashlib.sha256()
        self.messages = 0
        self.sink = sink

    def add(self, data: bytes) -> None:
        self._digest.update(data)
        self.messages += 1
        if self.sink is not None:
            self.sink(data)

    def digest(self) -> str:
        return self._digest.hexdigest()


class Connection(asyncio.Protocol):
    """One board on the bus, from its first byte to the end of its power."""

    def __init__(self, board: Board, now_us: Callable[[], int], trace: Trace):
        self._board, self._now_us, self._trace = board, now_us, trace
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._open: Message | None = None
        self.greeted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._board.detached(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            found = decode(self._buffer)
            if found is None:
                return
            message, end = found
            if self._open is not None or end != len(self._buffer):
                raise BusError("a question came before the last one was answered: wait for each answer")
            self._buffer.clear()
            self._question(message)
        except (BusError, struct.error) as error:
            self._refuse(str(error))

    def _question(self, message: Message) -> None:
        if not self.greeted:
            if message.op != HELLO or message.payload[:1] not in [bytes([known]) for known in VERSIONS]:
                raise BusError(f"the rig speaks versions 1 to {VERSION} of the bus: update the board's firmware")
            self.greeted = True
            self._board.attached(self)
        if message.op != NOTE:
            self._trace.add(encode(message._replace(seq=0)))  # notes take numbers too
        self._open = message
        payload = self._board.ask(self, message)
        if payload is not None:
            self.answer(payload)

    def answer(self, payload: bytes, after_us: int = 0) -> None:
        """Answers the open question, at the present time or with a time that the board has to wait for. Nothing
        happens when the power has gone."""
        question, self._open = self._open, None
        if question is None or self._transport is None:
            return
        at_us = max(self._now_us() + after_us, question.time_us)  # a board with a clock of its own may be a step ahead
        answer = Message(question.op | ANSWER, question.device, question.seq, at_us, payload)
        if question.op != NOTE:
            self._trace.add(encode(answer._replace(seq=0)))
        self._transport.write(encode(answer))

    def _refuse(self, reason: str) -> None:
        if self._transport is not None:
            payload = reason.encode("ascii", "replace")[:PAYLOAD_MOST]
            self._transport.write(encode(Message(ERROR, BOARD, 0, self._now_us(), payload)))
            self.close()

    def close(self) -> None:
        """The end of power: what is under way is never answered."""
        self._open = None
        if self._transport is not None:
            self._transport.abort() if self.greeted else self._transport.close()
