from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.rig.cards.card import Card
from host_sim.rig.cards.faults import LeavingCard, MuteCard, NoApplicationCard
from host_sim.rig.contactless import air_us, silence_us
from host_sim.rig.hsu import ACK, EDGES, ERROR, NACK, Frames, frame
from host_sim.rig.pn532 import PN532, Field
from host_sim.rig.uart import Line
from host_sim.rig.world import World

WAKE = b"\x55\x55" + bytes(14)
SAM = bytes.fromhex("140100")
LIST = bytes.fromhex("4A0100")


class EchoCard(Card):
    """Sends back what it gets, times over, and 9000."""

    def __init__(self, uid="08A1B2C3", times=1):
        super().__init__()
        self.uid, self.times, self.got, self.resets = bytes.fromhex(uid), times, [], 0

    def reset(self):
        self.resets += 1

    def process(self, apdu):
        self.got.append(apdu)
        return apdu * self.times + b"\x90\x00"


class Bench:
    """A till's side of the line: raw bytes out and in, on virtual time."""

    def __init__(self):
        self.world = World(datetime(2026, 11, 23, 1, tzinfo=UTC))
        self.field = Field()
        self.chip = PN532(self.world, self.field)
        self.line = Line(self.world, self.chip, self.world.changed)
        self.line.open(115200)
        self.arrived = bytearray()

    def there(self):
        self.arrived += self.line.take(1024)
        return bytes(self.arrived)

    async def wait(self, us):
        await self.world.sleep(us)
        return self.there()

    async def send(self, data, for_us=100_000):
        """What comes back within a time."""
        self.arrived.clear()
        self.line.from_till(data)
        return await self.wait(for_us)

    async def ask(self, data, for_us=1_000_000):
        """The answer's data after the code, the ACK before it checked; and how long it took."""
        begun_us = self.world.now_us
        self.arrived.clear()
        self.line.from_till(frame(b"\xd4" + data))

        def whole():
            there = Frames()
            there.feed(self.there())
            return there.next() and there.next() is not None

        assert await self.world.until(whole, for_us), f"no answer but {self.arrived.hex()}"
        self.took_us = self.world.now_us - begun_us
        assert self.arrived[:6] == ACK
        answer = Frames()
        answer.feed(bytes(self.arrived[6:]))
        kind, body = answer.next()
        if body == b"\x7f":
            return ERROR
        assert kind == "data" and body[:2] == bytes([0xD5, data[0] + 1])
        return body[2:]


@asynccontextmanager
async def bench(awake=True):
    desk = Bench()
    desk.world.open()
    desk.world.begin()
    try:
        if awake:
            await desk.send(WAKE)
            assert await desk.ask(SAM) == b""
        yield desk
    finally:
        desk.world.end()
        await desk.world.close()
        assert desk.world.failure is None


# ---- frames: the manual's own (6.2.1, 7.2.2)
def test_the_manual_s_frames():
    assert frame(bytes.fromhex("D402")).hex().upper() == "0000FF02FED4022A00"
    assert frame(bytes.fromhex("D50332010607")).hex().upper() == "0000FF06FAD50332010607E800"
    assert frame(b"\xd4\x02", bare=True).hex().upper() == "00FF02FED4022A"
    assert frame(bytes(255))[:5].hex().upper() == "0000FFFF01"
    long = frame(bytes(256))
    assert long[:8].hex().upper() == "0000FFFFFF0100FF" and len(long) == 256 + 10


@pytest.mark.parametrize("size", [0, 266])
def test_a_frame_holds_1_to_265_bytes(size):
    with pytest.raises(ValueError):
        frame(bytes(size))


@pytest.mark.parametrize(
    "bytes_, fault",
    [
        ("0000FF02FFD4022A00", "lcs"),
        ("0000FF02FED4022B00", "dcs"),
        ("0000FFFFFF010200D40200", "lcs"),
        ("0000FFFFFFFFFF02D40200", "length"),
        ("0000FF0000D40200", "length"),
        ("1234567800", "noise"),
    ],
)
def test_a_bad_frame_is_counted_and_the_next_one_read(bytes_, fault):
    frames = Frames()
    frames.feed(bytes.fromhex(bytes_) + frame(b"\xd4\x02"))
    found = []
    while (item := frames.next()) is not None:
        found.append(item)
    assert found == [("data", b"\xd4\x02")]
    assert frames.faults[fault] > 0


