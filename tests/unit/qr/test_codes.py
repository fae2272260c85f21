"""What stands in the codes of merchants and customers. Source: EMV QRCPS MPM 1.1."""

from checks import raises
from till.qr.customer_code import DEFAULT, checked, table_of, wallet_of
from till.qr.errors import QrError
from till.qr.merchant_code import AMOUNT, CURRENCY, crc16, read

TEXT = (
    "00020101021215166292520000000019520454115303156540512.345802CN5910DEMO STORE6008SHANGHAI62220506000123070890000001"
)


def test_the_crc_s_check_value():
    assert crc16("123456789") == 0x29B1


def test_a_code_and_its_objects():
    found = read(with_crc(TEXT))
    assert found[AMOUNT] == "12.34" and found[CURRENCY] == "156" and found[59] == "DEMO STORE"
    assert found[15] == "6292520000000019"


def test_every_character_that_changes_is_noticed():
    text = with_crc(TEXT)
    for at in range(len(text)):
        changed = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
        raises(QrError, read, changed)


def with_crc(text):
    return text + "6304%04X" % crc16(text + "6304")


def test_codes_that_are_none():
    wrong = ["000202", "000201010", "000201000201", "0002010000", "0002015999ABC", "XX0201"]
    for text in ["", "6304"] + [with_crc(text) for text in wrong]:
        raises(QrError, read, text)
    assert read(with_crc("0002015903ABC"))[59] == "ABC"


def test_random_texts_are_a_code_or_its_own_error():
    seed, good = 9, 0
    for _ in range(400):
        text = "000201"
        for _ in range(seed >> 9 & 3):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            text += ("5802CN", "5903ABC", "01", "5405", "\x00", "6007BEIJING")[(seed >> 14) % 6]
        seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
        try:
            read(with_crc(text))
            good += 1
        except QrError:
            pass
    assert 20 < good < 400, good


def test_wallets_by_their_beginnings():
    assert wallet_of("134512345678901234") == "002"
    assert wallet_of("284512345678901234") == "003"
    assert wallet_of("6291234567890123456") == "004"
    for code in ("", "1345", "134512345678901234a", "994512345678901234", "13451234567890123", "29" * 13):
        assert wallet_of(code) is None


def test_the_table_is_configuration():
    assert checked(DEFAULT) == DEFAULT and table_of({}) == DEFAULT and table_of({"wallets": [1]}) == [1]
    table = checked([["house", "990", "995", 12, 12], ["other", "99", "99", 20, 20]])
    assert wallet_of("991234567890", table) == "house" and wallet_of("134512345678901234", table) is None
    for rows in (
        [["a", "10", "15", 18]], [["a", "1x", "15", 18, 18]], [["a", "10", "155", 18, 18]], [["a", "15", "10", 18, 18]],
        [["a", "10", "15", 19, 18]], [["a", "10", "15", "18", 18]], [["", "10", "15", 18, 18]],
        [["a", "10", "15", 18, 18], ["b", "13", "13", 16, 20]], [["a", "1", "1", 18, 18], ["b", "130", "139", 18, 18]],
        [["a", "10", "10", 18, 18]] * 17,
    ):  # fmt: skip
        raises(QrError, checked, rows)
