"""Tracks of a magnetic stripe. Source: ISO/IEC 7811-6 (characters, LRC), ISO/IEC 7813 (tracks 1 and 2),
ISO/IEC 4909 (track 3)."""

from micropython import const

from till.card.emv.dates import with_century
from till.card.errors import CardError
from till.card.track import Track2, check_account, luhn

_LINE_MOST = const(256)
# start sentinel: track, least and most characters between the sentinels, value of a character less its code
_TRACKS = {
    ord("%"): (1, 20, 76, 0x20),
    ord(";"): (2, 21, 37, 0x30),
    ord("+"): (3, 20, 104, 0x30),
}
_END = ord("?")
_UNREADABLE = b"E"  # what heads send for a track that they could not read


class Stripe:
    """What a stripe says. track2: Track2. name: the cardholder's, "" without track 1. track3: digits with D for the
    separator, as field 36 takes it, "" without. Nothing of it may go into an error or a log."""

    def __init__(self, track2, name, track3):
        self.track2 = track2
        self.name = name
        self.track3 = track3

    def check(self, date, fallback=False):
        """CardError "use-chip" for a chip card (service code 2xx, 6xx) swiped although its chip had not failed,
        "expired" for one out of date. date: 3 bytes BCD YYMMDD. fallback: True after "chip-failed"."""
        if self.track2.service_code[0] in "26" and not fallback:
            raise CardError(0, 0, "a card with a chip: insert or tap it", "use-chip")
        expiry = self.track2.expiry
        month = bytes((int(expiry[:2]) // 10 << 4 | int(expiry[1:2]), int(expiry[2:]) // 10 << 4 | int(expiry[3:])))
        if with_century(month) < with_century(date[:2]):
            raise CardError(0, 0, "the card is out of date", "expired")

    @property
    def pin_wanted(self):
        """True when the service code asks for a PIN wherever there is a PIN pad (third digit 0, 3, 5, 6, 7)."""
        return self.track2.service_code[2] in "03567"


def parse_stripe(line):
    """Stripe of the characters that a stripe head sent for one swipe: each track from its start sentinel to "?", with
    or without an LRC character behind it. CardError "bad-data", without a character of the card in it.

    Track 2 is needed, for nothing can be paid without it; 1 and 3 are there or not, and then they must be right.
    """
    if len(line) > _LINE_MOST:
        raise CardError(0, _LINE_MOST, "swipe longer than %d characters" % _LINE_MOST)
    found = {}
    offset = 0
    while offset < len(line):
        if line[offset] not in _TRACKS:
            raise CardError(0, offset, "no start sentinel")
        number, least, most, base = _TRACKS[line[offset]]
        end = _find(line, _END, offset)
        if line[offset + 1 : end] == _UNREADABLE and number != 2:
            offset = end + 1
            continue
        if end < 0 or not least <= end - offset - 1 <= most:
            raise CardError(0, offset, "track %d cut short or too long" % number)
        if number in found:
            raise CardError(0, offset, "track %d twice" % number)
        after = end + 1
        # a character before the end or before a start sentinel is an LRC, else it is that sentinel
        if after < len(line) and (after + 1 == len(line) or line[after + 1] in _TRACKS):
            if line[after] - base != _lrc(line, offset, end, base):
                raise CardError(0, after, "LRC of track %d" % number)
            after += 1
        found[number] = bytes(line[offset + 1 : end])
        offset = after
    if 2 not in found:
        raise CardError(0, 0, "track 2 missing: swipe again")
    track2 = _track2(found[2])
    return Stripe(track2, _track1(found.get(1), track2), _track3(found.get(3), track2))


def _find(line, byte, offset):
    for at in range(offset, len(line)):
        if line[at] == byte:
            return at
    return -1


def _lrc(line, start, end, base):
    """XOR of the values of all characters from sentinel to sentinel."""
    total = 0
    for at in range(start, end + 1):
        total ^= line[at] - base
    return total


def _digits(data, number, separator):
    """str of digits, the separator "=" as D."""
    out = ""
    for offset in range(len(data)):
        byte = data[offset]
        if byte == separator:
            out += "D"
        elif 0x30 <= byte <= 0x39:
            out += chr(byte)
        else:
            raise CardError(0, offset, "character that track %d does not have" % number)
    return out


def _track2(data):
    track = Track2(_digits(data, 2, ord("=")))
    if track.digits.count("D") != 1:
        raise CardError(0, 0, "separator of track 2")
    check_account(track)
    return track


def _track1(data, track2):
    """Cardholder's name of format B, its account checked against track 2."""
    if data is None:
        return ""
    for offset in range(len(data)):
        if not 0x20 <= data[offset] < 0x60:
            raise CardError(0, offset, "character that track 1 does not have")
    parts = data.decode().split("^")
    if parts[0][:1] != "B" or len(parts) != 3 or len(parts[1]) > 26:
        raise CardError(0, 0, "fields of track 1")
    if parts[0][1:].replace(" ", "") != track2.pan:
        raise CardError(0, 1, "account numbers of tracks 1 and 2 differ")
    return parts[1].strip()


def _track3(data, track2):
    """Digits of track 3 with D for "=", its account (behind the format code) checked against track 2."""
    if data is None:
        return ""
    text = _digits(data, 3, ord("="))
    account = text[2:].split("D")[0]
    if len(text) < 3 or not luhn(account) or account != track2.pan:
        raise CardError(0, 2, "account numbers of tracks 2 and 3 differ")
    return text
