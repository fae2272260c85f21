"""What the host knows of the merchant's money: today's takings and the balance, and a question about one payment."""

from till.flows.asked import asked
from till.flows.errors import Stopped
from till.flows.manage import look
from till.link import enquiry as host


async def takings(till):
    """Sales of the business day less refunds, what may be paid out, what has not matured."""
    told = await _asked(till, "takings", lambda: host.takings(till.session))
    count, taken_fen, available_fen, pending_fen, owed_fen = told
    strings = till.ui.strings
    second = ("owed", -owed_fen) if owed_fen else ("available", available_fen)
    rows = [
        ("%s %d" % (strings["today"], count), taken_fen), (strings[second[0]], second[1]),
        (strings["not-due"], pending_fen),
    ]  # fmt: skip
    await look(till, "takings", rows)


async def ask_about(till):
    """The acquirer is asked about one payment of this till; the answer comes to the merchant's page and phone."""
    trace = int(await till.ui.ask_digits("ask-line", "enter-trace", 6))
    payment = till.book.find(trace)
    if payment is None:
        raise Stopped("not-found")
    number = await _asked(till, "ask-line", lambda: host.question(till.session, payment.batch, trace))
    await look(till, "ask-line", [(till.ui.strings[payment.kind], payment.amount_fen),
                                  (till.ui.strings["question"], "%08d" % number)])  # fmt: skip


async def _asked(till, title, ask):
    try:
        return await asked(till, ask, "processing", title, None, "sending")
    except Stopped as error:
        raise Stopped("not-found") if error.args[0] == "25" else error
