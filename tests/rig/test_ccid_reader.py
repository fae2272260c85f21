"""The firmware's contact driver against the rig's reader, byte by byte on one virtual clock."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import reduce
from operator import xor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_sim.rig.cards import atr
from host_sim.rig.cards.contact import Mute
from host_sim.rig.cards.t1 import block
from host_sim.rig.ccid_reader import CcidReader
from host_sim.rig.slot import Slot
from host_sim.rig.world import World
from tests.rig.chips import EchoChip
from tests.rig.firmware_driver import RigClock, RigUart
from till.drivers.ccid import ContactReader
from till.drivers.clock import Signal
from till.drivers.reader_error import CardGone, CardMute, ReaderError

SELECT = bytes.fromhex("00A404000E315041592E5359532E444446303100")
GPO = bytes.fromhex("80A8000002830000")
RECORD = bytes.fromhex("00B2010C00")


class Desk:
    """One reader, one driver. chip: a card that is in the slot already."""

    def __init__(self, chip=None):
        self.world = World(datetime(2026, 11, 23, 1, tzinfo=UTC))
        self.slot = Slot()
        self.model = CcidReader(self.world, self.slot)
        self.uart = RigUart(self.world, self.model)
        self.clock = RigClock(self.world)
        self.reader = ContactReader(self.uart, self.clock)
        self.chip = chip
        if chip is not None:
            self.slot.insert(chip)

    async def powered(self):
        found, fired = await self.reader.wait_card((), 10_000)
        assert found == self.chip.atr and fired is None
        return self.reader


@asynccontextmanager
async def desk(chip=None):
    made = Desk(chip)
    made.world.open()
    made.world.begin()
    yield made
    made.world.end()
    await made.world.close()
    assert made.uart.open == 0


def with_check(answer):
    """An answer to reset with its TCK."""
    return answer + bytes([reduce(xor, answer[1:])])


PROTOCOLS = pytest.mark.parametrize("protocols", [(0,), (1,), (0, 1)])


@PROTOCOLS
async def test_a_card_is_powered_asked_and_let_go(protocols):
    async with desk(EchoChip(protocols)) as at:
        reader = await at.powered()
        assert await reader.exchange(SELECT) == SELECT + b"\x90\x00"
        assert at.chip.got[-1] == SELECT
        assert reader.present and at.model.contacts.powered
        await reader.release()
        assert not at.model.contacts.powered and reader.atr is None
        with pytest.raises(CardGone):
            await reader.exchange(SELECT)


@PROTOCOLS
async def test_commands_of_every_length(protocols):
    async with desk(EchoChip(protocols, answers={0xB2: bytes(range(256)) + b"\x90\x00", 0x20: b"\x63\xc2"})) as at:
        reader = await at.powered()
        for count in (1, 2, 31, 32, 33, 100, 200, 248):
            apdu = bytes([0x80, 0xAE, 0x80, 0, count]) + bytes(range(count)) + b"\x00"
            assert await reader.exchange(apdu) == apdu + b"\x90\x00"
        assert await reader.exchange(RECORD) == bytes(range(256)) + b"\x90\x00"
        assert await reader.exchange(bytes.fromhex("002000800824123456FFFFFFFF")) == b"\x63\xc2"
        assert at.chip.got[-1] == bytes.fromhex("002000800824123456FFFFFFFF")
        assert at.reader.late == at.reader.bad == 0
        assert not any(at.model.faults.values())


async def test_t_0_fetches_what_waits_and_asks_again_with_the_right_length():
    answers = {0xA4: b"\x6f\x02\x84\x00\x90\x00", 0xB2: b"\x70\x01\x00\x90\x00"}
    async with desk(EchoChip((0,), answers=answers)) as at:
        reader = await at.powered()
        at.uart.written.clear()
        assert await reader.exchange(SELECT) == answers[0xA4]
        assert bytes.fromhex("00C0000004") in at.uart.written  # GET RESPONSE for the 4 bytes of 6104
        assert await reader.exchange(RECORD) == answers[0xB2]
        assert at.uart.written.count(bytes.fromhex("00B2010C03")) == 1  # 6C03
        assert len(at.chip.got) == 3


async def test_a_warning_with_data_on_t_0():
    """SELECT of a blocked application: 6283 first, its FCI by GET RESPONSE (EMV Book 1, 9.3.1.2)."""
    async with desk(EchoChip((0,), answers={0xA4: b"\x6f\x02\x84\x00\x62\x83"})) as at:
        reader = await at.powered()
        assert await reader.exchange(SELECT) == b"\x6f\x02\x84\x00\x62\x83"


async def test_command_data_asked_for_byte_by_byte():
    async with desk(EchoChip((0,))) as at:
        at.model.contacts.one_by_one = True
        reader = await at.powered()
        assert await reader.exchange(SELECT) == SELECT + b"\x90\x00"


@pytest.mark.parametrize(("protocols", "ta1"), [((0,), 0x13), ((1,), 0x96), ((1,), 0x13)])
async def test_speed_is_agreed_and_used(protocols, ta1):
    async with desk(EchoChip(protocols, ta1=ta1)) as at:
        reader = await at.powered()
        assert at.model.contacts.speed == ta1 and at.model.parameters[0] == ta1
        assert await reader.exchange(SELECT) == SELECT + b"\x90\x00"


async def test_a_card_that_will_not_hear_of_another_speed_is_reset_and_used_slowly():
    chip = EchoChip((0,), ta1=0x13)
    async with desk(chip) as at:

        def silent(request):
            raise Mute

        at.model.contacts.pps = silent
        reader = await at.powered()
        assert chip.resets == 2 and at.model.contacts.speed == 0x11
        assert await reader.exchange(SELECT) == SELECT + b"\x90\x00"


async def test_the_lowest_voltage_that_the_card_takes():
    for voltages, resets in ((7, 1), (3, 1), (1, 1)):
        async with desk(EchoChip((0,), voltages=voltages)) as at:
            await at.powered()
            assert at.chip.resets == resets
    async with desk(EchoChip((0,), voltages=0)) as at:
        with pytest.raises(CardMute):
            await at.reader.wait_card((), 10_000)
        assert at.reader.atr is None


async def test_a_card_comes_later_and_a_key_ends_the_wait():
    async with desk() as at:
        key = Signal()
        at.world.call_after(5_000_000, lambda: (key.set(), at.world.changed()))
        assert await at.reader.wait_card((key,), 60_000) == (None, key)
        assert at.clock.ticks_ms() == pytest.approx(5000, abs=20)
        assert await at.reader.wait_card((), 3_000) == (None, None)
        assert at.clock.ticks_ms() == pytest.approx(8000, abs=30)
        at.chip = EchoChip((1,))
        at.world.call_after(2_345_000, at.slot.insert, at.chip)
        found, _ = await at.reader.wait_card((), 60_000)
        assert found == at.chip.atr
        assert at.clock.ticks_ms() == pytest.approx(10_345, abs=250)


async def test_a_notice_that_was_lost_is_found_out_by_asking():
    async with desk() as at:
        send = at.model._send
        at.model._send = lambda data: None if data[:1] == b"\x50" else send(data)
        at.chip = EchoChip()
        at.world.call_after(2_100_000, at.slot.insert, at.chip)
        found, _ = await at.reader.wait_card((), 60_000)
        assert found == at.chip.atr and at.clock.ticks_ms() < 3500


async def test_activity_tells_that_a_card_came_and_look_says_so():
    async with desk() as at:
        await at.reader.start()
        assert at.reader.present is False
        at.reader.activity.clear()
        at.world.call_after(1_000_000, at.slot.insert, EchoChip())
        assert await at.clock.wait((at.reader.activity,), 5000) is at.reader.activity
        assert at.reader.look() is True


async def test_the_slot_is_waited_empty():
    async with desk(EchoChip()) as at:
        await at.powered()
        assert await at.reader.wait_removed((), 1_000) == (False, None)
        at.world.call_after(700_000, at.slot.pull)
        assert await at.reader.wait_removed((), 5_000) == (True, None)


@PROTOCOLS
async def test_a_card_pulled_at_every_byte_is_gone_in_bounded_time(protocols):
    """From the reset on, whichever byte is the last, either way: CardGone, or the whole answer where all had passed."""
    async with desk(EchoChip(protocols)) as at:
        await at.powered()
        await at.reader.exchange(GPO)
        most = at.model.contacts.exchanged
    ends = set()
    for count in range(1, most + 2):
        async with desk(EchoChip(protocols)) as at:
            at.slot.pull_after(count)
            began = at.clock.ticks_ms()
            try:
                found, _ = await at.reader.wait_card((), 400)
                if found is None:
                    ends.add("no card")
                    continue
                assert await at.reader.exchange(GPO) == GPO + b"\x90\x00"
                ends.add("whole")
            except CardGone:
                ends.add("gone")
                with pytest.raises(CardGone):
                    await at.reader.exchange(GPO)
            finally:
                await at.reader.release()
            assert at.clock.ticks_ms() - began < 8000
    assert ends == {"no card", "gone", "whole"}


async def test_another_card_in_the_same_slot_is_not_the_one_that_was_powered():
    async with desk(EchoChip()) as at:
        reader = await at.powered()
        other = EchoChip()
        at.slot.pull()
        at.slot.insert(other)
        await at.clock.sleep_ms(100)
        with pytest.raises(CardGone):
            await reader.exchange(SELECT)
        assert not other.got


@PROTOCOLS
async def test_a_card_that_goes_mute_ends_in_bounded_time(protocols):
    async with desk(EchoChip(protocols)) as at:
        reader = await at.powered()
        at.chip.mute_after = 0
        began = at.clock.ticks_ms()
        with pytest.raises(CardMute):
            await reader.exchange(SELECT)
        assert at.clock.ticks_ms() - began < 20_000
        await reader.release()


@PROTOCOLS
async def test_a_slow_card_gets_its_time(protocols):
    async with desk(EchoChip(protocols, delay_us=4_700_000)) as at:
        reader = await at.powered()
        began = at.clock.ticks_ms()
        assert await reader.exchange(SELECT) == SELECT + b"\x90\x00"
        assert 4700 <= at.clock.ticks_ms() - began < 5300
        contacts = at.model.contacts
        assert contacts.nulls or contacts.t1.extensions == 1
        assert at.model.extensions == 4


async def test_the_clock_stands_while_nothing_happens_where_the_card_allows_it():
    chip = EchoChip((1,))
    chip.atr = with_check(bytes.fromhex("3B8081B1FE451F47"))  # T=1, then T=15 with TA: clock stop low, classes A, B, C
    async with desk(chip) as at:
        reader = await at.powered()
        assert reader.atr.clock_stop == 1 and reader.atr.classes == 7
        await reader.pause()
        assert at.model.contacts.clock is False
        assert await reader.exchange(SELECT) == SELECT + b"\x90\x00"
        assert at.model.contacts.clock is True
    async with desk(EchoChip((1,))) as at:
        reader = await at.powered()
        await reader.pause()
        assert at.model.contacts.clock is True


async def test_a_damaged_answer_is_asked_for_again_and_the_card_asked_once():
    async with desk(EchoChip((1,))) as at:
        reader = await at.powered()
        for at_byte in (3, 5, 9, 14, -1):

            def damage(sent, at_byte=at_byte):
                changed = bytearray(sent)
                changed[at_byte] ^= 0x10
                return bytes(changed)

            at.model.damage = damage
            before = len(at.chip.got)
            assert await reader.exchange(SELECT) == SELECT + b"\x90\x00"
            assert len(at.chip.got) == before + 1
        assert reader.bad >= 4


async def test_an_answer_cut_short_is_asked_for_again():
    async with desk(EchoChip((0,))) as at:
        reader = await at.powered()
        at.model.damage = lambda sent: sent[:-4]
        assert await reader.exchange(SELECT) == SELECT + b"\x90\x00"
        assert len(at.chip.got) == 1 and reader.bad == 1


async def test_a_command_damaged_on_its_way_is_sent_again():
    async with desk(EchoChip((0,))) as at:
        reader = await at.powered()
        receive, spoil = at.model.receive, [True]

        def damaged(data):
            if spoil and len(data) > 15:
                spoil.pop()
                data = data[:14] + bytes([data[14] ^ 1]) + data[15:]
            receive(data)

        at.model.receive = damaged
        at.uart.line._model = at.model
        assert await reader.exchange(SELECT) == SELECT + b"\x90\x00"
        assert at.model.naks == 1 and len(at.chip.got) == 1


async def test_a_reader_that_is_unplugged():
    async with desk(EchoChip((0,))) as at:
        reader = await at.powered()
        at.model.plugged = False
        with pytest.raises(ReaderError) as error:
            await reader.exchange(SELECT)
        assert not isinstance(error.value, CardGone)
        await reader.release()
        began = at.clock.ticks_ms()
        with pytest.raises(ReaderError, match="connected"):
            await reader.wait_card((), 60_000)
        assert at.clock.ticks_ms() - began < 3000
        at.model.plugged = True
        at.model.reset()
        await at.powered()


async def test_a_late_answer_is_not_taken_for_the_next():
    async with desk(EchoChip((0,))) as at:
        reader = await at.powered()
        late = []
        at.model.damage = lambda sent: late.append(sent) or b""
        with pytest.raises(ReaderError):
            await reader.exchange(SELECT)
        at.uart.line.send(late[0])
        await at.clock.sleep_ms(50)
        assert await reader.exchange(GPO) == GPO + b"\x90\x00"
        assert reader.late == 1 and at.chip.got == [SELECT, GPO]


# ---- T=1 on a bad contact
@pytest.mark.parametrize("what", ["silence", "lrc", "cut", "wrong number", "nonsense"])
@pytest.mark.parametrize("number", range(7))
async def test_one_bad_block_is_recovered(what, number):
    """A long command and a long answer: chains both ways, one of the card's blocks spoiled."""
    chip = EchoChip((1,), times=2)
    chip.atr = with_check(bytes.fromhex("3B8081312045"))  # IFSC 32
    async with desk(chip) as at:
        reader = await at.powered()
        side = at.model.contacts.t1
        side.sent = 0

        def spoil(at_number, data):
            if at_number != number:
                return data
            if what == "wrong number":
                return block(data[1] ^ (0x10 if data[1] & 0x80 else 0x40), data[3:-1])
            return {"silence": None, "lrc": data[:-1] + b"\xaa", "cut": data[:-2], "nonsense": b"\xff" * 9}[what]

        side.spoil = spoil
        apdu = bytes([0x80, 0xAE, 0x80, 0, 120]) + bytes(range(120)) + b"\x00"
        assert await reader.exchange(apdu) == apdu * 2 + b"\x90\x00"
        assert chip.got == [apdu]
        assert await reader.exchange(GPO) == GPO * 2 + b"\x90\x00"


