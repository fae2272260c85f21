"""The command APDU as the card sees it (ISO/IEC 7816-4, 5.1), short form only, and its status words."""

from typing import NamedTuple

OK = b"\x90\x00"
WRONG_LENGTH = b"\x67\x00"
CONDITIONS = b"\x69\x85"
WRONG_DATA = b"\x6a\x80"
NOT_FOUND = b"\x6a\x82"
NO_RECORD = b"\x6a\x83"
WRONG_P1P2 = b"\x6a\x86"
NO_DATA = b"\x6a\x88"
WRONG_INS = b"\x6d\x00"
WRONG_CLA = b"\x6e\x00"


class Command(NamedTuple):
    """le: bytes wanted, 256 for 00, None where the field is absent."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    le: int | None


def parse(apdu: bytes) -> Command | None:
    """The parts of a command, or None when its lengths do not add up (6700)."""
    if len(apdu) < 4:
        return None
    (cla, ins, p1, p2), body = apdu[:4], apdu[4:]
    if not body:
        return Command(cla, ins, p1, p2, b"", None)
    if len(body) == 1:
        return Command(cla, ins, p1, p2, b"", body[0] or 256)
    data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
    if not body[0] or len(data) != body[0] or len(rest) > 1:
        return None
    return Command(cla, ins, p1, p2, data, (rest[0] or 256) if rest else None)
