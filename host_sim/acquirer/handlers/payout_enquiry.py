"""Payouts asked of at the till (message enquiry): the last one, its lines, and one started by hand.

F62 `S`, payout n8 (0: the latest). `L`, payout n8, first line n4. `P`, amount n12 (0: all there is). Any till of the
merchant may ask of any of its payouts.
"""

from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.acquirer import exactly_once
from host_sim.acquirer.exactly_once import key_of
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.settlement.instructing import PayoutError
from host_sim.settlement.payout_run import pay_now
from host_sim.settlement.stopping import stopped
from host_sim.store.schema import Merchant, Payment, Payout, PayoutItem

NOT_FOUND, LESS_IS_DUE, STOPPED = "25", "51", "57"
LINES_MOST = 8
STATES = {"instructed": "I", "accepted": "A", "paid": "P", "returned": "R"}
KINDS = {"sale": "S", "offline": "O", "refund": "R"}


def payout_told(session: Session, request: Request, number: int) -> Reply:
    """A payout of the merchant's; number 0: the latest."""
    mine = select(Payout).where(Payout.merchant_id == request.till.merchant_id)
    wanted = mine.where(Payout.id == number) if number else mine.order_by(Payout.id.desc()).limit(1)
    payout = session.scalar(wanted)
    return Reply(NOT_FOUND) if payout is None else _told(session, payout)


def payout_lines(session: Session, request: Request, number: int, first: int) -> Reply:
    """Lines of a payout from the first on (0 is the oldest), at most LINES_MOST."""
    rows = session.execute(
        select(Payment, PayoutItem.net_fen)
        .join(PayoutItem, PayoutItem.payment_id == Payment.id)
        .join(Payout, Payout.id == PayoutItem.payout_id)
        .where(Payout.id == number, Payout.merchant_id == request.till.merchant_id)
        .order_by(Payment.at, Payment.id)
        .offset(first)
        .limit(LINES_MOST)
    ).all()
    if not rows:
        return Reply(NOT_FOUND)
    zone = ZoneInfo(session.get_one(Merchant, request.till.merchant_id).zone)
    lines = [_line(payment, zone) for payment, _ in rows]
    return Reply(APPROVED, {62: ("L" + "".join(lines)).encode()})


def pay_out(session: Session, request: Request, amount_fen: int, digest: str) -> Reply:
    """Start a payout by hand. The same message again, for want of an answer, is the same payout."""
    key = key_of(request, kind=f"{request.mti}/365/P{amount_fen:012d}")
    taken = exactly_once.find(session, key)
    if taken is not None and taken.answer is not None:
        return Reply.restored(taken.answer)
    merchant = session.get_one(Merchant, request.till.merchant_id)
    if stopped(session, merchant, request.at) is not None:
        return Reply(STOPPED)
    try:
        payout = pay_now(session, merchant.id, request.at, amount_fen or None)
    except PayoutError:
        return Reply(LESS_IS_DUE)
    reply = _told(session, payout)
    exactly_once.take(session, key, digest, request.at, reply)
    return reply


def _told(session: Session, payout: Payout) -> Reply:
    count = session.scalar(select(func.count()).select_from(PayoutItem).where(PayoutItem.payout_id == payout.id)) or 0
    at = payout.instructed_at.astimezone(ZoneInfo(payout.merchant.zone))
    account = (payout.account.masked if payout.account is not None else "")[-4:]
    account = account if account.isascii() and account.isalnum() else ""
    sums = (payout.amount_fen, max(0, payout.gross_fen), max(0, payout.fee_fen + payout.d0_fee_fen))
    told = f"S{payout.id:08d}{STATES[payout.state]}" + "".join(f"{fen:012d}" for fen in sums)
    told += f"{at:%Y%m%d}{min(count, 9_999):04d}{account:>4}{payout.reference}"
    return Reply(APPROVED, {62: told.encode("ascii")})


def _line(payment: Payment, zone: ZoneInfo) -> str:
    kind, sign = KINDS.get(payment.kind, "S"), "D" if payment.kind == "refund" else "C"
    day = payment.at.astimezone(zone)
    return f"{payment.id:010d}{kind}{day:%m%d}{payment.trace:06d}{sign}{payment.amount_fen:012d}"
