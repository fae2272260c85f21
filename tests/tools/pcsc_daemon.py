"""A PC/SC service of our own with virtual readers, and cards to put into them.

pcscd takes its socket from us (the protocol of sd_listen_fds) and its readers from a folder of ours; vpcd is a driver
whose card is a TCP client: two bytes of length, then a control byte (0 off, 1 on, 2 reset, 4 ATR) or a command.
"""

import os
import random
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path

VPCD = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
TWIN = Path("/usr/lib/pcsc/drivers/serial/libccidtwin.so")
PCSCD = shutil.which("pcscd", path="/usr/sbin:/usr/bin:/sbin:/bin")


def lacking() -> str | None:
    """What is not there, with what to install, or None."""
    if PCSCD is None or not VPCD.exists():
        return "no pcscd with vpcd: apt-get install pcscd vsmartcard-vpcd"
    try:
        from smartcard import scard
    except ImportError:
        return "no pyscard: make pcsc"
    return None if scard else "no pyscard"


def _free_pair() -> int:
    """Two ports in a row, below those of outgoing connections; vpcd opens both."""
    for _ in range(200):
        port = random.randrange(20000, 32000, 2)
        taken = []
        try:
            for number in (port, port + 1):
                taken.append(socket.socket())
                taken[-1].bind(("0.0.0.0", number))
            return port
        except OSError:
            continue
        finally:
            for one in taken:
                one.close()
    raise RuntimeError("no two free ports")


class Daemon:
    """readers: names; each has two slots, "NAME 00 00" and "NAME 00 01". serial: name and path of a GemPC Twin on a
    line, with pcscd's own driver for it."""

    def __init__(self, readers=("Virtual",), serial=None):
        self.folder = Path(tempfile.mkdtemp(prefix="pcscd-"))
        self.ports = []
        settings = self.folder / "conf"
        settings.mkdir()
        for number, name in enumerate(readers):
            driver = VPCD
            if number:  # one driver keeps its state by slot: each reader needs a copy
                driver = self.folder / f"vpcd{number}.so"
                shutil.copyfile(VPCD.resolve(), driver)
            port = _free_pair()
            self.ports.append(port)
            (settings / f"r{number}").write_text(
                f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:{port}\nLIBPATH {driver}\nCHANNELID {port}\n'
            )
        if serial is not None:
            name, path = serial
            (settings / "serial").write_text(
                f'FRIENDLYNAME "{name}"\nDEVICENAME {path}:GemPCTwin\nLIBPATH {TWIN}\nCHANNELID 1\n'
            )
        path = self.folder / "socket"
        self.environment = {**os.environ, "PCSCLITE_CSOCK_NAME": str(path)}
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(path))
        listening.listen(16)
        os.makedirs("/run/pcscd", exist_ok=True)
        self.log = (self.folder / "log").open("wb")
        script = f'export LISTEN_PID=$$ LISTEN_FDS=1; exec {PCSCD} -f -i -c "$0" 3<&0 0</dev/null'
        self.process = subprocess.Popen(
            ["sh", "-c", script, str(settings)], stdin=listening, stdout=self.log, stderr=self.log
        )
        listening.close()
        until = time.monotonic() + 10
        while "daemon ready" not in self.said() and time.monotonic() < until and self.process.poll() is None:
            time.sleep(0.02)
        if "daemon ready" not in self.said():
            raise RuntimeError(f"pcscd did not start: {self.said()}")

    def said(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()


class VirtualCard:
    """A card (cards of tests/rig/chips.py) in a slot of vpcd. insert() and remove() as a hand does."""

    def __init__(self, chip, port: int):
        self.chip, self._port = chip, port
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self.mute = False

    def insert(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), 5)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._serve, args=(self._socket,), daemon=True)
        self._thread.start()

    def remove(self) -> None:
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            assert self._thread is not None
            self._thread.join(2)
        self._socket = None

    def _serve(self, line: socket.socket) -> None:
        try:
            while True:
                data = self._take(line, *struct.unpack(">H", self._take(line, 2)))
                if data == b"\x04":
                    answer = self.chip.atr
                elif len(data) == 1:
                    continue
                elif self.mute:
                    continue
                else:
                    answer = self.chip.transmit(data)
                line.sendall(struct.pack(">H", len(answer)) + answer)
        except OSError:
            return

    @staticmethod
    def _take(line: socket.socket, count: int) -> bytes:
        data = b""
        while len(data) < count:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # vpcd sends length and data apart
            part = line.recv(count - len(data))
            if not part:
                raise OSError("the reader has closed")
            data += part
        return data
