"""The issuer's telephone: a merchant without a link asks, and gets a code to send in later."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.networks.issuer.messages import AuthRequest
from host_sim.networks.issuer.schema import Account, Promise

CODES = 1_000_000


def promise(session: Session, account: Account, amount_fen: int, at: datetime) -> str | None:
    """The code of six digits, or None where the answer is no: the card is blocked, or the money is not there beside
    what was promised already."""
    open_fen = session.scalar(
        select(func.coalesce(func.sum(Promise.amount_fen), 0)).where(
            Promise.account_id == account.id, Promise.reference.is_(None)
        )
    )
    if account.state != "active" or amount_fen + (open_fen or 0) > account.balance_fen:
        return None
    code = f"{((session.scalar(select(func.max(Promise.id))) or 0) + 1) * 7_919 % CODES:06d}"
    session.add(Promise(account_id=account.id, code=code, amount_fen=amount_fen, at=at))
    return code


def keep(session: Session, account: Account, request: AuthRequest) -> str:
    """F39 for an advice with a code: 00 where this issuer said it, for that amount, and nobody has sent it in yet."""
    found = session.scalar(
        select(Promise).where(Promise.account_id == account.id, Promise.code == request.voice_code).with_for_update()
    )
    if found is None or found.amount_fen != request.amount_fen or found.reference is not None:
        return "05"
    found.reference = request.reference
    return "00"
