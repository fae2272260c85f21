"""The line to the host: a byte stream that the rig forwards to real TCP, and the world's switches on it.

The switches act on the wire and nowhere else: up (False: the till cannot connect, and what is open breaks),
latency_us each way, and intercept, which sees each chunk with its direction ("request" or "answer") and
returns what goes on: the same bytes, other bytes, or None for lost.
"""

import asyncio
from collections.abc import Callable

from host_sim.rig.world import World

Intercept = Callable[[str, bytes], bytes | None]
Progress = Callable[[int], tuple[int, int, bool]]
"""A host's account of one connection, by our port: bytes it has consumed, bytes it has written, still busy."""
OPEN_US = 30_000
CLOSED = 1


class Link:
    """address: the host's (name, port). progress: the host's account, None when it runs elsewhere.
    raised: called with 0 for bytes and 1 for a closed peer."""

    def __init__(
        self, world: World, address: tuple[str, int], progress: Progress | None, raised: Callable[[int], None]
    ):
        self._world, self._address, self._progress, self._raised = world, address, progress, raised
        self._up = True
        self.latency_us = 20_000
        self.intercept: Intercept = lambda direction, data: data
        self.sent_bytes = 0
        self.received_bytes = 0
        self._socket: _Socket | None = None
        self._received = bytearray()
        self._arriving: bytearray | None = None
        self._connecting: asyncio.Future[None] | None = None
        self._opened = 0  # a connection that comes about after a close is not taken
        if progress is not None:
            world.quiet.append(self._quiet)

    @property
    def up(self) -> bool:
        return self._up

    @up.setter
    def up(self, up: bool) -> None:
        self._up = up
        if not up and self._socket is not None:
            self.close()
            self._raised(CLOSED)

    def _quiet(self) -> bool:
        socket = self._socket
        if socket is None or self._progress is None or not socket.connected:
            return True
        consumed, written, busy = self._progress(socket.port)
        return socket.ended or (consumed >= socket.forwarded and written <= socket.returned and not busy)

    # ---- what the till does
    def open(self, answer: Callable[[bool], None]) -> None:
        """Connects; answer(ok) is called after the time that a connection takes."""
        self.close()
        if not self._up:
            self._world.call_after(OPEN_US, answer, False)
            return
        self._world.begin()
        self._connecting = asyncio.ensure_future(self._connect(self._opened, answer))

    async def _connect(self, opened: int, answer: Callable[[bool], None]) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, socket = await loop.create_connection(lambda: _Socket(self), *self._address)
            ok = opened == self._opened
            if ok:
                self._socket = socket
            else:
                socket.close()
        except OSError:
            ok = False
        self._world.call_after(OPEN_US, answer, ok)
        self._world.end()

    def from_till(self, data: bytes) -> int:
        """Takes what the till sends; 0 when no byte can leave."""
        if self._socket is None or self._socket.ended or not self._up:
            return 0
        kept = self.intercept("request", data)
        self.sent_bytes += len(data)
        if kept:
            self._world.call_after(self.latency_us, self._forward, self._socket, kept)
        return len(data)

    def _forward(self, socket: "_Socket", data: bytes) -> None:
        if socket is self._socket and not socket.ended:
            socket.forward(data)

    def later(self, direction: str, data: bytes, delay_us: int) -> None:
        """Delivers what intercept has held back, unless this connection is gone by then."""
        if self._socket is not None:
            call = self._forward if direction == "request" else self._deliver
            self._world.call_after(delay_us, call, self._socket, data)

    def take(self, most: int) -> bytes:
        data = bytes(self._received[:most])
        del self._received[:most]
        return data

    def close(self) -> None:
        self._opened += 1
        self._received.clear()
        self._arriving = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._world.changed()

    # ---- what the host does
    def answered(self, socket: "_Socket", data: bytes) -> None:
        if socket is not self._socket:
            return
        if self._arriving is None:  # the clock stands until the host is quiet: one arrival for all of it
            self._arriving = bytearray()
            self._world.call_after(self.latency_us, self._arrive, socket)
        self._arriving += data
        self._world.changed()

    def _arrive(self, socket: "_Socket") -> None:
        data, self._arriving = self._arriving, None
        if socket is not self._socket or not data:
            return
        kept = self.intercept("answer", bytes(data))
        if kept:
            self._deliver(socket, kept)

    def _deliver(self, socket: "_Socket", data: bytes) -> None:
        if socket is self._socket:
            self._received += data
            self.received_bytes += len(data)
            self._raised(0)

    def ended(self, socket: "_Socket") -> None:
        if socket is self._socket:
            self._world.call_after(self.latency_us, self._peer_closed, socket)
        self._world.changed()

    def _peer_closed(self, socket: "_Socket") -> None:
        if socket is self._socket:
            self._socket = None
            self._raised(CLOSED)


class _Socket(asyncio.Protocol):
    """One TCP connection to the host, with the counts that tell whether anything is under way."""

    def __init__(self, link: Link):
        self._link = link
        self._transport: asyncio.Transport | None = None
        self.connected = False
        self.ended = False
        self.port = 0
        self.forwarded = 0
        self.returned = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]
        self.connected = True

    def data_received(self, data: bytes) -> None:
        self.returned += len(data)
        self._link.answered(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self._link.ended(self)

    def forward(self, data: bytes) -> None:
        assert self._transport is not None
        self.forwarded += len(data)
        self._transport.write(data)

    def close(self) -> None:
        self.ended = True
        if self._transport is not None:
            self._transport.close()
