"""A scripted business on one journal, with a record of what the till was told is durable after each of its steps."""

from journal.torn_flash import TornFlash
from till.journal import totals
from till.journal.book import Book
from till.journal.ring import Ring

KEY = b"journal test key"
EPOCH = 1795395600
DE55 = bytes.fromhex(
    "9F2608A1B2C3D4E5F607189F2701809F101307010103A0A000010A010000000000C0FFEE01"
    + "9F3704010203049F3602001A950500000000009A032611239C01009F02060000000088005F2A02015682027C009F1A020156"
    + "9F03060000000000009F3303E0F0C89F34031F03029F3501229F1E0839303030303030318408A0000003330101019F09020020"
    + "9F410400000012"
)
LONG = bytes.fromhex("DF7F40" + "5A" * 64)
ANSWER = {
    "response": "00", "rrn": "123456789012", "auth_code": "A12345", "host_time": "090311", "host_date": "1123",
    "settle_date": "1124", "issuer_acquirer": "01020000   48021000   ", "scheme": "CUP",
    "de55": bytes.fromhex("910A11223344556677883030"),
}  # fmt: skip


def answer(response="00", **more):
    """An answer of the host as the book takes it."""
    reply = dict(ANSWER)
    reply["response"] = response
    reply.update(more)
    return reply


class Card:
    """A contactless card as read; number tells cards apart."""

    def __init__(self, number=1, entry="C"):
        self.pan = "6292520918273645%03d" % number
        self.psn, self.expiry, self.entry, self.pin_entered = "001", "3012", entry, False
        self.track2 = self.pan + "D30122200000000000"
        self.de55 = DE55 if entry == "C" else DE55 + LONG  # more than one page holds
        self.label = "UnionPay Debit"


def opened(flash, key=KEY):
    """A Book on what the flash holds, as at boot before recover()."""
    ring = Ring(flash, key)
    ring.open()
    book = Book(ring)
    book.load()
    return book


class Day:
    """Runs steps on a book. told: (operations of the flash before, after, trace, state before, state after) a step;
    trace 0 where no payment changes. kinds: trace -> (kind, entry, response of its answer)."""

    def __init__(self, sectors, idle_often):
        self.flash = TornFlash(sectors)
        self.flash.history = []
        self.book = opened(self.flash)
        self.told, self.kinds = [], {}
        self.batches = []  # (operations after, batch number)
        self._idle_often = idle_often
        self._do(0, None, lambda: self.book.open_batch(1))

    def _do(self, trace, after, action, before=None):
        begun = len(self.flash.history)
        result = action()
        self.told.append((begun, len(self.flash.history), trace, before, after))
        return result

    def step(self, payment, name, *args):
        """One step of a payment by the name of the book's method."""
        before = payment.state
        begun = len(self.flash.history)
        getattr(self.book, name)(payment, *args)
        self.told.append((begun, len(self.flash.history), payment.trace, before, payment.state))

    def create(self, kind="sale", amount_fen=8800, card=None, original=None, response=None):
        trace = self.book.coming_trace()
        self.kinds[trace] = kind, card.entry if card else "C", response
        return self._do(
            trace, "CREATED", lambda: self.book.create(kind, amount_fen, EPOCH, "01", card=card, original=original)
        )

    def sale(self, number, response="00", upto="APPROVED", card=None, kind="sale", original=None, amount_fen=8800):
        """An online payment as far as the state `upto`."""
        card = card or (Card(number) if original is None else None)
        payment = self.create(kind, amount_fen, card, original, response)
        if upto == "CREATED":
            return payment
        self.step(payment, "sending")
        if upto == "SENDING":
            return payment
        if upto != "REVERSING":
            self.step(payment, "replied", answer(response))
        if upto == "REPLIED":
            return payment
        if upto == "REVERSING":
            self.step(payment, "reversing", "98")
        elif response == "00":
            self.step(payment, "approved")
            self.step(payment, "printed")
        else:
            self.step(payment, "declined")
        self.idle()
        return payment

    def offline(self, number):
        payment = self.create("sale", 1200, Card(number), None, "00")
        self.step(payment, "offline")
        self.step(payment, "printed")
        self.idle()
        return payment

    def idle(self):
        """Reclaims as the till does between payments."""
        for _ in range(self._idle_often):
            if not self._do(0, None, self.book.reclaim):
                return

    def settle(self):
        book = self.book
        self._do(0, None, lambda: book.begin_settlement(totals.of(book)))
        self._do(0, None, lambda: book.uploading((1, 2), ((1, 2, 3, 4), (5, 6, 7, 8))))
        payment = next(book.to_upload())
        self._do(0, None, lambda: book.uploaded(payment))
        self._do(0, None, lambda: book.close_batch(book.batch + 1))
        self.idle()


def play(sectors=12, batches=3, idle_often=3):
    """A few short batches with everything in them that a payment can go through. Returns the Day."""
    day = Day(sectors, idle_often)
    waiting = []
    for batch in range(batches):
        first = day.sale(1)
        day.sale(2, "51")
        pending = day.sale(3, upto="REVERSING")
        waiting.append(day.offline(4))
        waiting.append(day.offline(5))
        day.step(day.sale(6, upto="CREATED"), "abandoned")
        day.step(pending, "unresolved" if batch == 1 else "reversed")
        day.sale(1, kind="void", original=first)
        chip = day.sale(7, upto="REPLIED", card=Card(7, "I"))
        day.step(chip, "reversing", "06")
        sold = day.sale(8, amount_fen=5000)
        lost = day.sale(8, kind="refund", original=sold, amount_fen=2000, upto="SENDING")
        while len(waiting) > 1 - batch % 2:
            item = waiting.pop(0)
            day.step(item, "sending")
            if batch == 2 and item.amount_fen and not waiting:
                day.step(item, "refused", "51")
            else:
                day.step(item, "acked", answer())
        day.step(chip, "reversed")
        day.step(lost, "replied", answer())
        day.step(lost, "approved")
        cancelled = day.offline(9)
        day.step(cancelled, "cancelled")
        day.settle()
    day.sale(1)
    waiting.append(day.offline(4))
    day.sale(2, upto="REPLIED")
    return day
