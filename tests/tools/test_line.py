"""A till's line to its host through a pty, as over USB: the firmware's stream on MicroPython, and what carries it."""

import asyncio
import os
import pty
import subprocess
import tty
from pathlib import Path

import pytest

from host_sim.rig.supply import micropython
from tools.line import CLOSE, DATA, MESSAGE_MOST, OPEN, Carrier, Reader, message, opened

ROOT = Path(__file__).parents[2]
TILL = """
import sys, time
sys.path.insert(0, "firmware")
from boards.shared.usb_line import UsbLine
from till.drivers.serial_link import SerialLink
link = SerialLink(UsbLine(), time.sleep_ms)
def tell(*what):
    sys.stderr.write("%s\\n" % (what,))
print("the till prints this")
tell("open", link.open())
every = bytes(range(256)) * 4
got = b""
into = bytearray(100)
for start in range(0, len(every), 300):
    piece = every[start : start + 300]
    link.write(piece)
    got_now = b""
    for _ in range(2000):
        if link.any():
            got_now += bytes(into[: link.readinto(memoryview(into))])
        if len(got_now) >= len(piece):
            break
        time.sleep_ms(1)
    got += got_now
tell("echo", got == every)
link.write(b"end")
for _ in range(2000):
    link.poll()
    if link.closed.is_set():
        break
    time.sleep_ms(1)
tell("closed", link.closed.is_set(), link.is_open())
tell("again", link.open())
link.close()
"""


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        if data == b"end":
            break
        writer.write(data)
    writer.close()


async def test_every_byte_passes_both_ways_and_the_end_is_told(capfd: pytest.CaptureFixture[str]):
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    till_end, line_end = pty.openpty()
    tty.setraw(till_end)
    line = opened(os.ttyname(line_end), 115200)
    carrier = Carrier(line, ("127.0.0.1", server.sockets[0].getsockname()[1]))
    carrying = asyncio.ensure_future(carrier.run())
    till = await asyncio.create_subprocess_exec(
        micropython(), "-c", TILL, cwd=ROOT, stdin=till_end, stdout=till_end, stderr=subprocess.PIPE
    )
    try:
        _, told = await asyncio.wait_for(till.communicate(), 60)
    finally:
        if till.returncode is None:
            till.kill()
        carrier.ended.set()
        await carrying
        server.close()
        for descriptor in (till_end, line_end, line):
            os.close(descriptor)
    assert told.decode().splitlines() == [
        "('open', True)", "('echo', True)", "('closed', True, False)", "('again', True)",
    ]  # fmt: skip
    assert "till: the till prints this" in capfd.readouterr().out


async def test_a_host_that_is_not_there_is_refused_and_lost_bytes_end_the_connection():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    till_end, line_end = pty.openpty()
    tty.setraw(till_end)
    os.set_blocking(till_end, False)
    line = opened(os.ttyname(line_end), 115200)
    carrier = Carrier(line, ("127.0.0.1", port))
    carrying = asyncio.ensure_future(carrier.run())
    reader, heard = Reader(), []

    async def hears(count: int) -> list[int | None]:
        for _ in range(1000):
            try:
                heard.extend(kind for kind, _ in reader.feed(os.read(till_end, 1000)))
            except BlockingIOError:
                await asyncio.sleep(0.01)
            if len(heard) >= count:
                return heard
        raise AssertionError(f"heard only {heard}")

    os.write(till_end, message(OPEN))
    assert await hears(1) == [2]
    os.write(till_end, message(DATA, b"abc")[:-3] + b"\x7e")
    assert await hears(2) == [2, CLOSE]
    server.close()
    await server.wait_closed()
    os.write(till_end, message(OPEN))
    assert await hears(3) == [2, CLOSE, 3]
    carrier.ended.set()
    await carrying
    for descriptor in (till_end, line_end, line):
        os.close(descriptor)


def test_messages_and_what_is_none():
    reader = Reader()
    data = bytes(range(256))
    out = message(DATA, data)
    assert out[1:-1].count(b"\x7e") == 0
    found = [one for byte in out for one in reader.feed(bytes([byte]))]
    assert found == [(DATA, data)]
    assert reader.feed(b"text\n" + message(CLOSE)) == [(None, b"text\n"), (CLOSE, b"")]
    assert reader.feed(b"x" * 10 * MESSAGE_MOST + message(OPEN))[-1] == (OPEN, b"")
