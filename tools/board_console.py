"""A board's MicroPython prompt, through mpremote: a serial port, or socket://HOST:PORT of an emulated board."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from getpass import getpass

import serial
from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from tools.errors import ToolError

PIN = "hold the developer's pin to ground, plug the board in again, and run this once more"
PASSWORD = "PICOTILL_PASSWORD"
KNOCKS, KNOCK_S = 5, 3  # a prompt answers at once
ANSWER_S = 900  # a till that has seen five wrong passwords waits ten minutes
ASKED, OPEN, WRONG, FREE = b"manager's password:", b"open\r\n", b"wrong\r\n", b">>> "


class Console:
    """transport: in raw mode. Errors of the cable are ToolError; it is always right to run the command again."""

    def __init__(self, transport: SerialTransport):
        self.transport = transport

    def run(self, code: str) -> str:
        """What code prints. ToolError with the last line of the traceback where it raises."""
        out, error = self.transport.exec_raw(code, timeout=60)
        if error:
            last = error.decode(errors="replace").strip().splitlines()[-1]
            raise ToolError(f"the board refused: {last}", "read docs/boards.md, then run this again")
        return out.decode(errors="replace").replace("\r\n", "\n").strip()

    def write(self, path: str, data: bytes, progress: Callable[[int, int], None] | None = None) -> None:
        self.transport.fs_writefile(path, data, chunk_size=2048, progress_callback=progress)

    def folder(self, path: str) -> None:
        if not self.transport.fs_exists(path):
            self.transport.fs_mkdir(path)

    def restart(self) -> None:
        """A fresh interpreter: nothing of what was imported before is left."""
        self.transport.enter_raw_repl(soft_reset=True)


def _heard(transport: SerialTransport, texts: tuple[bytes, ...], within_s: float) -> bytes:
    """The first of texts that comes; b"" for none."""
    heard, until = b"", time.monotonic() + within_s
    while time.monotonic() < until:
        waiting = transport.serial.inWaiting()  # pyright: ignore[reportAttributeAccessIssue]
        if not waiting:
            time.sleep(0.01)
            continue
        heard += transport.serial.read(waiting) or b""
        for text in texts:
            if text in heard:
                return text
    return b""


def _pass_gate(transport: SerialTransport) -> None:
    """A till with keys asks for its manager's password before it gives a prompt (firmware/gate.py)."""
    found = b""
    for _ in range(KNOCKS):  # a board that is just starting, or a slow emulated one, has not heard the first
        transport.serial.write(b"\r\x03\x02\r")  # out of whatever an earlier command was broken off in
        found = _heard(transport, (ASKED, FREE), KNOCK_S)
        if found:
            break
    if found != ASKED:
        return
    password = os.environ.get(PASSWORD) or getpass("manager's password of this till: ")
    transport.serial.write(password.encode() + b"\r")
    if _heard(transport, (OPEN, WRONG), ANSWER_S) != OPEN:
        raise ToolError("the till does not take this password", "ask its manager; after five wrong ones it waits long")
    _heard(transport, (FREE,), KNOCK_S)


@contextmanager
def connect(port: str) -> Iterator[Console]:
    """The prompt of the board at a port. ToolError where nobody answers, or the cable goes meanwhile."""
    try:
        transport = SerialTransport(port)
    except (TransportError, serial.SerialException, OSError) as error:
        why = str(error).splitlines()[0] if str(error) else "no answer"
        raise ToolError(f"{port} cannot be opened ({why})", "plug the board in and name its port: PORT=...") from None
    try:
        transport.serial.timeout = 10  # pyright: ignore[reportAttributeAccessIssue]
        _pass_gate(transport)
        transport.enter_raw_repl(soft_reset=False)
        yield Console(transport)
        transport.exit_raw_repl()
    except (TransportError, serial.SerialException, OSError, IndexError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ToolError(f"the board at {port} did not answer ({why})", f"look at the cable; {PIN}") from None
    finally:
        transport.close()
