"""The till's applications and their downloaded parameters. Source: UnionPay terminal parameters."""

from binascii import unhexlify

from card.cards import tlv
from checks import raises
from till.card.emv.aids import Aid, parse_aid
from till.card.errors import CardError

PARAMETERS = (
    ("9F06", "A000000333010101"), ("DF01", "00"), ("9F08", "0020"), ("DF11", "D84000A800"), ("DF12", "D84004F800"),
    ("DF13", "0010000000"), ("9F1B", "00002710"), ("DF15", "000003E8"), ("DF16", "99"), ("DF17", "50"),
    ("DF14", "9F3704"), ("DF18", "01"), ("9F7B", "000000020000"), ("DF19", "000000000100"), ("DF20", "000000200000"),
    ("DF21", "000000100000"),
)  # fmt: skip


def parsed(*changes):
    changed = dict(changes)
    return parse_aid(unhexlify("".join([tlv(tag, changed.get(tag, value)) for tag, value in PARAMETERS])))


def test_refused():
    for tag, value in (
        ("9F06", "A0000003"), ("9F06", "A0" * 17), ("DF11", "D84000A8"), ("DF17", "100"[:2] + "A"), ("DF16", "49"),
        ("DF20", "0000002000"), ("9F1B", "2710"), ("DF17", "5A"),
    ):  # fmt: skip
        raises(CardError, parsed, (tag, value + "0" * (len(value) % 2)))
    assert raises(CardError, parse_aid, unhexlify(tlv("DF01", "00"))).tag == 0x9F06
    raises(CardError, parse_aid, b"\x9f\x06\x08\xa0")
    raises(CardError, Aid, b"\xa0\x00\x00\x00\x03", target_percent=50)


def test_downloaded_parameters():
    aid = parsed()
    assert (aid.name, aid.asi, aid.version) == (unhexlify("A000000333010101"), 0, b"\x00\x20")
    assert (aid.tac_default, aid.tac_online) == (unhexlify("D84000A800"), unhexlify("D84004F800"))
    assert (aid.tac_denial, aid.ddol) == (unhexlify("0010000000"), unhexlify("9F3704"))
    assert (aid.floor_fen, aid.threshold_fen, aid.target_most_percent, aid.target_percent) == (10000, 1000, 99, 50)
    assert (aid.tap_floor_fen, aid.tap_most_fen, aid.tap_cvm_fen) == (100, 200000, 100000)


def test_matching_by_part_or_only_in_full():
    name = unhexlify("A000000333010101")
    assert Aid(name).matches(name) and Aid(name).matches(name + b"\x01")
    assert Aid(name, asi=1).matches(name) and not Aid(name, asi=1).matches(name + b"\x01")
    assert not Aid(name).matches(name[:-1]) and not Aid(name).matches(name + bytes(9))
