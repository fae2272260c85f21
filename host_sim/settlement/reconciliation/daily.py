"""What a host does by itself about its channels' clearing files: each that has come is taken in, once.

Files come into one folder, from the simulated channel's clearing house or from whoever puts them there. The engine runs
beside the event loop; what follows from a file is one unit of the store's writer. Repair is a person's: see repair.py.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.clock import Clock
from host_sim.networks.clearing.item import ClearingError
from host_sim.store.schema import Alarm, ClearingFile

SUFFIXES = (".clr", ".csv")
FILES_A_ROUND = 31
LOOK_AGAIN = timedelta(minutes=5)
REASON_MOST = 200

Run = Callable[[Callable[[Session], Any]], Awaitable[Any]]
Call = Callable[..., Awaitable[Any]]


class Channel(Protocol):
    """networks.clearing.house.House, or whoever else lays files in the folder."""

    def lay(self, now: datetime) -> list[Path]: ...


class Daily:
    """folder: where files come. channels: who is asked to lay them there. engine_url: see engine.py."""

    def __init__(self, folder: Path, channels: Sequence[Channel], engine_url: str, clock: Clock):
        self._folder, self._channels, self._url, self._clock = folder, channels, engine_url, clock
        self._next_at: datetime | None = None
        self._refused: set[tuple[str, int]] = set()

    async def round(self, read: Run, write: Run, call: Call) -> int:
        """Take in what has come, oldest first. Gives how many files. A file that cannot be taken is an alarm, once."""
        now = self._clock.now()
        if self._next_at is not None and self._next_at - LOOK_AGAIN <= now < self._next_at:
            return 0
        self._next_at = now + LOOK_AGAIN
        for channel in self._channels:
            await call(channel.lay, now)
        known = await read(lambda session: set(session.scalars(select(ClearingFile.name))))
        new = [path for path in await call(self._files) if path.name not in known and _seen(path) not in self._refused]
        if not new:
            return 0
        try:
            engine = await call(_open, self._url)
        except Exception as error:  # an engine that is not installed or not there: the files wait
            reason = _reason(error)
            await write(lambda session: _alarm(session, "clearing engine", reason, now))
            return 0
        taken = 0
        try:
            for path in new[:FILES_A_ROUND]:
                taken += await self._take(engine, path, write)
        finally:
            await call(engine.close)
        if len(new) > FILES_A_ROUND:
            self._next_at = None
        return taken

    def _files(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        found = (path for path in self._folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
        return sorted(found, key=lambda path: (path.stem.rpartition("-")[2], path.name))

    async def _take(self, engine: Any, path: Path, write: Run) -> bool:
        from host_sim.settlement.reconciliation.taking import ReconciliationError, take_file

        now = self._clock.now()
        try:
            await write(lambda session: take_file(session, engine, path, now))
        except (ClearingError, ReconciliationError, OSError) as error:
            self._refused.add(_seen(path))
            text = f"{path.name}: {_reason(error)}"
            await write(lambda session: _alarm(session, "clearing file", text, now))
            return False
        return True


def _open(url: str) -> Any:
    # Here, not above: the embedded engine and what it needs take a second and 100 MB, and a host may run without.
    from host_sim.settlement.reconciliation.engine import open_engine

    return open_engine(url)


def _seen(path: Path) -> tuple[str, int]:
    """A file of the same name that was put there anew is tried anew."""
    try:
        return path.name, path.stat().st_mtime_ns
    except OSError:
        return path.name, 0


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed: install requirements/reconcile.txt; the files wait"
    return (str(error) or type(error).__name__)[:REASON_MOST]


def _alarm(session: Session, kind: str, text: str, now: datetime) -> None:
    if session.scalar(select(Alarm.id).where(Alarm.kind == kind, Alarm.text == text).limit(1)) is None:
        session.add(Alarm(at=now, kind=kind, text=text))
