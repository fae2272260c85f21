"""What the till brings to a card's payment: the amount and the day, its limits, entropy."""

from till.card.transaction import CONTACT_CAPABILITIES, Transaction, bcd
from till.settings import offline_of

_TTQ = b"\x26\x00\x00\x80"  # qPBOC, online PIN, signature; fDDA version 01
_TTQ_WITH_SLOT = b"\x36\x00\x00\x80"


def today(till):
    """YYMMDD in three bytes BCD."""
    return bytes([bcd(part % 100, 1)[0] for part in till.clock.local()[:3]])


def transaction_of(till, amount_fen):
    """The Transaction of one payment, inserted or tapped."""
    caps = offline_of(till.settings, "card")
    offline_most_fen = caps["each_fen"] if caps["on"] and till.book.keeps else 0
    return Transaction(
        amount_fen,
        today(till),
        till.devices.entropy(4),
        bcd(till.book.coming_trace(), 4),
        till.settings["terminal_id"].encode(),
        till.settings["no_pin_most_fen"],
        till.settings["most_fen"],
        floor_fen=offline_most_fen,
        time=bytes([bcd(part, 1)[0] for part in till.clock.local()[3:6]]),
        ttq=_TTQ_WITH_SLOT if till.devices.contact is not None else _TTQ,
        capabilities=CONTACT_CAPABILITIES,
        offline_most_fen=offline_most_fen,
        draw=till.devices.entropy(2),
    )
