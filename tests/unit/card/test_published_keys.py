"""Published keys and parameters, taken as a download would bring them. Source: the vectors say theirs."""

from binascii import hexlify, unhexlify

from card.cards import text, tlv
from card.published_keys import KEYS, PARAMETERS
from checks import raises
from till.card.emv.aids import parse_aid
from till.card.emv.ca_keys import check_sum, parse_ca_key
from till.card.errors import CardError


def download(rid, index, expiry, modulus, exponent, digest):
    fields = (
        ("9F06", rid), ("9F22", index), ("DF05", text(expiry)), ("DF06", "01"), ("DF07", "01"), ("DF02", modulus),
        ("DF04", exponent), ("DF03", digest),
    )  # fmt: skip
    return unhexlify("".join([tlv(tag, value) for tag, value in fields]))


def test_every_key_is_taken_while_it_counts():
    for row in KEYS:
        rid, index, expiry, modulus, exponent, digest = row
        last_day = unhexlify(expiry[2:])
        key = parse_ca_key(download(*row), last_day)
        assert (hexlify(key.rid).decode().upper(), "%02X" % key.index, key.expiry) == (rid, index, last_day)
        assert key.exponent == int(exponent, 16) and key.modulus == unhexlify(modulus)
        assert check_sum(key.rid, key.index, key.modulus, unhexlify(exponent)) == unhexlify(digest)
        raises(CardError, parse_ca_key, download(*row), b"\x49\x12\x31")
        wrong = list(row)
        wrong[3] = modulus[:-2] + ("01" if modulus[-2:] != "01" else "03")
        assert raises(CardError, parse_ca_key, download(*wrong), last_day).tag == 0xDF03


def test_every_set_of_parameters_is_taken():
    for parameters in PARAMETERS:
        aid = parse_aid(unhexlify(parameters))
        assert parameters.startswith("9F06%02X%s" % (len(aid.name), hexlify(aid.name).decode().upper()))
        assert aid.ddol.startswith(b"\x9f\x37") and len(aid.tac_online) == 5
