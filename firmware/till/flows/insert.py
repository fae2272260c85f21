"""A card in the contact reader, through its whole payment: what people, the journal and the host say to it.

The record is CREATED before the card makes its first cryptogram, SENDING with that cryptogram before the first byte
leaves, REPLIED before the card hears the answer; the card has the last word (states.md).
"""

from till.card.card_read import CardRead
from till.card.emv.requests import AskPin, Choose, Commit, Reply
from till.card.errors import CardError
from till.card.reader import read_contact
from till.card.tlv import parse
from till.flows.ask import ask_host
from till.flows.errors import Stopped
from till.flows.kept import Kept
from till.flows.terms import today, transaction_of
from till.journal.payment import CREATED, DECLINED
from till.link.card_data import packed
from till.link.errors import NotSent, NotSignedOn
from till.link.payments import card_refused
from till.ui.interact import TimedOut

POWER_MS = 5_000
AWAY_MS = 60_000
_ARC, _TSI, _SCRIPT_RESULTS = 0x8A, 0x9B, 0xDF31


async def powered(till):
    """The card in the slot, ready for its first command. CardError "card-gone", "chip-failed", Stopped("reader")."""
    contact = till.devices.contact
    try:
        atr, _ = await contact.wait_card((), POWER_MS)
    except contact.CardMute:
        raise CardError(0, 0, "no answer to reset: the chip, or how it lies in the slot", "chip-failed")
    except contact.ReaderError:
        raise Stopped("reader")
    if atr is None:
        raise CardError(0, 0, "pulled before it had power", "card-gone")


async def pay_inserted(till, amount_fen):
    """One sale by the card in the slot. Returns the Payment, APPROVED by the host, or CREATED where the card approved
    while there was no link. Raises Cancelled, Stopped, and CardError only while nothing has been journaled."""
    await powered(till)
    answers = Answers(till, amount_fen)
    try:
        card = await _read(till, amount_fen, answers)
    except CardError as error:
        if answers.payment is None:
            raise
        return await answers.broken_off(error)
    return await answers.ended(card)


async def _read(till, amount_fen, answers):
    transaction, parameters = transaction_of(till, amount_fen), till.parameters
    store = parameters.store(today(till))
    return await read_contact(till.devices.contact, transaction, parameters.aids(), store, answers)


