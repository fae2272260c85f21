# heap: 500k
"""Keys, certificates and their tampering. Source: EMV 4.4 Book 2, 5.3, 5.4, 6.3 to 6.6 and 10.2."""

from binascii import hexlify, unhexlify
from hashlib import sha1

from card.cards import PAN, tlv
from card.chip import Chip
from card.chip_keys import KEYS
from card.chip_records import signed_part
from card.people import RID, Till, ca_keys, payment
from checks import raises
from till.card.emv.ca_keys import CaKey, PublicKey, Store, check_sum, parse_ca_key
from till.card.emv.card_data import CardData
from till.card.emv.certificates import icc_key, issuer_key
from till.card.errors import CardError

TODAY = b"\x26\x11\x23"
SMALL = KEYS["small"]
SDA, DDA, CDA = "5800", "3800", "3900"
FAILED = {SDA: 0x42, DDA: 0x08, CDA: 0x04}


def download(**changes):
    modulus, exponent = SMALL["ca_modulus"], SMALL["ca_exponent"]
    digest = hexlify(sha1(unhexlify("A000000333" + "E2" + modulus + exponent)).digest()).decode()
    fields = (
        ("9F06", "A000000333"), ("9F22", "E2"), ("DF05", "20301231"), ("DF06", "01"), ("DF07", "01"),
        ("DF02", modulus), ("DF04", exponent), ("DF03", digest),
    )  # fmt: skip
    values = [(tag, changes.get("T" + tag, value)) for tag, value in fields]
    return unhexlify("".join([tlv(tag, value) for tag, value in values if value is not None]))


def test_a_download_that_is_refused():
    modulus = SMALL["ca_modulus"]
    for tag, value in (
        ("DF02", modulus[:-2] + "00"), ("DF03", "00" * 20), ("DF05", "20261122"), ("DF05", "30301231"), ("DF06", "02"),
        ("DF04", "05"), ("DF05", "3230333031323"), ("DF02", None), ("9F22", "E3"), ("9F06", "A000000004"), ("DF03", ""),
    ):  # fmt: skip
        raises(CardError, parse_ca_key, download(**{"T" + tag: value and value + "0" * (len(value) % 2)}), TODAY)
    raises(CardError, parse_ca_key, download() + download(), TODAY)
    zero_first = b"\x00" + b"\xff" * 127
    for keys in ((b"\x80" * 63, 3), (b"\x80" * 249, 3), (zero_first, 3), (b"\x80" * 128, 17), (b"\x80" * 128, 1)):
        raises(CardError, PublicKey, *keys)
    raises(CardError, Store, ca_keys() * 11)
    raises(CardError, Store, (), [(RID, 1, bytes(3))] * 31)


def test_a_download():
    for expiry in ("20301231", "3230333031323331"):
        key = parse_ca_key(download(TDF05=expiry), TODAY)
        assert (key.rid, key.index, key.exponent, key.expiry) == (RID, 0xE2, 3, b"\x30\x12\x31")
        assert key.modulus == unhexlify(SMALL["ca_modulus"])
    assert Store([key]).ca_key(RID, 0xE2) is key
    assert Store([key]).ca_key(RID, 0xE3) is None and Store([key]).ca_key(b"\xa0\x00\x00\x00\x03", 0xE2) is None


def test_a_published_check_sum():
    # Visa's test key 99 as its scheme publishes it
    modulus = (
        "AB79FCC9520896967E776E64444E5DCDD6E13611874F3985722520425295EEA4BD0C2781DE7F31CD3D041F565F747306EED62954B17EDABA3A6"
        "C5B85A1DE1BEB9A34141AF38FCF8279C9DEA0D5A6710D08DB4124F041945587E20359BAB47B7575AD94262D4B25F264AF33DEDCF28E09615E93"
        "7DE32EDC03C54445FE7E382777"
    )
    assert (
        hexlify(check_sum(unhexlify("A000000003"), 0x99, unhexlify(modulus), b"\x03")).upper()
        == b"4ABFFD6B1C51212D05552E431C5B17007D2F5E6D"
    )


def tvr(aip, keys="small", store=None, terms=None, **changes):
    till = Till(Chip(keys, aip, **changes), store=store)
    return till.pay(terms).tvr


def damaged(name, byte, mask=0x01):
    value = bytearray(unhexlify(SMALL[name]))
    value[byte] ^= mask
    return hexlify(value).decode().upper()


def test_nothing_wrong():
    for aip in (SDA, DDA, CDA):
        for keys in ("small", "large"):
            assert tvr(aip, keys)[0] == (0x02 if aip == SDA else 0)
    assert tvr("7900", "tagged", T9F4A="82")[0] == 0


def test_a_tag_list_that_names_other_things():
    assert tvr("7900", "tagged", T9F4A="8284")[0] == 0x04
    assert tvr("7900", "tagged")[0] == 0x04  # the signature covers an AIP that is not named


def test_one_bit_anywhere_in_a_certificate():
    for name, tag in (("issuer_certificate", "90"), ("issuer_remainder", "92"), ("issuer_exponent", "9F32")):
        for aip in (SDA, CDA):
            assert tvr(aip, **{"T" + tag: damaged(name, 0)})[0] == FAILED[aip], name
    for name, tag in (("icc_certificate", "9F46"), ("icc_remainder", "9F48"), ("icc_exponent", "9F47")):
        for aip in (DDA, CDA):
            assert tvr(aip, **{"T" + tag: damaged(name, -1)})[0] == FAILED[aip], name
    assert tvr(SDA, T93=damaged("static_signature", 40))[0] == 0x42
    for length in (2, 100, 300):
        assert tvr(CDA, T90=(SMALL["issuer_certificate"] * 2)[:length])[0] == 0x04


