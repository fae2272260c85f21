"""What becomes of an offline payment that the host refused: the goods are gone and the money did not come.

Told until somebody has seen it, whatever the power does, and decided by the merchant: sent once more, as a payment of
its own that names it, or kept as a debt. What is put off is asked again after the next start, or from the menu.
"""

from till.flows.errors import Stopped
from till.flows.listing import print_list
from till.ui.answers import answer
from till.ui.interact import Cancelled

PUT_OFF_MOST = 50
CHOICES = ("try-again", "mark-debt", "decide-later")


async def told(till):
    """Shows the oldest one that nobody has decided or put off, and asks. False where there is none."""
    for payment in till.book.refusals():
        if payment.sequence in till.put_off:
            continue
        if till.book.tried_again(payment):  # the power went between the two
            till.book.decided(payment)
            till.book.told(payment)
            continue
        await _ask(till, payment)
        return True
    return False


async def from_menu(till):
    """All that wait for a decision, also those that were put off."""
    till.put_off.clear()
    for _ in till.book.approved_by_card():
        till.cards_wait = True
    for _ in till.book.refusals():
        till.refusals_wait = True
    if till.cards_wait or till.refusals_wait:
        return
    till.ui.show("notice", "refused-menu", "nothing-refused")
    await till.ui.key(3_000)


async def _ask(till, payment):
    till.devices.red.drive(1)
    till.ui.show("refused", answer(till.settings["language"], "offline-refused"), payment.trace, payment.response)
    await till.ui.beep(2)
    await till.ui.key()
    till.devices.red.drive(0)
    try:
        choice = CHOICES[await till.ui.choose("offline-refused", CHOICES)]
    except Cancelled:
        choice = "decide-later"
    if choice == "try-again":
        _send_again(till, payment)
    elif choice == "mark-debt":
        till.book.decided(payment)
        till.left_waits, till.ask_after = True, 0
        till.work.set()
        await print_list(till, "debt-slip", [payment])
    elif len(till.put_off) < PUT_OFF_MOST:
        till.put_off.add(payment.sequence)


def _send_again(till, payment):
    """Once more under a number of its own: the old number has its answer for good."""
    book = till.book
    if book.settling:
        till.put_off.add(payment.sequence)
        raise Stopped("settling")
    again = book.create(
        "sale", payment.amount_fen, till.clock.epoch() or payment.epoch, payment.operator,
        card=payment, original=payment, authority=payment.authority, auth_code=payment.auth_code,
    )  # fmt: skip
    book.offline(again)
    book.decided(payment)
    book.told(payment)  # the host hears of it by the second one
    till.work.set()
