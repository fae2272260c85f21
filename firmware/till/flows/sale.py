"""Sale: the till's first duty."""

from till.card.errors import CardError
from till.flows import offline
from till.flows.approved import SEEN_MS, show_approved
from till.flows.ask import ask_host
from till.flows.errors import Stopped
from till.flows.guard import may_pay
from till.flows.insert import card_away, pay_inserted
from till.flows.kept import of_tap
from till.flows.paper import print_payment
from till.flows.present import INSERT, SWIPE, Tries
from till.flows.swipe import card_of
from till.flows.tap import tapped
from till.journal.payment import AUTHORITIES, CREATED
from till.link.errors import NotSent, NotSignedOn
from till.ui.interact import TimedOut


async def sale(till, first=""):
    """Take one payment. Ends with a slip, or raises Cancelled or Stopped. first: the digit that began it."""
    await may_pay(till)
    amount_fen = await till.ui.ask_amount("sale", first, till.settings["most_fen"])
    await till.ui.confirm("details", "sale", amount_fen)
    tries = Tries(till, "sale", amount_fen)
    while True:
        way, stripe = await tries.meet()
        try:
            if way == INSERT:
                await _inserted(till, amount_fen)
                return
            swiped = way == SWIPE
            card = card_of(till, stripe, tries.fallback) if swiped else await tapped(till, amount_fen, tries.tap)
            break
        except CardError as error:
            await tries.failed(way, error)
    await _asked(till, amount_fen, card)


async def _inserted(till, amount_fen):
    try:
        payment = await pay_inserted(till, amount_fen)
    finally:
        await card_away(till, "sale")
    if payment.state == CREATED:  # nobody could be asked, and the card approved
        await take_offline(till, payment, "")
        return
    await show_approved(till, payment)
    await print_payment(till, payment)


async def _asked(till, amount_fen, card):
    """A tap or a swipe: the card has said all that it says, and now the host decides."""
    pin = None
    if card.cvm == "online-pin":
        till.ui.speak(card.language)
        try:
            pin = await till.ui.ask_pin(amount_fen)
        except TimedOut:
            raise Stopped("pin-timeout")
        finally:
            till.ui.speak()
    cvm, authority = card.cvm, offline.authority_of(card)
    payment = till.book.create(
        "sale", amount_fen, till.clock.epoch(), till.settings["operator"],
        card=of_tap(card, pin is not None), authority=authority,
    )  # fmt: skip
    card.wipe()
    till.ui.show("processing", "sale", amount_fen)
    if payment.authority == "card":  # it has approved the payment itself: there is nothing to ask
        await take_offline(till, payment, cvm)
        return
    try:
        await ask_host(till, payment, pin)
    except NotSent:
        await take_offline(till, payment, cvm)
        return
    except NotSignedOn:  # the link is there: that is no reason to go without the host
        till.book.abandoned(payment)
        raise Stopped("not-signed-on")
    await show_approved(till, payment)
    await print_payment(till, payment)


async def take_offline(till, payment, cvm):
    """No byte left the till: within the caps the payment waits in the journal. Raises Stopped where they forbid it."""
    try:
        till.book.offline(payment, offline.Caps(till, cvm))
    except Exception:
        till.book.abandoned(payment)
        raise
    till.work.set()
    till.ui.show("offline", payment.amount_fen, payment.trace, payment.authority == AUTHORITIES[0])
    await till.ui.beep()
    await till.ui.key(SEEN_MS)
    await print_payment(till, payment)
