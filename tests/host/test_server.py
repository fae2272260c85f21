"""The TCP server: bounds, malformed input, progress, and what happens when a terminal goes away."""

import asyncio
import logging

import pytest

from host_sim.acquirer import dispatch
from host_sim.store.schema import Payment
from tests.host.bench import running
from tests.host.till import Till, pack


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path) as bench:
        yield bench


async def closed(reader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(1), 5) == b""
    except ConnectionError:
        return True


async def test_a_length_that_cannot_be_drops_this_connection_only(bench, caplog):
    for length in (b"\x00\x00", b"\xff\xff", b"\x00\x05"):
        till = await Till(bench.host.port, bench.provisioning).connect()
        await till.send_raw(length + b"rubbish")
        assert await closed(till.reader)
    assert "dropped: byte 0: length" in caplog.text
    assert (await bench.till.sale(bench.card, 100))[1][39] == "00"


async def test_rubbish_in_a_good_frame_is_counted_logged_and_answered_where_it_can_be(bench, caplog):
    await bench.till.send_raw(bench.till.frame(b"\x02\x00" + b"\xff" * 8))
    assert (await bench.till.sale(bench.card, 100))[1][39] == "00", "the connection goes on"
    assert bench.host.dispatcher.malformed == 1
    body = pack("0200", {2: bench.card.pan, 11: "000099", 41: "90000001", 60: bench.till.f60("22"), 63: "\x07"})
    answer = await bench.till.send_body(body)
    assert {n: answer[n] for n in (11, 39, 41, 60)} == {
        11: "000099",
        39: "30",
        41: "90000001",
        60: bench.till.f60("22"),
    }
    assert 64 not in answer and 2 not in answer
    assert bench.card.pan not in caplog.text and bench.card.pan not in str(caplog.records)


async def test_an_answer_is_not_answered(bench):
    await bench.till.send_raw(bench.till.frame(bench.till.message("0210", {11: "000050", 60: bench.till.f60("22")})))
    assert (await bench.till.sale(bench.card, 100))[1][39] == "00"


async def test_an_answer_goes_back_the_way_it_came_with_the_hosts_request(bench):
    bench.host.ask_terminal("90000001", 3)
    await bench.till.sale(bench.card, 100)
    assert bench.till.header.hex() == "613103310000"[:5] + "3" + "310000"
    await bench.till.sale(bench.card, 100)
    assert bench.till.header.hex() == "613100310000"


async def test_several_messages_in_one_write_and_one_message_in_many(bench):
    till = bench.till
    frames = [till.frame(till.message("0200", till.sale_fields(bench.card, 100))) for _ in range(3)]
    await till.send_raw(b"".join(frames))
    assert [(await till.receive())[1][39] for _ in range(3)] == ["00"] * 3
    for byte in till.frame(till.message("0200", till.sale_fields(bench.card, 100))):
        await till.send_raw(bytes([byte]))
    assert (await till.receive())[1][39] == "00"


async def test_progress_says_when_nothing_is_under_way(bench):
    till, seen = bench.till, []
    bench.host.on_progress.append(lambda: seen.append(bench.host.progress(till.local_port)))
    before = bench.host.progress(till.local_port)
    frame = till.frame(till.message("0200", till.sale_fields(bench.card, 100)))
    await till.send_raw(frame)
    await till.receive()
    assert seen[0] == (before[0] + len(frame), before[1], True)
    assert seen[-1][0] == till.sent and seen[-1][1] > before[1] and seen[-1][2] is False
    assert bench.host.progress(1) == (0, 0, False)


async def test_half_a_frame_is_consumed_and_nothing_is_active(bench):
    frame = bench.till.frame(bench.till.message("0200", bench.till.sale_fields(bench.card, 100)))
    await bench.till.send_raw(frame[:20])
    await bench.until(lambda: bench.host.progress(bench.till.local_port)[0] == bench.till.sent)
    assert bench.host.progress(bench.till.local_port)[2] is False


async def test_a_payment_is_finished_though_the_terminal_has_gone(bench):
    till = await bench.signed_on()
    await till.send_raw(till.frame(till.message("0200", till.sale_fields(bench.card, 100))))
    port = till.local_port
    await bench.until(lambda: bench.host.progress(port)[0] == till.sent)
    await till.close()
    await bench.until(lambda: not bench.host.progress(port)[2])
    assert [payment.state for payment in await bench.rows(Payment)] == ["approved"]


async def test_half_a_close_still_gets_its_answer(bench):
    till = await bench.signed_on()
    await till.send_raw(till.frame(till.message("0200", till.sale_fields(bench.card, 100))))
    till.writer.write_eof()
    assert (await till.receive())[1][39] == "00"
    assert await closed(till.reader)


async def test_more_connections_than_allowed_are_refused(bench):
    bench.host.server.connections = 2
    second = await Till(bench.host.port, bench.provisioning).connect()
    third = await Till(bench.host.port, bench.provisioning).connect()
    assert await closed(third.reader)
    await second.close()
    assert (await bench.till.sale(bench.card, 100))[1][39] == "00"


async def test_more_connections_from_one_address_than_allowed_are_refused(bench):
    bench.host.server.connections_per_address = 2
    second = await Till(bench.host.port, bench.provisioning).connect()
    third = await Till(bench.host.port, bench.provisioning).connect()
    assert await closed(third.reader)
    await second.close()
    await bench.until(lambda: not bench.host.server.progress(second.local_port, "127.0.0.1")[2])
    assert (await bench.till.sale(bench.card, 100))[1][39] == "00"


