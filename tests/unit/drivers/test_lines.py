"""Lines of stripe heads and scanners, cut, glued, spoiled. Source: ISO/IEC 7811-6, ISO/IEC 15424."""

from drivers.fakes import FakeClock, ScriptedUart
from till.drivers.lines import LINE_MOST, LinePort, LineSplitter
from till.drivers.scanner import Scanner, split_code
from till.drivers.stripe import StripeHead, split_tracks

# test numbers; the LRCs worked out by hand: exclusive or of the characters' values, start sentinel to LRC, is 0
TRACK1 = b"%B6292520000000000019^DEMO/CARD^30122200000?\x3e"
TRACK2 = b";6292520000000000019=30122200000?\x3a"
TRACK3 = b"+016292520000000000019==1561000?\x30"


def with_lrc(track):
    """The track up to its end sentinel, and its LRC."""
    first = 0x20 if track[0] == 0x25 else 0x30
    total = 0
    for index in range(len(track)):
        total ^= 0x0B if index == 0 and first == 0x30 else track[index] - first
    return track + bytes((total + first,))


TRACK1 = with_lrc(TRACK1[:-1])
TRACK2 = with_lrc(TRACK2[:-1])
TRACK3 = with_lrc(TRACK3[:-1])


def test_an_lrc_worked_out_by_hand():
    # ; 1 2 = 3 ? : B ^ 1 ^ 2 ^ D ^ 3 ^ F = 9
    assert with_lrc(b";12=3?") == b";12=3?9"
    # % A ? : 05 ^ 21 ^ 1F = 3B, which is "["
    assert with_lrc(b"%A?") == b"%A?["


def test_a_swipe():
    swipe = split_tracks(TRACK1 + TRACK2 + TRACK3)
    assert swipe.tracks == [TRACK1, TRACK2, TRACK3] and swipe.damaged == []
    swipe = split_tracks(TRACK2)
    assert swipe.tracks == [None, TRACK2, None]
    assert split_tracks(TRACK1[:-1] + TRACK2[:-1], False).tracks == [TRACK1[:-1], TRACK2[:-1], None]


def test_tracks_that_cannot_be_read():
    swipe = split_tracks(b"%E?" + TRACK2 + b"+E?")
    assert swipe.tracks == [None, TRACK2, None] and swipe.damaged == [1, 3]
    swipe = split_tracks(TRACK1 + b";E?")
    assert swipe.tracks == [TRACK1, None, None] and swipe.damaged == [2]


def test_every_digit_that_falls_is_noticed():
    for at in range(1, len(TRACK2)):
        line = bytearray(TRACK2)
        line[at] ^= 1
        swipe = split_tracks(bytes(line))
        assert swipe is None or swipe.tracks == [None, None, None] and swipe.damaged == [2], at


def test_what_is_no_swipe_from_end_to_end():
    for line in (
        TRACK2 + b"62",
        b"6" + TRACK2,
        TRACK2 + TRACK2,
        b";E?" + TRACK2,
        TRACK2[:-2],
        TRACK2[:-1],
        b";" + b"1" * 60 + b"??",
        b"%",
        b"",
    ):
        assert split_tracks(line) is None, line


def test_a_code():
    code = split_code(b"]Q16291234567890123456")
    assert (code.symbology, code.text) == ("Q", "6291234567890123456")
    code = split_code(b"284512345678901234")
    assert (code.symbology, code.text) == ("", "284512345678901234")
    assert split_code(b"]Q1") is None and split_code(b"") is None and split_code(b"1" * 301) is None


def lines_of(*parts):
    splitter, found = LineSplitter(), []
    for part in parts:
        splitter.feed(part, found)
    return found, splitter.bad


def test_lines_however_they_are_cut_and_ended():
    assert lines_of(b"one\rtwo\ntwo\r\n\r\n\x02three\x03") == ([b"one", b"two", b"two", b"three"], 0)
    for size in (1, 2, 3, 5):
        data = b"one\r\n" + TRACK2 + b"\r"
        parts = [data[at : at + size] for at in range(0, len(data), size)]
        assert lines_of(*parts) == ([b"one", TRACK2], 0)


def test_lines_that_are_no_text_or_too_long():
    assert lines_of(b"on\x80e\rtwo\r") == ([b"two"], 1)
    assert lines_of(b"1" * LINE_MOST + b"\r") == ([b"1" * LINE_MOST], 0)
    assert lines_of(b"1" * (LINE_MOST + 1) + b"\rtwo\r") == ([b"two"], 1)
    assert lines_of(b"1" * 5000, b"\rtwo\r") == ([b"two"], 1)
    assert lines_of(b"a\x02b\rtwo\r") == ([b"two"], 1)


def port():
    clock = FakeClock()
    uart = ScriptedUart(clock)
    made = LinePort(uart, clock)
    return made, StripeHead(made), Scanner(made), uart, clock


def test_each_device_has_its_lines():
    _, stripe, scanner, uart, _ = port()
    assert stripe.read() is None and scanner.read() is None
    uart.arrive(b"]Q1123456\r\n" + TRACK2 + b"\r654321\r")
    assert stripe.activity.is_set()
    assert stripe.read().tracks[1] == TRACK2 and stripe.read() is None
    assert not stripe.activity.is_set()
    assert (scanner.read().text, scanner.read().text, scanner.read()) == ("123456", "654321", None)


def test_a_line_in_two_pieces_and_one_that_never_ends():
    made, stripe, _, uart, clock = port()
    uart.arrive(TRACK2[:9])
    assert stripe.read() is None
    clock.now_ms += 100
    uart.arrive(TRACK2[9:] + b"\r")
    assert stripe.read().tracks[1] == TRACK2
    uart.arrive(TRACK2[:9])
    assert stripe.read() is None
    clock.now_ms += 2000
    uart.arrive(TRACK2 + b"\r")
    assert stripe.read().tracks[1] == TRACK2 and made.bad == 1


def test_a_glued_line_is_refused_whole():
    _, stripe, scanner, uart, _ = port()
    uart.arrive(TRACK2 + b"284512345678901234\r")
    assert stripe.read() is None and scanner.read() is None and stripe.bad == 1


def test_what_nobody_asked_for_is_forgotten_and_leaves_nothing():
    made, stripe, _, uart, _ = port()
    uart.arrive(TRACK2 + b"\r" + TRACK1[:20])
    stripe.clear()
    assert stripe.read() is None
    assert not any(made._splitter._buffer) and not any(made._chunk)
    uart.arrive(b"".join([b"%d\r" % number for number in range(9)]))
    assert stripe.read() is None and made.bad == 5  # four wait at most


def test_random_lines_are_a_swipe_a_code_or_nothing():
    seed, kinds = 3, [0, 0, 0]
    alphabet = b";;%+?=0123456789E^]Q\r"
    for _ in range(800):
        line = bytearray()
        for _ in range(3 + (seed >> 11) % 12):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            line.append(alphabet[(seed >> 12) % len(alphabet)])
        for found in lines_of(bytes(line) + b"\r")[0]:
            if found[0] in b"%;+":
                swipe = split_tracks(found)
                kinds[0 if swipe is None else 1] += 1
                if swipe is not None:
                    assert swipe.damaged or swipe.tracks != [None, None, None]
            else:
                kinds[2] += split_code(found) is not None
    assert min(kinds) > 3, kinds
