"""The profile's codec: frames and messages worked out by hand, then everything that can be wrong with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.acquirer.codec import Codec, CodecError
from host_sim.acquirer.frame import Frame, FrameError, FrameReader, answer_frame
from host_sim.acquirer.profiles import Profile, ProfileError, load_profile
from host_sim.acquirer.redaction import Redaction
from host_sim.acquirer.totals import SchemeTotals, Totals, TotalsError, read_totals, write_totals
from tests.host.till import pack

PROFILE = load_profile("cup-3des")
CODEC = Codec(PROFILE)
PAN = "6292520000000000016"
FULL = {
    2: PAN, 3: "000000", 4: "000000012345", 11: "000012", 14: "3012", 22: "072", 23: "001", 25: "00",
    35: PAN + "D30122200000012", 41: "90000001", 42: "898110000000001", 49: "156", 52: b"\x01" * 8,
    53: "2600000000000000", 55: b"\x9f\x36\x02\x00\x01", 60: "2200000100060", 61: "0000010000121123",
    62: b"61", 63: "000", 64: b"0123ABCD",
}  # fmt: skip


def test_fields_are_packed_as_the_table_says():
    body = CODEC.encode("0200", {2: PAN, 22: "072", 23: "001", 35: "12D34", 39: "A0", 60: "22000001000"})
    bitmap = "4000060022000010"
    assert body.hex().upper() == "0200" + bitmap + "1962925200000000000160" + "0720" + "0001" + "0512D340" + (
        "4130" + "0011220000010000"
    )


def test_agrees_with_a_second_packing():
    assert CODEC.encode("0200", FULL) == pack("0200", FULL)
    assert CODEC.decode(pack("0200", FULL)) == ("0200", FULL)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("", "p"),
        ("0200", "p"),
        ("020040000000000000", "p"),
        ("02004000000000000000", 2),  # F2 announced, nothing there
        ("0200400000000000000020" + "00" * 10, 2),  # 20 digits
        ("02004000000000000000" + "1A" + "00" * 10, 2),  # length is no digit
        ("02004000000000000000" + "031A20", 2),  # a digit is no digit
        ("02004000000000000000" + "031234", 2),  # the filling is not 0
        ("0200" + "8000000000000000", 1),  # a second bitmap
        ("0200" + "0000000000000001" + "00" * 7, 64),
        ("0200" + "0000000000800000" + "00" * 8, 41),  # not printable
        ("0200" + "0200000000000000" + "00" * 2, 7),  # not in the profile
        ("0200" + "2000000000000000" + "000000" + "FF", 3),  # bytes after the last field
        ("0200" + "0000000000000200" + "0300" + "00" * 300, 55),
        ("0200" + "0000000020000000" + "02" + "123E", 35),  # E is no track digit
    ],
)
def test_malformed_messages_name_their_field(body, field):
    with pytest.raises(CodecError) as caught:
        CODEC.decode(bytes.fromhex(body))
    assert caught.value.field == field, caught.value


def test_an_error_keeps_what_correlates_and_no_card_number():
    body = pack("0200", {2: PAN, 11: "000012", 41: "90000001", 42: "898110000000001", 60: "22000001000", 63: "00\x07"})
    with pytest.raises(CodecError) as caught:
        CODEC.decode(body)
    error = caught.value
    assert (error.field, error.mti) == (63, "0200")
    assert error.known == {11: "000012", 41: "90000001", 42: "898110000000001", 60: "22000001000"}
    assert PAN not in str(error) + repr(error) + str(vars(error)) and error.__context__ is None


def test_the_librarys_error_which_holds_fields_is_cut_off():
    with pytest.raises(CodecError) as caught:
        CODEC.decode(pack("0200", {2: PAN, 63: "000"})[:-1])
    assert caught.value.field == 63 and caught.value.__suppress_context__ and PAN not in str(vars(caught.value))


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (4, "12345"),
        (4, "00000001234E"),
        (7, "0"),
        (39, b"00"),
        (52, "00"),
        (64, b"1234567"),
        (37, "é" * 12),
        (60, "1" * 18),
    ],
)
def test_what_does_not_fit_a_field_is_not_sent(number, value):
    with pytest.raises(CodecError) as caught:
        CODEC.encode("0210", {number: value})
    assert caught.value.field == number


@given(st.binary(max_size=300))
def test_noise_gives_a_message_or_a_codec_error(noise):
    try:
        CODEC.decode(b"\x02\x00" + noise)
    except CodecError:
        pass


@given(st.integers(0, 8 * 200), st.integers(0, 200))
def test_damage_to_a_message_gives_a_message_or_a_codec_error(bit, cut):
    body = bytearray(pack("0200", FULL))
    body[bit // 8 % len(body)] ^= 1 << bit % 8
    try:
        CODEC.decode(bytes(body[: len(body) - cut]))
    except CodecError:
        pass


def test_frames_are_cut_however_they_arrive():
    content = bytes.fromhex("6000030000" + "613100310000") + b"\x08\x20" + bytes(8)
    stream = (len(content).to_bytes(2, "big") + content) * 3
    for step in (1, 2, 7, 100):
        reader = FrameReader(6, 2048)
        frames = [frame for at in range(0, len(stream), step) for frame in reader.feed(stream[at : at + step])]
        assert [frame.body for frame in frames] == [content[11:]] * 3 and reader.pending == 0


@pytest.mark.parametrize("length", [0, 1, 20, 2049, 65535])
def test_a_length_that_cannot_be_ends_the_stream(length):
    with pytest.raises(FrameError, match="length"):
        FrameReader(6, 2048).feed(length.to_bytes(2, "big") + b"rest")


def test_an_answer_swaps_addresses_and_carries_the_hosts_request():
    question = Frame(bytes.fromhex("6000031234"), bytes.fromhex("613110310000"), b"")
    answer = answer_frame(question, b"body", 3, PROFILE.host_request_digit)
    assert answer.hex() == "000f" + "6012340003" + "613113310000" + b"body".hex()


def test_subfields_are_split_and_never_cut_short():
    assert PROFILE.split(60, "22000001000") == {"type": "22", "batch": "000001", "network": "000"}
    assert PROFILE.split(61, "0000010000121123")["date"] == "1123"
    for digits in ("2200000", "2", "22000001000601234"):
        with pytest.raises(ProfileError):
            PROFILE.split(60, digits + "5" * (digits[-1] == "4"))


def test_a_profile_that_is_missing_or_incomplete_says_so():
    with pytest.raises(ProfileError, match="no profile"):
        load_profile("other")
    with pytest.raises(ProfileError, match="missing"):
        Profile({"name": "x"})


def test_every_message_of_the_profile_has_a_handler_and_known_fields():
    from host_sim.acquirer.handlers import HANDLERS

    assert {rule.name for rule in PROFILE.messages} == set(HANDLERS)
    for rule in PROFILE.messages:
        assert rule.must | rule.may | set(rule.answer) <= set(PROFILE.fields)


def test_settlement_totals_round_trip_and_compare():
    totals = Totals(SchemeTotals(12345, 2, 100, 1), SchemeTotals(0, 0, 0, 0))
    assert read_totals(write_totals(totals, "12")) == totals
    assert totals.flags(totals) == "11" and totals.flags(Totals()) == "21"
    with pytest.raises(TotalsError):
        read_totals("0" * 61)


def test_a_log_line_shows_no_card_number_and_no_key():
    import logging

    record = logging.LogRecord("x", 20, "", 0, "card %s key %s terminal %s ok", (PAN, "0A" * 16, "90000001"), None)
    assert Redaction().filter(record)
    text = record.getMessage()
    assert text == "card [19 digits] key [hex] terminal 90000001 ok"


def test_a_card_number_inside_more_digits_is_not_shown_either():
    import logging

    for text in ("00" + PAN + "000000012345", PAN + "30122200000123", "9" + PAN):
        record = logging.LogRecord("x", 20, "", 0, "field %s", (text,), None)
        Redaction().filter(record)
        assert record.getMessage() == f"field [{len(text)} digits]"
    record = logging.LogRecord("x", 20, "", 0, "reference 633200000001", (), None)
    Redaction().filter(record)
    assert record.getMessage() == "reference 633200000001"
    assert PAN not in repr(Frame(bytes(5), bytes(6), PAN.encode()))
