"""Slips: set from the journal, printed when the printer is ready, marked as printed when the last byte has gone."""

from till.flows.errors import Stopped
from till.journal.payment import AUTHORITIES, BY_CODE
from till.link.card_data import tags_of
from till.slip.sale import sale_slip
from till.ui.interact import TimedOut

TEAR_OFF_MS = 10_000
TRIES = 10
PAPER_MS = 300_000
QUESTION_MS = 30_000


async def print_payment(till, payment, duplicate=False):
    """Merchant's copy, then the customer's when it is torn off (or after a while)."""
    paper = SlipOf(till, payment)
    lines = sale_slip(paper, till.paper, "merchant", till.settings["language"], duplicate)
    till.slipless = 0 if duplicate else payment.sequence
    await print_lines(till, lines, "duplicate" if duplicate else "merchant-copy")
    till.slipless = 0
    if not payment.is_printed:
        till.book.printed(payment)
    till.ui.show("tear_off")
    if await till.ui.key(TEAR_OFF_MS) == "cancel":
        return
    lines = sale_slip(paper, till.paper, "customer", till.settings["language"], duplicate)
    await print_lines(till, lines, "customer-copy")


async def print_lines(till, lines, copy):
    """copy: key of what is printed. Waits for paper. Stopped when the merchant gives up: what the slip says stands,
    and it can be printed later."""
    printer = till.devices.printer
    for _ in range(TRIES):
        till.ui.show("printing", copy)
        if await printer.ready():
            await printer.print(lines)
            await printer.cut()
            if await printer.ready():  # paper that ran out half way carries no slip
                return
        till.ui.show_answer("paper-out" if printer.fault == "paper" else "printer")
        await till.ui.beep(2)
        key = await till.ui.key(PAPER_MS)
        if key in (None, "cancel"):
            break
    raise Stopped("slip-later")


class SlipOf:
    """A payment as its slip wants it: with names for what DE55 and F44 carry in code."""

    TAGS = ((0x9F26, "arqc"), (0x84, "aid"), (0x95, "tvr"), (0x9B, "tsi"), (0x9F36, "atc"))

    def __init__(self, till, payment):
        for name in (
            "amount_fen", "pan", "batch", "trace", "entry", "expiry", "operator", "auth_code", "rrn", "response",
            "pin_entered", "label", "settled", "wallet", "code",
        ):  # fmt: skip
            setattr(self, name, getattr(payment, name))
        self.kind = payment.kind
        self.local = till.clock.local_of(payment.epoch)
        if payment.kind == "sale" and payment.is_offline:
            self.kind = "offline"
            self.pending = not payment.acknowledged and payment.authority == AUTHORITIES[0]
            self.voice = payment.authority == "voice"
        both = payment.issuer_acquirer or ""
        self.issuer, self.acquirer = both[:11].strip(), both[11:].strip()
        if payment.entry == BY_CODE:
            self.wallet, self.issuer = self.wallet or self.issuer, ""
        for name in ("original_batch", "original_trace", "original_date", "original_rrn"):
            setattr(self, name, getattr(payment, name))
        tags = tags_of(payment)
        for tag, name in self.TAGS:
            setattr(self, name, tags.get(tag))
        if (tags.get(0x9F27) or b"\x80")[0] & 0xC0 == 0x40:  # what stands in 9F26 is the card's approval
            self.tc, self.arqc = self.arqc, None
        self.signature = _signature(payment, (tags.get(0x9F34) or b"\x00\x00\x00"))
        self.pin_entered = self.pin_entered or self.signature is not None and _pin_checked(tags)


def _signature(payment, results):
    """Whether the customer signs, None where the slip's own rule says so. results: tag 9F34 (EMV 4.4 Book 4, A4)."""
    method = results[0] & 0x3F
    if payment.entry in ("S", "F") or method in (0x1E, 3, 5):
        return True
    return False if payment.entry == "I" and method in (1, 4, 0x1F) else None


def _pin_checked(tags):
    """Whether the card itself has found the PIN right."""
    results = tags.get(0x9F34) or b"\x00\x00\x00"
    return results[0] & 0x3F in (1, 3, 4, 5) and results[2] == 2


async def reprint_last(till):
    payment = till.book.last()
    if payment is None:
        raise Stopped("nothing-to-print")
    await _print_again(till, payment)


async def _print_again(till, payment):
    """The first slip is an original and every other one a copy. Where the power went while the first was printed, only
    people know whether it is whole; where the paper ended, it is not."""
    duplicate = payment.is_printed
    if not duplicate and till.slipless != payment.sequence:
        till.ui.show("question", "print", "slip-out", payment.amount_fen, payment.trace)
        key = await till.ui.key(QUESTION_MS)
        if key is None:
            raise TimedOut
        duplicate = key == "confirm"
    await print_payment(till, payment, duplicate)


async def reprint_any(till):
    trace = int(await till.ui.ask_digits("print", "enter-trace", 6))
    payment = till.book.find(trace)
    if payment is None or not payment.has_slip:
        raise Stopped("not-found")
    await _print_again(till, payment)
