# heap: 2m
"""Published keys and parameters, taken as a download would bring them. Source: tests/vectors/ca_keys.json."""

from binascii import unhexlify

import vectors
from card.cards import text, tlv
from checks import raises
from till.card.emv.aids import parse_aid
from till.card.emv.ca_keys import check_sum, parse_ca_key
from till.card.errors import CardError

ENCYCLOPEDIA, DOWNLOADS = vectors.load("ca_keys")["sets"]
EXPIRY = "20351231"
LAST_DAY = unhexlify(EXPIRY[2:])


def download(rid, index, expiry, modulus, exponent, digest):
    fields = (
        ("9F06", rid), ("9F22", index), ("DF05", expiry), ("DF06", "01"), ("DF07", "01"), ("DF02", modulus),
        ("DF04", exponent), ("DF03", digest),
    )  # fmt: skip
    return unhexlify("".join([tlv(tag, value) for tag, value in fields]))


def downloaded(row):
    return [row[tag] for tag in ("9F06", "9F22", "DF05", "DF02", "DF04", "DF03")]


def listed(row):
    return [row["rid"], row["index"], text(EXPIRY), row["modulus"], row["exp"], row["sha1"]]


def taken(fields, last_day):
    """The key of those fields, looked at from all sides."""
    rid, index, _, modulus, exponent, digest = fields
    key = parse_ca_key(download(*fields), last_day)
    assert (key.rid, key.index, key.expiry) == (unhexlify(rid), int(index, 16), last_day)
    assert key.exponent == int(exponent, 16) and key.modulus == unhexlify(modulus)
    assert check_sum(key.rid, key.index, key.modulus, unhexlify(exponent)) == unhexlify(digest)
    raises(CardError, parse_ca_key, download(*fields), b"\x49\x12\x31")
    wrong = list(fields)
    wrong[3] = modulus[:-2] + ("01" if modulus[-2:] != "01" else "03")
    assert raises(CardError, parse_ca_key, download(*wrong), last_day).tag == 0xDF03


def test_every_downloaded_key_is_taken_while_it_counts():
    for row in DOWNLOADS["capk_download_tlv"]:
        assert row["sha1_ok"]
        taken(downloaded(row), unhexlify(unhexlify(row["DF05"]).decode()[2:]))  # ASCII YYYYMMDD
    assert len(DOWNLOADS["capk_download_tlv"]) == 20


def test_every_key_of_the_schemes_is_taken_or_refused_for_a_reason():
    seen = {}
    for row in ENCYCLOPEDIA["keys"]:
        fields = listed(row)
        if not row["sha1_ok"]:
            why = "check sum"
            assert raises(CardError, parse_ca_key, download(*fields), LAST_DAY).tag in (0xDF03, 0xDF04)
        elif len(row["modulus"]) > 2 * 248:  # longer than Book 2, annex B allows
            why = "long"
            assert raises(CardError, parse_ca_key, download(*fields), LAST_DAY).tag == 0xDF02
        elif row["exp"] not in ("03", "010001"):
            why = "exponent"
            assert raises(CardError, parse_ca_key, download(*fields), LAST_DAY).tag == 0xDF04
        else:
            why = "taken"
            taken(fields, LAST_DAY)
        seen[why] = seen.get(why, 0) + 1
    assert sum(seen.values()) == 133 and seen["check sum"] == 3 and seen["taken"] > 110, seen


def test_every_set_of_parameters_is_taken():
    for row in DOWNLOADS["aid_param_tlv"]:
        aid = parse_aid(unhexlify("".join([tlv(tag, row[tag]) for tag in sorted(row)])))
        assert aid.name == unhexlify(row["9F06"])
        assert aid.ddol == unhexlify(row["DF14"]) and aid.tac_online == unhexlify(row["DF12"])
        assert aid.tac_default == unhexlify(row["DF11"]) and aid.tac_denial == unhexlify(row["DF13"])
        raises(CardError, parse_aid, unhexlify("".join([tlv(tag, row[tag]) for tag in row if tag != "9F06"])))
    assert len(DOWNLOADS["aid_param_tlv"]) == 10
