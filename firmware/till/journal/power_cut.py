"""What becomes of payments that a power cut left half way (states.md)."""

from till.journal import kinds
from till.journal.body import fill_reply
from till.journal.errors import BookError
from till.journal.payment import (
    ACKED,
    APPROVALS,
    CREATED,
    OFFLINE,
    PARTIAL,
    REFUSED,
    REPLIED,
    SENDING,
    state_of,
)

_TRIES = 4
_HALF_WAY = (CREATED, SENDING)  # REPLIED too, which the marks alone do not tell


def recover(book):
    """Takes the steps; returns [(trace, state before, state after), ...], at most one entry a payment. One that its
    card has approved stays CREATED, and is told so: the card has to be asked again."""
    done = _finish_last_answer(book)
    for payment in book.each(lambda record: state_of(record.marks) in _HALF_WAY):
        for _ in range(_TRIES):
            before = payment.state
            try:
                _decide(book, payment)
                break
            except BookError:  # a torn mark that reads now so, now so: look again; the mark that follows settles it
                payment = book.get(payment.sequence)
        if payment.state != before or before == CREATED:
            done.append((payment.trace, before, payment.state))
    return done


def _decide(book, payment):
    if payment.state == CREATED:
        if not payment.approved_by_card:
            book.abandoned(payment)
        return
    book.in_copies = True  # of the marks that are there, one may have been torn and read otherwise tomorrow
    try:
        if payment.state == SENDING:
            if payment.reversible:
                book.reversing(payment, "98")  # else it is sent again
        elif payment.state == REPLIED:
            _decide_answered(book, payment)
    finally:
        book.in_copies = False


def _decide_answered(book, payment):
    """What an inserted card said to the answer is known where it is in the journal."""
    if payment.response not in APPROVALS and payment.response != PARTIAL:
        book.declined(payment)
    elif payment.is_approval and (payment.card_approved or not payment.has_card_step):
        book.approved(payment)
    else:
        book.reversing(payment, "06")


def _finish_last_answer(book):
    """In a journal of version 1, the mark behind the answer to an offline payment, where the cut came between the two:
    then that answer is the newest record, because nothing was written between them."""
    newest = book.ring.get(book.ring.next_sequence - 1)
    if newest is None or newest.kind != kinds.REPLY:
        return []
    payment = book.get(newest.ref)
    if payment is None or payment.state != OFFLINE:
        return []
    fill_reply(payment, newest.body())
    if payment.response in APPROVALS:
        book.finish_answer(payment, ACKED, kinds.M_ACCEPTED)
    else:
        book.finish_answer(payment, REFUSED, kinds.M_REJECTED)
    return [(payment.trace, OFFLINE, payment.state)]
