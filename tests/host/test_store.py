"""The store: durable, grouped, bounded, one unit's failure its own."""

import asyncio
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from host_sim.ledger.accounts import Key
from host_sim.ledger.book import post
from host_sim.store.connect import StoreError
from host_sim.store.engine import Store, open_store
from host_sim.store.schema import Alarm, Line, Tombstone

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'host.db'}")
    yield store
    await store.close()


def alarm(kind):
    def work(session):
        session.add(Alarm(at=NOON, kind=kind, text=""))
        session.flush()
        return kind

    return work


async def kinds(store):
    return await store.read(lambda session: list(session.scalars(select(Alarm.kind).order_by(Alarm.id))))


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://localhost/x", ""])
def test_a_url_that_cannot_work_is_refused_with_what_to_use(url):
    with pytest.raises(StoreError, match="sqlite"):
        open_store(url)


def test_a_file_that_is_no_database_is_not_touched(tmp_path):
    path = tmp_path / "host.db"
    path.write_bytes(b"not a database, but long enough to look at" * 40)
    with pytest.raises(DBAPIError):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"not a database")


async def test_a_naive_time_is_refused(store):
    with pytest.raises(StatementError, match="naive"):
        await store.write(lambda session: session.add(Alarm(at=datetime(2026, 1, 1), kind="x", text="")))


