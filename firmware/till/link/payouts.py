"""What the host tells of the merchant's payouts, and one started by hand. Source: docs/messages.md, message enquiry."""

from till.link.errors import NoAnswer
from till.link.question import answer_to

STATES = "IAPR"  # instructed, accepted by the bank, paid, returned
LINES_MOST = 8
_HEAD, _LINE = 62, 34


class Payout:
    """number: the host's, n8 as text. state: of STATES. amount_fen: what leaves; gross_fen, fee_fen: of its payments.
    date: YYYYMMDD. lines: how many payments. account: its last four characters. reference: the bank knows it by."""

    def __init__(self, said):
        if len(said) < _HEAD or said[0] != "S" or said[9] not in STATES or not (said[1:9] + said[10:58]).isdigit():
            raise NoAnswer()
        self.number, self.state = said[1:9], said[9]
        self.amount_fen, self.gross_fen, self.fee_fen = [int(said[at : at + 12]) for at in (10, 22, 34)]
        self.date, self.lines = said[46:54], int(said[54:58])
        self.account, self.reference = said[58:_HEAD].strip(), said[_HEAD:]


async def last_payout(session):
    """The merchant's latest Payout. Raises NotSent, NoAnswer, NotSignedOn, Refused (25: there is none)."""
    return Payout(await _ask(session, "S00000000"))


async def start_payout(session, amount_fen):
    """Has the host pay out amount_fen, 0 all there is; gives the Payout. The same again, with nothing taken in between,
    is the same payout. Raises as last_payout() (51: there is less, 57: payouts are stopped)."""
    return Payout(await _ask(session, "P%012d" % amount_fen))


async def payout_lines(session, number, first):
    """Lines of a payout from that one on, at most LINES_MOST, each (payment's number n10 as text, kind S, O or R, MMDD,
    trace, fen, negative for a refund)."""
    said = await _ask(session, "L%s%04d" % (number, first))
    if said[:1] != "L" or (len(said) - 1) % _LINE or len(said) > 1 + LINES_MOST * _LINE:
        raise NoAnswer()
    return [_line(said[at : at + _LINE]) for at in range(1, len(said), _LINE)]


async def question_about(session, payment):
    """Asks about a payment of the merchant by its number, whichever till made it; gives the question's number."""
    said = await _ask(session, "A" + payment)
    if len(said) != 9 or said[0] != "Q" or not said[1:].isdigit():
        raise NoAnswer()
    return int(said[1:])


def _line(said):
    if not (said[:10] + said[11:21] + said[22:]).isdigit() or said[21] not in "CD":
        raise NoAnswer()
    amount_fen = int(said[22:])
    return said[:10], said[10], said[11:15], int(said[15:21]), -amount_fen if said[21] == "D" else amount_fen


async def _ask(session, what):
    return (await answer_to(session, "enquiry", what.encode())).decode()
