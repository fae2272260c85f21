"""TLS in front of a terminal's connection, over bytes in memory, so that what is under way can be counted.

asyncio's own TLS does not tell how many bytes of the wire it has consumed; a rig whose clock stands still until nothing
is under way must know that (rig/link.py).
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

from host_sim.acquirer.connection import Connection
from host_sim.acquirer.redaction import logger

log = logger("picotill.acquirer")
READ_BYTES = 16384


class Secured(asyncio.Protocol):
    """connection: gets the plain bytes. context: the host's, which asks for the terminal's certificate. changed():
    called after every change of the counts, which are those of the wire."""

    def __init__(self, connection: Connection, context: ssl.SSLContext, changed: Callable[[], None]):
        self._connection, self._changed = connection, changed
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._transport: asyncio.Transport | None = None
        self._agreed = False
        self.consumed = self.written = 0

    # ---- the wire
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connection.wire = self
        self._connection.connection_made(_Plain(self, transport))

    def data_received(self, data: bytes) -> None:
        self.consumed += len(data)
        self._in.write(data)
        try:
            if not self._agreed:
                self._tls.do_handshake()
                self._agreed = True
            self._take()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            log.warning("%s: TLS: %s", self._connection.peer, error.reason or "ended")
            self._send()
            self._close()
        self._send()
        self._changed()

    def _take(self) -> None:
        """Until the other side has said nothing more: SSLWantReadError says so."""
        while self._transport is not None and not self._transport.is_closing():
            plain = self._tls.read(READ_BYTES)
            if not plain:
                if not self._connection.eof_received():
                    self._close()
                return
            self._connection.data_received(plain)

    def _send(self) -> None:
        data = self._out.read()
        if data and self._transport is not None and not self._transport.is_closing():
            self.written += len(data)
            self._transport.write(data)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def eof_received(self) -> bool:
        return self._connection.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._connection.connection_lost(exc)

    def pause_writing(self) -> None:
        self._connection.pause_writing()

    def resume_writing(self) -> None:
        self._connection.resume_writing()

    # ---- what the connection sends
    def write(self, data: bytes) -> None:
        self._tls.write(data)
        self._send()

    def say_goodbye(self) -> None:
        """close_notify; what the other side says to it is not waited for (RFC 5246, 7.2.1)."""
        try:
            self._tls.unwrap()
        except (ssl.SSLError, ValueError):
            pass
        self._send()


class _Plain(asyncio.Transport):
    """The transport that a connection sees: plain bytes, the wire's addresses and its flow control."""

    def __init__(self, secured: Secured, wire: asyncio.Transport):
        super().__init__()
        self._secured, self._wire = secured, wire

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._wire.get_extra_info(name, default)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._secured.write(bytes(data))

    def close(self) -> None:
        self._secured.say_goodbye()
        self._wire.close()

    def abort(self) -> None:
        self._wire.abort()

    def is_closing(self) -> bool:
        return self._wire.is_closing()

    def pause_reading(self) -> None:
        self._wire.pause_reading()

    def resume_reading(self) -> None:
        self._wire.resume_reading()