def test_acks_and_nacks_between_frames():
    frames = Frames()
    frames.feed(ACK + NACK + frame(b"\xd4\x04") + ACK)
    assert [frames.next() for _ in range(5)] == [("ack", b""), ("nack", b""), ("data", b"\xd4\x04"), ("ack", b""), None]


@given(st.binary(min_size=1, max_size=265), st.integers(1, 300))
def test_every_frame_comes_back_however_it_is_cut(data, step):
    frames, sent, found = Frames(), frame(data), []
    for at in range(0, len(sent), step):
        frames.feed(sent[at : at + step])
        if (item := frames.next()) is not None:
            found.append(item)
    assert found == [("data", data)] and not any(frames.faults.values())


@given(st.binary(max_size=600))
def test_noise_never_stops_the_reader_of_frames(noise):
    frames = Frames()
    frames.feed(noise)
    while frames.next() is not None:
        pass
    frames.feed(bytes(300))  # whatever was begun ends here
    while frames.next() is not None:
        pass
    frames.feed(frame(b"\xd4\x02"))
    assert frames.next() == ("data", b"\xd4\x02")


def test_edges_of_a_byte_on_the_line():
    assert (EDGES[0x55], EDGES[0x00], EDGES[0xFF]) == (5, 1, 1)


# ---- waking and the dialogue
async def test_a_bare_frame_wakes_the_chip_and_is_lost():
    async with bench(awake=False) as desk:
        command = frame(b"\xd4\x02")
        assert await desk.send(command) == b""
        assert desk.chip.faults["asleep"] > 0
        assert (await desk.send(command)).startswith(ACK)


@pytest.mark.parametrize("preamble", [WAKE, b"\x55", bytes(5), b"\x55\x55" + bytes(3)])
async def test_five_edges_wake_it_for_the_frame_behind_them(preamble):
    async with bench(awake=False) as desk:
        answer = await desk.send(preamble + frame(b"\xd4\x02"))
        assert answer == ACK + frame(bytes.fromhex("D50332010607"))


async def test_too_few_edges_do_not():
    async with bench(awake=False) as desk:
        assert await desk.send(bytes(2)) == b"" and not desk.chip.awake


async def test_the_firmware_version_in_its_time():
    async with bench() as desk:
        assert await desk.ask(b"\x02") == bytes.fromhex("32010607")
        # 9 bytes there, 0.3 ms to the ACK of 6, and behind it (0.5 ms after its beginning) the answer of 13
        assert desk.took_us == pytest.approx((9 + 6 + 13) * 86.8 + 300, abs=10)


async def test_a_damaged_command_is_met_with_silence():
    async with bench() as desk:
        assert await desk.send(bytes.fromhex("0000FF02FED4022B00")) == b""
        assert await desk.ask(b"\x02") == bytes.fromhex("32010607")


@pytest.mark.parametrize(
    "data", ["D4FF", "D502", "D4", "D4140900", "D414", "D43205FF", "D43277", "D44A0300", "D44A0105", "D44A", "D440",
             "D412", "D41009", "D44400FF", "D40603", "D408630102FF", "D40005", "D400", "D416", "D45400AA"]
)  # fmt: skip
async def test_a_command_it_does_not_know_gets_an_error_frame(data):
    async with bench() as desk:
        assert await desk.send(frame(bytes.fromhex(data))) == ACK + ERROR
        assert desk.chip.refused == 1


@pytest.mark.parametrize("command", ["4A0100", "400100", "4401", "5200", "5401"])
async def test_cards_want_the_sam_configured_first(command):
    async with bench(awake=False) as desk:
        await desk.send(WAKE)
        assert await desk.ask(bytes.fromhex(command)) == ERROR


async def test_a_nack_brings_the_answer_again():
    async with bench() as desk:
        desk.chip.damage = lambda sent: sent[:-3] + b"\xee" + sent[-2:]
        good = frame(bytes.fromhex("D50332010607"))
        first = await desk.send(frame(b"\xd4\x02"))
        assert first[:6] == ACK and first[6:] != good and len(first) == 6 + len(good)
        assert await desk.send(NACK) == good
        assert await desk.send(NACK) == good