class Answers:
    """What a contact payment asks of others than the card. payment: the record, once there is one."""

    def __init__(self, till, amount_fen):
        self.payment = None
        self._till, self._amount_fen = till, amount_fen
        self._pin = None
        self._card = None
        self._pins_asked = 0
        self._stopped = None  # how the host's part ended; told once the card has had its say

    async def __call__(self, request):
        if isinstance(request, (Choose, AskPin)):
            ui = self._till.ui
            ui.speak(request.language)  # these two the cardholder reads (EMV 4.4 Book 4, 11.1)
            try:
                if isinstance(request, Choose):
                    return await ui.pick("choose-app", request.labels)
                return await self._ask_pin(request)
            finally:
                ui.speak()
        self._card = request.card
        if isinstance(request, Commit):
            return self._commit(request.card)
        return await self._ask_host(request.card)

    async def _ask_pin(self, request):
        ui = self._till.ui
        note = ""
        if not request.online and request.tries_left is not None and (self._pins_asked or request.tries_left == 1):
            note = ui.strings["tries-left"] % request.tries_left
        self._pins_asked += 1
        try:
            pin = await ui.ask_pin(self._amount_fen, request.least, request.most, True, note)
        except TimedOut:
            raise Stopped("pin-timeout")
        if request.online:
            self._pin = pin if len(pin) else None
            return "entered" if len(pin) else ""
        digits = pin.decode()
        for at in range(len(pin)):
            pin[at] = 0
        ui.speak()
        ui.show("reading_card", "sale", self._amount_fen, True)
        return digits

    def _commit(self, card):
        """authority: where nobody can be asked, only the card itself may approve."""
        till = self._till
        till.ui.show("processing", "sale", self._amount_fen)
        self.payment = till.book.create(
            "sale", self._amount_fen, till.clock.epoch(), till.settings["operator"],
            card=Kept(card, card.track2, b"", self._pin is not None), authority="card",
        )  # fmt: skip

    async def _ask_host(self, card):
        till, payment = self._till, self.payment
        till.book.chip_asked(payment, packed(card.de55))
        try:
            await ask_host(till, payment, self._pin, card_step=True)
        except NotSent:
            return None
        except NotSignedOn:  # the link is there: that is no reason to go without the host
            till.book.abandoned(payment)
            self._stopped = Stopped("not-signed-on")
        except Stopped as stopped:
            self._stopped = stopped
        if self._stopped is None or payment.state == DECLINED:
            return Reply(self._stopped is None, payment.response, parse(payment.reply_de55 or b""))
        return Reply(False, "Z3")

    async def ended(self, card):
        """The card has had its say. As pay_inserted()."""
        till, payment = self._till, self.payment
        approved = card.outcome == "approved"
        self._keep(card, approved)
        if payment.state == CREATED and approved:
            return payment
        if payment.state == CREATED:
            till.book.abandoned(payment)
            raise Stopped("declined")
        if self._stopped is not None:
            raise self._stopped
        if not approved:
            await self._undo()
        till.book.approved(payment)
        return payment

    async def broken_off(self, error):
        """The card was pulled or failed after the record was there. Raises Stopped."""
        till, payment = self._till, self.payment
        self._keep(self._card, False)
        if payment.state == CREATED:
            till.book.abandoned(payment)
            raise Stopped(error.code)
        if self._stopped is not None:
            raise self._stopped
        return await self._undo()

    def _keep(self, card, approved):
        """The card's last word is durable before what follows from it. A script notice is due whatever that is."""
        book, payment = self._till.book, self.payment
        if card.script_results:
            book.script_due(payment)  # first: once the results are in the journal, they go out
        book.chip_ended(payment, _last_word(card), approved)
        if card.script_results:
            self._till.work.set()

    async def _undo(self):
        till = self._till
        till.ui.show("processing", "sale", self._amount_fen, "reversing")
        raised = await card_refused(till.session, self.payment)
        till.work.set()
        raise Stopped("card-refused" if raised is not None else "fault")


def _last_word(card):
    """DE55 with what only slip and script notice want."""
    objects = list(card.de55_final or card.de55)
    if card.arc:
        objects.append((_ARC, card.arc.encode()))
    if card.tsi:
        objects.append((_TSI, card.tsi))
    if card.script_results:
        objects.append((_SCRIPT_RESULTS, card.script_results))
    return packed(objects)


async def account_inserted(till):
    """CardRead with no more than the account: the card makes no cryptogram and counts nothing. CardError."""
    await powered(till)
    try:
        await _read(till, 1, _account_only(till))
    except AccountRead as read:
        return read.args[0]
    raise Stopped("bad-data")


class AccountRead(Exception):
    """The card has been read as far as it is wanted. args: CardRead."""


def _account_only(till):
    async def answer(request):
        if isinstance(request, Choose):
            return await till.ui.pick("choose-app", request.labels)
        if isinstance(request, AskPin):
            return ""  # nothing is paid: nobody has to prove anything
        found = CardRead()
        for name in ("entry", "pan", "psn", "expiry", "track2", "label", "aid"):
            setattr(found, name, getattr(request.card, name))
        found.cvm = "none"
        raise AccountRead(found)

    return answer


async def card_away(till, kind):
    """Until the card is out of the slot, or for a while."""
    contact = till.devices.contact
    if contact is None or not contact.look():
        return
    till.ui.show("notice", kind, "remove-card")
    await till.ui.beep(2)
    try:
        await contact.wait_removed((), AWAY_MS)
    except contact.ReaderError:
        pass  # nothing depends on it
