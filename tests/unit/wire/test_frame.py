"""The frame: by hand, in pieces of any size, wrong lengths, a stream that never ends well."""

from binascii import unhexlify

from checks import raises
from till.wire.errors import WireError
from till.wire.frame import LIMIT, Unframer, answer_tpdu, frame, host_request

TPDU = unhexlify("6000030000")
HEADER = unhexlify("613100310000")
BODY = unhexlify("0820") + bytes(8)


def test_by_hand():
    assert frame(TPDU, HEADER, BODY) == unhexlify("0015" "6000030000" "613100310000") + BODY  # fmt: skip
    assert answer_tpdu(unhexlify("6000031234")) == unhexlify("6012340003")
    assert answer_tpdu(answer_tpdu(TPDU)) == TPDU
    assert host_request(HEADER) == 0
    assert host_request(unhexlify("61310B310000")) == 11


def test_wrong_parts():
    for tpdu, header, body in (
        (TPDU[:4], HEADER, BODY),
        (TPDU, HEADER + b"\x00", BODY),
        (TPDU, HEADER, b""),
        (TPDU, HEADER, bytes(LIMIT - 10)),
    ):
        assert raises(WireError, frame, tpdu, header, body).args[0] == 0
    assert len(frame(TPDU, HEADER, bytes(LIMIT - 11))) == LIMIT + 2


def test_wrong_lengths_and_no_resynchronising():
    for head in ("0000", "0001", "000B", "0401", "FFFF", "00156100", "001500"):
        unframer = Unframer()
        unframer.feed(unhexlify(head))
        error = raises(WireError, unframer.next)
        assert error.args[0] == 0
        raises(WireError, unframer.next)
        raises(WireError, unframer.feed, frame(TPDU, HEADER, BODY))
        unframer.clear()
        unframer.feed(frame(TPDU, HEADER, BODY))
        assert unframer.next() == (TPDU, HEADER, BODY)


def test_more_than_it_holds():
    unframer = Unframer(64)
    unframer.feed(bytes(132))
    raises(WireError, unframer.feed, b"\x00")
    unframer = Unframer(64)
    unframer.feed(frame(TPDU, HEADER, BODY) * 5)
    raises(WireError, unframer.feed, bytes(64))
    raises(WireError, unframer.next)
    unframer = Unframer(64)
    raises(WireError, unframer.feed, bytes(133))


def test_in_pieces():
    stream = b""
    for size in (1, 10, 100, 500, LIMIT - 11):
        stream += frame(TPDU, HEADER, bytes([size & 255]) * size)
    for piece in (1, 2, 3, 7, 64, 500, LIMIT + 2):
        unframer = Unframer()
        sizes = []
        for start in range(0, len(stream), piece):
            unframer.feed(memoryview(stream)[start : start + piece])
            while True:
                found = unframer.next()
                if found is None:
                    break
                assert found[0] == TPDU and found[1] == HEADER
                assert found[2] == bytes([len(found[2]) & 255]) * len(found[2])
                sizes.append(len(found[2]))
        assert sizes == [1, 10, 100, 500, LIMIT - 11], piece


def test_damaged_streams():
    good = frame(TPDU, HEADER, BODY) * 3
    seed = 7
    unframer = Unframer(128)
    for _ in range(1000):
        data = bytearray(good)
        for _ in range(3):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            data[(seed >> 8) % len(data)] = seed >> 20 & 255
        unframer.clear()
        try:
            unframer.feed(data)
            for _ in range(10):
                found = unframer.next()
                if found is None:
                    break
                assert len(found[0]) == 5 and len(found[1]) == 6 and 1 <= len(found[2]) <= 117
        except WireError:
            pass
