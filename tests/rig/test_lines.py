"""The rig's stripe head and scanner, and what the firmware's drivers make of them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.rig.lines import Talkers, lrc, swipe_line
from host_sim.rig.world import World
from tests.rig.firmware_driver import RigClock, RigUart
from till.drivers.lines import LinePort, LineSplitter
from till.drivers.scanner import Scanner, split_code
from till.drivers.stripe import StripeHead, split_tracks

TRACKS: dict[int, str | None] = {1: "B6292520000000000019^DEMO/CARD^30122200000", 2: "6292520000000000019=30122200000"}


@pytest.fixture
async def desk():
    world = World(datetime(2026, 11, 23, 1, tzinfo=UTC))
    talkers = Talkers()
    uart = RigUart(world, talkers, 9600)
    clock = RigClock(world)
    port = LinePort(uart, clock)
    world.open()
    world.begin()
    yield talkers, StripeHead(port), Scanner(port), clock, port
    world.end()
    await world.close()


async def next_of(device, clock):
    """What a device reads next, within two seconds."""
    until_ms = clock.ticks_ms() + 2000
    while (found := device.read()) is None and clock.ticks_ms() < until_ms:
        await clock.wait((device.activity,), until_ms - clock.ticks_ms())
    return found


def test_an_lrc_from_the_standard_s_rule():
    assert lrc(2, "12=3") == "9" and lrc(1, "A") == "["
    with pytest.raises(ValueError):
        lrc(2, "A")


def test_a_swipe_on_the_line():
    assert swipe_line({2: "12=3", 3: None}) == b";12=3?9+E?\r"
    assert swipe_line({2: "12=3"}, with_lrc=False) == b";12=3?\r"


async def test_a_swipe_and_a_scan_arrive(desk):
    talkers, stripe, scanner, clock, _ = desk
    talkers.swipe(TRACKS)
    swipe = await next_of(stripe, clock)
    assert swipe.tracks[0].startswith(b"%B6292520") and swipe.tracks[1].startswith(b";6292520") and not swipe.damaged
    talkers.scan("284512345678901234")
    code = await next_of(scanner, clock)
    assert (code.symbology, code.text) == ("Q", "284512345678901234")


async def test_a_line_with_a_pause_in_it_and_one_that_breaks_off(desk):
    talkers, stripe, _, clock, port = desk
    talkers.damage = lambda data: [(0, data[:20]), (150_000, data[20:])]
    talkers.swipe(TRACKS)
    assert (await next_of(stripe, clock)).tracks[1]
    talkers.damage = lambda data: [(0, data[:20])]
    talkers.swipe(TRACKS)
    assert await next_of(stripe, clock) is None
    talkers.swipe(TRACKS)
    assert (await next_of(stripe, clock)).tracks[1] and port.bad == 1


async def test_a_bit_that_fell_is_a_damaged_track(desk):
    talkers, stripe, _, clock, _ = desk
    talkers.damage = lambda data: [(0, data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])]
    talkers.swipe(TRACKS)
    swipe = await next_of(stripe, clock)
    assert swipe.damaged == [2] and swipe.tracks[1] is None and swipe.tracks[0]


@given(st.lists(st.binary(max_size=500), max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_lines_or_nothing(parts):
    splitter, found = LineSplitter(), []
    for part in parts:
        splitter.feed(part, found)
    for line in found:
        split_tracks(line), split_tracks(line, False), split_code(line)


NUMERIC = st.text("0123456789=", max_size=36)


@given(NUMERIC, st.text("ABCDEF0123456789^/ ", max_size=70).filter(lambda text: text != "E"), st.data())
@settings(max_examples=100, deadline=None)
def test_every_swipe_comes_back_and_no_single_error_passes(second, first, data):
    line = swipe_line({1: first, 2: second})[:-1]
    swipe = split_tracks(line)
    assert swipe is not None
    assert swipe.tracks[:2] == [f"%{first}?{lrc(1, first)}".encode(), f";{second}?{lrc(2, second)}".encode()]
    at = data.draw(st.integers(0, len(line) - 1).filter(lambda at: line[at] not in b"%;"))  # they say which track
    spoiled = line[:at] + bytes([line[at] ^ 1 << data.draw(st.integers(0, 5))]) + line[at + 1 :]
    found = split_tracks(spoiled)
    if found is not None and found.tracks != [None, None, None]:
        assert set(found.tracks) <= {*swipe.tracks, None}
