"""The TCP server that terminals connect to. Every number of it has a bound."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from host_sim.acquirer.connection import Answer, Connection
from host_sim.acquirer.frame import FrameReader

CONNECTIONS = 1024
IDLE_S = 300.0
STOP_S = 10.0
_REMEMBERED = 64


class Server:
    """answer: frame and peer to the answer's bytes. changed(): called after every change of any connection.

    connections and idle_s bound what is open at once and how long it may say nothing; set them before start().
    """

    def __init__(self, answer: Answer, header_bytes: int, limit_bytes: int, changed: Callable[[], None]):
        self._answer, self._header_bytes, self._limit_bytes = answer, header_bytes, limit_bytes
        self._changed = changed
        self._open: dict[int, Connection] = {}
        self._lately: OrderedDict[int, Connection] = OrderedDict()
        self._server: asyncio.Server | None = None
        self.connections = CONNECTIONS
        self.idle_s = IDLE_S

    async def start(self, address: str, port: int) -> int:
        """Listen; port 0 picks a free one. Returns the port."""
        self._server = await asyncio.get_running_loop().create_server(self._connection, address, port)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take nothing new, finish what was taken, close. Gives up on the rest after STOP_S."""
        if self._server is not None:
            self._server.close()
        working = [asyncio.ensure_future(connection.finished()) for connection in self._open.values()]
        if working:
            await asyncio.wait(working, timeout=STOP_S)
        for connection in tuple(self._open.values()):
            connection.drop()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def progress(self, peer_port: int) -> tuple[int, int, bool]:
        """consumed, written, active of the connection from that port; zeros where there is none yet."""
        connection = self._open.get(peer_port) or self._lately.get(peer_port)
        return (connection.consumed, connection.written, connection.active) if connection else (0, 0, False)

    def _connection(self) -> Connection:
        reader = FrameReader(self._header_bytes, self._limit_bytes)
        return Connection(self._answer, reader, self.idle_s, self._opened, self._closed, self._changed)

    def _opened(self, connection: Connection) -> bool:
        if len(self._open) >= self.connections:
            return False
        self._open[connection.peer_port] = connection
        return True

    def _closed(self, connection: Connection) -> None:
        """Keep the account of a closed connection for a while: what it took may still be under way."""
        if self._open.get(connection.peer_port) is not connection:
            return
        del self._open[connection.peer_port]
        self._lately[connection.peer_port] = connection
        self._lately.move_to_end(connection.peer_port)
        if len(self._lately) > _REMEMBERED:
            self._lately.popitem(last=False)
