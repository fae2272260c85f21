"""Money back to a card: void, refund, and the reversal of anything."""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.networks.issuer.messages import Decision
from host_sim.networks.issuer.records import Records
from host_sim.networks.issuer.schema import Account, Authorisation, Movement


def give_back(
    session: Session, records: Records, reference: str, kind: str, original: str, amount_fen: int | None
) -> Decision:
    """A void (amount None: all of it) or a refund of the payment with reference original.

    25 unknown, 12 not an approved payment (any more), 64 more than is left of it.
    """
    paid = session.get(Authorisation, original, with_for_update=True)
    known = records.known(session, reference)
    if known is not None:
        return records.again(session, known)
    if paid is None or paid.account_id is None:
        return records.decide(session, reference, kind, None, amount_fen or 0, "25", original=original)
    account = session.get_one(Account, paid.account_id, with_for_update=True)
    amount = paid.amount_fen if amount_fen is None else amount_fen
    given_fen, times = given(session, original)
    response = "00"
    if paid.kind != "sale" or paid.response != "00" or paid.state == "reversed" or (kind == "void" and times):
        response = "12"
    elif given_fen + amount > paid.amount_fen:
        response = "64"
    decision = records.decide(session, reference, kind, account, amount, response, original=original)
    if decision.approved:
        records.move(session, account, reference, kind, amount)
    return replace(decision, balance_fen=account.balance_fen)


def take_back(session: Session, records: Records, reference: str) -> Decision:
    """Undo what the reference did. One that has not come yet is refused when it comes.

    12 where part of it was given back already: undoing it would give that part twice.
    """
    known = session.get(Authorisation, reference, with_for_update=True)
    if known is None:
        records.refuse_in_advance(session, reference)
        return Decision("00")
    if known.state == "reversed":
        return Decision("00")
    if given(session, reference)[1]:
        return Decision("12")
    known.state = "reversed"
    moved = session.scalar(select(Movement).where(Movement.reference == reference, Movement.kind == known.kind))
    if moved is not None:
        records.move(session, moved.account, reference, "reversal", -moved.amount_fen)
    return Decision("00")


def given(session: Session, original: str) -> tuple[int, int]:
    """What was given back of a payment: fen, and in how many voids and refunds."""
    total, times = session.execute(
        select(func.coalesce(func.sum(Authorisation.amount_fen), 0), func.count()).where(
            Authorisation.original == original, Authorisation.response == "00", Authorisation.state == "answered"
        )
    ).one()
    return int(total), times
