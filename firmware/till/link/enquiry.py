"""What the till asks the host about the merchant's money. Source: docs/messages.md, message enquiry."""

from till.link.errors import NoAnswer
from till.link.question import answer_to

UNDONE, STANDS, UNDECIDED = "RS-"  # no money moved or it moved back; the payment stands; nobody has decided yet
_TAKINGS_LENGTH = 55


async def takings(session):
    """(count of today's sales, their sum less refunds, available, not matured, owed), sums in fen. Raises NotSent,
    NoAnswer, NotSignedOn, Refused."""
    said = await _ask(session, "T")
    if len(said) != _TAKINGS_LENGTH or said[0] != "T" or not (said[1:6] + said[7:]).isdigit() or said[6] not in "CD":
        raise NoAnswer()
    amounts = [int(said[at : at + 12]) for at in range(7, _TAKINGS_LENGTH, 12)]
    if said[6] == "D":
        amounts[0] = -amounts[0]
    return (int(said[1:6]),) + tuple(amounts)


async def question(session, batch, trace):
    """Asks about one payment; gives the number of the question. Raises as takings()."""
    said = await _ask(session, "Q%06d%06d" % (batch, trace))
    if len(said) != 9 or said[0] != "Q" or not said[1:].isdigit():
        raise NoAnswer()
    return int(said[1:])


async def fate(session, payment):
    """What became of a payment whose reversal was given up: UNDONE, STANDS or UNDECIDED. Raises as takings()."""
    said = await _ask(session, "U%06d%06d" % (payment.batch, payment.trace), True)
    if len(said) != 2 or said[0] != "U" or said[1] not in (UNDONE, STANDS, UNDECIDED):
        raise NoAnswer()
    return said[1]


async def tell_debt(session, payment):
    """Tells of a refused offline payment that the merchant keeps as a debt, however often. Raises as takings()."""
    told = (payment.batch, payment.trace, payment.amount_fen, payment.response)
    if await _ask(session, "D%06d%06d%012d%s" % told, True) != "D":
        raise NoAnswer()


async def _ask(session, what, background=False):
    return (await answer_to(session, "enquiry", what.encode(), background)).decode()
