"""Who stands at the till in the tests of contact payments: the driver loop with answers written down."""

from binascii import unhexlify

from card.cards import transaction
from card.chip_keys import KEYS
from till.card.emv.aids import UNIONPAY
from till.card.emv.ca_keys import CaKey, Store
from till.card.emv.contact import contact
from till.card.emv.requests import Apdu, AskPin, Choose, Commit, Online, Reply
from till.card.errors import CardError
from till.card.transaction import CONTACT_CAPABILITIES

RID = b"\xa0\x00\x00\x03\x33"
APPROVED = Reply(True, "00", [(0x91, b"ARPC-ARPC0")])


def ca_keys():
    return [
        CaKey(RID, int(row["ca_index"], 16), unhexlify(row["ca_modulus"]), int(row["ca_exponent"], 16), b"\x35\x12\x31")
        for row in KEYS.values()
    ]


def payment(amount_fen=1234, date=None, capabilities=CONTACT_CAPABILITIES, **more):
    """Transaction of a till with a contact reader."""
    terms = transaction(amount_fen, capabilities=capabilities, **more)
    terms.date = date or terms.date
    return terms


class Till:
    """Drives a payment with a chip. pins: answers to AskPin. choice: answer to Choose. reply: answer to Online.

    asked: the requests that were not for the card, in order. gone: number of the command at which the card is pulled,
    counted from 0. at_online: the card as it was when the host was asked.
    """

    def __init__(self, chip, pins=(), choice=0, reply=APPROVED, gone=None, store=None, aids=UNIONPAY):
        self.chip = chip
        self.pins = list(pins)
        self.choice = choice
        self.reply = reply
        self.gone = gone
        self.store = store or Store(ca_keys())
        self.aids = aids
        self.asked = []
        self.card = None

    def pay(self, terms=None):
        """CardRead, or CardError."""
        steps = contact(terms or payment(), self.aids, self.store)
        reply = error = None
        for _ in range(200):
            try:
                request = steps.send(reply) if error is None else steps.throw(error)
            except StopIteration as end:
                return end.value
            reply = error = None
            if isinstance(request, Apdu):
                if len(self.chip.commands) == self.gone:
                    error = CardError(0, 0, "the card left", "card-gone")
                else:
                    reply = self.chip.answer(request.data)
            else:
                self.asked.append(request)
                reply = self._person(request)
        raise AssertionError("no end")

    def _person(self, request):
        if isinstance(request, AskPin):
            return self.pins.pop(0)
        if isinstance(request, Choose):
            return self.choice
        self.card = request.card
        if isinstance(request, Online):
            return self.reply
        assert isinstance(request, Commit)
        return None