async def test_before_any_answer_a_nack_brings_nothing():
    async with bench(awake=False) as desk:
        await desk.send(WAKE)
        assert await desk.send(NACK) == b"" and await desk.send(ACK) == b""


async def test_a_second_command_takes_the_place_of_the_first():
    async with bench() as desk:
        await desk.send(frame(b"\xd4" + LIST))
        assert await desk.ask(b"\x02") == bytes.fromhex("32010607")
        assert desk.chip.aborted == 1


async def test_small_commands():
    async with bench() as desk:
        assert await desk.ask(bytes.fromhex("0000AABB")) == bytes.fromhex("00AABB")
        assert await desk.ask(b"\x00\x01") == b"\x00"
        assert await desk.ask(bytes.fromhex("0863050A6302FF")) == b""
        assert await desk.ask(bytes.fromhex("06630563026301")) == bytes.fromhex("0AFF00")
        assert await desk.ask(bytes.fromhex("3205FF01FF")) == b""
        assert await desk.ask(b"\x04") == bytes.fromhex("00000000")
        assert await desk.ask(b"\x12\x50") == b""
        assert (await desk.send(frame(b"\xd4\x02")))[6:] == frame(bytes.fromhex("D50332010607"), bare=True)


async def test_the_baud_rate_changes_when_the_host_has_acknowledged():
    async with bench() as desk:
        assert await desk.ask(b"\x10\x05") == b""
        assert desk.chip.baud == 115200
        await desk.send(ACK)
        assert desk.chip.baud == 230400
        assert await desk.send(frame(b"\xd4\x02")) == b"" and desk.chip.faults["baud"] == 9
        desk.line.open(230400)
        assert await desk.ask(b"\x02") == bytes.fromhex("32010607")


async def test_power_down_and_up():
    async with bench() as desk:
        assert await desk.ask(b"\x16\x10") == b"\x00"
        await desk.wait(1000)
        assert not desk.chip.awake
        assert await desk.send(frame(b"\xd4\x02")) == b""
        assert await desk.ask(b"\x02") == bytes.fromhex("32010607")
        assert await desk.ask(b"\x16\x08") == b"\x00"  # only the RF level may wake it
        await desk.wait(1000)
        assert await desk.send(WAKE + frame(b"\xd4\x02")) == b""
        desk.chip.reset()
        assert (await desk.send(WAKE + frame(b"\xd4\x02"))).startswith(ACK)


# ---- cards
async def test_a_card_in_the_field_is_listed():
    async with bench() as desk:
        card = EchoCard()
        desk.field.present(card)
        assert await desk.ask(LIST) == bytes.fromhex("01 01 0004 20 04 08A1B2C3") + card.ats
        assert 5000 < desk.took_us < 12000
        assert await desk.ask(b"\x04") == bytes.fromhex("0000010100000000")
        assert await desk.ask(b"\x00\x06") == b"\x00"


async def test_a_seven_byte_uid_says_so_and_rats_can_be_switched_off():
    async with bench() as desk:
        desk.field.present(EchoCard("04112233445566"))
        assert await desk.ask(b"\x12\x00") == b""
        assert await desk.ask(LIST) == bytes.fromhex("01 01 0044 20 07 04112233445566")
        assert await desk.ask(b"\x40\x01\x00") == b"\x01"  # no ISO 14443-4 without RATS


async def test_it_waits_for_a_card_for_as_long_as_it_takes():
    async with bench() as desk:
        assert await desk.send(frame(b"\xd4" + LIST), 3_600_000_000) == ACK
        desk.field.present(EchoCard())
        await desk.wait(4_000)
        assert bytes(desk.arrived) == ACK
        there = await desk.wait(20_000)
        assert bytes.fromhex("D54B0101000420") in there


async def test_a_card_that_only_brushed_the_field_is_not_listed_and_the_next_one_is():
    async with bench() as desk:
        await desk.send(frame(b"\xd4" + LIST))
        desk.field.present(EchoCard())
        await desk.wait(1_000)
        desk.field.remove()
        assert await desk.wait(1_000_000) == ACK
        desk.field.present(EchoCard("08000001"))
        assert bytes.fromhex("08000001") in await desk.wait(20_000)


