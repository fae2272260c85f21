"""Offline payments that have waited longer than their cap: a printed list, and the manager decides.

Nothing is dropped: they are sent, granted more time, or written off as a debt; one of which a byte has left may be
at the host already and can only be sent.
"""

from till.flows.errors import Stopped
from till.flows.guard import manager
from till.flows.listing import print_list
from till.flows.manage import send_now
from till.flows.offline import overdue

CHOICES = ("send-all", "print-list", "wait-longer", "write-off")
SEEN_MS = 3_000


async def decide(till):
    """Under the manager's password. Prints the list first, whatever is chosen then."""
    for _ in overdue(till):
        break
    else:
        till.ui.show("notice", "overdue-menu", "nothing-overdue")
        await till.ui.key(SEEN_MS)
        return
    await manager(till, "overdue-menu")
    await print_list(till, "overdue-slip", overdue(till))
    choice = CHOICES[await till.ui.choose("overdue-menu", CHOICES)]
    if choice == "send-all":
        await send_now(till)
    elif choice == "print-list":
        await print_list(till, "overdue-slip", overdue(till))
    elif choice == "wait-longer":
        await till.keep(offline_extended=till.clock.epoch())
        till.ui.show("notice", "overdue-menu", "waits-longer")
        await till.ui.key(SEEN_MS)
    else:
        await _write_off(till)


async def _write_off(till):
    total_fen = sum([payment.amount_fen for payment in overdue(till) if not payment.sent])
    if not total_fen:
        raise Stopped("nothing-given-up")
    await till.ui.confirm("question", "overdue-menu", "write-off-all", total_fen)
    given_up = []
    async with till.session.turn():  # nothing of it leaves meanwhile
        for payment in overdue(till):
            if not payment.sent:
                till.book.handed_over(payment)
                given_up.append(payment)
    await print_list(till, "debt-slip", given_up)
