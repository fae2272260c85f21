"""A host that is killed in one process: connections break at once, what waits is dropped, the databases recover."""

import asyncio
from pathlib import Path

import pytest

from host_sim.console.back_office import BackOffice
from host_sim.rig import stage
from host_sim.rig.stage import EMAIL, MERCHANT, MERCHANT_FIELDS, PIN, START, TERMINAL
from host_sim.rig.world import World
from host_sim.store.connect import StoreError
from host_sim.store.schema import Payment
from tests.host.till import Card, Till


async def _office(folder: Path) -> tuple[BackOffice, Till, Card]:
    office = BackOffice(folder, World(START), bytes(32), ("127.0.0.1", 9), lambda: None)
    await office.start()
    provisioning = await office.host.enroll(MERCHANT_FIELDS, TERMINAL, MERCHANT, EMAIL)
    card = Card(office.host.issuer.issue_card(stage.test_pan(1), "01", "3012", PIN, 900_000))
    till = await Till(office.port, provisioning).connect()
    assert (await till.sign_on())[39] == "00"
    return office, till, card


async def test_what_was_answered_is_there_after_a_crash(tmp_path: Path) -> None:
    office, till, card = await _office(tmp_path)
    _, answer = await till.sale(card, 1234)
    assert answer[39] == "00"
    port = office.port
    await office.kill()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)
    rows = await office.books.read(lambda session: [row.amount_fen for row in session.query(Payment)])
    assert rows == [1234], "the books can be read while the host is dead"
    await office.start()
    assert office.port == port
    await till.connect()
    assert (await till.sign_on())[39] == "00"
    _, answer = await till.sale(card, 77)
    assert answer[39] == "00"
    await office.close()


async def test_a_connection_breaks_in_the_middle_of_a_message(tmp_path: Path) -> None:
    office, till, card = await _office(tmp_path)
    sale = asyncio.ensure_future(till.sale(card, 500))
    active = asyncio.Event()
    office.host.on_progress.append(active.set)
    await active.wait()  # the message was taken
    assert not sale.done()
    await office.kill()
    done, _ = await asyncio.wait({sale}, timeout=5)
    assert done and sale.exception() is not None, "the till sees its line break at once"
    await office.start()
    await office.host.recover()
    states = await office.books.read(lambda session: [row.state for row in session.query(Payment)])
    assert "approved" not in states
    await office.close()


async def test_a_unit_that_waits_when_the_store_crashes_is_not_written(tmp_path: Path) -> None:
    office, *_ = await _office(tmp_path)
    store = office.host.store
    started, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(session: object) -> str:
        loop.call_soon_threadsafe(started.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(5)
        return "done"

    first = asyncio.ensure_future(store.write(slow))
    await started.wait()
    second = asyncio.ensure_future(store.write(lambda session: "written"))
    await asyncio.sleep(0)
    crash = asyncio.ensure_future(store.crash())
    await asyncio.sleep(0.05)
    go_on.set()
    await crash
    assert await first == "done", "the commit in hand ends as it ends"
    with pytest.raises(StoreError):
        await second
    with pytest.raises(StoreError):
        await store.write(lambda session: None)
    await office.close()


async def test_a_port_taken_meanwhile_is_said_and_tried_again(tmp_path: Path) -> None:
    office, *_ = await _office(tmp_path)
    await office.kill()
    other = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", office.port)
    with pytest.raises(OSError):
        await office.start()
    assert office.trouble and not office.up
    other.close()
    await other.wait_closed()
    await office.start()
    assert office.up and not office.trouble
    await office.close()
