"""A till's conversation with shop and issuer, step by step, on the journal's Book alone: what flows/ and link/ do."""

from till.journal import totals
from till.journal.book import Book
from till.journal.payment import ACKED, APPROVED
from till.journal.ring import Ring
from tools.torture.partition import Partition

KEY = b"torture test key"
EPOCH = 1795395600
DE55 = bytes.fromhex(
    "9F2608A1B2C3D4E5F607189F2701809F101307010103A0A000010A010000000000C0FFEE01"
    + "9F3704010203049F3602001A950500000000009A032611239C01009F02060000000088005F2A02015682027C009F1A020156"
    + "9F03060000000000009F3303E0F0C89F34031F03029F3501229F1E0839303030303030318408A0000003330101019F09020020"
    + "9F410400000012"
)


class Card:
    """A test card. number: which one; entry "I" has more data than one page holds."""

    def __init__(self, number, entry="C"):
        self.pan = "6292520918273645%03d" % number
        self.psn, self.expiry, self.entry, self.pin_entered = "001", "3012", entry, False
        self.track2 = self.pan + "D30122200000000000"
        self.de55 = DE55 if entry == "C" else DE55 + bytes.fromhex("DF7F40" + "5A" * 64)
        self.label = "UnionPay Debit"


def key_of(payment):
    return payment.batch, payment.trace


class Shop:
    """nor, world: as after a start of the till. book: opened and recovered."""

    def __init__(self, nor, world):
        self.nor, self.world = nor, world
        self.worked = False
        ring = Ring(Partition(nor), KEY)
        ring.open()
        self.book = Book(ring)
        self.book.load()
        self.book.recover()

    # ---- one payment

    def make(self, kind, amount_fen, card=None, original=None):
        book = self.book
        key = book.batch, book.coming_trace()
        pan = card.pan if card else original.pan
        self.world.make(key, kind, amount_fen, pan, EPOCH + key[1])
        return book.create(kind, amount_fen, EPOCH + key[1], "01", card=card, original=original)

    def pay(self, amount_fen, card=None, kind="sale", original=None, lost=None):
        """On line. lost: "request" or "answer" does not arrive. Returns the Payment."""
        book, world = self.book, self.world
        begun = self.nor.erases
        payment = self.make(kind, amount_fen, card, original)
        key = key_of(payment)
        book.sending(payment)
        response = None
        if lost != "request":
            response = world.ask(key, book.batch, kind, amount_fen, payment.pan)
        if lost == "answer" or response is None:
            if payment.reversible:
                book.reversing(payment, "98")
        else:
            self._answered(payment, response)
        assert self.nor.erases == begun, "an erase while a customer waits"
        return payment

    def _answered(self, payment, response):
        book, world, key = self.book, self.world, key_of(payment)
        book.replied(payment, self.answer(payment, response))
        if response == "00":
            book.approved(payment)
            world.show(key, "approved")
            book.printed(payment)
        else:
            book.declined(payment)
            world.show(key, "declined")

    def answer(self, payment, response):
        return {
            "response": response, "rrn": "%012d" % (payment.batch * 1000000 + payment.trace), "auth_code": "A12345",
            "host_time": "090311", "host_date": "1123", "settle_date": "1124", "scheme": "CUP",
            "issuer_acquirer": "01020000   48021000   ", "de55": b"\x91\x0a\x11\x22\x33\x44\x55\x66\x77\x88\x30\x30",
        }  # fmt: skip

    def offline(self, amount_fen, card):
        begun = self.nor.erases
        payment = self.make("sale", amount_fen, card)
        self.book.offline(payment)
        self.world.show(key_of(payment), "offline")
        self.book.printed(payment)
        assert self.nor.erases == begun, "an erase while a customer waits"
        return payment

    def abandon(self, amount_fen, card):
        payment = self.make("sale", amount_fen, card)
        self.book.abandoned(payment)
        self.world.show(key_of(payment), "nothing")

    def cancel(self, payment):
        self.book.cancelled(payment)
        self.world.show(key_of(payment), "cancelled")

    # ---- what waits

    def reverse(self, payment, unheard=False):
        self.world.reverse(key_of(payment))
        if not unheard:
            self.book.reversed(payment)

    def resend(self, payment):
        self._answered(
            payment, self.world.ask(key_of(payment), self.book.batch, payment.kind, payment.amount_fen, payment.pan)
        )

    def upload(self, payment, unheard=False):
        book, world, key = self.book, self.world, key_of(payment)
        book.sending(payment)
        response = world.ask(key, book.batch, "offline", payment.amount_fen, payment.pan)
        if unheard:
            return
        if response == "00":
            book.acked(payment, self.answer(payment, response))
        else:
            book.refused(payment, response)
            world.show(key, "refused")

    def drain(self, most=1000):
        """Reversals, then refunds, then the queue, oldest first."""
        for payment in self.book.pending_reversals():
            self.reverse(payment)
        for payment in self.book.to_resend():
            self.resend(payment)
        for payment in self.book.offline_queue():
            if not most:
                return
            most -= 1
            self.upload(payment)

    def idle(self, most):
        for _ in range(most):
            begun = self.nor.erases
            worked = self.book.reclaim()
            assert self.nor.erases - begun <= 1, "two erases in one turn"
            if not worked:
                return

    # ---- the batch

    def settle(self):
        """From wherever it stands."""
        book, world = self.book, self.world
        if not book.settling:
            book.begin_settlement(totals.of(book))
        if book.settling == "TOTALS":
            world.settle(book.batch, book.settlement.totals.domestic)
            book.uploading((1, 1))
        for payment in book.to_upload():
            book.uploaded(payment)
            break
        book.close_batch(book.batch + 1)


COUNTED = (APPROVED, ACKED)
