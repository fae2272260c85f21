"""What a terminal had to leave to people: a reversal that it gave up past cut-off, a refused sale that became a debt.

Each is a message under a key of its own, (terminal, batch, trace, kind): however often the terminal tells of it, it is
there once. The answer to a given-up reversal is a person's, where money moved; until then the terminal asks again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.acquirer import exactly_once
from host_sim.acquirer.batches import ADVICES, find_batch
from host_sim.acquirer.booking import unbook
from host_sim.acquirer.exactly_once import Key
from host_sim.acquirer.original import given_back
from host_sim.acquirer.request import APPROVED, Reply, Request
from host_sim.acquirer.undoing import open_undo
from host_sim.store.schema import Message, Payment, Terminal

GIVEN_UP, DEBT = "reversal given up", "debt"
UNDONE, STANDS, UNDECIDED = "R", "S", "-"
"""What the terminal is told: no money moved or it moved back; the payment stands; nobody has decided yet."""
NOTHING_MOVED = ("reversed", "refused", "declined")
NO_DIGEST = "0" * 64
LEFT_MOST = 200


class LeftError(Exception):
    """A decision that cannot be taken. args: which, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


def fate(session: Session, request: Request, batch: int, trace: int) -> str:
    """UNDONE, STANDS or UNDECIDED. Where the payment stands on the host, people are asked, once."""
    payment = session.scalar(
        select(Payment).where(
            Payment.terminal_id == request.till.id,
            Payment.batch_number == batch,
            Payment.trace == trace,
            Payment.kind.not_in(ADVICES),
        )
    )
    key = Key(request.till.id, batch, trace, GIVEN_UP)
    known = exactly_once.find(session, key)
    if known is not None and known.answer is not None:
        return bytes.fromhex(known.answer["62"]).decode()
    if payment is None or payment.state in NOTHING_MOVED:
        return UNDONE
    if payment.state != "authorising" and known is None:
        exactly_once.take(session, key, NO_DIGEST, request.at, None, payment.id)
        what = f"{batch:06d}/{trace:06d} {payment.kind} of {payment.amount_fen} fen"
        exactly_once.alarm(session, request, GIVEN_UP, f"{what}: decide whether it stands")
    return UNDECIDED


def decide(session: Session, message_id: int, stands: bool, now: datetime) -> int | None:
    """A person's word on a given-up reversal. Gives the payment that the network must undo, None where there is none.
    The same word again changes nothing. Raises LeftError."""
    message = session.get(Message, message_id, with_for_update=True)
    if message is None or message.kind != GIVEN_UP or message.payment_id is None:
        raise LeftError(f"message {message_id}", "is no reversal that a till gave up: choose one from the work list")
    word = STANDS if stands else UNDONE
    if message.answer is not None:
        if bytes.fromhex(message.answer["62"]).decode() != word:
            raise LeftError(f"message {message_id}", "was decided before: put it right by a refund")
        return None
    payment = session.get_one(Payment, message.payment_id, with_for_update=True)
    message.answer = Reply(APPROVED, {62: word.encode()}).stored()
    if stands or payment.state in NOTHING_MOVED:
        return None
    if payment.state == "voided" or given_back(session, payment)[1]:
        raise LeftError(f"payment {payment.id}", "was voided or refunded since: let it stand")
    filed = find_batch(session, payment.terminal_id, payment.filed_batch) if payment.filed_batch else None
    if filed is not None and filed.state == "CLOSED":
        raise LeftError(f"payment {payment.id}", "was settled: let it stand and refund it")
    payment.state = "reversed"
    unbook(session, payment, now)
    open_undo(session, payment, now)
    return payment.id


def keep_debt(session: Session, request: Request, batch: int, trace: int, amount_fen: int, response: str) -> None:
    """A sale that was taken offline and refused, which its merchant keeps as a debt. Told again, it is the same one."""
    key = Key(request.till.id, batch, trace, DEBT)
    if exactly_once.find(session, key) is not None:
        return
    payment = session.scalar(
        select(Payment.id).where(
            Payment.terminal_id == request.till.id,
            Payment.batch_number == batch,
            Payment.trace == trace,
            Payment.kind == "offline",
        )
    )
    said = Reply(APPROVED, {4: f"{amount_fen:012d}", 38: response})
    exactly_once.take(session, key, NO_DIGEST, request.at, said, payment)


def left(session: Session) -> dict[str, list[dict[str, Any]]]:
    """given_up: what waits for a person, oldest first; debts: the latest first."""
    rows = session.execute(
        select(Message, Terminal.number)
        .join(Terminal, Terminal.id == Message.terminal_id)
        .where(Message.kind.in_((GIVEN_UP, DEBT)))
        .order_by(Message.id.desc())
        .limit(LEFT_MOST)
    ).all()
    found: dict[str, list[dict[str, Any]]] = {"given_up": [], "debts": []}
    for message, number in rows:
        one = {"id": message.id, "at": message.at.isoformat(timespec="seconds"), "terminal": number}
        one |= {"batch": message.batch_number, "trace": message.trace}
        if message.kind == DEBT:
            said = message.answer or {}
            fen, response = int(said["4"]), said["38"]
            found["debts"].append({**one, "fen": fen, "response": response})
        elif message.answer is None:
            payment = session.get_one(Payment, message.payment_id)
            found["given_up"].insert(0, {**one, "kind": payment.kind, "fen": payment.amount_fen})
    return found
