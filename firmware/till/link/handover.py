"""What the host has not answered yet, as it is handed over in a file: the very messages that the till sends, without
F64, which the file's own authentication stands for."""

from binascii import unhexlify

from till.journal.payment import OFFLINE, SENDING
from till.keys.compare import same
from till.keys.queue_file import RECEIPT_DIGITS, QueueFile  # noqa: F401  the digits belong to the same door
from till.link import messages
from till.wire.iso8583 import pack


class HandOver:
    """One file. settings: of the till, with its export key. nonce: 16 random bytes. newest: sequence of the newest
    record in it."""

    def __init__(self, settings, profile, nonce):
        self._settings, self._profile = settings, profile
        self._file = QueueFile(unhexlify(settings["export_key"]), settings["terminal_id"], nonce)
        self.newest = 0

    def lines(self, payments, month_day_of):
        """The lines of the file, to its end. payments: of Book.unanswered(). month_day_of(epoch) -> MMDD."""
        yield self._file.head()
        for payment in payments:
            self.newest = payment.sequence
            yield self._file.line(self._message(payment, month_day_of(payment.epoch)))
        yield self._file.end()

    def _message(self, payment, month_day):
        settings, profile = self._settings, self._profile
        if payment.state == OFFLINE:
            name, fields = "offline", messages.offline(settings, profile, payment, payment.batch, month_day, None)
        elif payment.state == SENDING:
            name, fields = "refund", messages.refund(settings, profile, payment)
        else:
            name, fields = "reversal", messages.reversal(settings, profile, payment)
        return pack(profile.MESSAGES[name].mti, fields)

    @property
    def digest(self):
        return self._file.digest

    def is_received(self, number):
        """Whether it is the receipt number (str), which only who holds the key and the whole file can know."""
        return same(number.encode(), self._file.receipt.encode())
