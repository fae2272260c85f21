"""The golden frames against the firmware's wire and keys: the same bytes both ways, and F64 the same.

How the frames were worked out: tests/golden/README.md.
"""

from binascii import unhexlify

import golden_frames as golden
from checks import raises
from till.keys.mac import mac
from till.keys.pinblock import encipher, format_0
from till.keys.working import open_working_keys
from till.wire import cup_3des, de55
from till.wire.errors import WireError
from till.wire.fields import FIELDS
from till.wire.frame import Unframer, answer_tpdu, frame, host_request
from till.wire.iso8583 import answer_mti, maced_part, pack, pack_with_mac, unpack
from till.wire.presence import check_answer, check_request
from till.wire.totals48 import pack_totals, unpack_totals

FRAMING = 13  # length 2, TPDU 5, header 6
MAK = unhexlify(golden.MAK)
ROWS = {"offline_advice": "offline", "upload_item": "upload"}  # message -> name in the profile, where they differ


class Golden:
    """One golden frame. fields: {number: value} as pack() takes them; body: the message."""

    def __init__(self, entry):
        self.name, self.message, self.mti, tpdu, header, pairs, whole = entry
        self.tpdu, self.header, self.whole = unhexlify(tpdu), unhexlify(header), unhexlify(whole)
        self.body = self.whole[FRAMING:]
        self.fields = {}
        for number, value in pairs:
            self.fields[number] = unhexlify(value) if number in golden.HEX_FIELDS else value


def every():
    for entry in golden.FRAMES:
        yield Golden(entry)


def named(name):
    for one in every():
        if one.name == name:
            return one
    raise AssertionError(name)


def row_of(one):
    if one.message in ("upload_end", "download"):  # one row each network code
        return next(row for row in cup_3des.MESSAGES.values() if row.network == one.fields[60][8:11])
    return cup_3des.MESSAGES[ROWS.get(one.message, one.message)]


def cup_mac(data):
    return mac("cup-ecb", MAK, data)


def test_packed():
    for one in every():
        assert bytes(pack(one.mti, one.fields)) == one.body, one.name


def test_unpacked():
    for one in every():
        mti, fields = unpack(one.body)
        assert mti == one.mti, one.name
        assert sorted(fields) == sorted(one.fields), one.name
        for number in fields:
            assert fields[number] == one.fields[number], (one.name, number)


def test_packed_with_mac():
    maced = 0
    for one in every():
        if 64 in one.fields:
            maced += 1
            given = one.fields.pop(64)
            assert bytes(pack_with_mac(one.mti, one.fields, cup_mac)) == one.body, one.name
            assert cup_mac(maced_part(one.body)) == given, one.name
        else:
            assert raises(WireError, maced_part, one.body).field == 64, one.name
    assert maced == 68


def test_mac_covers_every_byte():
    body = named("sale_request").body
    given = body[-8:]
    assert cup_mac(maced_part(body)) == given
    for position in range(len(body) - 8):
        changed = bytearray(body)
        changed[position] ^= 0x40
        assert cup_mac(maced_part(changed)) != given, position
    changed = bytearray(body)
    changed[9] ^= 1  # the bit of F64 itself: no message under a MAC any more
    raises(WireError, maced_part, changed)


def test_framed():
    for one in every():
        assert frame(one.tpdu, one.header, one.body) == one.whole, one.name


def test_unframed_from_a_stream_in_pieces():
    stream = b"".join([one.whole for one in every()])
    unframer = Unframer()
    waiting = every()
    for start in range(0, len(stream), 97):
        unframer.feed(stream[start : start + 97])
        cut = unframer.next()
        while cut:
            one = next(waiting)
            assert cut == (one.tpdu, one.header, one.body), one.name
            cut = unframer.next()
    assert not list(waiting)


def test_requests_and_answers_are_as_the_profile_says():
    seen = set()
    for one in every():
        if one.message is None:
            continue
        row = row_of(one)
        seen.add(row)
        if one.mti == row.mti:
            check_request(row, one.fields)
            assert one.tpdu == cup_3des.TPDU and one.header == cup_3des.HEADER, one.name
            assert (64 in one.fields) == row.maced, one.name
            assert one.fields.get(3) == row.processing or row.processing is None, one.name
            assert one.fields.get(25) == row.condition or row.condition is None, one.name
            assert row.type in (None, one.fields[60][:2]), one.name
            assert one.fields[60][8:11] == row.network, one.name
        else:
            assert one.mti == answer_mti(row.mti), one.name
            assert one.tpdu == answer_tpdu(cup_3des.TPDU), one.name
            if one.name != "edge_published_keys":  # F60 without a network code, as some hosts send it
                check_answer(row, one.fields)
    assert len(seen) == len(cup_3des.MESSAGES)


def test_host_request():
    assert host_request(named("echo_answer").header) == 3
    assert host_request(named("sale_answer").header) == 0


def test_every_field_and_both_ends_of_its_length():
    counts = {}
    for one in every():
        for number in one.fields:
            counts.setdefault(number, set()).add(len(one.fields[number]))
    assert sorted(counts) == [entry[0] for entry in FIELDS]
    lengths = ((2, 16), (2, 17), (2, 18), (2, 19), (32, 1), (32, 8), (32, 11), (35, 34), (35, 36), (35, 37), (48, 4))
    for number, length in lengths + ((48, 62), (55, 11), (55, 255), (60, 17), (61, 12), (61, 29), (62, 2), (62, 512)):
        assert length in counts[number], (number, length)


def test_working_keys():
    keys = open_working_keys(unhexlify(golden.TMK), named("sign_on_answer").fields[62], cup_3des.KEY_LAYOUT)
    assert keys == (unhexlify(golden.PIK), MAK, None)


def test_pin_block():
    fields = named("sale_pin_request").fields
    assert format_0(golden.PIN, fields[2]) == unhexlify(golden.CLEAR_PIN_BLOCK)
    assert encipher(unhexlify(golden.PIK), golden.PIN, fields[2]) == fields[52]


def test_totals():
    ours = ((151280, 2, 1280, 1, 0), (9900, 1, 0, 0, 0))
    assert pack_totals(ours[0], ours[1]) == named("settle_request").fields[48]
    assert unpack_totals(named("settle_answer_mismatch").fields[48]) == ((151180, 2, 1280, 1, 2), (9900, 1, 0, 0, 1))


def test_chip_data():
    for one in every():
        if 55 in one.fields:
            assert de55.pack(de55.unpack(one.fields[55])) == one.fields[55], one.name
    tags = [tag for tag, value in de55.unpack(named("sale_request").fields[55])]
    assert len(tags) == 20 and tags[0] == 0x9F26 and tags[-1] == 0x9F41
