"""Payments on line: sale, void and refund, and what follows when their answer does not come.

A record is SENDING before its first byte leaves, REPLIED before its answer is acted on. A reversible message is never
sent twice: without an answer it is reversed. A refund is sent again, the same, until it is answered (states.md).
"""

from till.journal.payment import APPROVALS, OFFLINE, REVERSING, SENDING
from till.keys.pinblock import encipher
from till.link import messages
from till.link.errors import BadMac, NoAnswer, NotSent, NotSignedOn, Refused, ReversalPending, Reversed
from till.link.session import SIGN_ON_AGAIN

TRIES = 3
PARTIAL = "10"
# cut-off, issuer silent or out of reach, fault: says nothing about a message that is sent until it is answered
NOT_TAKEN_UP = ("68", "90", "91", "92", "96", "98")
CUT_OFF = "90"


async def pay(session, payment, pin=None, card_step=False):
    """Asks the host for a payment that the journal holds as CREATED. Returns F39, with the outcome journaled.

    pin: bytearray of ASCII digits, overwritten here, or None. card_step: an approval stays REPLIED, because an inserted
    card has the last word on it: Book.approved() or card_refused() comes next.

    Raises NotSent or NotSignedOn (the record is still CREATED, no byte left), Reversed, ReversalPending, and for a
    refund NoAnswer (unknown; it is resent)."""
    async with session.turn():
        await session.open()
        session.pik()
        await clear_the_way(session)
        session.pik()  # anew: what came in between may have cost the keys, and behind SENDING there is no way back
        fields = _fields(session, payment, pin)
        _wipe(pin)
        session.book.sending(payment)
        try:
            answer = await session.ask(messages.row_name(payment), fields)
        except (NotSent, NoAnswer) as error:
            if payment.kind == "refund":
                raise NoAnswer()
            raise await undo(session, payment, "A0" if isinstance(error, BadMac) else "98")
        return await take(session, payment, answer, card_step)


async def card_refused(session, payment):
    """The host said yes and the card no. Returns Reversed or ReversalPending, to be raised."""
    async with session.turn():
        return await undo(session, payment, "06")


def _wipe(pin):
    """Nobody needs the digits once the block is made."""
    for at in range(len(pin or ())):
        pin[at] = 0


def _fields(session, payment, pin):
    if payment.kind == "sale":
        block = encipher(session.pik(), pin, payment.pan) if pin else None
        return messages.sale(session.settings, session.profile, payment, block, session.tdk())
    build = messages.void if payment.kind == "void" else messages.refund
    return build(session.settings, session.profile, payment)


async def take(session, payment, answer, card_step=False):
    response = answer.get(39, "")
    session.book.replied(payment, reply(answer))
    approved = response in session.profile.APPROVED
    if payment.kind != "refund" and approved:
        if response == PARTIAL or answer.get(4) != "%012d" % payment.amount_fen:
            raise await undo(session, payment, "06")  # approved for another amount than the customer saw
    if response in SIGN_ON_AGAIN:
        session.forget_keys()
    if approved and card_step:
        pass
    elif approved:
        session.book.approved(payment)
    else:
        session.book.declined(payment)
    return response


def reply(answer):
    """What the journal keeps of an answer."""
    return {
        "response": answer.get(39), "rrn": answer.get(37), "auth_code": answer.get(38),
        "host_time": answer.get(12), "host_date": answer.get(13), "settle_date": answer.get(15),
        "issuer_acquirer": answer.get(44), "scheme": answer.get(63, "")[:3],
        "settled": _settled(answer.get(63, "")[3:]), "de55": answer.get(55),
        "amount_fen": int(answer[4]) if 4 in answer else None,
    }  # fmt: skip


def _settled(text):
    """MMDD on which the merchant has got the money of a payment already, None where it has not."""
    return text[-4:] if text.startswith("SETTLED ") and len(text) == 12 else None


# ---- reversals


async def undo(session, payment, reason):
    """Journals the reversal of a payment and tries to send it. Returns the exception that says how it stands."""
    session.book.reversing(payment, reason)
    for _ in range(TRIES):
        try:
            await _reverse(session, payment)
            return Reversed(reason)
        except BadMac:
            session.forget_keys()  # both sides need keys that agree before anything is believed again
            break
        except (NotSent, NotSignedOn):
            break
        except (NoAnswer, Refused):
            continue
    return ReversalPending(reason)