async def test_blocks_that_stay_bad_end_in_a_resynchronisation_and_the_command_is_lost():
    async with desk(EchoChip((1,))) as at:
        reader = await at.powered()
        side = at.model.contacts.t1
        side.spoil = lambda number, data: data if data[1] & 0xC0 == 0xC0 else data[:-1] + bytes([data[-1] ^ 1])
        with pytest.raises(ReaderError, match="lost"):
            await reader.exchange(SELECT)
        side.spoil = lambda number, data: data
        assert await reader.exchange(GPO) == GPO + b"\x90\x00"
        assert at.chip.got == [SELECT, GPO]


async def test_a_card_that_breaks_off():
    async with desk(EchoChip((1,))) as at:
        reader = await at.powered()
        at.model.contacts.t1.spoil = lambda number, data: block(0xC2)
        with pytest.raises(ReaderError, match="broke off"):
            await reader.exchange(SELECT)


async def test_a_card_that_asks_for_time_for_ever_is_bounded():
    async with desk(EchoChip((1,))) as at:
        reader = await at.powered()
        at.model.contacts.t1.spoil = lambda number, data: block(0xC3, b"\x01")
        began = at.clock.ticks_ms()
        with pytest.raises(ReaderError):
            await reader.exchange(SELECT)
        assert at.clock.ticks_ms() - began < 45_000


