"""What a till does when the power comes back: finishes what the journal says is unfinished, and tells the merchant."""

from till.flows.check_card import look_at
from till.flows.errors import Stopped
from till.flows.paper import print_payment
from till.journal.payment import ABANDONED, CREATED, REVERSING

NOTICE_MS = 10_000
QUESTION_MS = 30_000


def recover(till):
    """Applies states.md's table of power cuts. Returns what it did, as Book.recover() does."""
    done = till.book.recover()
    if any([state == CREATED for _, _, state in done]):
        till.cards_wait = True
    return done


async def restore(till):
    """As recover(), and shows what came of it."""
    done = recover(till)
    for answer in _told(done):
        await till.ui.result(answer, NOTICE_MS)
    if any([_might_be_approved(till, trace) for trace, _, state in done if state == ABANDONED]):
        await look_at(till)
    for _ in till.book.to_resend():
        await till.ui.result("power-resend", NOTICE_MS)
        break
    if till.book.settling:
        await till.ui.result("power-settling", NOTICE_MS)


def _might_be_approved(till, trace):
    """Whether an inserted card was asked for a payment, and what it said never came to the journal."""
    payment = till.book.find(trace)
    return payment is not None and payment.has_card_step and not payment.sent and payment.original_trace is None


def _told(done):
    """done: what recover() did, (trace, new state) each. One answer for each kind of outcome, in that order."""
    answers = ((ABANDONED, "power-nothing"), (REVERSING, "power-reversal"))
    return [answer for state, answer in answers if any([found == state for _, _, found in done])]


async def offer_slip(till):
    """An approved payment whose slip was not printed: asks whether to print it now."""
    payment = till.book.unprinted()
    if payment is None:
        return
    till.ui.show("question", "slip-missing", "print-question", payment.amount_fen, payment.trace)
    key = await till.ui.key(QUESTION_MS)
    if key == "confirm":
        try:
            await print_payment(till, payment)
        except Stopped as stopped:
            await till.ui.result(stopped.args[0], NOTICE_MS)
