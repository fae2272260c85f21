"""Settlement with the host: totals, detail, end of batch. Each step can be repeated; the host repeats its answer."""

from till.link import messages
from till.link.errors import Refused
from till.wire.totals48 import unpack_totals

MATCH = 1


async def totals(session, trace, domestic, foreign):
    """0500. domestic, foreign: (debit_fen, debit_count, credit_fen, credit_count), ours.

    Returns (flag, host's four numbers) of each scheme; flag 1 match, 2 mismatch, 3 error."""
    fields = messages.settle(session.settings, session.profile, trace, session.book.batch, domestic, foreign)
    answer = await _step(session, "settle", fields)
    home, abroad = unpack_totals(answer[48])
    return (home[4], tuple(home[:4])), (abroad[4], tuple(abroad[:4]))


async def upload(session, payment):
    """0320 with the detail of one chip payment."""
    fields = messages.upload(session.settings, session.profile, payment, session.book.batch)
    await _step(session, messages.upload_name(payment), fields)


async def end(session, trace, count, matched):
    """0320 that ends the batch: once it is answered, the batch is closed on the host."""
    name = "upload_end_matched" if matched else "upload_end_mismatch"
    row = session.profile.MESSAGES[name]
    await _step(session, name, messages.upload_end(session.settings, row, trace, session.book.batch, count))


async def _step(session, name, fields):
    async with session.turn():
        answer = await session.ask(name, fields)
    if answer.get(39) != "00":
        if answer.get(39) == "A0":
            session.forget_keys()
        raise Refused(answer.get(39, ""))
    return answer