# ---- answers to reset
@pytest.mark.parametrize(
    "said", ["3B", "3B00", "3C00", "3B10", "3B1000", "3B80815555", "3BFF", "3B808280", "3B" + "00" * 40, "3B8081B1"]
)
async def test_what_is_no_card_is_mute_and_has_no_power(said):
    chip = EchoChip()
    chip.atr = bytes.fromhex(said)
    async with desk(chip) as at:
        at.model.contacts._facts = atr.read(bytes.fromhex("3B00"))
        at.model.contacts.reset = lambda select: setattr(at.model.contacts, "powered", True) or chip.atr
        if said == "3B00":  # the shortest that there is
            assert (await at.reader.wait_card((), 1000))[0] == b"\x3b\x00"
            return
        with pytest.raises(CardMute):
            await at.reader.wait_card((), 1000)


def test_built_answers_to_reset_are_read_alike():
    from till.drivers.atr import parse

    for protocols in ((0,), (1,), (0, 1)):
        for ta1 in (None, 0x11, 0x13, 0x96):
            made = atr.build(protocols, ta1)
            theirs, ours = atr.read(made), parse(made)
            assert ours.protocols == theirs.protocols == protocols
            assert ours.ta1 == theirs.ta1 == (ta1 or 0x11)
            assert (ours.ifsc, ours.wi, ours.specific) == (theirs.ifsc, theirs.wi, theirs.specific)
            assert ours.bwi_cwi == theirs.bwi << 4 | theirs.cwi


# ---- the reader alone
@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_from_the_till_never_stop_the_reader(noise):
    world = World(datetime(2026, 11, 23, 1, tzinfo=UTC))
    model = CcidReader(world, Slot())
    sent = []
    uart = RigUart(world, model)
    model._send = sent.append
    model.receive(noise)
    model._frames.clear()
    model._stop()
    assert uart.baud == 115200


async def test_a_reader_that_sends_back_what_it_hears():
    """A GemPC Twin does, and its echo of our refusal is no refusal of its own: the card is asked once."""
    async with desk(EchoChip((0,))) as at:
        at.model.echo = True
        reader = await at.powered()
        at.model.damage = lambda sent: sent[:-1] + bytes([sent[-1] ^ 1])
        assert await reader.exchange(SELECT[:-1]) == SELECT[:-1] + b"\x00\x90\x00"
        assert len(at.chip.got) == 1 and reader.late == 0 and reader.bad == 1
