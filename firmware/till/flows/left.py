"""What was left to people, told and asked while nothing else waits: a reversal that was given up past cut-off, whose
fate the host's people decide; a refused offline sale that the merchant keeps as a debt, of which they must know.

Both are asked until they are answered, however often the power goes: the host takes each as one. What became of a
reversal shows on the idle screen until somebody has seen it, and only then the journal lets go of it.
"""

from till.journal.payment import RESOLVED
from till.link.enquiry import STANDS, UNDECIDED, fate, tell_debt
from till.link.errors import Refused
from till.ui.answers import answer

AGAIN_S = 3_600  # people take their time
FATES_MOST = 20
NO_SUCH_QUESTION = ("12", "30", "40")


def due(till):
    """Whether the background should ask now."""
    now = till.clock.epoch()
    return till.left_waits and now is not None and now >= till.ask_after and till.session.signed_on()


async def ask(till):
    """One round. Raises NotSent, NoAnswer, NotSignedOn, Refused: it is asked again."""
    till.left_waits = False
    try:
        for payment in till.book.untold():
            if not till.book.tried_again(payment):
                await _told(till, payment)
            await till.session.flash_is_free()
            till.book.told(payment)
        for payment in till.book.given_up():
            till.left_waits = True
            word = await fate(till.session, payment)
            if word != UNDECIDED and len(till.fates) < FATES_MOST:
                till.fates[payment.sequence] = word
                till.news.set()
    except Exception:
        till.left_waits = True
        raise
    finally:
        till.ask_after = till.clock.epoch() + AGAIN_S


async def _told(till, payment):
    """A host that has no such question has no place for a debt either: slip and journal have it."""
    try:
        await tell_debt(till.session, payment)
    except Refused as error:
        if error.args[0] not in NO_SUCH_QUESTION:
            raise


async def show_fate(till):
    """What the host's people have decided about the oldest payment that waits for it."""
    sequence = min(till.fates)
    payment = till.book.get(sequence)
    words = answer(till.settings["language"], "left-stands" if till.fates[sequence] == STANDS else "left-undone")
    till.ui.show("refused", words, payment.trace, words[2])
    await till.ui.beep(2)
    await till.ui.key()
    if payment.state != RESOLVED:
        till.book.resolved(payment)
    del till.fates[sequence]
