# heap: 500k
"""The issuer's word at the card: authentication and scripts. Source: EMV 4.4 Book 3, 10.9, 10.10; Book 4, annex A5."""

from binascii import hexlify, unhexlify

from card.cards import tlv
from card.chip import Chip
from card.people import Till
from till.card.emv.requests import Reply

ARPC = (0x91, b"\x01\x02\x03\x04\x05\x06\x07\x0800")
UNBLOCK = "8418000000"
PUT = "04DA9F58051122334455"


def script(identifier, *commands):
    inner = (tlv("9F18", identifier) if identifier else "") + "".join([tlv("86", command) for command in commands])
    return unhexlify(inner)


def paid(*objects, aip="1C00", approved=True, gone=None, refuse=None):
    chip = Chip(aip=aip)
    chip._18 = lambda command: b"\x90\x00"
    chip.refuse = refuse or {}
    till = Till(chip, reply=Reply(approved, "00" if approved else "05", list(objects)), gone=gone)
    return till.pay(), chip


def order(chip):
    return [command[1] for command in chip.commands if command[1] in (0x82, 0xAE, 0x18, 0xDA)]


def test_external_authenticate():
    card, chip = paid(ARPC)
    assert chip.sent(0x82) == [unhexlify("008200000A") + ARPC[1]]
    assert (card.outcome, card.tsi[0] & 0x10, card.tvr[4]) == ("approved", 0x10, 0)
    assert order(chip) == [0xAE, 0x82, 0xAE]
    card, chip = paid(ARPC, refuse={0x82: "6300"})
    assert (card.tsi[0] & 0x10, card.tvr[4]) == (0x10, 0x40)
    for data in (b"1234567", b"1" * 17):
        card, chip = paid((0x91, data))
        assert (card.tvr[4], chip.sent(0x82)) == (0x40, [])


def test_no_external_authenticate():
    card, chip = paid(ARPC, aip="1800")  # the card takes it by CDOL2
    assert (chip.sent(0x82), card.tsi[0] & 0x10, card.tvr[4]) == ([], 0, 0)
    assert chip.sent(0xAE)[1][16:26] == ARPC[1]
    card, chip = paid()
    assert (chip.sent(0x82), card.tsi[0] & 0x10, card.tvr[4]) == ([], 0, 0)


def test_scripts_before_and_after():
    card, chip = paid(ARPC, (0x71, script("00000071", UNBLOCK)), (0x72, script("00000072", PUT, PUT)))
    assert order(chip) == [0xAE, 0x82, 0x18, 0xAE, 0xDA, 0xDA]
    assert hexlify(card.script_results) == b"20000000712000000072"
    assert (card.tsi[0] & 0x04, card.tvr[4], card.outcome) == (0x04, 0, "approved")
    assert dict(card.de55_script)[0xDF31] == card.script_results
    assert [tag for tag, _ in card.de55_script] == [
        0x9F33, 0x95, 0x9F37, 0x9F1E, 0x9F10, 0x9F26, 0x9F36, 0x82, 0xDF31, 0x9F1A, 0x9A
    ]  # fmt: skip


def test_a_declined_payment_has_scripts_too():
    card, chip = paid((0x72, script("01020304", PUT)), approved=False)
    assert (card.outcome, hexlify(card.script_results)) == ("declined", b"2001020304")
    assert order(chip) == [0xAE, 0xAE, 0xDA]


def test_a_failing_command_ends_its_script_only():
    card, chip = paid((0x71, script("AA", UNBLOCK)), (0x71, script("00000001", UNBLOCK, PUT, UNBLOCK)),
                      (0x71, script(None, UNBLOCK)), refuse={0xDA: "6985"})  # fmt: skip
    assert order(chip) == [0xAE, 0x18, 0x18, 0xDA, 0x18, 0xAE]
    assert hexlify(card.script_results) == b"200000000012000000012000000000"
    assert card.tvr[4] == 0x20
    card, chip = paid((0x72, script("00000001", PUT)), refuse={0xDA: "6985"})
    assert (card.tvr[4], hexlify(card.script_results)) == (0x10, b"1100000001")
    card, chip = paid((0x72, script("00000001", *([UNBLOCK] * 20 + [PUT]))), refuse={0xDA: "6985"})
    assert hexlify(card.script_results) == b"1f00000001"


def test_warnings_are_no_failure():
    for status in ("6283", "6300", "9000"):
        card, _ = paid((0x72, script("00000001", PUT)), refuse={0xDA: status})
        assert (hexlify(card.script_results), card.tvr[4]) == (b"2000000001", 0)


def test_a_script_of_the_wrong_form_is_not_performed():
    for wrong in (b"\x86\x05\x84", script("00000001", "841800"), b"\x86"):
        card, chip = paid((0x71, wrong))
        assert hexlify(card.script_results)[:2] == b"00" and card.tvr[4] == 0x20
        assert order(chip) == [0xAE, 0xAE]


def test_many_scripts_are_bounded():
    card, chip = paid(*[(0x72, script("00000001", UNBLOCK))] * 12)
    assert len(card.script_results) == 40 and len(chip.sent(0x18)) == 8


def test_the_card_is_pulled_while_a_script_runs():
    _, chip = paid((0x72, script("00000001", PUT, PUT)))
    card, chip = paid((0x72, script("00000001", PUT, PUT)), gone=len(chip.commands) - 1)
    assert (card.outcome, hexlify(card.script_results), card.tvr[4]) == ("approved", b"1200000001", 0x10)
    assert dict(card.de55_script)[0xDF31] == card.script_results
