"""GET PROCESSING OPTIONS, records, outcome. Source: EMV 4.4 Book 3, 6.5.5, 6.5.8, 10.1, 10.2; Contactless Book C-7."""

from binascii import unhexlify

from card.cards import GPO, feed, gpo, tlv, transaction
from checks import raises
from till.card.card_read import CardRead
from till.card.emv.ca_keys import Store
from till.card.emv.card_data import CardData
from till.card.emv.gpo import initiate, options
from till.card.emv.outcome import AAC, ARQC, TC, cryptogram_type, cvm_results, decide
from till.card.emv.preprocessing import preprocess
from till.card.emv.read_records import files, read_records
from till.card.errors import CardError


def data_of(*changes):
    return options(gpo(*changes)[:-2])


def test_refusals_have_their_own_meaning():
    assert feed(initiate(b""), b"\x69\x85")[0] is None
    for status, code in ((b"\x69\x84", "use-other"), (b"\x69\x86", "see-phone"), (b"\x67\x00", "bad-data")):
        assert raises(CardError, feed, initiate(b""), status).code == code


def test_answers_in_no_known_format():
    for answer in ("", "7700", "8000", "800100", "8003820000", "82027C00", "77028200", "700482027C00"):
        raises(CardError, options, unhexlify(answer))
    raises(CardError, options, gpo()[:-2] * 2)


def test_the_command_wraps_the_pdol_data():
    _, commands = feed(initiate(b"\x01\x02\x03"), gpo())
    assert commands == [unhexlify("80A80000058303010203" + "00")]
    _, commands = feed(initiate(bytes(200)), gpo())
    assert commands[0][:8] == unhexlify("80A80000CB8381C8")
    assert len(commands[0]) == 4 + 1 + 203 + 1


def test_format_80():
    data = options(unhexlify("800E7C000801010010010301180102 00".replace(" ", "")))
    assert data.get(0x82) == b"\x7c\x00"
    assert data.get(0x94) == unhexlify("080101001001030118010200")
    assert options(unhexlify("80027C00")).get(0x94) is None


def test_format_77():
    data = data_of()
    assert data.get(0x9F26) == bytes(range(1, 9))
    assert data.get(0x9F36) == b"\x00\x05"
    data.need([0x82, 0x57])
    assert raises(CardError, data.need, (0x82, 0x5A)).tag == 0x5A


def test_lengths_that_no_card_may_send():
    for tag, value in (
        ("82", "7C"), ("57", "62"), ("5F34", ""), ("9F10", "0701"), ("9F10", "00" * 33), ("9F26", "00" * 7),
        ("9F27", "8000"), ("9F36", "000005"), ("9F6C", "00"), ("94", "0801"), ("57", "11" * 20),
    ):  # fmt: skip
        raises(CardError, data_of, (tag, value))


def test_an_object_twice_ends_the_transaction():
    assert raises(CardError, options, unhexlify("770882027C0082027C00")).tag == 0x82
    data = data_of(("94", "08010100"))
    error = raises(CardError, feed, read_records(data), unhexlify("7003" + "5F3401"[:6]) + b"\x01\x90\x00")
    assert error.code == "bad-data"
    data = data_of(("94", "08010100"))
    error = raises(CardError, feed, read_records(data), unhexlify(tlv("70", tlv("5F34", "01"))) + b"\x90\x00")
    assert error.tag == 0x5F34


def test_data_is_bounded():
    data = CardData()
    raises(CardError, lambda: [data.add([(0xDF0000 + index, bytes(250))]) for index in range(20)])


def test_files_of_an_afl():
    assert files(unhexlify("08010100")) == [(1, 1, False)]
    assert files(unhexlify("0801020118030300F0050501")) == [(1, 1, True), (1, 2, False), (3, 3, False), (30, 5, True)]
    for afl in (
        "",
        "0801",
        "09010100",
        "00010100",
        "F8010100",
        "08000100",
        "08020100",
        "08010102",
        "08012100",
        "08010000",
    ):
        raises(CardError, files, unhexlify(afl))
    raises(CardError, files, unhexlify("0801100010011000180101 00".replace(" ", "")))
    assert len(files(unhexlify("0801200100"[:8]))) == 32


