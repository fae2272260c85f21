"""Taps that break off: what to remember between two tries of one payment. Source: EMV Contactless Book A, 9.3 (torn
transactions); JR/T 0025.12 (a card that leaves after it has approved offline)."""

from hashlib import sha256

from till.card.emv.outcome import TC, cryptogram_type
from till.card.errors import CardError


class Tap:
    """The tries of one payment. broken: how many began to compute a cryptogram and did not end.

    approved: True when a broken try had the card's own approval and its last record was asked for: by then the card may
    have paid. The next try has to be the host's to decide, and it has to be the same card. A try that broke off before
    that cost the card nothing. No account number is kept, only its digest, for the time of one payment.
    """

    def __init__(self):
        self.broken = 0
        self.approved = False
        self._open = False
        self._approves = False
        self._account = self._data = None

    def asked(self):
        """GET PROCESSING OPTIONS is about to go out."""
        if self._open:
            self.broken += 1
        self._open = True

    def answered(self, data):
        """The card gave its answer. data: CardData."""
        self._approves = False
        if data.get(0x9F26) is not None and (data.get(0x9F27) is not None or data.get(0x9F10) is not None):
            self._approves = cryptogram_type(data) == TC
        self._data = data

    def may_be_paid(self):
        """The last record is about to be asked for: with its answer a card pays what it approved."""
        if self._approves and not self.approved:
            self.approved = True
            self._account = _digest(self._data.get(0x57))
        self._data = None

    def read(self, data):
        """The try came to its end. data: CardData with tag 57. CardError "other-card"."""
        self._open = False
        if self.approved and self._account is not None and self._account != _digest(data.get(0x57)):
            raise CardError(0x57, 0, "another card than the one that left too early", "other-card")


def _digest(track2):
    return None if track2 is None else sha256(track2).digest()[:8]
