"""Answer to reset of a contact card. Source: ISO/IEC 7816-3:2006, section 8; EMV 4.4 Book 1, section 8."""

from micropython import const

_MOST = const(33)
# Clock rate conversion by Fi and baud rate adjustment by Di (tables 7 and 8); 0: reserved
F = (372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048, 0, 0)
D = (0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0)


class AtrError(Exception):
    """An answer to reset that is none. args: offset, reason."""


class Atr:
    """What a card says about itself, with the standard's value where it says nothing.

    protocols: the T values offered, in order.  specific: T that the card insists on (TA2), or None.
    negotiable: it takes a PPS.  ta1: Fi and Di in one byte.  guard: extra guard time N.  wi: waiting integer of T=0.
    ifsc: longest INF of T=1.  bwi_cwi: waiting integers of T=1 in one byte.  crc: T=1 with CRC and not LRC.
    inverse: convention.  clock_stop: 0 never, 1 low, 2 high, 3 either.  classes: 1 = 5 V, 2 = 3 V, 4 = 1.8 V; 0 unsaid.
    """

    def __init__(self):
        self.protocols = (0,)
        self.specific = None
        self.negotiable = True
        self.ta1 = 0x11
        self.guard = 0
        self.wi = 10
        self.ifsc = 32
        self.bwi_cwi = 0x4D
        self.crc = False
        self.inverse = False
        self.clock_stop = 0
        self.classes = 0


def parse(data):
    """Atr of an answer to reset, TS first, 2 to 33 bytes. AtrError."""
    if not 2 <= len(data) <= _MOST:
        raise AtrError(len(data), "not 2 to 33 bytes")
    if data[0] not in (0x3B, 0x3F):
        raise AtrError(0, "neither convention")
    atr = Atr()
    atr.inverse = data[0] == 0x3F
    found = []
    at = 2
    group = 1
    level = 0  # T of the group: its bytes are that protocol's own from the third group on
    present = data[1] >> 4
    while present:
        following = 0
        for bit in range(4):
            if not present >> bit & 1:
                continue
            if at >= len(data):
                raise AtrError(at, "interface bytes missing")
            value = data[at]
            at += 1
            if bit == 3:
                following = value
                if value & 15 == 15 and not found:
                    raise AtrError(at - 1, "T=15 before any protocol")
                if value & 15 != 15 and value & 15 not in found:
                    found.append(value & 15)
            else:
                _interface(atr, group, level, bit, value)
        if not present & 8:
            break
        level = following & 15
        present = following >> 4
        group += 1
        if group > 8:
            raise AtrError(at, "too many groups")
    if found:
        atr.protocols = tuple(found)
    at += data[1] & 15
    checked = atr.protocols != (0,) or level == 15
    if len(data) != at + checked:
        raise AtrError(at, "%d bytes and not %d" % (len(data), at + checked))
    if checked:
        total = 0
        for index in range(1, len(data)):
            total ^= data[index]
        if total:
            raise AtrError(at, "TCK is wrong")
    return atr


def _interface(atr, group, level, bit, value):
    """TA (bit 0), TB (1) or TC (2) of a group."""
    if group == 1:
        if bit == 0:
            if not F[value >> 4] or not D[value & 15]:
                raise AtrError(2, "reserved Fi or Di")
            atr.ta1 = value
        elif bit == 2:
            atr.guard = value
    elif group == 2:
        if bit == 0:
            atr.specific = value & 15
            atr.negotiable = False
            if value & 0x10:
                atr.ta1 = 0x11  # implicit values: none that we know
        elif bit == 2:
            atr.wi = value or 10
    elif level == 1:
        if bit == 0:
            atr.ifsc = value
            if not 16 <= value <= 254:  # EMV: under 16 is refused
                raise AtrError(group, "IFSC %d" % value)
        elif bit == 1:
            atr.bwi_cwi = value
        else:
            atr.crc = bool(value & 1)
    elif level == 15 and bit == 0:
        atr.clock_stop = value >> 6
        atr.classes = value & 0x3F
