"""A card in the field of the contactless reader."""

from till.card.reader import read
from till.flows.terms import today, transaction_of


async def tapped(till, amount_fen, tap):
    """CardRead of the card that was met, with the field off again. tap: Tap, one for all tries. CardError."""
    # before the card is asked: what could fail here must not leave the field on
    try:
        transaction = transaction_of(till, amount_fen)
        aids, store = till.parameters.aids(), till.parameters.store(today(till))
    except Exception:
        await till.devices.nfc.release()
        raise
    return await read(till.devices.nfc, transaction, aids, None, store, tap)
