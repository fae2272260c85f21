"""Pre-processing: what the reader asks of the card, by amount. Source: EMV Contactless Book B, 3.1; Book C-7, TTQ."""

from micropython import const

from till.card.emv.aids import UNIONPAY
from till.card.emv.state import State
from till.card.errors import CardError

ONLINE_CRYPTOGRAM_REQUIRED = const(0x80)  # TTQ byte 2
CVM_REQUIRED = const(0x40)  # TTQ byte 2
CONTACT_SUPPORTED = const(0x10)  # TTQ byte 1
ONLINE_PIN_SUPPORTED = const(0x04)  # TTQ byte 1
SIGNATURE_SUPPORTED = const(0x02)  # TTQ byte 1
FDDA_01 = const(0x80)  # TTQ byte 4: fDDA version 01


def preprocess(transaction, terms=UNIONPAY[0], offline=True):
    """State of a contactless transaction with one of the till's applications, TTQ set.

    offline: False asks for an online cryptogram whatever the floor. CardError code "over-limit" where contactless is
    not allowed for the amount.

    TVR and TSI stay zero: the cryptogram covers the TVR as it stood when the card was asked, before any check.
    """
    amount = transaction.amount_fen
    if amount > _least(transaction.max_fen, terms.tap_most_fen):
        raise CardError(0x9F02, 0, "over the contactless limit", "over-limit")
    can = transaction.ttq[0] & (ONLINE_PIN_SUPPORTED | SIGNATURE_SUPPORTED)
    cvm_required = amount > _least(transaction.cvm_limit_fen, terms.tap_cvm_fen)
    if cvm_required and not can:
        raise CardError(0x9F66, 0, "a PIN is due and the till has no PIN entry", "use-other")
    asked = 0
    floor_fen = min(_least(transaction.floor_fen, terms.tap_floor_fen), transaction.offline_most_fen)
    if amount > floor_fen or transaction.force_online or not offline:
        asked |= ONLINE_CRYPTOGRAM_REQUIRED
    if cvm_required:
        asked |= CVM_REQUIRED
    ttq = bytearray(transaction.ttq)
    ttq[1] = ttq[1] & ~(ONLINE_CRYPTOGRAM_REQUIRED | CVM_REQUIRED) & 0xFF | asked
    return State(transaction, terms, bytes(ttq), cvm_required)


def _least(limit_fen, other_fen):
    return limit_fen if other_fen is None else min(limit_fen, other_fen)
