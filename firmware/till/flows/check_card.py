"""A card that may have approved a payment by itself, and the power went before anybody saw it: the card is asked again.

Where its approval is in the journal and its counter has not moved since, the merchant says whether the payment stands.
Where the card has paid something else since, or its approval never came to the journal, no money moved: the till would
have to claim what nobody has seen. Put off, it is asked again after the next start, from the menu, and before a
settlement, which does not begin over it (states.md).
"""

from till.card.emv.check_card import check_card
from till.card.errors import CardError
from till.card.reader import run
from till.flows.errors import Stopped
from till.flows.insert import account_inserted, card_away, powered
from till.flows.manage import look
from till.flows.present import INSERT, PRESENT_MS, Meeting
from till.flows.sale import take_offline
from till.link.card_data import tags_of
from till.ui.interact import Cancelled

TRIES = 3
NOTICE_MS = 10_000
_ATC = 0x9F36


async def decide(till, last_word=False):
    """All payments that only their card has approved. last_word: a settlement waits, so that what nobody can check or
    take over is given up."""
    for payment in till.book.approved_by_card():
        if last_word or payment.sequence not in till.put_off:
            await _decide(till, payment, last_word)


async def _decide(till, payment, last_word):
    await till.ui.result("power-check-card", NOTICE_MS)
    try:
        stands = await _checked(till, payment)
    except (Cancelled, Stopped):
        stands = None
    finally:
        if payment.entry == INSERT:
            await card_away(till, "check-card")
    if stands:
        await take_offline(till, payment, "")
    elif stands is not None or last_word:
        till.book.abandoned(payment)
        await till.ui.result("card-unclaimed", NOTICE_MS)
    else:
        till.put_off.add(payment.sequence)


async def look_at(till):
    """The card of a payment that ended before its word was known: what its counter and its balance say. Cancel passes
    it over."""
    await till.ui.result("power-look-card", NOTICE_MS)
    try:
        await _read(till, INSERT, None)
        await card_away(till, "check-card")
    except (Cancelled, Stopped):
        pass  # nothing depends on it


async def _checked(till, payment):
    """Whether the payment stands; None where nobody says so. Cancelled, Stopped where its card does not come.

    The counter is read before anything that moves it, and the account of an inserted card only once the merchant has
    said yes: a check that is broken off can be made again."""
    told = int.from_bytes(tags_of(payment).get(_ATC) or b"", "big")
    for _ in range(TRIES):
        atc = await _read(till, payment.entry, payment.amount_fen)
        if atc is None or atc == told:
            till.ui.show("question", "check-card", "card-said-yes", payment.amount_fen, payment.trace)
            key = await till.ui.key(PRESENT_MS)
            if key != "confirm":
                return False if key == "cancel" else None
        if (atc is None or atc >= told) and (payment.entry != INSERT or await _is_its(till, payment)):
            return atc is None or atc == told  # beyond that it has paid something else since
        await till.ui.message("wrong-card")
        if payment.entry == INSERT:
            await card_away(till, "check-card")
    return None


async def _is_its(till, payment):
    try:
        return (await account_inserted(till)).pan == payment.pan
    except CardError:
        return False


async def _read(till, way, amount_fen):
    """The counter of the card that comes, None where it does not tell. Shows it with the balance."""
    while True:
        till.ui.show("notice", "check-card", "insert-chip" if way == INSERT else "present-card")
        await Meeting(till, (way,)).card()
        try:
            _, atc, available_fen = await _asked(till, way)
            break
        except CardError as error:
            await till.ui.message(error.code)
            if way == INSERT:
                await card_away(till, "check-card")
    rows = [("ATC", "--" if atc is None else "%d" % atc)]
    for key, fen in (("amount", amount_fen), ("on-card", available_fen)):
        if fen is not None:
            rows.append((till.ui.strings[key], fen))
    await look(till, "check-card", rows)
    return atc


async def _asked(till, way):
    """As check_card(). The reader lets go of the card in any case."""
    contact = way == INSERT
    reader = till.devices.contact if contact else till.devices.nfc
    try:
        if contact:
            await powered(till)
        return await run(check_card(till.parameters.aids(), contact), reader)
    finally:
        await reader.release()
