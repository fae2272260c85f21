"""Answers to reset. Source: ISO/IEC 7816-3:2006, section 8, and EMV 4.4 Book 1, 8.3."""

from checks import raises
from till.drivers.atr import AtrError, parse


def checked(text):
    data = bytes.fromhex(text.replace(" ", ""))
    total = 0
    for byte in data[1:]:
        total ^= byte
    return data + bytes((total,))


def test_the_shortest_answer_has_the_standard_s_values():
    atr = parse(b"\x3b\x00")
    assert atr.protocols == (0,) and atr.ta1 == 0x11 and atr.wi == 10 and atr.negotiable
    assert atr.guard == 0 and not atr.inverse and atr.clock_stop == 0


def test_t_0_with_its_bytes():
    # TA1 95, TC1 FF, TD1 00 (T=0 only: no TCK), TC2 14, historical 01 02
    atr = parse(bytes.fromhex("3F D2 95 FF 40 14 01 02".replace(" ", "")))
    assert (atr.ta1, atr.guard, atr.wi, atr.inverse) == (0x95, 0xFF, 20, True)
    assert atr.protocols == (0,)


def test_t_1_with_its_bytes():
    atr = parse(checked("3B 80 81 71 FE 45 00"))
    assert atr.protocols == (1,) and atr.ifsc == 254 and atr.bwi_cwi == 0x45 and not atr.crc
    assert parse(checked("3B 80 81 71 20 45 01")).crc
    assert parse(checked("3B 80 81 01")).ifsc == 32


def test_both_protocols_and_the_global_bytes_of_t_15():
    atr = parse(checked("3B 80 80 B1 FE 45 1F 47"))  # T=0, T=1 (TA3, TB3, TD3), T=15: TA4 clock stop 1, classes 7
    assert atr.protocols == (0, 1) and atr.clock_stop == 1 and atr.classes == 7


def test_specific_mode():
    atr = parse(checked("3B 90 13 91 01 31 FE 45"))
    assert atr.specific == 1 and not atr.negotiable and atr.ta1 == 0x13
    assert parse(checked("3B 90 13 91 11 31 FE 45")).ta1 == 0x11  # implicit: TA1 is not meant


def test_what_is_none():
    for text in (
        "", "3B", "3C00", "3B10", "3B0000", "3B80", "3BFF", "3B8081", "3B808100", "3B9071", "3B9017",
        "3B80813103454000", "3B801FC35C", "3B" + "00" * 33,
    ):  # fmt: skip
        raises(AtrError, parse, bytes.fromhex(text))
    raises(AtrError, parse, checked("3B 80 81 71 0F 45 00"))  # IFSC under 16
    raises(AtrError, parse, checked("3B 80 81 81 81 81 81 81 81 81 01"))


def test_random_bytes_are_an_answer_or_an_error_of_its_own():
    seed = 7
    good = 0
    for _ in range(1500):
        data = bytearray(b"\x3b")
        for _ in range(1 + (seed >> 9) % 14):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            data.append(seed >> 16 & 0xFF)
        data[1] = data[1] & 0xF3
        try:
            atr = parse(bytes(data))
            assert atr.protocols and 16 <= atr.ifsc <= 254
            good += 1
        except AtrError:
            pass
    assert good > 5