async def test_two_connections_from_the_same_port_are_two(bench):
    """Ports are an address's own: another machine's may be the same."""
    made = [bench.host.server._connection() for _ in range(2)]
    for connection, address in zip(made, ("10.0.0.1", "10.0.0.2")):
        connection.connection_made(Far(address))
    made[0].consumed, made[1].consumed = 1, 2
    progress = bench.host.server.progress
    assert [progress(4321, address)[0] for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3")] == [1, 2, 0]
    made[1].connection_lost(None)
    assert progress(4321, "10.0.0.1")[0] == 1 and progress(4321)[0] == 1
    made[0].connection_lost(None)


class Far(asyncio.Transport):
    """A peer on another machine."""

    def __init__(self, address: str):
        super().__init__()
        self.address = address

    def get_extra_info(self, name, default=None):
        return (self.address, 4321)


@pytest.mark.parametrize(("limit", "piece"), [("idle_s", b""), ("frame_s", b""), ("frame_s", b"\x00")])
async def test_a_connection_that_says_nothing_or_trickles_is_closed(bench, limit, piece):
    bench.clock.run()
    setattr(bench.host.server.limits, limit, 0.2)
    till = await Till(bench.host.port, bench.provisioning).connect()
    if piece:
        await till.send_raw(piece)
    assert await closed(till.reader)


async def test_time_passes_for_a_connection_by_the_hosts_clock(bench):
    bench.host.server.limits.idle_s = 0.2
    till = await Till(bench.host.port, bench.provisioning).connect()
    await asyncio.sleep(0.5)
    bench.clock.move(hours=-3)  # put back: counted anew, not for three hours more
    await asyncio.sleep(0.3)
    await till.send_raw(till.frame(till.message("0820", {60: "00000001301"}, mac=False)))
    assert (await till.receive(mac=False))[1][39] == "00", "no time has passed"
    bench.clock.move(seconds=1)
    assert await closed(till.reader)


async def test_a_second_frame_that_trickles_is_not_waited_for_and_a_pause_is(bench):
    till = await Till(bench.host.port, bench.provisioning).connect()
    bench.clock.run()
    bench.host.server.limits.frame_s = 0.2
    echo = till.frame(till.message("0820", {60: "00000001301"}, mac=False))
    await till.send_raw(echo)
    await till.receive(mac=False)
    await asyncio.sleep(0.4)
    await till.send_raw(echo + echo[:9])
    await till.receive(mac=False)
    assert await closed(till.reader)


async def test_a_peer_that_does_not_read_its_answers_gets_no_more_and_is_dropped(bench):
    till = await Till(bench.host.port, bench.provisioning).connect()
    echo = till.frame(till.message("0820", {60: "00000001301"}, mac=False))
    await till.send_raw(echo)
    await till.receive(mac=False)
    (server_side,) = (one for one in bench.host.server._open if one.peer_port == till.local_port)
    bench.clock.run()
    bench.host.server.limits.write_s = 0.3
    for read_again in (True, False):
        server_side.pause_writing()  # what asyncio calls when its buffer is full
        written = server_side.written
        await till.send_raw(echo * 30)
        await asyncio.sleep(0.1)
        assert server_side.written == written and not server_side._transport.is_reading()
        if read_again:
            server_side.resume_writing()
            for _ in range(30):
                await till.receive(mac=False)
    assert await closed(till.reader)
    assert (await bench.till.sale(bench.card, 100))[1][39] == "00"


async def test_stop_takes_nothing_new_and_does_not_wait_for_ever(tmp_path, monkeypatch):
    go = asyncio.Event()

    async def hangs(_request, _desk):
        await go.wait()

    async with running(tmp_path) as bench:
        monkeypatch.setitem(dispatch.HANDLERS, "sale", hangs)
        till = bench.till
        await till.send_raw(till.frame(till.message("0200", till.sale_fields(bench.card, 100))))
        await bench.until(lambda: bench.host.progress(till.local_port)[2])
        bench.host.server.stop_s = 0.3
        stopping = asyncio.ensure_future(bench.host.server.stop())
        await asyncio.sleep(0.1)
        before = bench.host.progress(till.local_port)[0]
        await till.send_raw(till.frame(till.message("0200", till.sale_fields(bench.card, 100))))
        await asyncio.wait_for(stopping, 5)
        assert bench.host.progress(till.local_port) == (before, bench.host.progress(till.local_port)[1], True)
        assert await closed(till.reader) and await bench.rows(Payment) == []


async def test_stop_finishes_what_was_taken(tmp_path):
    async with running(tmp_path) as bench:
        await bench.till.send_raw(bench.till.frame(bench.till.message("0200", bench.till.sale_fields(bench.card, 100))))
        await bench.until(lambda: bench.host.progress(bench.till.local_port)[2])
        await bench.host.server.stop()
        assert (await bench.till.receive())[1][39] == "00"


async def test_no_log_line_has_a_card_number_track_or_key(bench, caplog):
    caplog.set_level(logging.DEBUG)
    await bench.till.sale(bench.card, 150_000, "123456")
    await bench.till.sale(bench.card, 150_000, "654321")
    await bench.till.send_body(bench.till.message("0200", bench.till.sale_fields(bench.card, 5))[:-1] + b"X", mac=False)
    text = caplog.text
    assert "sale trace 000002 answered 00" in text and "wrong MAC" in text
    for secret in (bench.card.pan, bench.card.track2, bench.card.udk.hex(), bench.till.mak.hex(), "123456"):
        assert secret not in text
