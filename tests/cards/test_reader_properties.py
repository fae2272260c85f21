"""The readers' parsers, commands and key blocks under whatever hypothesis thinks of: nothing but the module's own error
comes out, whatever is read is read the same in any pieces, and what was made is read back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from till.card.apdu import command, split, with_le
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.reader import run
from till.drivers import ccid_frames, pn532_frames
from till.drivers.atr import AtrError
from till.drivers.atr import parse as parse_atr
from till.drivers.t0 import T0, T0Error
from till.drivers.t1 import T1, T1Error, block
from till.keys.errors import KeysError
from till.keys.key_block import open_key_block
from till.wire.errors import WireError
from till.wire.iso8583 import pack, unpack

bounded = settings(max_examples=60, deadline=None)
PIECES = st.lists(st.integers(1, 40), min_size=1, max_size=12)
STEPS_MOST = 5000


class Uart:
    """A line that gives what it holds in pieces of these sizes, over and over."""

    def __init__(self, data, pieces):
        self.data, self.pieces, self.turn = bytearray(data), pieces, 0

    def any(self):
        return len(self.data)

    def readinto(self, view):
        count = min(len(view), len(self.data), self.pieces[self.turn % len(self.pieces)])
        self.turn += 1
        view[:count] = self.data[:count]
        del self.data[:count]
        return count


def heard(module, data, pieces, told):
    """[what told(frames, kind) says of each frame]. data: of the line."""
    frames, uart, found = module.Incoming(), Uart(data, pieces), []
    for _ in range(STEPS_MOST):
        kind = frames.next()
        if kind is not None:
            found.append(told(frames, kind))
        elif not uart.any():
            return found
        else:
            frames.fill(uart)
    raise AssertionError("without end")


def pn532_told(frames, kind):
    return (kind, frames.code, bytes(frames.payload)) if kind == pn532_frames.DATA else (kind,)


def pn532_answer(code, data):
    body = bytes((0xD5, code)) + data
    head = bytes((len(body), -len(body) & 255))
    return b"\x00\x00\xff" + head + body + bytes((-sum(body) & 255, 0))


def ccid_message(kind, data):
    body = bytes((3, 6, kind, len(data) & 255, len(data) >> 8, 0, 0, 0, 7, 0, 0, 0)) + data
    check = 0
    for byte in body:
        check ^= byte
    return body + bytes((check,))


CCID_NOISE = st.lists(
    st.one_of(
        st.binary(max_size=12), st.sampled_from([b"\x03\x06", b"\x50\x03", b"\x50\x02", b"\x03\x15\x16"]),
        st.builds(ccid_message, st.sampled_from([0x80, 0x81, 0x82]), st.binary(max_size=40)),
    ),
    max_size=8,
).map(b"".join)  # fmt: skip
PN532_NOISE = st.lists(
    st.one_of(
        st.binary(max_size=12), st.sampled_from([b"\x00\x00\xff", b"\x00\x00\xff\x00\xff\x00", b"\x00\xff\xff\xff"]),
        st.builds(pn532_answer, st.integers(0, 255), st.binary(max_size=40)),
    ),
    max_size=8,
).map(b"".join)  # fmt: skip


@bounded
@given(CCID_NOISE, PIECES)
def test_ccid_frames_in_any_pieces(data, pieces):
    assert heard(ccid_frames, data, pieces, lambda _, kind: kind) == heard(ccid_frames, data, [1], lambda _, kind: kind)


@bounded
@given(st.binary(max_size=250), PIECES)
def test_a_ccid_message_is_read_back(data, pieces):
    assert heard(ccid_frames, ccid_message(0x80, data), pieces, lambda _, kind: kind) == [ccid_frames.MESSAGE]


@bounded
@given(PN532_NOISE, PIECES)
def test_pn532_frames_in_any_pieces(data, pieces):
    assert heard(pn532_frames, data, pieces, pn532_told) == heard(pn532_frames, data, [1], pn532_told)


@bounded
@given(st.integers(0, 255), st.binary(max_size=200), PIECES)
def test_a_pn532_answer_is_read_back(code, data, pieces):
    found = heard(pn532_frames, pn532_answer(code, data), pieces, pn532_told)
    assert found == [(pn532_frames.DATA, code, data)]


@bounded
@given(st.one_of(st.binary(max_size=40), st.binary(max_size=38).map(lambda data: b"\x3b" + data)))
def test_answers_to_reset(data):
    try:
        assert parse_atr(data).protocols
    except AtrError:
        pass


def ends(steps, replies, error):
    """Runs a protocol's generator on these replies; True for a result, False for its own error or no more replies."""
    reply = None
    try:
        for following in [*replies, None]:
            steps.send(reply)
            reply = following
            if reply is None:
                return False
    except StopIteration:
        return True
    except error:
        return False
    raise AssertionError("without end")


