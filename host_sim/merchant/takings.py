"""What a merchant sold, added up: today's takings, and by hour, day, card class and terminal for charts."""

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from host_sim.settlement.payable import gross_column
from host_sim.store.schema import Merchant, Payment, Terminal

CARD_KINDS = ("sale", "offline", "refund")
FOUND_MOST = 200


@dataclass(frozen=True)
class Takings:
    """Sums in fen of what stands: sales less refunds. count: of sales. by_...: what each is kept by -> fen."""

    count: int
    amount_fen: int
    by_hour: dict[int, int]
    by_day: dict[date, int]
    by_class: dict[str, int]
    by_terminal: dict[str, int]


def takings(session: Session, merchant: Merchant, first: date, last: date) -> Takings:
    """Takings of business days first to last, both included. Hours are local, 0 to 23; a voided sale is none."""
    rows = session.execute(
        select(Payment.at, Payment.business_date, Payment.card_class, Terminal.number, gross_column(), Payment.kind)
        .join(Terminal, Terminal.id == Payment.terminal_id)
        .where(
            Payment.merchant_id == merchant.id,
            Payment.state == "approved",
            Payment.kind.in_(CARD_KINDS),
            Payment.business_date >= first,
            Payment.business_date <= last,
        )
    )
    zone = ZoneInfo(merchant.zone)
    hours: Tally[int] = Tally()
    days: Tally[date] = Tally()
    classes: Tally[str] = Tally()
    terminals: Tally[str] = Tally()
    count = total_fen = 0
    for at, day, card_class, terminal, gross_fen, kind in rows:
        count += kind != "refund"
        total_fen += gross_fen
        hours[at.astimezone(zone).hour] += gross_fen
        days[day] += gross_fen
        classes[card_class] += gross_fen
        terminals[terminal] += gross_fen
    return Takings(
        count, total_fen, dict(sorted(hours.items())), dict(sorted(days.items())), dict(classes), dict(terminals)
    )


def today(session: Session, merchant_id: int, day: date) -> tuple[int, int]:
    """(how many sales, sales less refunds in fen) of one business day."""
    standing = (Payment.merchant_id == merchant_id, Payment.state == "approved", Payment.business_date == day)
    amount = select(func.coalesce(func.sum(gross_column()), 0)).where(*standing, Payment.kind.in_(CARD_KINDS))
    count = select(func.count()).where(*standing, Payment.kind.in_(("sale", "offline")))
    return int(session.scalar(count) or 0), int(session.scalar(amount) or 0)


def find_payments(
    session: Session,
    merchant_id: int,
    *,
    first: date | None = None,
    last: date | None = None,
    voucher: str = "",
    card_end: str = "",
    amount_fen: int | None = None,
) -> Sequence[Payment]:
    """The merchant's payments that fit all that is said, the latest first, at most FOUND_MOST. card_end: the last
    digits of the card, as the slip shows them."""
    conditions: list[ColumnElement[bool]] = [Payment.merchant_id == merchant_id]
    if first is not None:
        conditions.append(Payment.business_date >= first)
    if last is not None:
        conditions.append(Payment.business_date <= last)
    if voucher:
        conditions.append(Payment.trace == (int(voucher) if voucher.isdecimal() and len(voucher) <= 6 else -1))
    if card_end:
        conditions.append(Payment.pan_masked.endswith(card_end, autoescape=True))
    if amount_fen is not None:
        conditions.append(Payment.amount_fen == amount_fen)
    return session.scalars(select(Payment).where(*conditions).order_by(Payment.id.desc()).limit(FOUND_MOST)).all()