def test_records_are_read_in_order():
    data = data_of(("94", "0801020010010100"))
    first, second, third = tlv("5F24", "301231"), tlv("5A", "6292520000000000008F"), tlv("9F07", "FF00")
    _, commands = feed(
        read_records(data), *[unhexlify(tlv("70", record)) + b"\x90\x00" for record in (first, second, third)]
    )
    assert commands == [unhexlify("00B2010C00"), unhexlify("00B2020C00"), unhexlify("00B2011400")]
    assert data.get(0x5F24) == b"\x30\x12\x31" and data.get(0x9F07) == b"\xff\x00"
    assert feed(read_records(data_of())) == (None, [])


def test_records_that_are_none():
    for answer in (
        b"\x6a\x83",
        b"\x90\x00",
        unhexlify(tlv("77", tlv("5F24", "301231"))) + b"\x90\x00",
        b"\x70\x05\x90\x00",
    ):
        raises(CardError, feed, read_records(data_of(("94", "08010100"))), answer)
    data = data_of(("94", "58010100"))  # file 11 may hold what it likes
    feed(read_records(data), unhexlify(tlv("77", tlv("5F24", "301231"))) + b"\x90\x00")
    assert data.get(0x5F24) is None


def test_what_the_card_decided():
    for information, kind in (("00", AAC), ("40", TC), ("80", ARQC), ("88", ARQC), ("09", AAC)):
        assert cryptogram_type(data_of(("9F27", information))) == kind
    raises(CardError, cryptogram_type, data_of(("9F27", "C0")))
    for cvr, kind in (("80", AAC), ("90", TC), ("A0", ARQC)):
        assert cryptogram_type(data_of(("9F27", None), ("9F10", "07010103%sA000" % cvr))) == kind
    raises(CardError, cryptogram_type, data_of(("9F27", None), ("9F10", "07010103B0A000")))


def outcome(amount_fen, *changes, ttq=b"\x24\x00\x00\x00"):
    state = preprocess(transaction(amount_fen, ttq=ttq))
    state.data = data_of(*changes)
    assert decide(state, CardRead(), Store()) == "online"
    return state.cvm


def test_no_pin_up_to_the_limit_and_a_pin_above_it():
    assert outcome(100000) == "none"
    assert outcome(100001) == "online-pin"
    assert outcome(100000, ("9F6C", None)) == "none"
    assert outcome(100001, ("9F6C", None)) == "online-pin"


def test_the_card_may_ask_for_a_pin_below_the_limit():
    assert outcome(1, ("9F6C", "8000")) == "online-pin"
    assert outcome(1, ("9F6C", "4000")) == "none"
    assert outcome(100001, ("9F6C", "8080")) == "device"
    assert outcome(1, ("9F6C", "4000"), ttq=b"\x26\x00\x00\x00") == "signature"
    assert outcome(100001, ("9F6C", "4000"), ttq=b"\x22\x00\x00\x00") == "signature"
    assert raises(CardError, outcome, 1, ("9F6C", "8000"), ttq=b"\x20\x00\x00\x00").code == "use-other"


def test_a_card_that_does_not_go_online():
    assert raises(CardError, outcome, 1, ("9F27", "00")).code == "declined"
    assert raises(CardError, outcome, 1, ("9F27", "40")).code == "use-other"


def test_cvm_results():
    assert cvm_results("online-pin") == b"\x02\x00\x00"
    assert cvm_results("none") == b"\x1f\x00\x02"


def test_damaged_answers_raise_nothing_but_the_card_error():
    good = gpo(("94", "08010100"))[:-2]
    seed = 21
    refused = 0
    for _ in range(300):
        wrong = bytearray(good)
        for _ in range(2):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            wrong[(seed >> 8) % len(wrong)] = seed >> 18 & 0xFF
        try:
            data = options(bytes(wrong[: len(wrong) - (seed >> 24 & 1)]))
            data.need([int(tag, 16) for tag, _ in GPO])
            state = preprocess(transaction())
            state.data = data
            decide(state, CardRead(), Store())
            files(data.get(0x94) or b"")
        except CardError:
            refused += 1
    assert refused > 100
