"""Swipes. Source: ISO/IEC 7811-6, 7813, 4909."""

from card.cards import PAN
from checks import raises
from till.card.errors import CardError
from till.card.stripe import parse_stripe

TODAY = b"\x26\x11\x23"


def track1(pan=PAN, name="WANG/XIAO ", more="3012101000"):
    return "%%B%s^%s^%s?" % (pan, name, more)


def track2(pan=PAN, more="3012101000012345"):
    return ";%s=%s?" % (pan, more)


def track3(pan=PAN, more="156000000000000"):
    return "+99%s=%s?" % (pan, more)


def lrc(track, base):
    total = 0
    for letter in track:
        total ^= ord(letter) - base
    return track + chr(total + base)


def swiped(*tracks):
    return parse_stripe("".join(tracks).encode())


def test_refused():
    for line in (
        "",
        "nonsense",
        track1(),  # no track 2
        track2()[1:],
        track2()[:-1],
        track2() + track2(),
        ";E?",
        ";" + "1" * 36 + "?",  # no separator
        track2(PAN[:-1] + "7"),  # check digit
        track2(more="3013101"),
        track2(more="30121"),
        track2(more="3012101000=000"),
        track2(more="3012101" + "0" * 20),
        track2().replace("1", "A"),
        track2() + "x",  # LRC
        track1("6292520000000000016") + track2(),
        track1().replace("%B", "%A") + track2(),
        track1().replace("^", "*") + track2(),
        track1(name="N" * 27) + track2(),
        track2() + track3("6292520000000000016"),
        track2() + track3(more="15x0000000"),
        track2() + "\x00",
        "%" * 257,
    ):
        error = raises(CardError, swiped, line)
        assert error.code == "bad-data" and "6292" not in str(error), line


def test_all_three_tracks_with_and_without_lrc():
    plain = swiped(track1(), track2(), track3())
    checked = swiped(lrc(track1(), 0x20), lrc(track2(), 0x30), lrc(track3(), 0x30))
    for stripe in (plain, checked):
        assert (stripe.track2.pan, stripe.track2.expiry, stripe.track2.service_code) == (PAN, "3012", "101")
        assert stripe.name == "WANG/XIAO" and stripe.track3 == "99" + PAN + "D156000000000000"
        assert stripe.track2.digits == PAN + "D3012101000012345"
    assert swiped(track2()).name == swiped(track2()).track3 == ""
    assert swiped("%E?", track2(), "+E?").name == ""


def test_one_wrong_character_is_seen_by_the_lrc():
    good = lrc(track2(), 0x30)
    for at in range(1, len(good)):
        if good[at] in "=?":
            continue
        wrong = good[:at] + chr(ord(good[at]) ^ 1) + good[at + 1 :]
        raises(CardError, swiped, wrong)


def test_an_lrc_that_looks_like_a_start_sentinel():
    seen = 0
    for number in range(300):
        line = lrc(track2(more="3012101%08d" % number), 0x30)
        if line[-1] == ";":
            seen += 1
            assert swiped(line, track3()).track3
        assert swiped(line[:-1], track3()).track3  # and one that is none
    assert seen


def test_a_chip_card_swiped_and_a_card_out_of_date():
    for service_code, chip in (("101", False), ("201", True), ("601", True), ("120", False), ("220", True)):
        stripe = swiped(track2(more="3012%s000" % service_code))
        if chip:
            assert raises(CardError, stripe.check, TODAY).code == "use-chip"
        stripe.check(TODAY, not chip or True)
        assert stripe.pin_wanted == (service_code[2] == "0")
    assert raises(CardError, swiped(track2(more="2610101")).check, TODAY).code == "expired"
    assert raises(CardError, swiped(track2(more="9912101")).check, TODAY).code == "expired"
    swiped(track2(more="2611101")).check(TODAY)


def test_damage_raises_nothing_else():
    good = (lrc(track1(), 0x20) + lrc(track2(), 0x30) + lrc(track3(), 0x30)).encode()
    seed = 5
    refused = 0
    for _ in range(400):
        line = bytearray(good)
        for _ in range(2):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            line[(seed >> 8) % len(line)] = seed >> 18 & 0xFF
        try:
            parse_stripe(bytes(line[: len(line) - (seed >> 22 & 7)]))
        except CardError:
            refused += 1
    assert refused > 300
