"""What one transaction has gathered: the till's values, the card's, TVR and TSI."""

from till.card.emv.card_data import CardData
from till.card.emv.pdol import build
from till.card.transaction import bcd

_OF_TRANSACTION = {
    0x9A: "date",
    0x9F21: "time",
    0x9C: "type",
    0x9F37: "unpredictable",
    0x9F41: "counter",
    0x9F1E: "serial",
    0x9F1A: "country",
    0x5F2A: "currency",
    0x9F33: "capabilities",
    0x9F40: "additional_capabilities",
    0x9F35: "terminal_type",
    0x9F15: "merchant_category",
}


class State:
    """transaction: Transaction. terms: the Aid that matched. data: CardData. application: Application, once selected.

    tvr, tsi: bytearrays of 5 and 2. cvm_results: bytes of tag 9F34. ttq: bytes of tag 9F66, b"" in a contact one.
    cvm_required: contactless, by amount. own: the till's values that came up on the way, by tag (8A, 91, 98).
    pdol_data, cdol_data: what the card was given so far, which CDA covers. pin_bypassed: bool. language: of AskPin.
    """

    def __init__(self, transaction, terms, ttq=b"", cvm_required=False):
        self.transaction = transaction
        self.terms = terms
        self.ttq = ttq
        self.cvm_required = cvm_required
        self.data = CardData()
        self.application = None
        self.tvr = bytearray(5)
        self.tsi = bytearray(2)
        self.cvm = "none"
        self.cvm_results = b"\x3f\x00\x00"
        self.pin_bypassed = False
        self.own = {}
        self.pdol_data = b""
        self.cdol_data = b""
        self.icc_key = None
        self.language = ""

    def opened(self, application):
        """An application was selected: what its PDOL asks for is known from here."""
        self.application = application
        self.pdol_data = build(application.pdol, self.value)

    def answered(self, data):
        """The card's answer to GET PROCESSING OPTIONS. data: CardData."""
        self.data = data

    def value(self, tag):
        """Value of a data object, the till's own before the card's; None when neither has it (Book 3, 5.4)."""
        t = self.transaction
        name = _OF_TRANSACTION.get(tag)
        if name is not None:
            return getattr(t, name)
        if tag == 0x9F02:
            return bcd(t.amount_fen, 6)
        if tag == 0x9F03:
            return bcd(t.other_fen, 6)
        if tag == 0x81:
            return t.amount_fen.to_bytes(4, "big") if t.amount_fen < 1 << 32 else b"\xff\xff\xff\xff"
        if tag == 0x9F04:
            return t.other_fen.to_bytes(4, "big") if t.other_fen < 1 << 32 else b"\xff\xff\xff\xff"
        if tag == 0x95:
            return bytes(self.tvr)
        if tag == 0x9B:
            return bytes(self.tsi)
        if tag == 0x9F34:
            return self.cvm_results
        if tag == 0x9F66:
            return self.ttq or None
        if tag == 0x9F09:
            return self.terms.version
        if tag == 0x9F1B:
            return self.terms.floor_fen.to_bytes(4, "big")
        if tag == 0x84 or tag == 0x9F06:
            return self.application.aid if self.application else None
        if tag in self.own:
            return self.own[tag]
        return self.data.get(tag)

    def supports(self, bit):
        """True for a bit of the terminal capabilities (tag 9F33), numbered as in till.card.emv.tvr."""
        return bool(self.transaction.capabilities[bit >> 8] & bit & 0xFF)

    def interchange(self, mask):
        """True for a bit of the application interchange profile, byte 1 (Book 3, annex C1)."""
        return bool(self.data.get(0x82)[0] & mask)
