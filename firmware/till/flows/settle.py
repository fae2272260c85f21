"""Settlement: everything is sent, both sides count, differences go up item by item, the batch ends.

Each step is in the journal before the next begins, so a power cut at any point is continued and never repeated with
other numbers (states.md, Settlement).
"""

from till.flows import check_card
from till.flows.errors import Stopped
from till.flows.paper import print_lines
from till.flows.sign_on import sign_on
from till.flows.voucher_lists import lists_of
from till.flows.waiting import send_next
from till.journal import totals
from till.link import settlement as host
from till.link.errors import BadMac, KeysWrong, NoAnswer, NotSent, NotSignedOn, Refused
from till.slip.settlement import SchemeTotals, settlement_slip

MATCH = 1
WAITING_MOST = 1_000
SEEN_MS = 5_000


async def settle(till):
    """Ends the batch. It can be started again at any point and goes on where it stood."""
    if not till.session.signed_on():
        await sign_on(till)
    book = till.book
    if not book.settling:
        await _send_what_waits(till)
        await check_card.decide(till, last_word=True)
        _nothing_unknown(book)
        if not book.count:
            raise Stopped("nothing-to-settle")
        book.begin_settlement(totals.of(book))
    try:
        await _with_host(till)
    except (NotSent, NotSignedOn):
        raise Stopped("no-link")
    except NoAnswer as error:
        if isinstance(error, BadMac):
            till.session.forget_keys()  # the next try signs on first
        raise Stopped("settle-no-answer")
    except KeysWrong:
        raise Stopped("keys-wrong")
    except Refused as error:
        raise Stopped(error.args[0])
    till.work.set()
    await _show(till, book.last_settlement())
    await _print(till)


async def _send_what_waits(till):
    """Reversals, refunds without an answer, the offline queue. What fails stays, and stands on the slip.

    Without a link the batch stays open: the till goes on taking payments."""
    till.ui.show("settle_progress", "step-reversals")
    try:
        async with till.session.turn():
            await till.session.open()
        for _ in range(WAITING_MOST):
            if not await send_next(till, background=False):
                return
    except (NotSent, NotSignedOn):
        raise Stopped("no-link")
    except (NoAnswer, Refused):
        pass  # what that means for the settlement is looked at next


def _nothing_unknown(book):
    """Raises Stopped where the host may have counted something that we cannot know: it is sent until it is answered,
    and only past cut-off a reversal is left to the host's reconciliation."""
    for _ in book.pending_reversals():
        raise Stopped("pending-reversal")
    for _ in book.to_resend():
        raise Stopped("waiting")
    for payment in book.offline_queue():
        if payment.sent:
            raise Stopped("waiting")


async def _with_host(till):
    book, session = till.book, till.session
    if book.settling == "TOTALS":
        till.ui.show("settle_progress", "step-totals")
        asked = book.settlement
        home, abroad = await host.totals(session, asked.trace, asked.totals.domestic, asked.totals.foreign)
        book.uploading((home[0], abroad[0]), (home[1], abroad[1]))
    matched = all([flag == MATCH for flag in book.settlement.flags])
    if not matched:
        await _upload(till)
    till.ui.show("settle_progress", "step-end")
    await host.end(session, book.settlement.end_trace, book.uploaded_count(), matched)
    await session.sign_on(till.last_known_epoch())  # it brings the number of the batch that comes
    book.close_batch(session.host_batch)


async def _upload(till):
    """The detail of each scheme whose totals differ, from the first item on that has not been acknowledged yet."""
    book = till.book
    done, all_of_it = 0, len([1 for payment in book.to_upload() if _differs(book, payment)])
    for payment in book.to_upload():
        if _differs(book, payment):
            till.ui.show("settle_progress", "step-upload", done, all_of_it)
            await host.upload(till.session, payment)
            book.uploaded(payment)
            done += 1


def _differs(book, payment):
    return book.settlement.flags[0 if payment.scheme == totals.DOMESTIC else 1] != MATCH


async def _show(till, settlement):
    home, abroad = settlement.totals.domestic, settlement.totals.foreign
    both = [home[at] + abroad[at] for at in range(4)]
    till.ui.show("settle_result", max(settlement.flags), *both, till.book.batch)
    await till.ui.beep()
    await till.ui.key(SEEN_MS)


async def _print(till, duplicate=False):
    """The slip of the batch that was closed last."""
    lines = settlement_slip(Paper(till), till.paper, till.settings["language"], duplicate)
    try:
        await print_lines(till, lines, "step-print")
    except Stopped as stopped:
        await till.ui.result(stopped.args[0])  # the numbers stay in the journal: print, last settlement


class Paper:
    """A settlement as its slip wants it."""

    def __init__(self, till):
        book = till.book
        settlement = book.last_settlement()
        self.batch = settlement.batch
        self.local = till.clock.local()
        self.operator = till.settings["operator"]
        self.lists, self.first_trace, self.last_trace = lists_of(book.closed_vouchers(), book.tried_again)
        hosts = settlement.host or (None, None)
        sides = (settlement.totals.domestic, settlement.totals.foreign)
        self.domestic, self.foreign = [
            SchemeTotals(settlement.flags[at], sides[at], hosts[at], settlement.totals.kinds(at)) for at in range(2)
        ]


async def reprint(till):
    if till.book.last_settlement() is None:
        raise Stopped("nothing-to-print")
    await _print(till, duplicate=True)