async def test_an_instant_comes_back_as_the_same_instant_in_utc(store):
    berlin = datetime(2026, 11, 23, 5, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    await store.write(lambda session: session.add(Alarm(at=berlin, kind="x", text="")))
    at = await store.read(lambda session: session.scalar(select(Alarm.at)))
    assert at == berlin
    assert at.utcoffset() == timedelta(0)


async def test_the_database_is_as_durable_as_it_says(store):
    def pragmas(session):
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [session.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await store.write(pragmas) == ["wal", 2, 1, 10_000]


async def test_foreign_keys_hold(store):
    with pytest.raises(IntegrityError):
        await store.write(
            lambda session: session.add(Tombstone(terminal_id=7, batch_number=1, trace=1, kind="x", at=NOON))
        )


async def test_a_unit_that_fails_undoes_only_itself(store):
    def fails(session):
        alarm("half")(session)
        raise ValueError("no")

    results = await asyncio.gather(
        *(store.write(work) for work in (alarm("a"), fails, alarm("b"), fails, alarm("c"))), return_exceptions=True
    )
    assert [type(r) if isinstance(r, Exception) else r for r in results] == ["a", ValueError, "b", ValueError, "c"]
    assert await kinds(store) == ["a", "b", "c"]


async def test_units_that_wait_together_are_committed_together_in_order(store):
    gate = threading.Event()
    first = asyncio.create_task(store.write(lambda session: gate.wait(5)))
    await asyncio.sleep(0.05)
    tasks = [asyncio.create_task(store.write(alarm(str(n)))) for n in range(100)]
    await asyncio.sleep(0)
    before = store.commits
    gate.set()
    await first
    assert await asyncio.gather(*tasks) == [str(n) for n in range(100)]
    assert store.commits - before == 3  # the first alone, then 64 and 36
    assert await kinds(store) == [str(n) for n in range(100)]


async def test_a_result_comes_only_after_its_commit(store, tmp_path):
    await store.write(alarm("x"))
    with sqlite3.connect(tmp_path / "host.db") as other:
        assert other.execute("SELECT kind FROM alarm").fetchall() == [("x",)]


async def test_a_group_whose_commit_fails_has_failed_whole(store):
    def break_commit(session):
        # Deferred constraints are checked at COMMIT: the only failure that no savepoint can catch.
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        session.add(Tombstone(terminal_id=7, batch_number=1, trace=1, kind="x", at=NOON))

    gate = threading.Event()
    first = asyncio.create_task(store.write(lambda session: gate.wait(5)))
    await asyncio.sleep(0.05)
    both = asyncio.gather(store.write(alarm("innocent")), store.write(break_commit), return_exceptions=True)
    await asyncio.sleep(0)
    gate.set()
    await first
    assert [type(result) for result in await both] == [IntegrityError, IntegrityError]
    assert await kinds(store) == []
    assert await store.write(alarm("after")) == "after"


async def test_the_queue_is_bounded_and_callers_wait(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'host.db'}")
    await opened.close()
    store = Store(opened.engine, units_waiting=3)
    gate = threading.Event()
    tasks = [asyncio.create_task(store.write(lambda session: gate.wait(5))) for _ in range(8)]
    await asyncio.sleep(0.05)
    assert store._queue.qsize() <= 2
    gate.set()
    assert await asyncio.gather(*tasks) == [True] * 8
    await store.close()


async def test_a_caller_that_gives_up_loses_the_answer_and_nothing_else(store):
    gate = threading.Event()
    first = asyncio.create_task(store.write(lambda session: gate.wait(5)))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(store.write(alarm("kept")))
    await asyncio.sleep(0)
    second.cancel()
    gate.set()
    await first
    assert await store.write(alarm("next")) == "next"
    assert await kinds(store) == ["kept", "next"]


async def test_a_unit_whose_caller_gave_up_keeps_its_place_in_the_bounded_queue(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'host.db'}")
    await opened.close()
    store = Store(opened.engine, units_waiting=2)
    gate = threading.Event()
    first = asyncio.create_task(store.write(lambda session: gate.wait(5)))
    await asyncio.sleep(0.05)
    given_up = asyncio.create_task(store.write(alarm("kept")))
    await asyncio.sleep(0)
    given_up.cancel()
    third = asyncio.create_task(store.write(alarm("third")))
    await asyncio.sleep(0.05)
    assert store._queue.qsize() == 1
    gate.set()
    await asyncio.gather(first, third)
    assert await kinds(store) == ["kept", "third"]
    await store.close()


async def test_a_read_cannot_write(store):
    with pytest.raises(DBAPIError, match="readonly"):
        await store.read(alarm("x"))
    assert await store.write(alarm("y")) == "y"
    assert await kinds(store) == ["y"]


async def test_a_read_does_not_wait_for_the_writer(store):
    gate = threading.Event()

    def slow(session):
        alarm("slow")(session)
        gate.wait(5)

    task = asyncio.create_task(store.write(slow))
    await asyncio.sleep(0.05)
    assert await asyncio.wait_for(kinds(store), 2) == []
    gate.set()
    await task
    assert await kinds(store) == ["slow"]


async def test_closing_commits_what_waits_and_then_refuses(tmp_path):
    url = f"sqlite:///{tmp_path / 'host.db'}"
    store = open_store(url)
    tasks = [asyncio.create_task(store.write(alarm(str(n)))) for n in range(20)]
    await asyncio.sleep(0)
    await store.close()
    await store.close()
    assert await asyncio.gather(*tasks) == [str(n) for n in range(20)]
    for call in (store.write, store.read):
        with pytest.raises(StoreError, match="closed"):
            await call(alarm("late"))
    again = open_store(url)
    assert await kinds(again) == [str(n) for n in range(20)]
    await again.close()


def entry(number):
    """A unit that posts to an account of its own."""

    def work(session):
        lines = [(Key("bank"), 5), (Key("merchant_held", number), -5)]
        return post(session, "test", f"test/{number}", NOON, lines, business_date=NOON.date())

    return work


async def grouped(store, *works):
    """The units in one group, whatever becomes of it."""
    gate = threading.Event()
    first = asyncio.create_task(store.write(lambda session: gate.wait(5)))
    await asyncio.sleep(0.05)
    both = asyncio.gather(*(store.write(work) for work in works), return_exceptions=True)
    await asyncio.sleep(0)
    gate.set()
    await first
    return await both


def broken_commit(session):
    session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    session.add(Tombstone(terminal_id=7, batch_number=1, trace=1, kind="x", at=NOON))


async def test_an_account_opened_in_a_group_that_was_never_committed_is_not_known(store):
    assert [type(one) for one in await grouped(store, entry(1), broken_commit)] == [IntegrityError] * 2
    assert await grouped(store, entry(2), entry(1)) == [1, 2]
    names = await store.read(
        lambda session: [line.account.name for line in session.scalars(select(Line).order_by(Line.id))]
    )
    assert names == ["bank", "merchant_held/2", "bank", "merchant_held/1"]


async def test_a_unit_does_not_meet_what_another_of_its_group_has_read(store):
    await store.write(alarm("before"))
    read = []

    def reads(session):
        read.append(session.scalars(select(Alarm)).one())  # held, as a unit's own variable would be
        return read[-1].kind

    def changes(session):
        session.connection().execute(update(Alarm.__table__).values(kind="after"))

    assert await grouped(store, reads, changes, reads) == ["before", None, "after"]
