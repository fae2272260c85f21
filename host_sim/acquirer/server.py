"""The TCP server that terminals connect to. Every number of it has a bound."""

import asyncio
import ssl
from collections import Counter, deque
from collections.abc import Callable
from itertools import chain

from host_sim.acquirer.connection import Answer, Connection
from host_sim.acquirer.deadlines import Limits
from host_sim.acquirer.frame import FrameReader
from host_sim.acquirer.secured import Secured
from host_sim.clock import Clock

CONNECTIONS = 1024
CONNECTIONS_PER_ADDRESS = 128
STOP_S = 10.0
_REMEMBERED = 64


class Server:
    """answer: frame and peer to the answer's bytes. changed(): called after every change of any connection.

    connections and connections_per_address bound what is open at once, limits how long each may take, by the
    clock; tls is the host's context, None for plain TCP. Set them before start().
    """

    def __init__(self, answer: Answer, header_bytes: int, limit_bytes: int, clock: Clock, changed: Callable[[], None]):
        self._clock = clock
        self._answer, self._header_bytes, self._limit_bytes = answer, header_bytes, limit_bytes
        self._changed = changed
        self._open: set[Connection] = set()
        self._addresses: Counter[str] = Counter()
        self._lately: deque[Connection] = deque(maxlen=_REMEMBERED)
        self._server: asyncio.Server | None = None
        self._stopping = False
        self.connections = CONNECTIONS
        self.connections_per_address = CONNECTIONS_PER_ADDRESS
        self.limits = Limits()
        self.stop_s = STOP_S
        self.tls: ssl.SSLContext | None = None

    async def start(self, address: str, port: int) -> int:
        """Listen; port 0 picks a free one. Returns the port."""
        self._stopping = False
        self._server = await asyncio.get_running_loop().create_server(self._connection, address, port)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take nothing new, finish what was taken, close. Gives up on the rest after stop_s."""
        self._stopping = True
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._open):
            connection.take_no_more()
        working = [asyncio.ensure_future(connection.finished()) for connection in (*self._open, *self._lately)]
        if working:
            await asyncio.wait(working, timeout=self.stop_s)
        for connection in (*self._open, *self._lately):
            connection.give_up()
        for one in working:
            one.cancel()
        if working:
            await asyncio.wait(working)
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def crash(self) -> list[asyncio.Task[None]]:
        """End at once: every connection is reset, nothing is answered. What is returned has been told to end."""
        self._stopping = True
        if self._server is not None:
            self._server.close()
            self._server = None
        working = [connection.give_up() for connection in (*self._open, *self._lately)]
        return [task for task in working if task is not None]

    def progress(self, peer_port: int, peer_address: str | None = None) -> tuple[int, int, bool]:
        """consumed, written, active of the connection from that port; zeros where there is none yet.

        peer_address: where terminals are on more than one machine.
        """
        for connection in chain(self._open, reversed(self._lately)):
            if connection.peer_port == peer_port and peer_address in (None, connection.peer_address):
                return connection.wire.consumed, connection.wire.written, connection.active
        return 0, 0, False

    def _connection(self) -> asyncio.Protocol:
        reader = FrameReader(self._header_bytes, self._limit_bytes)
        connection = Connection(
            self._answer, reader, self.limits, self._clock, self._opened, self._closed, self._changed
        )
        return connection if self.tls is None else Secured(connection, self.tls, self._changed)

    def _opened(self, connection: Connection) -> bool:
        address = connection.peer_address
        full = len(self._open) >= self.connections or self._addresses[address] >= self.connections_per_address
        if full or self._stopping:
            return False
        self._open.add(connection)
        self._addresses[address] += 1
        return True

    def _closed(self, connection: Connection) -> None:
        """Keep the account of a closed connection for a while: what it took may still be under way."""
        if connection not in self._open:
            return
        self._open.remove(connection)
        self._addresses -= Counter([connection.peer_address])
        self._lately.append(connection)
