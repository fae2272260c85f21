"""The one loop that carries what the EMV steps ask for to a card and back."""

from micropython import const

from till.card.apdu import get_response, split, with_le
from till.card.emv.aids import UNIONPAY
from till.card.emv.contactless import contactless
from till.card.emv.requests import Apdu
from till.card.errors import CardError

_REQUESTS_MOST = const(160)  # 32 records, 128 bytes of scripts, and the steps between
_ROUNDS_MOST = const(8)  # 61xx and 6Cxx after one command
_ANSWER_MOST = const(1024)


async def read(nfc, transaction, aids=UNIONPAY, answer=None, store=None, tap=None):
    """Read the contactless card that nfc.wait_card() has found and let it go. Returns CardRead. CardError.

    nfc: exchange(apdu), release(), and the exceptions CardGone and ReaderError as attributes.
    transaction: Transaction.  aids: tuple of Aid.  store, tap: as contactless() takes them.
    """
    try:
        return await run(contactless(transaction, aids, store, tap), nfc, answer)
    finally:
        await nfc.release()


async def read_contact(reader, transaction, aids, store, answer):
    """Take the card in the contact reader through its whole payment, the host's part included. Returns CardRead.
    CardError; what answer raises passes through. The card stays powered until the end; then it may be pulled.

    reader: as nfc above.  store: as till.card.emv.ca_keys.Store.  answer: as run() takes it.
    """
    from till.card.emv.contact import contact  # a till without a contact reader never loads it

    try:
        return await run(contact(transaction, aids, store), reader, answer)
    finally:
        await reader.release()


async def run(steps, nfc, answer=None):
    """Drive a generator of steps to its end and return its result.

    answer(request): coroutine for what is not the card's to answer: AskPin, Choose, Commit, Online. Without it each
    ends the reading with code "use-other". A reader that fails or a card that leaves is thrown into the step.
    """
    reply = error = None
    try:
        for _ in range(_REQUESTS_MOST):
            try:
                request = steps.send(reply) if error is None else steps.throw(error)
            except StopIteration as end:
                return end.value
            reply = error = None
            if isinstance(request, Apdu):
                try:
                    reply = await _transmit(nfc, request.data)
                except CardError as failure:
                    error = failure
            elif answer is None:
                raise CardError(0, 0, "the card wants a step that this way of reading has not", "use-other")
            else:
                reply = await answer(request)
        raise CardError(0, 0, "more than %d steps" % _REQUESTS_MOST)
    finally:
        steps.close()


async def _transmit(nfc, apdu):
    """One command and its whole answer, status word last: 61xx is fetched, 6Cxx asked again (ISO/IEC 7816-3, 10.4)."""
    whole = b""
    command = apdu
    for _ in range(_ROUNDS_MOST):
        try:
            part = await nfc.exchange(command)
        except nfc.CardGone:
            raise CardError(0, 0, "the card left", "card-gone")
        except nfc.ReaderError:
            raise CardError(0, 0, "the reader failed", "reader")
        data, status = split(part)
        if status >> 8 == 0x6C:
            command = with_le(command, status & 0xFF)
            continue
        whole += data
        if len(whole) > _ANSWER_MOST:
            raise CardError(0, _ANSWER_MOST, "answer over %d bytes" % _ANSWER_MOST)
        if status >> 8 == 0x61:
            command = get_response(status & 0xFF)
            continue
        return whole + part[-2:]
    raise CardError(0, 0, "answer in more than %d parts" % _ROUNDS_MOST)
