"""Application identifiers that the till takes, each with its acquirer's parameters.

Source: EMV 4.4 Book 1, 12.2.1 (ASI); Book 4, 10.2 and annex A (data); UnionPay terminal parameters (tags DFxx).
"""

from micropython import const

from till.card.errors import CardError
from till.card.tlv import parse

_LEAST = const(5)
_MOST = const(16)
_PERCENT_MOST = const(99)

# tag of a downloaded parameter: attribute, kind ("b" bytes of that length, 0 any; "n" BCD; "u" binary), length
_PARAMETERS = {
    0x9F06: ("name", "b", 0),
    0xDF01: ("asi", "u", 1),
    0x9F08: ("version", "b", 2),
    0x9F09: ("version", "b", 2),
    0xDF11: ("tac_default", "b", 5),
    0xDF12: ("tac_online", "b", 5),
    0xDF13: ("tac_denial", "b", 5),
    0x9F1B: ("floor_fen", "u", 4),
    0xDF15: ("threshold_fen", "u", 4),
    0xDF16: ("target_most_percent", "n", 1),
    0xDF17: ("target_percent", "n", 1),
    0xDF14: ("ddol", "b", 0),
    0xDF18: ("online_pin", "u", 1),
    0xDF19: ("tap_floor_fen", "n", 6),
    0xDF20: ("tap_most_fen", "n", 6),
    0xDF21: ("tap_cvm_fen", "n", 6),
}


class Aid:
    """One application of the till. name: 5 to 16 bytes. asi: 0 when a card's longer name matches too, 1 when not.

    version: tag 9F09. tac_default, tac_online, tac_denial: 5 bytes each. floor_fen: amounts from it on go online.
    threshold_fen, target_percent, target_most_percent: random selection below the floor. ddol, tdol: default lists.
    online_pin: 1 when the host takes a PIN for it. tap_floor_fen, tap_most_fen, tap_cvm_fen: contactless limits, None
    where only the till's own count.
    """

    tac_default = b"\xd8\x40\x00\xa8\x00"
    tac_online = b"\xd8\x40\x04\xf8\x00"
    tac_denial = b"\x00\x10\x00\x00\x00"
    version = b"\x00\x30"
    floor_fen = threshold_fen = target_percent = target_most_percent = 0
    ddol = b"\x9f\x37\x04"
    tdol = b""
    asi = 0
    online_pin = 1
    tap_floor_fen = tap_most_fen = tap_cvm_fen = None

    def __init__(self, name, **parameters):
        if not _LEAST <= len(name) <= _MOST:
            raise CardError(0x9F06, 0, "not 5 to 16 bytes")
        self.name = name
        for key in parameters:
            setattr(self, key, parameters[key])
        if self.target_percent > self.target_most_percent or self.target_most_percent > _PERCENT_MOST:
            raise CardError(0xDF17, 0, "target over the highest target, or that over 99")

    def matches(self, name):
        """True when this entry stands for a card's application of that name."""
        return name == self.name or (not self.asi and name.startswith(self.name) and len(name) <= _MOST)


def parse_aid(data):
    """Aid of downloaded parameters: data objects one after the other, without a template. CardError."""
    values = {}
    for tag, value in parse(data):
        if tag not in _PARAMETERS:
            continue
        key, kind, length = _PARAMETERS[tag]
        if length and len(value) != length:
            raise CardError(tag, 0, "not %d bytes" % length)
        values[key] = value if kind == "b" else _number(tag, value, kind)
    if "name" not in values:
        raise CardError(0x9F06, 0, "missing")
    return Aid(values.pop("name"), **values)


def _number(tag, value, kind):
    if kind == "u":
        return int.from_bytes(value, "big")
    total = 0
    for byte in value:
        if byte >> 4 > 9 or byte & 15 > 9:
            raise CardError(tag, 0, "not decimal")
        total = total * 100 + (byte >> 4) * 10 + (byte & 15)
    return total


UNIONPAY = (
    Aid(b"\xa0\x00\x00\x03\x33\x01\x01\x01"),  # debit
    Aid(b"\xa0\x00\x00\x03\x33\x01\x01\x02"),  # credit
    Aid(b"\xa0\x00\x00\x03\x33\x01\x01\x03"),  # quasi-credit
)

KERNELS = (0, 7)  # kernel identifiers (tag 9F2A) that this room has: UnionPay's, and "the default of the RID"
