"""The USB console of an emulated Pico on TCP, so that tools for boards can use it: socket://127.0.0.1:PORT."""

import asyncio

from host_sim.rig.counter import Counter

PLUGGED_US = 2_000_000  # until a computer has found the port


class TcpConsole:
    """counter: whose board's console it is. The world should be paced: whoever connects lives by the wall's clock.

    One connection at a time. It ends with the board's power, as a USB port does."""

    def __init__(self, counter: Counter):
        self._counter = counter
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.received = 0  # bytes that came from the tool
        self.cut_after: int | None = None  # pulls the cable after so many more bytes
        self._found = asyncio.Event()
        self._told = counter.on_power

    async def open(self) -> int:
        """The port, on loopback."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._counter.console.heard = self._heard
        self._counter.on_power = self._power
        self._power(self._counter.powered)
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._drop()
        if self._server is not None:
            self._server.close()

    def _heard(self, data: bytes) -> None:
        if self._writer is not None:
            self._writer.write(data)

    def _power(self, on: bool) -> None:
        self._told(on)
        if on:
            self._counter.world.call_after(PLUGGED_US, self._plugged, self._counter.boots)
        else:
            self._found.clear()
            self._drop()

    def _plugged(self, boots: int) -> None:
        if self._counter.powered and self._counter.boots == boots:
            self._found.set()

    def _drop(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._writer is not None:
            writer.close()
            return
        self._writer = writer
        try:
            await self._found.wait()
            while data := await reader.read(4096):
                self.received += len(data)
                if self.cut_after is not None:
                    self.cut_after -= len(data)
                    if self.cut_after <= 0:
                        self.cut_after = None
                        self._drop()
                        return
                self._counter.world.poke(lambda data=data: self._counter.console.say(data))
        except OSError:
            pass
        finally:
            if self._writer is writer:
                self._writer = None
            writer.close()
