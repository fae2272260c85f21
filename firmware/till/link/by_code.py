"""Payments by code on line: one that the customer shows and the till scans, one that the till shows and a wallet scans.

The customer may have yet to pay: then the record stays SENDING, and the host is asked what has become of it until it
says so or nobody waits any longer. As with every other sale no message goes twice, and what has no answer is reversed,
which closes the wallet's order; but first the host is asked, because a customer who has paid is gone (states.md).
"""

from till.link import messages
from till.link.errors import NoAnswer, NotSent, NotSignedOn
from till.link.payments import NOT_TAKEN_UP, clear_the_way, take, undo
from till.link.session import SIGN_ON_AGAIN

PENDING = "09"
UNKNOWN = "25"
# a query that could not be answered says nothing about the payment
NO_WORD = (PENDING, "03", "30", "40", "64") + NOT_TAKEN_UP + SIGN_ON_AGAIN


async def begin(session, payment):
    """Asks for a payment that the journal holds as CREATED. Returns (F39, code to show or None); with PENDING the
    record is SENDING: look() comes next, or close().

    Raises NotSent or NotSignedOn (the record is still CREATED, no byte left), Reversed, ReversalPending."""
    async with session.turn():
        await session.open()
        session.pik()
        await clear_the_way(session)
        session.pik()  # anew: what came in between may have cost the keys
        fields = messages.by_code(session.settings, session.profile, payment)
        session.book.sending(payment)
        try:
            answer = await session.ask(messages.row_name(payment), fields)
        except NotSent:
            raise await undo(session, payment, "98")
        except NoAnswer:
            return PENDING, None
        if answer.get(39) == PENDING:
            return PENDING, messages.code_of(session.profile, answer)
        return await take(session, payment, answer), None


async def look(session, payment):
    """Asks what has become of a SENDING payment. Returns F39, with the outcome journaled unless it is PENDING. Raises
    Reversed, ReversalPending."""
    async with session.turn():
        fields = messages.query(session.settings, session.profile, payment)
        try:
            answer = await session.ask("qr_query", fields)
        except NotSignedOn:
            raise await undo(session, payment, "98")
        except (NotSent, NoAnswer):
            return PENDING
        response = answer.get(39, "")
        if response == UNKNOWN:
            raise await undo(session, payment, "98")  # it never came; should it still come, it is refused
        if response in NO_WORD:
            return PENDING
        return await take(session, payment, answer)


async def close(session, payment, reason):
    """Nobody waits for a SENDING payment any longer: it is reversed, whatever the customer does meanwhile. reason: F39.
    Returns Reversed or ReversalPending, to be raised."""
    async with session.turn():
        return await undo(session, payment, reason)
