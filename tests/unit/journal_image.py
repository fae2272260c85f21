"""A journal as a busy till leaves it, made by the till's own code, for others to read."""

from journal.day import EPOCH, KEY, Card, answer, opened
from journal.torn_flash import TornFlash

RECORDS = 1000


def journal(sectors):
    """(bytes of the partition, its key, the time of the payments, how many payments): RECORDS records, batch open."""
    flash = TornFlash(sectors)
    book = opened(flash)
    book.open_batch(1)
    payments = RECORDS // 2  # the payment and its answer
    for number in range(payments):
        payment = book.create("sale", 8800, EPOCH, "01", card=Card(number % 1000))
        book.sending(payment)
        book.replied(payment, answer())
        book.approved(payment)
        book.printed(payment)
    return bytes(flash.image), KEY, EPOCH, payments