APDUS = st.builds(
    command, st.sampled_from([0, 0x80]), st.integers(0, 255), st.integers(0, 255), st.integers(0, 255),
    st.binary(max_size=255), st.one_of(st.none(), st.integers(0, 255)),
)  # fmt: skip


@bounded
@given(APDUS, st.lists(st.binary(max_size=12), max_size=12))
def test_t_0_with_noise(apdu, replies):
    ends(T0(bytearray(512)).transmit(apdu), replies, T0Error)


@bounded
@given(APDUS, st.lists(st.one_of(st.binary(max_size=8), st.builds(
    lambda pcb, data: bytes(block(pcb, data)), st.integers(0, 255), st.binary(max_size=10))), max_size=12))  # fmt: skip
def test_t_1_with_noise(apdu, replies):
    ends(T1(32, bytearray(512)).transmit(apdu), replies, T1Error)


@bounded
@given(APDUS, st.integers(0, 255))
def test_another_le_changes_nothing_else(apdu, le):
    other = with_le(apdu, le)
    assert other[:4] == apdu[:4] and other[-1] == le and len(other) <= 261
    if len(apdu) > 5:
        assert other[: 5 + apdu[4]] == apdu[: 5 + apdu[4]]


class Card:
    """Answers what hypothesis thinks of, then nothing any more."""

    class CardGone(Exception):
        pass

    class ReaderError(Exception):
        pass

    def __init__(self, answers):
        self.answers, self.asked = iter(answers), 0

    async def exchange(self, apdu):
        assert 4 <= len(apdu) <= 261
        self.asked += 1
        answer = next(self.answers, None)
        if answer is None:
            raise self.CardGone
        return answer


MORE = st.builds(
    lambda data, sw1, sw2: data + bytes((sw1, sw2)), st.binary(max_size=255),
    st.sampled_from([0x61, 0x6C, 0x90, 0x6A]), st.integers(0, 255),
)  # fmt: skip


@bounded
@given(APDUS, st.lists(st.one_of(MORE, st.binary(max_size=3)), max_size=12))
def test_a_command_with_noise(apdu, answers):
    def steps():
        return (yield Apdu(apdu))

    card = Card(answers)
    try:
        run(steps(), card).send(None)
    except StopIteration as end:
        data, status = split(end.value)
        assert status >> 8 not in (0x61, 0x6C) and len(data) <= 1024
    except CardError as error:
        assert error.code in ("card-gone", "bad-data")
    assert card.asked <= 8


PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120)


@bounded
@given(st.sampled_from("ABCDE"), PRINTABLE, st.booleans())
def test_key_blocks_of_noise(version, rest, right_length):
    text = f"{version}{len(rest) + 5:04d}{rest}" if right_length else version + rest
    with pytest.raises(KeysError):
        open_key_block(bytes(range(16)), text)


@bounded
@given(st.binary(max_size=80), st.integers(0, 2**64 - 1))
def test_messages_of_noise(data, bitmap):
    message = b"\x02\x00" + bitmap.to_bytes(8, "big") + data
    try:
        mti, fields = unpack(message)
    except WireError:
        return
    assert unpack(bytes(pack(mti, fields))) == (mti, fields)
