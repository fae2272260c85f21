"""F61: which payment a message is about, and whether the host finds it as the message says."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from host_sim.acquirer.desk import Desk
from host_sim.acquirer.profiles import Profile, ProfileError
from host_sim.acquirer.request import Request
from host_sim.store.schema import Chargeback, Payment, Undo

SALES = ("sale", "offline")
LIVE = ("authorising", "approved")


class Original(NamedTuple):
    """F61's parts. date: MMDD, mode: of authorisation; None where the message does not say it."""

    batch: int
    trace: int
    date: str | None
    mode: str | None = None


def read_original(request: Request, profile: Profile) -> Original:
    """F61 in parts. Raises ProfileError."""
    parts = profile.split(61, request.text(61))
    if "trace" not in parts:
        raise ProfileError(61, "batch and trace are missing")
    return Original(int(parts["batch"]), int(parts["trace"]), parts.get("date"), parts.get("mode"))


def find_original(session: Session, request: Request, desk: Desk, original: Original) -> Payment | None:
    """The merchant's sale with F61's batch and trace, F37's reference and F38's authorisation; locked.

    A refund may come from another terminal of the merchant, so the reference decides and the rest must agree.
    """
    payment = session.scalar(
        select(Payment)
        .where(
            Payment.rrn == request.text(37),
            Payment.merchant_id == request.till.merchant_id,
            Payment.kind.in_(SALES),
            # All zeros where the till does not have the sale any more: then the reference alone tells it.
            *((Payment.batch_number == original.batch, Payment.trace == original.trace) if original.trace else ()),
        )
        .with_for_update()
    )
    if payment is None or payment.auth_code != request.text(38):
        return None
    # An offline sale has two dates, the slip's and that of its upload, which its answer said.
    dates = (payment.original_date, f"{request.till.local(payment.at):%m%d}")
    if original.date is not None and original.date not in dates:
        return None
    return payment


def same_card(request: Request, desk: Desk, payment: Payment) -> bool:
    """Whether the message's card is the payment's. A payment by code has none: its reference and code tell it."""
    if 2 not in request.fields:
        return payment.card_class == "wallet"
    return payment.pan_token == desk.vault.token(request.pan)


def given_back(session: Session, payment: Payment) -> tuple[int, int]:
    """Refunds of a payment that stand or are under way, in fen, and how many voids and refunds there are.

    One that the network has not taken back yet is still under way. What a cardholder contests, and has not lost, is
    given back too, by the channel.
    """
    open_undo = exists().where(Undo.payment_id == Payment.id, Undo.done_at.is_(None))
    total, count = session.execute(
        select(func.coalesce(func.sum(Payment.amount_fen), 0), func.count()).where(
            Payment.original_id == payment.id, Payment.state.in_(LIVE) | open_undo
        )
    ).one()
    contested = session.scalar(
        select(func.coalesce(func.sum(Chargeback.amount_fen), 0)).where(
            Chargeback.payment_id == payment.id, Chargeback.state != "won"
        )
    )
    return int(total) + int(contested or 0), count


def within_window(payment: Payment, at: datetime, days: int) -> bool:
    """Whether the payment is recent enough to be refunded."""
    return at - payment.at <= timedelta(days=days)
