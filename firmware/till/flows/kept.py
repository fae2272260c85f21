"""What the journal keeps of a card."""

from till.journal.payment import BY_CODE
from till.link.card_data import packed

WALLET_DIGITS = 3


class Kept:
    """card: CardRead, or a payment of the journal. The customer need not present it again for a void or a refund, and
    then there are no tracks and no chip data to keep."""

    def __init__(self, card, track2="", de55=b"", pin_entered=False):
        self.pan, self.psn, self.expiry = card.pan, card.psn, card.expiry
        self.entry = card.entry
        self.label = card.label if track2 else None
        self.track2, self.de55, self.pin_entered = track2, de55, pin_entered
        if card.entry == BY_CODE:
            self.wallet = card.wallet or (card.issuer_acquirer or "")[:WALLET_DIGITS]


def of_tap(card, pin_entered):
    """card: CardRead of a tap, or of a stripe, with all that the host is asked with."""
    return Kept(card, card.track2, packed(card.de55), pin_entered)