async def test_the_host_s_ack_ends_the_search():
    async with bench() as desk:
        await desk.send(frame(b"\xd4" + LIST))
        assert await desk.send(ACK) == b""
        desk.field.present(EchoCard())
        assert await desk.wait(1_000_000) == b"" and desk.chip.aborted == 1
        assert (await desk.ask(LIST))[0] == 1


async def test_a_limited_search_ends_empty():
    async with bench() as desk:
        assert await desk.ask(bytes.fromhex("3205FF0103")) == b""
        assert await desk.ask(LIST) == b"\x00"
        assert 4 * 5000 < desk.took_us < 4 * 5000 + 5000
        desk.world.call_after(12_000, desk.field.present, EchoCard())
        assert (await desk.ask(LIST))[0] == 1


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
async def test_a_card_of_type_a_is_no_other(kind):
    async with bench() as desk:
        desk.field.present(EchoCard())
        await desk.ask(bytes.fromhex("3205FF0100"))
        assert await desk.ask(bytes([0x4A, 1, kind])) == b"\x00"


async def test_a_certain_card_can_be_looked_for():
    async with bench() as desk:
        await desk.ask(bytes.fromhex("3205FF0100"))
        desk.field.present(EchoCard("08A1B2C3"))
        assert await desk.ask(LIST + bytes.fromhex("08A1B2C4")) == b"\x00"
        assert (await desk.ask(LIST + bytes.fromhex("08A1B2C3")))[0] == 1


async def test_two_cards_are_two_targets_or_the_one_that_wins():
    async with bench() as desk:
        low, high = EchoCard("08000000"), EchoCard("08000001")
        desk.field.present(low)
        desk.field.present(high)
        assert desk.field.card is None
        two = await desk.ask(bytes.fromhex("4A0200"))
        assert two[0] == 2 and two.index(high.uid) < two.index(low.uid)
        assert await desk.ask(bytes.fromhex("4002AB")) == b"\x00\xab\x90\x00" and low.got == [b"\xab"]
        one = await desk.ask(LIST)
        assert one[0] == 1 and high.uid in one and low.uid not in one


async def test_two_cards_of_one_uid_cannot_be_told_apart():
    async with bench() as desk:
        await desk.ask(bytes.fromhex("3205FF0100"))
        desk.field.present(EchoCard())
        desk.field.present(EchoCard())
        assert await desk.ask(bytes.fromhex("4A0200")) == b"\x00"


async def test_an_apdu_and_its_time():
    async with bench() as desk:
        card = EchoCard()
        desk.field.present(card)
        await desk.ask(LIST)
        assert await desk.ask(b"\x40\x01" + bytes(20)) == b"\x00" + bytes(20) + b"\x90\x00"
        wire = (7 + 23 + 7 + 25) * 86.8  # the ACK goes while the card is at work
        assert desk.took_us == pytest.approx(wire + 300 + air_us(20) + 2000 + air_us(22), abs=20)
        assert card.got == [bytes(20)] and desk.chip.rf.exchanges == 1


def test_time_in_the_air():
    assert air_us(0) == 3 * 85 + 100
    assert air_us(61) == 64 * 85 + 100
    assert air_us(62) == (62 + 6 + 3) * 85 + 300
    assert silence_us(EchoCard()) == 3 * (302 << 8)


async def test_a_long_command_and_a_long_answer_go_in_parts():
    async with bench() as desk:
        card = EchoCard(times=2)
        desk.field.present(card)
        await desk.ask(LIST)
        first, second = bytes(range(256)) + bytes(6), bytes(100)
        assert await desk.ask(b"\x40\x41" + first) == b"\x00" and card.got == []
        answer = await desk.ask(b"\x40\x01" + second)
        expected = (first + second) * 2 + b"\x90\x00"
        assert card.got == [first + second]
        assert answer == b"\x40" + expected[:262]
        assert await desk.ask(b"\x40\x01") == b"\x40" + expected[262:524]
        assert await desk.ask(b"\x40\x01") == b"\x00" + expected[524:]


