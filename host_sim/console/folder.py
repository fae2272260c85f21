"""The shop's folder: what outlives a run, and the lock that keeps a second desk out of it.

host.sqlite, issuer.sqlite, flash.bin (the till's flash, mapped: what the till has written stands even if this
process is killed), secrets.json (fuses, LMK and the test cards, for its owner only), clock.json, mail/, desk.lock,
console.txt.
"""

import fcntl
import json
import mmap
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from host_sim.rig.counter import FLASH_BYTES
from host_sim.rig.nor import Nor

ERASED = b"\xff"
CONSOLE_MOST = 4 * 1024 * 1024


class FolderError(Exception):
    """The folder cannot be used. args: what happened, what to do next."""


class Folder:
    """path: made where it does not exist. Call take() first and leave() last."""

    def __init__(self, path: Path):
        self.path = path
        self._lock: int | None = None
        self._flash: mmap.mmap | None = None

    # ---- one desk at a time
    def take(self) -> None:
        """Locks the folder. The lock goes with the process, however that ends, so a stale file stops nobody."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path / "desk.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderError(
                f"{self.path} cannot be written: {error.strerror}", "name another with --folder"
            ) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            holder = self.holder()
            where = holder.get("address", "an address that it has not said yet")
            raise FolderError(
                f"a desk is already running on this folder: {where} (process {holder.get('pid', 'unknown')})",
                "open that address, stop that desk with Ctrl-C, or name another folder with --folder",
            ) from None
        self._lock = handle
        self.say()

    def say(self, **facts: Any) -> None:
        """Writes into the lock file what a second desk, or a test, should know: address, host_port."""
        assert self._lock is not None
        data = json.dumps({"pid": os.getpid(), **facts}).encode()
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, data, 0)

    def holder(self) -> dict[str, Any]:
        """What the desk that holds the lock has said."""
        try:
            return json.loads((self.path / "desk.lock").read_bytes())
        except (OSError, ValueError):
            return {}

    def leave(self) -> None:
        """Gives the folder back."""
        if self._flash is not None:
            self._flash.flush()
            self._flash = None
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    # ---- what is kept
    def secrets(self) -> dict[str, Any]:
        """The secrets of this shop; empty before the first run."""
        try:
            return json.loads((self.path / "secrets.json").read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            raise FolderError(
                f"{self.path / 'secrets.json'} is damaged", "put it back from a copy, or begin anew with --folder"
            ) from None

    def keep_secrets(self, secrets: dict[str, Any]) -> None:
        """Whole or not at all, mode 0600 from the first byte on."""
        beside = self.path / "secrets.json.part"
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(secrets, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, self.path / "secrets.json")

    def clear_half_made(self) -> None:
        """Of a first start that was cut short: nobody can have paid there yet, so it begins anew."""
        for name in ("host.sqlite", "issuer.sqlite", "flash.bin", "seen.sqlite"):
            for end in ("", "-wal", "-shm"):
                (self.path / (name + end)).unlink(missing_ok=True)

    def flash(self, nor: Nor) -> None:
        """Lays the cells of a flash on a file of this folder."""
        path = self.path / "flash.bin"
        if not path.exists():
            path.write_bytes(ERASED * FLASH_BYTES)
        if path.stat().st_size != nor.size:
            raise FolderError(f"{path} is not of this board's size", "begin anew with --folder")
        with open(path, "r+b") as file:
            self._flash = mmap.mmap(file.fileno(), nor.size)
        nor.image = self._flash  # type: ignore[assignment]  # bytes in place, as a bytearray

    def keep_console(self, data: bytes) -> None:
        """What the till's console printed, for a queue that is handed over; the latest of it."""
        path = self.path / "console.txt"
        if path.exists() and path.stat().st_size > CONSOLE_MOST:
            path.replace(path.with_suffix(".old.txt"))
        with path.open("ab") as file:
            file.write(data)

    def clock(self) -> datetime | None:
        """The shop's time when it was last noted: its clock never steps back, though a switch may have put it on."""
        try:
            return datetime.fromisoformat(json.loads((self.path / "clock.json").read_bytes())["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_clock(self, at: datetime) -> None:
        (self.path / "clock.json").write_text(json.dumps({"at": at.isoformat()}))
