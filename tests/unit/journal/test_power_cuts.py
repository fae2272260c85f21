# heap: 1500k
"""A power cut at every program and every erase of a scripted business: nothing durable is lost, nothing is there twice,
nothing torn is believed, and each payment becomes what its state says (docs: the table of states in power_cut.py)."""

import gc
import sys

from journal.day import answer, opened, play
from journal.torn_flash import AFTER, TORN, Random, TornFlash
from till.journal import totals
from till.journal.kinds import REFUND, REPLY, SALE, VOID
from till.journal.payment import OPEN, UNDONE

ON_BOARD = sys.implementation.name == "micropython"
SEEDS = (1, 2)  # odd ones leave unstable bits
EVERY = 7 if ON_BOARD else 1
SECTORS = 6  # so few that sectors must be reclaimed between payments
KEPT = ("CREATED", "SENDING", "REPLIED", "REVERSING", "UNRESOLVED", "OFFLINE")


def after_recovery(state, kind, entry, response):
    """states.md: what a state becomes at boot."""
    if state == "CREATED":
        return "ABANDONED"
    if state == "SENDING":
        return "SENDING" if kind == "refund" else "REVERSING"
    if state == "REPLIED":
        if response != "00":
            return "DECLINED"
        return "REVERSING" if kind == "sale" and entry == "I" else "APPROVED"
    return state


class Told:
    """What the till had been told when a cut came at an operation: trace -> states that may be found."""

    def __init__(self, day):
        self.day = day
        self._at = 0
        self.sure = {}
        self.batch_steps = 0

    def upto(self, operation):
        """Call with rising numbers. Returns the allowed states of the payment under way, as (trace, states)."""
        told = self.day.told
        while self._at < len(told) and told[self._at][1] <= operation:
            _, _, trace, _, after = told[self._at]
            if trace:
                self.sure[trace] = after
            self._at += 1
        if self._at < len(told) and told[self._at][0] <= operation:
            _, _, trace, before, after = told[self._at]
            return trace, (before, after)
        return 0, ()


def check(book, told, doing, recovered):
    """book: as opened after the cut."""
    seen = {}
    for payment in book.each(lambda record: True):
        assert payment.trace not in seen, "twice: %d" % payment.trace
        seen[payment.trace] = payment.state
    assert not book.damaged
    sequence = 0
    for record in book.ring.records():
        assert record.sequence > sequence
        sequence = record.sequence
        if record.kind not in (SALE, VOID, REFUND):
            record.body()
    trace, states = doing
    for known, state in told.sure.items():
        allowed = states if known == trace else (state,)
        allowed = [after_recovery(one, *told.day.kinds[known]) for one in allowed] if recovered else list(allowed)
        if known in seen:
            assert not (recovered and seen[known] == "OFFLINE" and has_answer(book, known)), "answer without its mark"
            assert seen[known] in allowed, (known, seen[known], allowed)
        else:
            assert not all(one in OPEN for one in allowed), "lost: %d, last %s" % (known, state)
    for found in seen:
        assert found in told.sure or found == trace, "from nowhere: %d" % found


def has_answer(book, trace):
    return book.ring.find(REPLY, book.find(trace).sequence) is not None


def check_totals(book, told):
    """The fold's totals and the counters are what the vouchers say."""
    debit_fen = waiting = waiting_fen = count = 0
    for payment in book.vouchers():
        if payment.state == "OFFLINE":
            waiting += 1
            waiting_fen += payment.amount_fen
        if payment.state not in UNDONE and payment.sequence > book.batch_sequence:
            count += 1
    for payment in book.counted():
        if payment.kind == "sale":
            debit_fen += payment.amount_fen
        if payment.sequence < book.batch_sequence:
            count += 1
    assert (book.offline_count, book.offline_total_fen) == (waiting, waiting_fen)
    assert book.count == count, (book.count, count)
    assert totals.of(book).domestic[0] == debit_fen


def go_on(book):
    """A till that was cut takes payments again: finishes a settlement, sells, and finds it all after another boot."""
    if book.settling == "TOTALS":
        book.uploading((1, 1))
    if book.settling == "UPLOADING":
        book.close_batch(book.batch + 1)
    if not book.batch:
        book.open_batch(1)
    for _ in range(40):
        if not book.reclaim():
            break
    payment = book.create("sale", 100, 1795400000, "01")
    book.sending(payment)
    book.replied(payment, answer())
    book.approved(payment)
    return payment


def cuts(day, flash, seeds, every, double=False, since=0):
    """Tries the cuts on `flash`, from the operation `since` on; returns how many. The day's own flash is used up: it
    goes through the day again."""
    history = day.flash.history
    told = Told(day)
    base = day.flash
    base.history = None
    base.restore()
    tried = 0
    for index, operation in enumerate(history):
        doing = told.upto(index)
        if index >= since and index % every == 0:
            for seed in (0,) + seeds:  # 0: cut before the operation
                if ON_BOARD:
                    gc.collect()
                random = Random(seed * 100003 + index)
                flash.restore(base.image)
                flash.noise = random if seed % 2 else None
                if seed:
                    flash.apply(operation, TORN, random)
                tried += 1 + one_cut(flash, told, doing, random, double and index % 5 == 0)
        base.apply(operation, AFTER)
    return tried


def one_cut(flash, told, doing, random, double):
    image = bytes(flash.image) if double else None
    flash.history = [] if double else None
    book = opened(flash)
    check(book, told, doing, False)
    book.recover()
    check(book, told, doing, True)
    check_totals(book, told)
    recovery, flash.history = flash.history, None
    payment = go_on(book)
    again = opened(flash)
    assert again.get(payment.sequence).state == "APPROVED"
    assert (again.batch, again.count, again.offline_count) == (book.batch, book.count, book.offline_count)
    again.recover()
    check_totals(again, told)
    tried = 0
    for index in range(len(recovery) if double else 0):
        second = TornFlash(flash.sectors, image)
        second.noise = random
        for operation in recovery[:index]:
            second.apply(operation, AFTER)
        second.apply(recovery[index], TORN, random)
        book = opened(second)
        book.recover()
        check(book, told, doing, True)
        check_totals(book, told)
        go_on(book)
        tried += 1
    return tried


def test_a_cut_at_every_operation():
    flash = TornFlash(SECTORS)  # before the day has scattered its records over the heap
    day = play(SECTORS, 3 if ON_BOARD else 4)
    assert sum(day.flash.sector_erases) >= 4  # sectors were reclaimed meanwhile
    tried = cuts(day, flash, SEEDS, EVERY)
    assert tried >= (60 if ON_BOARD else 500), tried


def test_a_second_cut_during_recovery():
    flash = TornFlash(SECTORS)
    day = play(SECTORS, 1)
    tried = cuts(day, flash, (7,), 25 if ON_BOARD else 1, True)
    assert tried >= (5 if ON_BOARD else 50), tried


assert set(KEPT) == set(OPEN)
