"""What the till knows of a payment before the card is asked."""

from micropython import const

from till.card.errors import CardError

_AMOUNT_MOST_FEN = const(999999999999)

# Tag 9F33 of a till with contact reader and PIN pad: stripe, chip; PIN plain to the card and enciphered to the host,
# signature, no CVM; SDA, DDA, CDA.
CONTACT_CAPABILITIES = b"\x60\xe8\xc8"


class Transaction:
    """One payment, as the card steps take it. Checked here once: later steps pack these values without asking.

    amount_fen: int, over 0.  date: 3 bytes BCD YYMMDD.  unpredictable: 4 bytes from entropy, fresh for each payment.
    counter: 4 bytes BCD, tag 9F41.  serial: 8 ASCII bytes, tag 9F1E.  time: 3 bytes BCD HHMMSS.
    Limits in fen: cvm_limit_fen, up to and including which no PIN is asked; floor_fen, up to and including which the
    card may decide offline (0: never); max_fen, over which no card is taken by contactless; offline_most_fen, the most
    that the till's own caps let a card approve offline now (0: never).
    force_online: bool, the merchant's wish. draw: 2 bytes from entropy, for random selection.
    """

    def __init__(
        self,
        amount_fen,
        date,
        unpredictable,
        counter,
        serial,
        cvm_limit_fen,
        max_fen,
        floor_fen=0,
        other_fen=0,
        time=b"\x00\x00\x00",
        type=b"\x00",
        country=b"\x01\x56",
        currency=b"\x01\x56",
        ttq=b"\x24\x00\x00\x00",  # qPBOC, online PIN; no contact reader, no signature, no offline authentication
        capabilities=b"\x00\x48\x00",  # 9F33: PIN enciphered online, no CVM; no offline authentication
        terminal_type=b"\x22",  # 9F35: attended, merchant's, offline with online capability
        additional_capabilities=b"\x60\x00\xf0\x00\x01",  # 9F40: goods, services; numeric and other keys; prints
        merchant_category=b"\x00\x00",  # 9F15
        offline_most_fen=0,
        force_online=False,
        draw=b"\x00\x00",
    ):
        if not 0 < amount_fen <= _AMOUNT_MOST_FEN:
            raise CardError(0x9F02, 0, "amount not of 1 to 12 digits", "over-limit")
        if not 0 <= other_fen <= amount_fen:
            raise CardError(0x9F03, 0, "other amount not within the amount", "over-limit")
        self.amount_fen = amount_fen
        self.other_fen = other_fen
        self.cvm_limit_fen = cvm_limit_fen
        self.floor_fen = floor_fen
        self.max_fen = max_fen
        self.date = _exactly(0x9A, date, 3)
        self.time = _exactly(0x9F21, time, 3)
        self.type = _exactly(0x9C, type, 1)
        self.unpredictable = _exactly(0x9F37, unpredictable, 4)
        self.counter = _exactly(0x9F41, counter, 4)
        self.serial = _exactly(0x9F1E, serial, 8)
        self.country = _exactly(0x9F1A, country, 2)
        self.currency = _exactly(0x5F2A, currency, 2)
        self.ttq = _exactly(0x9F66, ttq, 4)
        self.capabilities = _exactly(0x9F33, capabilities, 3)
        self.terminal_type = _exactly(0x9F35, terminal_type, 1)
        self.additional_capabilities = _exactly(0x9F40, additional_capabilities, 5)
        self.merchant_category = _exactly(0x9F15, merchant_category, 2)
        self.offline_most_fen = offline_most_fen
        self.force_online = force_online
        self.draw = _exactly(0x9F37, draw, 2)


def bcd(number, count):
    """count bytes of packed decimal, right-aligned."""
    out = bytearray(count)
    for index in range(count - 1, -1, -1):
        out[index] = number % 10 | number // 10 % 10 << 4
        number //= 100
    return bytes(out)


def _exactly(tag, value, count):
    if len(value) != count:
        raise CardError(tag, 0, "not %d bytes" % count)
    return bytes(value)
