"""Questions of a merchant about one line: a payment, a payout or a batch, and the answers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.merchant.announce import announce
from host_sim.store.schema import Batch, Payment, Payout, Question, Terminal

TEXT_MOST = 500
OPEN_MOST = 100


class QuestionError(Exception):
    """A question that cannot be taken. args: which line, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


def ask(session: Session, merchant_id: int, reference: str, text: str, asked_on: str, now: datetime) -> Question:
    """Take a question about a line of the merchant's own: payment/ID, payout/ID or batch/ID.

    While one about the same line is open it is the same one; what is said anew is added. Raises QuestionError.
    """
    if not _own(session, merchant_id, reference):
        raise QuestionError(reference, "not a line of this merchant: choose one from its statement")
    text = " ".join(text.split())[:TEXT_MOST]
    known = session.scalar(
        select(Question).where(
            Question.merchant_id == merchant_id, Question.reference == reference, Question.state == "open"
        )
    )
    if known is not None:
        if text and text not in known.text:
            known.text = f"{known.text} / {text}"[: 4 * TEXT_MOST]
        return known
    waiting = session.scalars(
        select(Question.id).where(Question.merchant_id == merchant_id, Question.state == "open").limit(OPEN_MOST)
    )
    if len(waiting.all()) >= OPEN_MOST:
        raise QuestionError(reference, f"{OPEN_MOST} questions are open: wait for their answers")
    question = Question(merchant_id=merchant_id, reference=reference, text=text, asked_on=asked_on, asked_at=now)
    session.add(question)
    session.flush()
    return question


def answer(session: Session, question_id: int, text: str, now: datetime) -> Question:
    """Answer a question and tell the merchant so. Raises QuestionError for one that has an answer."""
    question = session.get_one(Question, question_id, with_for_update=True)
    if question.state != "open":
        raise QuestionError(question.reference, "was answered before: let the merchant ask anew")
    question.state, question.answer, question.answered_at = "answered", text.strip(), now
    announce(session, question.merchant, "question.answered", str(question.id), {"number": str(question.id)}, now)
    return question


def questions(session: Session, merchant_id: int, most: int = OPEN_MOST) -> Sequence[Question]:
    """The merchant's questions, the latest first."""
    return session.scalars(
        select(Question).where(Question.merchant_id == merchant_id).order_by(Question.id.desc()).limit(most)
    ).all()


def _own(session: Session, merchant_id: int, reference: str) -> bool:
    kind, _, number = reference.partition("/")
    if not number.isdecimal() or len(number) > 18:
        return False
    if kind == "batch":
        batch = session.get(Batch, int(number))
        return batch is not None and session.get_one(Terminal, batch.terminal_id).merchant_id == merchant_id
    tables: dict[str, type[Payment] | type[Payout]] = {"payment": Payment, "payout": Payout}
    row = session.get(tables[kind], int(number)) if kind in tables else None
    return row is not None and row.merchant_id == merchant_id