def test_static_data_that_was_changed():
    for aip in (SDA, DDA, CDA):
        assert tvr(aip, T9F07="FF01")[0] == FAILED[aip]


def test_missing_pieces():
    for aip, tag in ((SDA, "93"), (SDA, "8F"), (DDA, "9F46"), (CDA, "9F47"), (CDA, "90"), (CDA, "9F32")):
        assert tvr(aip, **{"T" + tag: None})[0] == FAILED[aip] | 0x20


def test_no_key_an_old_key_and_a_revoked_certificate():
    for aip in (SDA, DDA, CDA):
        assert tvr(aip, store=Store())[0] == FAILED[aip]
        old = [CaKey(key.rid, key.index, key.modulus, key.exponent, b"\x26\x11\x22") for key in ca_keys()]
        assert tvr(aip, store=Store(old))[0] == FAILED[aip]
        assert tvr(aip, store=Store(ca_keys(), [(RID, 0xE2, b"\x00\x00\x01")]))[0] == FAILED[aip]
        assert tvr(aip, store=Store(ca_keys(), [(RID, 0xE2, b"\x00\x00\x02")]))[0] & 0x4C == 0


def test_a_certificate_of_another_account():
    key = ca_keys_by_index(0xE2)
    data = CardData()
    for tag, name in (("8F", "ca_index"), ("90", "issuer_certificate"), ("92", "issuer_remainder")):
        data.add([(int(tag, 16), unhexlify(SMALL[name]))])
    for tag, name in (("9F32", "issuer_exponent"), ("9F46", "icc_certificate"), ("9F48", "icc_remainder")):
        data.add([(int(tag, 16), unhexlify(SMALL[name]))])
    data.add([(0x9F47, unhexlify(SMALL["icc_exponent"]))])
    static = unhexlify(signed_part(Chip().records))
    issuer = issuer_key(data, RID, PAN, TODAY, Store([key]))
    assert icc_key(data, issuer, PAN, TODAY, static).modulus == unhexlify(SMALL["icc_modulus"])
    assert raises(CardError, issuer_key, data, RID, "6292530000000000007", TODAY, Store([key])).tag == 0x90
    for pan in (PAN[:-1], PAN + "0", PAN[:-1] + "9"):
        assert raises(CardError, icc_key, data, issuer, pan, TODAY, static).offset == 2


def ca_keys_by_index(index):
    for key in ca_keys():
        if key.index == index:
            return key


def test_certificates_out_of_date():
    for date, fails in ((b"\x34\x12\x31", False), (b"\x35\x01\x01", True)):
        terms = payment(date=date)
        assert tvr(CDA, terms=terms)[0] == (0x04 if fails else 0)
    assert tvr(SDA, terms=payment(date=b"\x35\x12\x31"))[0] == 0x02
    assert tvr(SDA, terms=payment(date=b"\x36\x01\x01"))[0] == 0x42


def test_a_till_that_can_less():
    for capabilities, wanted in ((b"\x60\xe8\xc0", 0), (b"\x60\xe8\x80", 0x02), (b"\x60\xe8\x00", 0x80)):
        chip = Chip("small", "7900")
        card = Till(chip).pay(payment(capabilities=capabilities))
        assert card.tvr[0] == wanted and len(chip.sent(0x88)) == (1 if not wanted else 0)
        assert card.tsi[0] & 0x80 == (0 if wanted == 0x80 else 0x80)


def test_a_forged_dynamic_signature():
    for byte in (0, 64, 127):
        chip = Chip("small", DDA)
        chip.forge = byte
        assert Till(chip).pay().tvr[0] == 0x08


def test_dda_in_format_80_and_without_the_number():
    chip = Chip("small", DDA)
    chip.with_80 = True
    assert Till(chip).pay().tvr[0] == 0
    assert tvr(DDA, T9F49="9F0206")[0] == 0x08
    assert tvr(DDA, T9F49="9F37049F0206")[0] == 0
    chip = Chip("small", DDA)
    chip.refuse = {0x88: "6985"}
    assert Till(chip).pay().tvr[0] == 0x08


def test_a_forged_cda():
    chip = Chip("small", CDA)
    chip.forge = 3
    till = Till(chip)
    card = till.pay()  # the host is not asked any more (Book 2, 6.6.2)
    assert (card.outcome, card.arc, len(till.asked), card.tvr[0]) == ("declined", "Z1", 1, 0x04)
    assert [command[2] for command in chip.sent(0xAE)] == [0x90, 0x00]
    chip = Chip("small", CDA)
    sign = chip.sign
    chip.sign = lambda dynamic, covered: sign(dynamic[:-1] + b"x", covered)  # another transaction's hash
    assert Till(chip).pay().tvr[0] == 0x04
    chip = Chip("small", CDA)
    chip.sign = lambda dynamic, covered: sign(dynamic[:3] + b"\x40" + dynamic[4:], covered)  # another type inside
    assert Till(chip).pay().tvr[0] == 0x04


def test_a_cda_forged_only_in_the_second_cryptogram():
    chip = Chip("small", CDA)
    sign = chip.sign

    def signs(dynamic, covered):
        chip.forge = 5 if chip.cryptograms > 1 else None
        return sign(dynamic, covered)

    chip.sign = signs
    card = Till(chip).pay()
    assert (card.outcome, card.host_approved, card.tvr[0]) == ("declined", True, 0x04)
