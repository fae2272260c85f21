"""The store: one writer thread with group commit, a few reading threads, SQLite or PostgreSQL.

A unit of work is a plain function of a session. Units that wait together are committed together,
each inside its own savepoint, so a unit that fails undoes only itself; a unit alone is its own transaction.
A result is handed over only after the commit that made it durable.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from host_sim.store.connect import StoreError, connect, read_only
from host_sim.store.migrate import migrate

T = TypeVar("T")

UNITS_PER_COMMIT = 64
UNITS_WAITING = 1024
READERS = 2


class Unit:
    """One function on its way through the writer, and the future that waits for it."""

    __slots__ = ("error", "future", "loop", "result", "work")

    def __init__(self, work: Callable[[Session], Any], loop: asyncio.AbstractEventLoop):
        self.work = work
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        """Hand the outcome to whoever waits; on their loop."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Store:
    """An open database. write() and read() take a function of a session and give its result.

    units_per_commit bounds a group; units_waiting bounds the queue: a caller beyond it waits. commits, units: how many
    were made durable.
    """

    def __init__(self, engine: Engine, units_per_commit: int = UNITS_PER_COMMIT, units_waiting: int = UNITS_WAITING):
        self.engine = engine
        self._reading = read_only(engine)
        self.commits = self.units = 0
        self._most = units_per_commit
        self._room = asyncio.Semaphore(units_waiting)
        self._queue: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._closed = False
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._writer = threading.Thread(target=self._write_all, name="store-writer", daemon=True)
        self._writer.start()

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run work(session) in the writer and return its result once it is durable.

        What work raises is raised here, and nothing of that unit is kept. work must return plain
        values: it may run in the same transaction as other units, and is never run twice.
        """
        await self._room.acquire()
        if self._closed:
            self._room.release()
            raise StoreError("write", "the store is closed: open it again")
        unit = Unit(work, asyncio.get_running_loop())
        unit.future.add_done_callback(lambda _: self._room.release())
        self._queue.put(unit)
        # A unit taken is committed, and keeps its place in the queue, even if its caller gives up.
        return await asyncio.shield(unit.future)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run work(session) on a snapshot of what is committed and return its result. It may not write."""
        if self._closed:
            raise StoreError("read", "the store is closed: open it again")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def close(self) -> None:
        """Commit what waits, then release every connection and thread. Closing twice is closing once."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._readers.shutdown)
        self.engine.dispose()
        self._reading.dispose()

    async def crash(self) -> None:
        """Release everything without writing what waits. A commit that has begun ends as it ends."""
        self._closed = True
        with contextlib.suppress(queue.Empty):
            while unit := self._queue.get_nowait():
                unit.error = StoreError("write", "the store has crashed: open it again")
                unit.settle()
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._readers.shutdown, wait=True, cancel_futures=True)
        self.engine.dispose()

    def _read(self, work: Callable[[Session], T]) -> T:
        with Session(self._reading) as session:
            return work(session)

    def _write_all(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            group = [first]
            last = False
            while len(group) < self._most and not last:
                try:
                    unit = self._queue.get_nowait()
                except queue.Empty:
                    break
                last = unit is None
                if unit is not None:
                    group.append(unit)
            self._commit(group)
            if last:
                return

    def _commit(self, group: list[Unit]) -> None:
        """One transaction for the group. If the commit itself fails, every unit of it has failed."""
        try:
            with Session(self.engine, expire_on_commit=False) as session:
                if len(group) == 1:
                    group[0].result = group[0].work(session)
                else:
                    for unit in group:
                        self._run(session, unit)
                session.commit()
                self.commits += 1
                self.units += len(group)
        except BaseException as error:
            for unit in group:
                unit.error = unit.error or error
        for loop in {unit.loop for unit in group}:
            # A closed loop has nobody waiting.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, [unit for unit in group if unit.loop is loop])

    @staticmethod
    def _run(session: Session, unit: Unit) -> None:
        savepoint = session.begin_nested()
        try:
            unit.result = unit.work(session)
            savepoint.commit()
        except BaseException as error:
            unit.error = error
            # A database that has lost the whole transaction refuses this, and the group fails.
            savepoint.rollback()
        # Units write by statement as well as by object: none may meet an object that another has read.
        session.expunge_all()


def _settle(units: list[Unit]) -> None:
    for unit in units:
        unit.settle()


def open_store(url: str, units_per_commit: int = UNITS_PER_COMMIT, units_waiting: int = UNITS_WAITING) -> Store:
    """Connect to a database, bring its tables up to date and start its writer.

    url: an SQLAlchemy URL, `sqlite:///file.db` or `postgresql+psycopg://...`. Raises StoreError.
    """
    engine = connect(url)
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, units_per_commit, units_waiting)
