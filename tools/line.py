"""`picotill line`: carries the line of a till without a radio on to its host, off a serial adapter or the till's USB.

The framing is that of docs/boards.md, "The serial line to the host": 7E type data CRC-32 7E. One till, one connection
at a time. What else the till prints comes out here, a line at a time.
"""

import asyncio
import os
import signal
import termios
import tty
from pathlib import Path
from typing import Annotated
from zlib import crc32

import typer

from tools.errors import ToolError

FLAG, ESCAPE, TURN = 0x7E, 0x7D, 0x20
OPEN, OPENED, REFUSED, DATA, CLOSE = range(1, 6)
DATA_MOST, MESSAGE_MOST = 256, 261
OPEN_S = 4.0
SPEEDS = {9600: termios.B9600, 57600: termios.B57600, 115200: termios.B115200, 230400: termios.B230400}


def message(kind: int, data: bytes = b"") -> bytes:
    """One message as it goes over the line."""
    plain = bytes([kind]) + data
    out = bytearray([FLAG])
    for byte in plain + crc32(plain).to_bytes(4, "little"):
        out += bytes([ESCAPE, byte ^ TURN]) if byte in (FLAG, ESCAPE) else bytes([byte])
    return bytes(out) + bytes([FLAG])


class Reader:
    """feed(): messages as (type, data); (None, bytes) for what is none, such as text that the till prints."""

    def __init__(self) -> None:
        self._bytes, self._escaped = bytearray(), False

    def feed(self, data: bytes) -> list[tuple[int | None, bytes]]:
        found: list[tuple[int | None, bytes]] = []
        for byte in data:
            if byte == FLAG:
                if self._bytes:
                    found.append(self._whole(bytes(self._bytes)))
                self._bytes, self._escaped = bytearray(), False
            elif byte == ESCAPE:
                self._escaped = True
            elif len(self._bytes) > 4 * MESSAGE_MOST:
                self._bytes.clear()  # a line of noise without end
            else:
                self._bytes.append(byte ^ TURN if self._escaped else byte)
                self._escaped = False
        return found

    @staticmethod
    def _whole(content: bytes) -> tuple[int | None, bytes]:
        if not 5 <= len(content) <= MESSAGE_MOST or crc32(content[:-4]).to_bytes(4, "little") != content[-4:]:
            return None, content
        return content[0], content[1:-4]


class Carrier:
    """descriptor: of the line, raw and non-blocking. host: (address, port)."""

    def __init__(self, descriptor: int, host: tuple[str, int]):
        self._line, self._host = descriptor, host
        self._reader = Reader()
        self._writer: asyncio.StreamWriter | None = None
        self._pump: asyncio.Task[None] | None = None
        self._waiting: asyncio.Queue[tuple[int | None, bytes]] = asyncio.Queue(64)
        self.ended = asyncio.Event()

    async def run(self) -> None:
        """Until the line is gone, or the task is cancelled."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._line, self._came)
        work = asyncio.ensure_future(self._work())
        try:
            await self.ended.wait()
        finally:
            loop.remove_reader(self._line)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await self._hang_up()

    def _came(self) -> None:
        try:
            data = os.read(self._line, 4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.ended.set()
            return
        try:
            for one in self._reader.feed(data):
                self._waiting.put_nowait(one)
        except asyncio.QueueFull:
            self.ended.set()  # a till asks and waits: this is none

    async def _work(self) -> None:
        while True:
            kind, data = await self._waiting.get()
            if kind == OPEN:
                await self._open()
            elif kind == DATA and self._writer is not None:
                self._writer.write(data)
            elif kind == CLOSE:
                await self._hang_up()
            elif kind is None and data[:1] in (bytes([OPEN]), bytes([DATA]), bytes([CLOSE])):
                await self._break()  # bytes are lost: the connection is worth nothing any more
            elif kind is None and data.strip():
                print("till:", data.decode("ascii", "replace").strip(), flush=True)

    async def _open(self) -> None:
        await self._hang_up()
        try:
            reader, self._writer = await asyncio.wait_for(asyncio.open_connection(*self._host), OPEN_S)
        except (OSError, TimeoutError):
            await self._say(REFUSED)
            return
        await self._say(OPENED)
        self._pump = asyncio.ensure_future(self._answers(reader))

    async def _answers(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(DATA_MOST):
                await self._say(DATA, data)
        except OSError:
            pass
        await self._say(CLOSE)

    async def _break(self) -> None:
        if self._writer is not None:
            await self._hang_up()
            await self._say(CLOSE)

    async def _hang_up(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
        self._pump = self._writer = None

    async def _say(self, kind: int, data: bytes = b"") -> None:
        left = message(kind, data)
        while left:
            try:
                left = left[os.write(self._line, left) :]
            except BlockingIOError:
                await asyncio.sleep(0.005)
            except OSError:
                self.ended.set()
                return


def opened(path: str, baud: int) -> int:
    """The line, raw. ToolError where it cannot be opened."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(descriptor)
        mode = termios.tcgetattr(descriptor)
        mode[4] = mode[5] = SPEEDS[baud]
        termios.tcsetattr(descriptor, termios.TCSANOW, mode)
    except (OSError, termios.error) as error:
        raise ToolError(f"{path} cannot be opened: {error.args[-1]}", "plug the till in and name its port") from None
    return descriptor


def command(
    port: Annotated[str, typer.Option(envvar="PORT", help="Serial port that the till is on: /dev/ttyUSB0.")],
    host: Annotated[str, typer.Option(help="ADDRESS:PORT of the host.")] = "127.0.0.1:7000",
    baud: Annotated[int, typer.Option(help=f"One of {', '.join(map(str, SPEEDS))}.")] = 115200,
) -> int:
    """Carry a till's serial line on to its host, until Ctrl-C."""
    address, _, number = host.rpartition(":")
    if not address or not number.isdigit() or int(number) > 65535:
        raise typer.BadParameter(f"'{host}' is not ADDRESS:PORT", param_hint="--host")
    if baud not in SPEEDS:
        raise typer.BadParameter(f"{baud} is none of {', '.join(map(str, SPEEDS))}", param_hint="--baud")
    return asyncio.run(_carry(opened(port, baud), port, (address, int(number))))


async def _carry(descriptor: int, port: str, host: tuple[str, int]) -> int:
    carrier = Carrier(descriptor, host)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, carrier.ended.set)
    print(f"the till on {Path(port)} reaches {host[0]}:{host[1]}; Ctrl-C ends it", flush=True)
    try:
        await carrier.run()
    finally:
        os.close(descriptor)
    print("the line has ended", flush=True)
    return 0
