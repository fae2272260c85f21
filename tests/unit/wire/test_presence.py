"""The presence table of the profile: its own consistency, and what a check refuses."""

from checks import raises
from till.wire import cup_3des, iso8583
from till.wire.errors import WireError
from till.wire.fields import FIELDS
from till.wire.presence import check_answer, check_request

SALE = cup_3des.MESSAGES["sale"]


def _with(numbers):
    return {number: "00" for number in numbers if number > 0 and number != 64}


def test_table_is_consistent():
    known = [entry[0] for entry in FIELDS]
    for name in cup_3des.MESSAGES:
        row = cup_3des.MESSAGES[name]
        for table in (row.request, row.answer):
            plain = [abs(number) for number in table]
            assert plain == sorted(set(plain)), name
            assert all(number in known for number in plain), name
            assert (64 in plain) == row.maced, name
            assert 41 in plain and 42 in plain and 60 in plain, name
            assert (2 in plain) == (4 in plain) or name == "upload" or name.startswith("qr_"), name
        assert 39 in row.answer, name
        assert len(row.network) == 3 and (row.type is None or len(row.type) == 2), name
        assert not row.reversible or row.mti in ("0100", "0200"), name
        assert row.maced == (name not in ("sign_on", "echo")), name
        assert (3 in row.request) == (row.processing is not None) or "reversal" in name or name == "script_result", name


def test_lengths_of_constants():
    assert len(cup_3des.TPDU) == 5 and len(cup_3des.HEADER) == 6
    for entry in cup_3des.ENTRY.values():
        iso8583.pack("0200", {22: entry + cup_3des.NO_PIN, 26: cup_3des.PIN_DIGITS})
    for security in (cup_3des.PIN_SECURITY, cup_3des.NO_PIN_SECURITY):
        iso8583.pack("0200", {53: security + cup_3des.TRACK_ENCIPHERED + "0" * 13})
    for reader in cup_3des.READER.values():
        iso8583.pack("0200", {60: "22000001000" + reader + cup_3des.CHIP_GOOD})
    iso8583.pack("0200", {49: cup_3des.CURRENCY, 62: cup_3des.UPLOAD_USAGE, 63: cup_3des.REFUND_SCHEME})
    for code in cup_3des.APPROVED + cup_3des.REVERSAL_DONE + cup_3des.REVERSAL_REASONS:
        iso8583.pack("0410", {39: code})


def test_requests():
    whole = _with(SALE.request)
    check_request(SALE, whole)
    whole[52] = bytes(8)
    check_request(SALE, whole)
    for number in sorted(whole):
        less = dict(whole)
        del less[number]
        if number == 52:
            check_request(SALE, less)
        else:
            assert raises(WireError, check_request, SALE, less).args[0] == number
    whole[39] = "00"
    assert raises(WireError, check_request, SALE, whole).args[0] == 39


def test_answers():
    whole = _with(SALE.answer)
    check_answer(SALE, whole)
    for number in sorted(whole):
        less = dict(whole)
        del less[number]
        assert raises(WireError, check_answer, SALE, less).args[0] == number
    check_answer(SALE, {39: "97", 11: "000001"})
    check_answer(SALE, {39: "A0", 64: bytes(8)})
    assert raises(WireError, check_answer, SALE, {39: "51", 48: "0"}).args[0] == 48
    assert raises(WireError, check_answer, SALE, {}).args[0] == 39
