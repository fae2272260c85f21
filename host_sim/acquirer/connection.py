"""One terminal's TCP connection: bytes in, frames answered one after the other, bytes out."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from host_sim.acquirer.deadlines import Deadlines, Limits
from host_sim.acquirer.frame import Frame, FrameError, FrameReader
from host_sim.acquirer.redaction import logger
from host_sim.clock import Clock

log = logger("picotill.acquirer")

FRAMES_WAITING = 8
Answer = Callable[[Frame, str], Awaitable[bytes | None]]


class Counted(Protocol):
    """Bytes taken from and given to the peer's wire."""

    consumed: int
    written: int


class Connection(asyncio.Protocol):
    """consumed, written: bytes taken from and given to the peer. active: something taken is not answered yet.

    All three change together on the event loop, so that whoever has sent n bytes and sees n consumed and not
    active knows that nothing of them is under way. changed(): called after each change.
    """

    def __init__(
        self,
        answer: Answer,
        reader: FrameReader,
        limits: Limits,
        clock: Clock,
        opened: Callable[["Connection"], bool],
        closed: Callable[["Connection"], None],
        changed: Callable[[], None],
    ):
        self._answer, self._reader, self._limits = answer, reader, limits
        self._opened, self._closed, self._changed = opened, closed, changed
        self._frames: deque[Frame] = deque()
        self._task: asyncio.Task[None] | None = None
        self._deadlines = Deadlines(clock)
        self._room = asyncio.Event()
        self._room.set()
        self._taking = True
        self._transport: asyncio.Transport | None = None
        self._ended = False
        self.wire: Counted = self  # whose bytes count: TLS's, where it lies between
        self.peer_address = ""
        self.peer_port = 0
        self.consumed = 0
        self.written = 0
        self.active = False

    @property
    def peer(self) -> str:
        return f"port {self.peer_port}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.peer_address, self.peer_port = transport.get_extra_info("peername")[:2]
        if not self._opened(self):
            log.warning("%s: refused, too many connections", self.peer)
            transport.abort()
            return
        self._expect_frame()
        self._rest()

    def data_received(self, data: bytes) -> None:
        if not self._taking:
            return
        complete = 0
        try:
            frames = self._reader.feed(data)
            complete = len(frames)
            self._frames.extend(frames)
        except FrameError as error:
            log.warning("%s: dropped: byte %s: %s", self.peer, *error.args)
            self._frames.clear()
            self.drop()
        self.consumed += len(data)
        if complete:
            self._deadlines.stop("frame")
        if self._reader.pending:
            self._expect_frame()
        if self._frames and self._task is None:
            self.active = True
            self._task = asyncio.get_running_loop().create_task(self._work())
        self._read_on()
        if complete:
            self._rest()
        self._changed()

    def eof_received(self) -> bool:
        """The peer has sent its last byte; it may still wait for an answer."""
        self._ended = True
        return self.active

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._reader.pending:
            log.warning("%s: closed in the middle of a frame", self.peer)
        self._deadlines.stop_all()
        self._room.set()
        self._closed(self)
        self._changed()

    def pause_writing(self) -> None:
        """The peer does not read its answers: no more are made until it does."""
        self._room.clear()
        self._deadlines.start("write", self._limits.write_s, self._not_read)
        self._read_on()

    def resume_writing(self) -> None:
        self._room.set()
        self._deadlines.stop("write")
        self._read_on()

    def drop(self) -> None:
        """Close once what has been written is out, or the peer has had its time to read it."""
        if self._transport is not None and not self._transport.is_closing():
            self._taking = False
            self._transport.close()
            self._deadlines.start("close", self._limits.write_s, self._abort)

    def take_no_more(self) -> None:
        """Answer what has come whole, and nothing that comes now."""
        self._taking = False
        if not self.active:
            self.drop()

    async def finished(self) -> None:
        """Wait until what was taken is answered."""
        if self._task is not None:
            await asyncio.wait([self._task])
        self.drop()

    def give_up(self) -> asyncio.Task[None] | None:
        """End at once, whatever is under way. Returns that, told to end."""
        if self._task is not None:
            self._task.cancel()
        self._abort()
        return self._task

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _read_on(self) -> None:
        """Read only as fast as answers are made and read."""
        if self._transport is None or self._transport.is_closing():
            return
        if len(self._frames) > FRAMES_WAITING or not self._room.is_set():
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    async def _work(self) -> None:
        """A message that was taken is finished even if the peer has gone: its result stands on disk."""
        while self._frames:
            await self._room.wait()
            frame = self._frames.popleft()
            try:
                answer = await self._answer(frame, self.peer)
            except Exception as error:
                log.error("%s: not answered: %s", self.peer, type(error).__name__)
                answer = None
            if answer is not None and self._transport is not None and not self._transport.is_closing():
                self._transport.write(answer)
                self.written += len(answer)
            self._read_on()
        self._task = None
        self.active = False
        if self._ended or not self._taking:
            self.drop()
        self._rest()
        self._changed()

    def _not_read(self) -> None:
        log.warning("%s: has not read its answers for %s s, dropped", self.peer, self._limits.write_s)
        self._abort()

    def _expect_frame(self) -> None:
        """A frame must be whole in time; one that trickles in byte by byte does not keep the line."""
        self._deadlines.keep("frame", self._limits.frame_s, self._too_slow)

    def _too_slow(self) -> None:
        log.info("%s: no whole frame in %s s, closed", self.peer, self._limits.frame_s)
        self.drop()

    def _rest(self) -> None:
        self._deadlines.stop("idle")
        if self._transport is not None and not self.active:
            self._deadlines.start("idle", self._limits.idle_s, self._too_long)

    def _too_long(self) -> None:
        log.info("%s: idle for %s s, closed", self.peer, self._limits.idle_s)
        self.drop()
