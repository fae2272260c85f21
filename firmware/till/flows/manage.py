"""The smaller items of the menu: sign on and off, queue, totals, query, lock, version."""

from till.flows.errors import Stopped
from till.flows.guard import manager
from till.flows.sign_on import sign_on
from till.flows.waiting import TROUBLE, send_next
from till.journal import totals
from till.journal.payment import UNRESOLVED
from till.link.errors import NotSent
from till.ui.interact import Cancelled
from till.ui.money import yuan
from till.ui.screens import parts

SEEN_MS = 15_000
WAITING_MOST = 1_000


def _page(canvas, strings, title_key, rows):
    """A bar and up to three rows of (text, value); a value that is a number is an amount in fen."""
    parts.title(canvas, strings[title_key])
    for number, (label, value) in enumerate(rows):
        if isinstance(value, int):
            parts.pair_amount(canvas, strings, number + 1, label, value)
        else:
            parts.pair(canvas, number + 1, label, value)


async def look(till, title_key, rows):
    """Shows a page until a key or for a while. Gives the key, or None."""
    till.ui.show(_page, title_key, rows)
    return await till.ui.key(SEEN_MS)


async def sign_on_again(till):
    await sign_on(till)
    till.ui.show("notice", "sign-on", "signed-on")
    await till.ui.key(SEEN_MS // 5)


async def sign_off(till):
    """Forgets the working keys. Refused while anything waits for the host: nothing is dropped."""
    for payment in till.book.undecided():
        if payment.state != UNRESOLVED:  # that one waits for the host's people, not for the till
            raise Stopped("waiting")
    till.session.forget_keys()
    till.signed_off = True


async def show_queue(till):
    book = till.book
    if not book.offline_count:
        till.ui.show("notice", "offline-queue", "queue-empty")
        await till.ui.key(SEEN_MS)
        return
    total_fen = book.offline_total_fen
    rows = [(parts.counted(till.ui.strings["queued"], book.offline_count, yuan(total_fen)), total_fen)]
    for payment in book.offline_queue():
        rows.append(("%06d" % payment.trace, payment.amount_fen))
        if len(rows) == 3:
            break
    await look(till, "offline-queue", rows)


async def send_now(till):
    till.ui.show("notice", "offline-menu", "sending-offline")
    try:
        if not till.session.signed_on():
            await till.session.sign_on(till.last_known_epoch())
        for _ in range(WAITING_MOST):
            if not await send_next(till, background=False):
                break
    except NotSent:
        raise Stopped("no-link")
    except TROUBLE:
        raise Stopped("host-silent")
    for payment in till.book.undecided():
        if payment.state != UNRESOLVED:
            raise Stopped("waiting")
    till.ui.show("notice", "offline-menu", "all-sent")
    await till.ui.key(SEEN_MS // 5)


async def show_totals(till):
    counted = totals.of(till.book)
    debit_fen, debits, credit_fen, credits = [sum(pair) for pair in zip(counted.domestic, counted.foreign)]
    strings = till.ui.strings
    rows = [
        ("%s %d" % (strings["debit"], debits), debit_fen),
        ("%s %d" % (strings["credit"], credits), credit_fen),
        (strings["batch"], "%06d" % till.book.batch),
    ]
    await look(till, "totals", rows)


async def query(till):
    trace = int(await till.ui.ask_digits("query", "enter-trace", 6))
    await _found(till, "query", till.book.find(trace), "card")


async def query_last(till):
    await _found(till, "query-last", till.book.last(), "trace")


async def _found(till, title_key, payment, second):
    if payment is None:
        raise Stopped("not-found")
    strings = till.ui.strings
    rows = [
        (strings[payment.kind], payment.amount_fen),
        (strings[second], "%06d" % payment.trace if second == "trace" else "*" + _end(payment)),
        (strings["code"], payment.response or "--"),
    ]
    await look(till, title_key, rows)


def _end(payment):
    """The last characters of what paid: a card, a code, a reference."""
    return (payment.pan or payment.code or payment.rrn or "")[-4:]


async def lock(till):
    """Until the manager's password, whatever the power does: nothing can be taken, what waits goes on being sent."""
    if not till.settings.get("locked"):
        await till.keep(locked=True)
    while True:
        till.ui.show("locked")
        await till.ui.key()
        try:
            await manager(till, "locked")
            await till.keep(locked=False)
            return
        except Cancelled:
            pass  # no way out
        except Stopped as stopped:
            await till.ui.result(stopped.args[0])


async def version(till):
    devices = till.devices
    reader = devices.nfc.version if devices.nfc else None
    rows = [
        ("picotill", till.VERSION), ("TID", till.settings["terminal_id"]),
        ("NFC", "%d.%d" % reader if reader else "--"),
    ]  # fmt: skip
    await look(till, "version", rows)
