"""A merchant's two sides: what may be paid out, and what it owes. Never both at once.

Money that is taken comes from what is available, the rest becomes a debt; money that is given first
repays a debt, the rest becomes available.
"""

from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key, balance_fen


def take(session: Session, merchant_id: int, amount_fen: int) -> list[tuple[Key, int]]:
    """Debit lines for amount_fen: merchant_available, the shortfall merchant_receivable."""
    available_fen = max(0, available(session, merchant_id))
    from_available = min(amount_fen, available_fen)
    return [
        (Key("merchant_available", merchant_id), from_available),
        (Key("merchant_receivable", merchant_id), amount_fen - from_available),
    ]


def give(session: Session, merchant_id: int, amount_fen: int) -> list[tuple[Key, int]]:
    """Credit lines for amount_fen: merchant_receivable as far as the merchant owes, then merchant_available."""
    repaid_fen = min(amount_fen, max(0, owed(session, merchant_id)))
    return [
        (Key("merchant_receivable", merchant_id), -repaid_fen),
        (Key("merchant_available", merchant_id), repaid_fen - amount_fen),
    ]


def available(session: Session, merchant_id: int) -> int:
    """What may be paid out to the merchant, in fen."""
    return -balance_fen(session, Key("merchant_available", merchant_id))


def owed(session: Session, merchant_id: int) -> int:
    """What the merchant owes after refunds, in fen."""
    return balance_fen(session, Key("merchant_receivable", merchant_id))
