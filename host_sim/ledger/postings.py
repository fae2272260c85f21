"""One function for each event: which accounts it moves. They post; they change no payment's state."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.ledger.accounts import Key, LedgerError
from host_sim.ledger.book import post
from host_sim.ledger.merchant_money import available, give, take
from host_sim.store.schema import JournalEntry, Payment, Payout

Lines = list[tuple[Key, int]]


def sale(session: Session, payment: Payment, at: datetime) -> None:
    """A sale approved, or an offline sale uploaded: channel_receivable / merchant_pending, and the fee.

    payment has its id, business_date and fee_fen.
    """
    reference = _reference(payment)
    pending = Key("merchant_pending", payment.merchant_id, payment.business_date)
    lines = [(_receivable(payment), payment.amount_fen), (pending, -payment.amount_fen)]
    post(session, "sale", reference, at, lines, business_date=payment.business_date)
    fee = [(pending, _fee(payment)), (Key("fee_income"), -_fee(payment))]
    post(session, "fee", reference, at, fee, business_date=payment.business_date)


def channel_cost(session: Session, payment: Payment, at: datetime) -> None:
    """What the channel keeps of a sale, payment.cost_fen: channel_cost / channel_receivable."""
    lines = [(Key("channel_cost"), payment.cost_fen), (_receivable(payment), -payment.cost_fen)]
    post(session, "channel_cost", _reference(payment), at, lines, business_date=payment.business_date)


def void(session: Session, payment_void: Payment, original: Payment, at: datetime) -> None:
    """A void approved: the mirror of all that its sale posted."""
    if not _mirror(session, original, payment_void, "void", at, payment_void.business_date):
        raise LedgerError("void", _reference(payment_void), "the original has no postings to mirror")


def reverse(session: Session, payment: Payment, at: datetime, *, business_date: date | None = None) -> bool:
    """A payment reversed: the mirror of all that it posted. A void's reversal so restores the sale.

    business_date: of the reversal, the payment's own if None. False if nothing was posted (a payment
    declined, or never answered).
    """
    return _mirror(session, payment, payment, "reversal", at, business_date or payment.business_date)


def refund(session: Session, payment_refund: Payment, original: Payment, at: datetime) -> None:
    """A refund approved: from the merchant's money to the channel; -fee_fen of the fee comes back.

    payment_refund is flushed and has fee_fen (zero or negative). Raises LedgerError if the refunds of
    original would pass its amount.
    """
    earlier_fen = session.scalar(
        select(func.coalesce(func.sum(Payment.amount_fen), 0)).where(
            Payment.original_id == original.id,
            Payment.kind == "refund",
            Payment.state == "approved",
            Payment.id != payment_refund.id,
        )
    )
    reference, day = _reference(payment_refund), payment_refund.business_date
    if int(earlier_fen or 0) + payment_refund.amount_fen > original.amount_fen:
        raise LedgerError("refund", reference, "refunds would pass the original's amount")
    amount_fen, merchant_id = payment_refund.amount_fen, payment_refund.merchant_id
    lines = [*take(session, merchant_id, amount_fen), (_receivable(payment_refund), -amount_fen)]
    post(session, "refund", reference, at, lines, business_date=day)
    back_fen = -_fee(payment_refund)
    if back_fen:
        lines = [(Key("fee_income"), back_fen), *give(session, merchant_id, back_fen)]
        post(session, "refund_fee", reference, at, lines, business_date=day)


def maturity(
    session: Session, merchant_id: int, day: date, net_fen: int, reference: str, at: datetime, *, business_date: date
) -> None:
    """Money of a business day may be paid out now: merchant_pending / merchant_available, debts first."""
    lines = [(Key("merchant_pending", merchant_id, day), net_fen), *give(session, merchant_id, net_fen)]
    post(session, "maturity", reference, at, lines, business_date=business_date)


def cleared(session: Session, payment: Payment, at: datetime, *, business_date: date) -> None:
    """The channel's clearing settled this payment: a sale is paid to us less its cost, bank / channel_receivable; a
    refund is taken off what we are paid, channel_receivable / bank."""
    amount_fen = -payment.amount_fen if payment.kind == "refund" else payment.amount_fen - payment.cost_fen
    lines = [(Key("bank"), amount_fen), (_receivable(payment), -amount_fen)]
    post(session, "clearing", _reference(payment), at, lines, business_date=business_date)


def payout_instructed(session: Session, payout: Payout, at: datetime, *, business_date: date) -> None:
    """The bank is told to pay: merchant_available / payout_transit. Never more than is available."""
    if payout.amount_fen + payout.d0_fee_fen > available(session, payout.merchant_id):
        raise LedgerError("payout_instructed", f"payout/{payout.id}", "more than the merchant has available")
    lines = [(Key("merchant_available", payout.merchant_id), payout.amount_fen), (_transit(payout), -payout.amount_fen)]
    post(session, "payout_instructed", f"payout/{payout.id}", at, lines, business_date=business_date)


def payout_paid(session: Session, payout: Payout, at: datetime, *, business_date: date) -> None:
    """The bank has paid: payout_transit / bank."""
    lines = [(_transit(payout), payout.amount_fen), (Key("bank"), -payout.amount_fen)]
    post(session, "payout_paid", f"payout/{payout.id}", at, lines, business_date=business_date)


def payout_returned(session: Session, payout: Payout, at: datetime, *, business_date: date) -> None:
    """The money came back: from payout_transit if it was not paid yet, else from bank; and the fee for paying early."""
    source = Key("bank") if payout.state == "paid" else _transit(payout)
    back_fen = payout.amount_fen + payout.d0_fee_fen
    lines = [(source, payout.amount_fen), (Key("d0_income"), payout.d0_fee_fen)]
    lines += give(session, payout.merchant_id, back_fen)
    post(session, "payout_returned", f"payout/{payout.id}", at, lines, business_date=business_date)


def d0_fee(session: Session, payout: Payout, at: datetime, *, business_date: date) -> None:
    """The fee for paying early: merchant_available / d0_income."""
    lines = [(Key("merchant_available", payout.merchant_id), payout.d0_fee_fen), (Key("d0_income"), -payout.d0_fee_fen)]
    post(session, "d0_fee", f"payout/{payout.id}", at, lines, business_date=business_date)


def _mirror(session: Session, of: Payment, by: Payment, event: str, at: datetime, day: date) -> bool:
    """Post the mirror of every entry of `of` under `by`. What has matured is taken from where it went."""
    entries = list(
        session.scalars(
            select(JournalEntry)
            .where(JournalEntry.reference == _reference(of), JournalEntry.event.in_(_MIRRORED[of.kind]))
            .order_by(JournalEntry.id)
        )
    )
    for entry in entries:
        post(session, f"{event}_{entry.event}", _reference(by), at, _mirrored(session, of, entry), business_date=day)
    return bool(entries)


_MIRRORED = {
    "sale": ("sale", "fee", "channel_cost", "clearing_cost"),
    "offline": ("sale", "fee", "channel_cost", "clearing_cost"),
    "void": ("void_sale", "void_fee", "void_channel_cost", "clearing_cost"),
    "refund": ("refund", "refund_fee"),
}


def _mirrored(session: Session, of: Payment, entry: JournalEntry) -> Lines:
    """The mirror of one entry. The merchant's side is added up and goes where its money is today."""
    lines: Lines = []
    merchant_fen = 0
    for line in entry.lines:
        account = line.account
        matured = account.title == "merchant_pending" and of.matured_at is not None
        if matured or account.title in ("merchant_available", "merchant_receivable"):
            merchant_fen -= line.amount_fen
        else:
            lines.append((Key(account.title, account.owner, account.day), -line.amount_fen))
    if merchant_fen > 0:
        lines += take(session, of.merchant_id, merchant_fen)
    elif merchant_fen < 0:
        lines += give(session, of.merchant_id, -merchant_fen)
    return lines


def _receivable(payment: Payment) -> Key:
    return Key("channel_receivable", payment.channel, payment.business_date)


def _transit(payout: Payout) -> Key:
    return Key("payout_transit", payout.id)


def _reference(payment: Payment) -> str:
    return f"payment/{payment.id}"


def _fee(payment: Payment) -> int:
    if payment.fee_fen is None:
        raise LedgerError("fee", _reference(payment), "fee_fen is not set: work it out before posting")
    return payment.fee_fen
