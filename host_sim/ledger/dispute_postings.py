"""Postings of what is held, contested or in suspense. They post; they change no row."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key
from host_sim.ledger.book import post
from host_sim.ledger.merchant_money import give, take
from host_sim.store.schema import Chargeback, Difference, Hold


def held(session: Session, hold: Hold, at: datetime, *, business_date: date) -> None:
    """Risk holds money back: merchant_available / merchant_held, a shortfall from merchant_receivable."""
    lines = [*take(session, hold.merchant_id, hold.amount_fen), (_held(hold.merchant_id), -hold.amount_fen)]
    post(session, "held", f"hold/{hold.id}", at, lines, business_date=business_date)


def released(session: Session, hold: Hold, at: datetime, *, business_date: date) -> None:
    """The mirror of held(): debts first, then available."""
    lines = [(_held(hold.merchant_id), hold.amount_fen), *give(session, hold.merchant_id, hold.amount_fen)]
    post(session, "released", f"hold/{hold.id}", at, lines, business_date=business_date)


def chargeback_opened(session: Session, chargeback: Chargeback, at: datetime, *, business_date: date) -> None:
    """merchant_available / merchant_held, and dispute / channel_receivable: the channel takes the money at once."""
    amount_fen, reference = chargeback.amount_fen, _reference(chargeback)
    lines = [*take(session, chargeback.merchant_id, amount_fen), (_held(chargeback.merchant_id), -amount_fen)]
    post(session, "chargeback_held", reference, at, lines, business_date=business_date)
    lines = [(Key("dispute"), amount_fen), (_receivable(chargeback), -amount_fen)]
    post(session, "chargeback", reference, at, lines, business_date=business_date)


def chargeback_lost(session: Session, chargeback: Chargeback, at: datetime, *, business_date: date) -> None:
    """The cardholder keeps it: merchant_held / dispute."""
    lines = [(_held(chargeback.merchant_id), chargeback.amount_fen), (Key("dispute"), -chargeback.amount_fen)]
    post(session, "chargeback_lost", _reference(chargeback), at, lines, business_date=business_date)


def chargeback_won(session: Session, chargeback: Chargeback, at: datetime, *, business_date: date) -> None:
    """The channel gives it back: channel_receivable / dispute, and the hold is released."""
    amount_fen, reference = chargeback.amount_fen, _reference(chargeback)
    lines = [(_receivable(chargeback), amount_fen), (Key("dispute"), -amount_fen)]
    post(session, "chargeback_won", reference, at, lines, business_date=business_date)
    lines = [(_held(chargeback.merchant_id), amount_fen), *give(session, chargeback.merchant_id, amount_fen)]
    post(session, "chargeback_released", reference, at, lines, business_date=business_date)


def chargeback_cleared(session: Session, chargeback: Chargeback, at: datetime, *, business_date: date) -> None:
    """The channel has taken a lost chargeback off what it paid: channel_receivable / bank."""
    lines = [(_receivable(chargeback), chargeback.amount_fen), (Key("bank"), -chargeback.amount_fen)]
    post(session, "clearing", _reference(chargeback), at, lines, business_date=business_date)


def difference_found(session: Session, difference: Difference, at: datetime, *, business_date: date) -> None:
    """Long: channel_receivable / suspense_long. Short: suspense_short / channel_receivable."""
    amount_fen = _signed_fen(difference)
    lines = [(_receivable(difference), amount_fen), (_suspense(difference), -amount_fen)]
    post(session, "difference", f"difference/{difference.id}", at, lines, business_date=business_date)


def difference_cleared(session: Session, difference: Difference, at: datetime, *, business_date: date) -> None:
    """Suspense to where cleared_to says. To the merchant: a long one is its money, a short one it gives back; to the
    channel: the mirror of difference_found(); to loss: a long one lessens it."""
    amount_fen = _signed_fen(difference)
    if difference.cleared_to == "merchant":
        assert difference.merchant_id is not None
        move = give if amount_fen > 0 else take
        other = move(session, difference.merchant_id, abs(amount_fen))
    else:
        key = _receivable(difference) if difference.cleared_to == "channel" else Key("loss")
        other = [(key, -amount_fen)]
    lines = [(_suspense(difference), amount_fen), *other]
    post(session, "difference_cleared", f"difference/{difference.id}", at, lines, business_date=business_date)


def difference_paid(session: Session, difference: Difference, at: datetime, *, business_date: date) -> None:
    """The channel's clearing had the difference in it: long, bank / channel_receivable; short, the reverse."""
    amount_fen = _signed_fen(difference)
    lines = [(Key("bank"), amount_fen), (_receivable(difference), -amount_fen)]
    post(session, "clearing", f"difference/{difference.id}", at, lines, business_date=business_date)


def _held(merchant_id: int) -> Key:
    return Key("merchant_held", merchant_id)


def _receivable(of: Chargeback | Difference) -> Key:
    return Key("channel_receivable", of.channel, of.day)


def _suspense(difference: Difference) -> Key:
    return Key(f"suspense_{difference.side}")


def _signed_fen(difference: Difference) -> int:
    return difference.amount_fen if difference.side == "long" else -difference.amount_fen


def _reference(chargeback: Chargeback) -> str:
    return f"chargeback/{chargeback.id}"