async def test_a_chain_without_end_is_refused():
    async with bench() as desk:
        desk.field.present(EchoCard())
        await desk.ask(LIST)
        answers = [await desk.ask(b"\x40\x41" + bytes(262)) for _ in range(16)]
        assert answers[:15] == [b"\x00"] * 15 and answers[15] == b"\x0e"


async def test_exchanges_without_a_target():
    async with bench() as desk:
        assert await desk.ask(b"\x40\x01\x00") == b"\x27"
        assert await desk.ask(b"\x00\x06") == b"\x27"
        assert await desk.ask(b"\x54\x01") == b"\x27" and await desk.ask(b"\x44\x01") == b"\x27"
        assert await desk.ask(b"\x52\x00") == b"\x00"


async def test_a_card_taken_away_is_a_timeout_until_it_is_listed_again():
    async with bench() as desk:
        card = EchoCard()
        desk.field.present(card)
        await desk.ask(LIST)
        desk.field.remove()
        assert card.resets == 1
        assert await desk.ask(b"\x40\x01\x00") == b"\x01" and desk.took_us > 200_000
        assert await desk.ask(b"\x04") == bytes.fromhex("0100010100000000")
        desk.field.present(card)
        assert await desk.ask(b"\x40\x01\x00") == b"\x01" and await desk.ask(b"\x00\x06") == b"\x01"
        assert card.got == []
        await desk.ask(LIST)
        assert await desk.ask(b"\x40\x01\x00") == b"\x00\x00\x90\x00"


async def test_a_card_taken_away_while_it_answers_is_a_timeout():
    async with bench() as desk:
        card = EchoCard()
        desk.field.present(card)
        await desk.ask(LIST)
        desk.world.call_after(4_500, desk.field.remove)
        assert await desk.ask(b"\x40\x01" + bytes(10)) == b"\x01" and card.got == [bytes(10)]


async def test_cards_that_leave_or_fall_silent_by_themselves():
    async with bench() as desk:
        leaving, mute = LeavingCard(EchoCard(), after_apdus=1), MuteCard(EchoCard("08000002"))
        desk.field.present(leaving)
        await desk.ask(LIST)
        assert await desk.ask(b"\x40\x01\x00") == b"\x00\x00\x90\x00"
        assert await desk.ask(b"\x40\x01\x00") == b"\x01" and desk.field.cards == []
        desk.field.present(mute)
        await desk.ask(LIST)
        assert await desk.ask(b"\x40\x01\x00") == b"\x01" and desk.field.card is mute


async def test_deselect_select_and_release():
    async with bench() as desk:
        card = NoApplicationCard()
        desk.field.present(card)
        await desk.ask(LIST)
        assert await desk.ask(b"\x44\x01") == b"\x00"
        assert await desk.ask(b"\x40\x01\x00\xa4\x04\x00") == b"\x27"
        assert await desk.ask(b"\x54\x01") == b"\x00"
        assert await desk.ask(b"\x40\x01\x00\xa4\x04\x00") == b"\x00\x6a\x82"
        assert await desk.ask(b"\x52\x01") == b"\x00"
        assert await desk.ask(b"\x40\x01\x00") == b"\x27"
        await desk.ask(LIST)
        desk.field.remove(card)
        assert await desk.ask(b"\x54\x01") == b"\x01"


async def test_the_field_off_lets_every_card_go():
    async with bench() as desk:
        card = EchoCard()
        desk.field.present(card)
        await desk.ask(LIST)
        assert await desk.ask(bytes.fromhex("320100")) == b""
        assert card.resets == 1 and await desk.ask(b"\x40\x01\x00") == b"\x27"


async def test_power_lost_in_the_middle_leaves_nothing_under_way():
    async with bench() as desk:
        desk.field.present(EchoCard())
        await desk.ask(LIST)
        assert await desk.send(frame(b"\xd4\x40\x01" + bytes(50)), 7_000) == ACK
        desk.chip.reset()
        assert await desk.wait(1_000_000) == ACK
        assert desk.world.next_us() is None and not desk.chip.awake


def test_the_field():
    field, card, changes = Field(), EchoCard(), []
    field.watchers.append(lambda: changes.append(len(field.cards)))
    field.remove()
    field.present(card)
    field.present(card)
    assert field.card is card and changes == [1]
    card.leave()
    card.leave()
    assert field.card is None and changes == [1, 0] and card.resets == 1
