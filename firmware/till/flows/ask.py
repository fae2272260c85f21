"""Asking the host for a payment that is in the journal, and what each way of not getting it means for the merchant."""

from till.flows.errors import Stopped
from till.link.errors import NoAnswer, ReversalPending, Reversed
from till.link.payments import pay

CAUSES = {"98": "no-answer", "A0": "mac-wrong", "06": "amount-differs", "96": "fault"}


async def ask_host(till, payment, pin=None, card_step=False):
    """Returns the approving F39. Raises Stopped for every refusal and every reversal, NotSent and NotSignedOn as they
    come: then the record is still CREATED. card_step: as pay() takes it."""
    try:
        response = await pay(till.session, payment, pin, card_step)
    except Reversed as error:
        raise Stopped("amount-differs" if error.args[0] == "06" else "reversed")
    except ReversalPending as error:
        if payment.reversal_reason:
            raise Stopped(CAUSES[error.args[0]])
        till.book.abandoned(payment)  # it is another payment's reversal that stands in the way
        raise Stopped("pending-reversal")
    except NoAnswer:
        raise Stopped("unknown")
    if response not in till.profile.APPROVED:
        raise Stopped(response)
    return response