async def _reverse(session, payment, background=False):
    if payment.script_due:  # first what the card did, then that it is undone
        await _tell_script(session, payment, background)
    fields = messages.reversal(session.settings, session.profile, payment)
    answer = await session.ask(messages.reversal_name(payment), fields, background)
    response = answer.get(39, "")
    if response not in session.profile.REVERSAL_DONE:
        if response in SIGN_ON_AGAIN:
            session.forget_keys()
        raise Refused(response)
    await session.flash_is_free()
    session.book.reversed(payment)


async def clear_the_way(session):
    """Reversals that wait go before the next online transaction."""
    for payment in session.book.scripts_due():
        try:
            await _tell_script(session, payment)
        except (NoAnswer, Refused):
            break  # it says nothing about money: the payment at the counter goes on
    for payment in session.book.pending_reversals():
        try:
            await _reverse(session, payment)
        except (NoAnswer, Refused, NotSignedOn):
            raise ReversalPending(payment.reversal_reason)


# ---- script results


async def _tell_script(session, payment, background=False):
    if not messages.has_script_results(payment):  # the power went before they were in the journal
        await session.flash_is_free()
        session.book.script_sent(payment)
        return
    month_day = "%02d%02d" % tuple(session.clock.local_of(payment.epoch)[1:3])
    fields = messages.script_result(session.settings, session.profile, payment, session.book.batch, month_day)
    _about_it(session, await session.ask("script_result", fields, background))
    await session.flash_is_free()
    session.book.script_sent(payment)


async def send_script(session, payment, background=True):
    """Tells the issuer what its scripts did. Raises NotSent, NoAnswer, NotSignedOn, Refused: it stays due."""
    async with session.turn(background):
        if session.book.get(payment.sequence).script_due:
            await _tell_script(session, payment, background)


# ---- what waits, one at a time, sent by the background


def _state_now(session, payment):
    """The state when the turn has come: whoever had it before may have sent the same item."""
    return session.book.get(payment.sequence).state


async def send_reversal(session, payment, background=True):
    """Raises NotSent, NoAnswer, NotSignedOn, Refused: it stays pending."""
    async with session.turn(background):
        if _state_now(session, payment) == REVERSING:
            await _reverse(session, payment, background)


async def resend(session, payment, background=True):
    """A refund without an answer goes again. Returns F39, None where somebody else had its answer.

    Raises NotSent, NoAnswer, NotSignedOn, Refused: it stays unknown."""
    async with session.turn(background):
        if _state_now(session, payment) != SENDING:
            return None
        answer = await session.ask(messages.row_name(payment), _fields(session, payment, None), background)
        _about_it(session, answer)
        await session.flash_is_free()
        return await take(session, payment, answer)


def _about_it(session, answer):
    """Raises Refused where the answer is none about the payment itself."""
    response = answer.get(39, "")
    if response in SIGN_ON_AGAIN:
        session.forget_keys()
        raise Refused(response)
    if response in NOT_TAKEN_UP:
        raise Refused(response)


async def upload_offline(session, payment, background=True):
    """Sends one payment of the queue. Returns F39 with the outcome journaled, None where somebody else had sent it.

    Raises as resend(), and Refused while the batch is being settled: the host takes nothing into it then."""
    async with session.turn(background):
        await session.flash_is_free()
        if _state_now(session, payment) != OFFLINE:
            return None
        if session.book.settling:
            raise Refused(CUT_OFF)
        month_day = "%02d%02d" % tuple(session.clock.local_of(payment.epoch)[1:3])
        settings, batch, tdk = session.settings, session.book.batch, session.tdk()
        fields = messages.offline(settings, session.profile, payment, batch, month_day, tdk)
        session.book.sending(payment)  # from here on a byte of it may have left
        answer = await session.ask("offline", fields, background)
        _about_it(session, answer)
        response = answer.get(39, "")
        await session.flash_is_free()
        if response in APPROVALS:
            session.book.acked(payment, reply(answer))
        else:
            session.book.refused(payment, response)
        return response
