"""A whole tap, fed by hand. Source: EMV Contactless Book B and C-7; field 55 as the message table says."""

from binascii import unhexlify

from card.cards import AID, PAN, TRACK2, entry, fci, feed, gpo, ppse, tlv, transaction
from checks import raises
from till.card.emv.contactless import contactless
from till.card.errors import CardError

CREDIT = "A000000333010102"
OK = (ppse(entry()), fci())


def tap(*answers, amount_fen=1234):
    return feed(contactless(transaction(amount_fen)), *answers)[0]


def failed(*answers, amount_fen=1234):
    return raises(CardError, tap, *answers, amount_fen=amount_fen)


def test_nothing_is_asked_over_the_limit():
    assert failed(amount_fen=5000001).code == "over-limit"


def test_missing_data():
    for tag in ("9F36", "9F10", "57"):
        error = failed(*OK, gpo((tag, None)))
        assert (error.tag, error.code) == (int(tag, 16), "bad-data")
    assert failed(*OK, gpo(("82", None))).tag == 0x82
    assert failed(*OK, gpo(("9F26", None))).code == "use-other"
    assert failed(*OK, unhexlify("80027C00") + b"\x90\x00").code == "use-other"


def test_numbers_that_contradict():
    error = failed(*OK, gpo(("94", "08010100")), unhexlify(tlv("70", tlv("5A", "6292520000000000011F"))) + b"\x90\x00")
    assert error.tag == 0x5A and "6292" not in str(error)
    assert failed(*OK, gpo(("5F34", "F1"))).tag == 0x5F34
    assert failed(*OK, gpo(("5F34", "1A"))).tag == 0x5F34


def test_no_application_left():
    assert failed(ppse(entry()), b"\x6a\x82").code == "no-application"
    assert failed(ppse(entry()), fci(), b"\x69\x85").code == "no-application"


def test_a_small_amount():
    card, commands = feed(contactless(transaction(123456 // 100)), *OK, gpo())
    assert [command[:2] for command in commands] == [b"\x00\xa4", b"\x00\xa4", b"\x80\xa8"]
    assert commands[2] == unhexlify(
        "80A8000023832124800000000000001234000000000000015600000000000156261123" + "00DEADBEEF" + "00"
    )
    assert (card.entry, card.pan, card.psn, card.expiry) == ("C", PAN, "001", "3012")
    assert card.track2 == TRACK2 and card.track2[len(PAN)] == "D"
    assert (card.aid, card.label, card.cvm) == (unhexlify(AID), "UnionPay Debit", "none")
    assert (card.atc, card.arqc, card.iad) == (b"\x00\x05", bytes(range(1, 9)), unhexlify("07010103A0A000"))
    assert (card.tvr, card.tsi) == (bytes(5), bytes(2))


def test_field_55_is_the_table_s():
    card = tap(*OK, gpo())
    assert card.de55 == [
        (0x9F26, bytes(range(1, 9))),
        (0x9F27, b"\x80"),
        (0x9F10, unhexlify("07010103A0A000")),
        (0x9F37, b"\xde\xad\xbe\xef"),
        (0x9F36, b"\x00\x05"),
        (0x95, bytes(5)),
        (0x9A, b"\x26\x11\x23"),
        (0x9C, b"\x00"),
        (0x9F02, b"\x00\x00\x00\x00\x12\x34"),
        (0x5F2A, b"\x01\x56"),
        (0x82, b"\x7c\x00"),
        (0x9F1A, b"\x01\x56"),
        (0x9F03, bytes(6)),
        (0x9F33, b"\x00\x48\x00"),
        (0x9F34, b"\x1f\x00\x02"),
        (0x9F35, b"\x22"),
        (0x9F1E, b"90000001"),
        (0x84, unhexlify(AID)),
        (0x9F09, b"\x00\x30"),
        (0x9F41, b"\x00\x00\x00\x12"),
    ]


def test_field_55_always_fits():
    answers = (ppse(entry(AID + "00" * 8)), fci(AID + "00" * 8), gpo(("9F10", "1F" + "01" * 31)))
    card = tap(*answers)
    assert sum([len(value) + (3 if tag > 0xFF else 2) for tag, value in card.de55]) <= 255


def test_the_card_may_leave_the_cryptogram_information_out():
    card = tap(*OK, gpo(("9F27", None)))
    assert (0x9F27, b"\x80") in card.de55


def test_a_large_amount_asks_for_the_pin():
    card = tap(*OK, gpo(), amount_fen=100001)
    assert card.cvm == "online-pin"
    assert (0x9F34, b"\x02\x00\x00") in card.de55


def test_a_card_without_sequence_number():
    assert tap(*OK, gpo(("5F34", None))).psn == "000"


def test_the_next_application_is_tried():
    both = ppse(entry(AID, "01"), entry(CREDIT, "02"))
    card = tap(both, b"\x6a\x82", fci(CREDIT), gpo())
    assert card.aid == unhexlify(CREDIT)
    card = tap(both, fci(AID), b"\x69\x85", fci(CREDIT), gpo())
    assert card.aid == unhexlify(CREDIT)


def test_records_complete_what_gpo_left_out():
    record = tlv("70", tlv("57", TRACK2 + "F" * (len(TRACK2) % 2)) + tlv("5A", PAN + "F"))
    card = tap(*OK, gpo(("57", None), ("94", "08010100")), unhexlify(record) + b"\x90\x00")
    assert card.pan == PAN


def test_wipe():
    card = tap(*OK, gpo())
    card.wipe()
    for name in ("pan", "psn", "expiry", "track2", "aid", "label", "cvm", "atc", "arqc", "tvr", "tsi", "iad", "de55"):
        assert not getattr(card, name)


def test_damage_anywhere_ends_in_a_card_or_in_the_card_error():
    answers = (ppse(entry()), fci(), gpo(("94", "08010100")), unhexlify(tlv("70", tlv("5F24", "301231"))) + b"\x90\x00")
    seed = 77
    codes = set()
    for _ in range(200):
        damaged = []
        for answer in answers:
            answer = bytearray(answer)
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            if seed >> 9 & 1:
                answer[(seed >> 12) % len(answer)] = seed >> 20 & 0xFF
            damaged.append(bytes(answer))
        steps = contactless(transaction())
        reply = None
        try:
            for turn in range(40):
                reply = damaged[min(turn, 3)] if steps.send(reply) else None
        except StopIteration as end:
            codes.add(end.value.cvm)
        except CardError as error:
            codes.add(error.code)
            assert "6292" not in str(error)
    assert "none" in codes and "bad-data" in codes and "no-application" in codes
