"""One terminal's TCP connection: bytes in, frames answered one after the other, bytes out."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from host_sim.acquirer.frame import Frame, FrameError, FrameReader
from host_sim.acquirer.redaction import logger

log = logger("picotill.acquirer")

FRAMES_WAITING = 8
Answer = Callable[[Frame, str], Awaitable[bytes | None]]


class Connection(asyncio.Protocol):
    """consumed, written: bytes taken from and given to the peer. active: something taken is not answered yet.

    All three change together on the event loop, so that whoever has sent n bytes and sees n consumed and not
    active knows that nothing of them is under way. changed(): called after each change.
    """

    def __init__(
        self,
        answer: Answer,
        reader: FrameReader,
        idle_s: float,
        opened: Callable[["Connection"], bool],
        closed: Callable[["Connection"], None],
        changed: Callable[[], None],
    ):
        self._answer, self._reader, self._idle_s = answer, reader, idle_s
        self._opened, self._closed, self._changed = opened, closed, changed
        self._frames: deque[Frame] = deque()
        self._task: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._ended = False
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
        self.peer_port = transport.get_extra_info("peername")[1]
        if not self._opened(self):
            log.warning("%s: refused, too many connections", self.peer)
            transport.abort()
            return
        self._rest()

    def data_received(self, data: bytes) -> None:
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
        if self._frames and self._task is None:
            self.active = True
            self._task = asyncio.get_running_loop().create_task(self._work())
        if len(self._frames) > FRAMES_WAITING and self._transport is not None:
            self._transport.pause_reading()
        if complete:
            self._rest()  # a frame that trickles in byte by byte does not keep the line
        self._changed()

    def eof_received(self) -> bool:
        """The peer has sent its last byte; it may still wait for an answer."""
        self._ended = True
        return self.active

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._reader.pending:
            log.warning("%s: closed in the middle of a frame", self.peer)
        self._stop_idling()
        self._closed(self)
        self._changed()

    def drop(self) -> None:
        """Close once what has been written is out."""
        if self._transport is not None:
            self._transport.close()

    async def finished(self) -> None:
        """Wait until what was taken is answered."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        """A message that was taken is finished even if the peer has gone: its result stands on disk."""
        while self._frames:
            frame = self._frames.popleft()
            try:
                answer = await self._answer(frame, self.peer)
            except Exception as error:
                log.error("%s: not answered: %s", self.peer, type(error).__name__)
                answer = None
            if answer is not None and self._transport is not None and not self._transport.is_closing():
                self._transport.write(answer)
                self.written += len(answer)
            if len(self._frames) <= FRAMES_WAITING and self._transport is not None:
                self._transport.resume_reading()
        self._task = None
        self.active = False
        if self._ended:
            self.drop()
        self._rest()
        self._changed()

    def _rest(self) -> None:
        self._stop_idling()
        if self._transport is not None and not self.active:
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._too_long)

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _too_long(self) -> None:
        log.info("%s: idle for %s s, closed", self.peer, self._idle_s)
        self.drop()
