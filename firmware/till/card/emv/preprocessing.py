"""Pre-processing: what the reader asks of the card, by amount. Source: EMV Contactless Book B, 3.1; Book C-7, TTQ."""

from micropython import const

from till.card.errors import CardError
from till.card.transaction import bcd

ONLINE_CRYPTOGRAM_REQUIRED = const(0x80)  # TTQ byte 2
CVM_REQUIRED = const(0x40)  # TTQ byte 2
ONLINE_PIN_SUPPORTED = const(0x04)  # TTQ byte 1


class Terms:
    """A transaction's terms for the card: ttq with its transient bits set, cvm_required, and values by tag."""

    def __init__(self, transaction, ttq, cvm_required):
        self.transaction = transaction
        self.ttq = ttq
        self.cvm_required = cvm_required
        # The cryptogram covers the TVR as it stood when the card was asked, and field 55 has to send the same one.
        # Before that the reader has checked nothing, so it is all zero.
        self.tvr = b"\x00\x00\x00\x00\x00"
        self.tsi = b"\x00\x00"

    def value(self, tag):
        """The terminal's value of a data object, or None when it has none."""
        t = self.transaction
        if tag == 0x9F02:
            return bcd(t.amount_fen, 6)
        if tag == 0x9F03:
            return bcd(t.other_fen, 6)
        if tag == 0x9F66:
            return self.ttq
        if tag == 0x95:
            return self.tvr
        if tag == 0x9B:
            return self.tsi
        name = _NAMES.get(tag)
        return None if name is None else getattr(t, name)


_NAMES = {
    0x9A: "date",
    0x9F21: "time",
    0x9C: "type",
    0x9F37: "unpredictable",
    0x9F41: "counter",
    0x9F1E: "serial",
    0x9F1A: "country",
    0x5F2A: "currency",
    0x9F33: "capabilities",
    0x9F35: "terminal_type",
    0x9F09: "version",
}


def preprocess(transaction):
    """Terms of a transaction. CardError code "over-limit" where contactless is not allowed for the amount."""
    amount = transaction.amount_fen
    if amount > transaction.max_fen:
        raise CardError(0x9F02, 0, "over the contactless limit", "over-limit")
    cvm_required = amount > transaction.cvm_limit_fen
    if cvm_required and not transaction.ttq[0] & ONLINE_PIN_SUPPORTED:
        raise CardError(0x9F66, 0, "a PIN is due and the till has no PIN entry", "use-other")
    asked = 0
    if amount > transaction.floor_fen:
        asked |= ONLINE_CRYPTOGRAM_REQUIRED
    if cvm_required:
        asked |= CVM_REQUIRED
    ttq = bytearray(transaction.ttq)
    ttq[1] = ttq[1] & ~(ONLINE_CRYPTOGRAM_REQUIRED | CVM_REQUIRED) & 0xFF | asked
    return Terms(transaction, bytes(ttq), cvm_required)
