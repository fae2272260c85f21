# heap: 600k
"""The book: steps that are refused, steps that are taken, what it answers, what it makes of a power cut."""

from checks import raises
from journal.day import EPOCH, Card, answer, opened
from journal.torn_flash import TornFlash
from till.journal import kinds
from till.journal.errors import BookError, JournalError
from till.journal.payment import STEPS

# a way to each state
WAYS = (
    ("CREATED", ()),
    ("SENDING", (("sending",),)),
    ("REPLIED", (("sending",), ("replied", answer()))),
    ("APPROVED", (("sending",), ("replied", answer()), ("approved",))),
    ("DECLINED", (("sending",), ("replied", answer("51")), ("declined",))),
    ("REVERSING", (("sending",), ("reversing", "98"))),
    ("REVERSED", (("sending",), ("reversing", "A0"), ("reversed",))),
    ("UNRESOLVED", (("sending",), ("reversing", "96"), ("unresolved",))),
    ("OFFLINE", (("offline",),)),
    ("ACKED", (("offline",), ("acked", answer()))),
    ("REFUSED", (("offline",), ("refused", "51"))),
    ("CANCELLED", (("offline",), ("cancelled",))),
    ("ABANDONED", (("abandoned",),)),
)
LAST_STEPS = (
    ("SENDING", "sending", ()),
    ("REPLIED", "replied", (answer(),)),
    ("APPROVED", "approved", ()),
    ("DECLINED", "declined", ()),
    ("REVERSING", "reversing", ("06",)),
    ("REVERSED", "reversed", ()),
    ("UNRESOLVED", "unresolved", ()),
    ("OFFLINE", "offline", ()),
    ("ACKED", "acked", (answer(),)),
    ("REFUSED", "refused", ("51",)),
    ("CANCELLED", "cancelled", ()),
    ("ABANDONED", "abandoned", ()),
)


def new(sectors=16):
    flash = TornFlash(sectors)
    book = opened(flash)
    book.open_batch(1)
    return flash, book


def pay(book, state="APPROVED", kind="sale", amount_fen=8800, number=1, original=None, entry="C"):
    """A payment brought to a state."""
    card = Card(number, entry) if original is None else None
    payment = book.create(kind, amount_fen, EPOCH, "01", card=card, original=original)
    for name, steps in WAYS:
        if name == state:
            for step in steps:
                getattr(book, step[0])(payment, *step[1:])
    assert payment.state == state
    return payment


# ---- refused


def test_every_step_from_every_state():
    """Only the steps of states.md are taken; all others are refused and change nothing."""
    flash, book = new(40)
    for state, _ in WAYS:
        for target, method, arguments in LAST_STEPS:
            if (state, target) in (("OFFLINE", "SENDING"), ("REPLIED", "DECLINED")):
                continue  # it marks an advice as sent; an approval cannot be a decline: below
            allowed = next(before for name, before in STEPS if name == target)
            payment = pay(book, state)
            if state in allowed:
                getattr(book, method)(payment, *arguments)
                assert payment.state == book.get(payment.sequence).state == target
            else:
                programs = flash.programs
                error = raises(BookError, getattr(book, method), payment, *arguments)
                assert error.args[1].split()[0] == state and error.args[2].split()[0] == target, error.args
                assert flash.programs == programs
                assert book.get(payment.sequence).state == state
        _forget(book)


def _forget(book):
    """Rolls the batch so that the ring does not fill."""
    for payment in book.undecided():
        if payment.state in ("CREATED",):
            book.abandoned(payment)
        elif payment.state == "SENDING":
            book.reversing(payment, "98")
        elif payment.state == "REPLIED":
            book.approved(payment)
    for payment in book.pending_reversals():
        book.reversed(payment)
    for payment in book.offline_queue():
        book.refused(payment, "51")
    settle(book)
    while book.reclaim():
        pass


def settle(book):
    from till.journal import totals

    book.begin_settlement(totals.of(book))
    book.uploading((1, 1))
    book.close_batch(book.batch + 1)


def test_the_answer_decides():
    _, book = new()
    approved, declined = pay(book, "SENDING"), pay(book, "SENDING")
    book.replied(approved, answer("11"))
    book.replied(declined, answer("51"))
    raises(BookError, book.declined, approved)
    raises(BookError, book.approved, declined)
    partial, other = pay(book, "SENDING"), pay(book, "SENDING")
    book.replied(partial, answer("10"))
    book.replied(other, answer("00", amount_fen=8801))
    raises(BookError, book.approved, partial)
    raises(BookError, book.approved, other)
    queued = pay(book, "OFFLINE")
    raises(BookError, book.acked, queued, answer("51"))
    raises(BookError, book.refused, queued, "00")
    assert book.get(queued.sequence).state == "OFFLINE"


def test_what_may_not_be():
    _, book = new()
    sale = pay(book)
    refund = pay(book, "SENDING", kind="refund", original=sale)
    raises(BookError, book.reversing, refund, "98")  # it is sent again instead
    sent = pay(book, "SENDING")
    raises(BookError, book.reversing, sent, "17")
    card = Card()
    card.pin_entered = True
    with_pin = book.create("sale", 100, EPOCH, "01", card=card)
    raises(BookError, book.offline, with_pin)
    raises(BookError, book.offline, pay(book, "CREATED", kind="void", original=sale))
    raises(BookError, book.printed, pay(book, "DECLINED"))
    queued = pay(book, "OFFLINE")
    book.sending(queued)
    assert queued.sent and queued.state == "OFFLINE"
    raises(BookError, book.cancelled, queued)
    raises(BookError, book.create, "tip", 100, EPOCH, "01")
    raises(JournalError, book.create, "sale", -1, EPOCH, "01")
    raises(BookError, opened(TornFlash(16)).create, "sale", 100, EPOCH, "01")  # no batch yet


def test_no_step_is_taken_from_an_old_state():
    _, book = new()
    payment = pay(book, "SENDING")
    stale = book.get(payment.sequence)
    book.reversing(payment, "98")
    raises(BookError, book.replied, stale, answer())
    assert stale.state == "REVERSING"


def test_settlement_takes_its_steps_in_order():
    from till.journal import totals

    flash, book = new()
    raises(BookError, book.uploading, (1, 1))
    raises(BookError, book.close_batch, 2)
    raises(BookError, book.uploaded, 1)
    sale = pay(book)
    raises(BookError, book.open_batch, 2)
    half = pay(book, "SENDING")
    raises(BookError, book.begin_settlement, totals.of(book))
    book.reversing(half, "98")
    book.begin_settlement(totals.of(book))
    for reader in (book, opened(flash)):
        assert reader.settling == "TOTALS" and reader.settlement.totals.domestic == (8800, 1, 0, 0)
        raises(BookError, reader.create, "sale", 100, EPOCH, "01")
        raises(BookError, reader.begin_settlement, totals.of(reader))
        raises(BookError, reader.close_batch, 2)
        assert reader.settlement.trace == book.settlement.trace
    book.uploading((2, 1), ((8700, 1, 0, 0), (1 << 33, 2, 3, 4)))
    assert [payment.trace for payment in book.to_upload()] == [sale.trace]
    book.uploaded(sale)
    for reader in (book, opened(flash)):
        assert reader.settling == "UPLOADING" and reader.settlement.flags == (2, 1)
        assert reader.settlement.host == ((8700, 1, 0, 0), (1 << 33, 2, 3, 4))
        assert reader.settlement.end_trace == book.settlement.end_trace > book.settlement.trace
        assert not list(reader.to_upload()) and reader.uploaded_count() == 1
        raises(BookError, reader.close_batch, 1)
        raises(BookError, reader.close_batch, 1000000)
    book.close_batch(7)
    for reader in (book, opened(flash)):
        assert (reader.batch, reader.count, reader.settling) == (7, 0, None)
        last = reader.last_settlement()
        assert (last.batch, last.state, last.flags) == (1, "CLOSED", (2, 1))
        assert last.totals.kinds(0) == (("sale", 1, 8800),)
        assert [payment.trace for payment in reader.pending_reversals()] == [half.trace]


# ---- what it answers


def test_a_payment_is_read_as_it_was_written():
    flash, book = new()
    sale = pay(book, number=7)
    again = opened(flash).find(sale.trace)
    for name in sale.__slots__:
        assert getattr(again, name) == getattr(sale, name) or not getattr(again, name), name
    assert again.pan == Card(7).pan and again.track2 == Card(7).track2 and again.de55 == Card(7).de55
    assert again.rrn == "123456789012" and again.scheme == "CUP" and again.label == "UnionPay Debit"
    assert opened(flash).find(sale.trace, 2) is None and opened(flash).find(99) is None


def test_reasons_and_marks():
    flash, book = new()
    for reason in ("98", "96", "A0", "06"):
        payment = pay(book, "SENDING")
        book.reversing(payment, reason)
        assert payment.reversal_reason == opened(flash).get(payment.sequence).reversal_reason == reason
    payment = pay(book)
    assert not (payment.is_printed or payment.script_due or payment.is_offline or payment.acknowledged)
    book.printed(payment)
    book.script_due(payment)
    again = opened(flash).get(payment.sequence)
    assert again.is_printed and again.script_due and payment.script_due
    book.script_sent(payment)
    assert not opened(flash).get(payment.sequence).script_due


def test_queues_are_in_order():
    flash, book = new()
    first, second = pay(book, "REVERSING"), pay(book, "REVERSING")
    queued = [pay(book, "OFFLINE", amount_fen=100 * n, number=n % 2) for n in range(1, 5)]
    refund = pay(book, "SENDING", kind="refund", original=pay(book))
    answered = pay(book, "REPLIED", kind="refund", original=pay(book))
    for reader in (book, opened(flash)):
        assert [one.trace for one in reader.pending_reversals()] == [first.trace, second.trace]
        assert [one.trace for one in reader.offline_queue()] == [one.trace for one in queued]
        assert [one.trace for one in reader.to_resend()] == [refund.trace]
        assert (reader.offline_count, reader.offline_total_fen) == (4, 1000)
    for one in book.offline_queue():  # what is done to one does not disturb the others
        book.acked(one, answer())
        pay(book, "DECLINED")
        book.reclaim()
    assert not list(book.offline_queue()) and (book.offline_count, book.offline_total_fen) == (0, 0)
    assert answered.state == "REPLIED"


def test_a_queue_is_walked_whole_while_sectors_are_reclaimed():
    flash, book = new(16)
    traces = [pay(book, "OFFLINE").trace for _ in range(12)]
    for _ in range(2):
        settle(book)
        for _ in range(40):
            pay(book, "DECLINED")
            book.reclaim()
    seen, moves = [], book.ring.moves
    for one in book.offline_queue():
        seen.append(one.trace)
        settle(book)
        for _ in range(6):
            pay(book, "DECLINED")
        while book.reclaim():
            pass
    assert seen == traces and book.ring.moves > moves and flash.erases > 16


def test_last_and_unprinted():
    flash, book = new()
    assert book.last() is None and book.unprinted() is None
    sale = pay(book)
    pay(book, "DECLINED")
    assert book.last().trace == book.unprinted().trace == sale.trace
    book.printed(sale)
    assert book.last().trace == sale.trace and book.unprinted() is None
    queued = pay(book, "OFFLINE")
    assert opened(flash).last().trace == opened(flash).unprinted().trace == queued.trace


def test_void_and_refund_name_their_sale():
    _, book = new()
    sale, other = pay(book, number=3), pay(book, number=3)
    assert not book.voided(sale)
    void = pay(book, "REVERSED", kind="void", original=sale)
    assert void.state == "REVERSED" and not book.voided(sale), "its sale stands again"
    assert (void.original_batch, void.original_trace) == (1, sale.trace)
    assert (void.original_rrn, void.original_auth, void.original_date) == ("123456789012", "A12345", "1123")
    assert void.pan == sale.pan and void.expiry == "3012" and void.entry == "C" and not void.track2
    pay(book, kind="void", original=sale)
    assert book.voided(sale) and not book.voided(other)
    pay(book, kind="refund", amount_fen=1000, original=other)
    pay(book, "DECLINED", kind="refund", amount_fen=7000, original=other)
    pay(book, "SENDING", kind="refund", amount_fen=500, original=other)  # unknown: it may have been done
    named = {"batch": 1, "trace": other.trace, "date": "1123", "rrn": "123456789012", "auth": "A12345"}
    by_hand = book.create("refund", 200, EPOCH, "01", card=Card(3), original=named)
    book.sending(by_hand)
    book.replied(by_hand, answer())
    book.approved(by_hand)
    assert book.refunded_fen(other) == 1700 and book.refunded_fen(sale) == 0


def test_traces_pass_over_what_is_undecided():
    flash, book = new()
    book.trace = 999995
    undecided = [pay(book, "OFFLINE"), pay(book, "APPROVED"), pay(book, "REVERSING"), pay(book, "OFFLINE")]
    assert [one.trace for one in undecided] == [999996, 999997, 999998, 999999]
    assert [book.next_trace() for _ in range(2)] == [1, 2]
    book.trace = 999994
    assert book.coming_trace() == book.coming_trace() == 999995
    assert [book.next_trace() for _ in range(4)] == [999995, 999997, 1, 2]
    assert pay(book).trace == 3
    assert opened(flash).next_trace() == 4


def test_a_batch_counts_what_may_come_to_its_totals():
    flash, book = new()
    for state, _ in WAYS:
        pay(book, state)
    for reader in (book, opened(flash)):
        assert reader.count == 8  # all but declined, reversed, refused, cancelled, abandoned
        assert reader.has_open_records()


def test_an_answer_in_the_next_batch_counts_there():
    from till.journal import totals

    flash, book = new()
    queued = pay(book, "OFFLINE", amount_fen=1200)
    settle(book)
    assert totals.of(book).count == book.count == 0
    book.acked(queued, answer())
    for reader in (book, opened(flash)):
        assert totals.of(reader).domestic == (1200, 1, 0, 0) and reader.count == 1
        assert [one.trace for one in reader.vouchers()] == [queued.trace]
    settle(book)
    for reader in (book, opened(flash)):
        assert totals.of(reader).count == reader.count == 0


# ---- a power cut


def test_recovery_does_what_the_table_of_states_says():
    flash, book = new()
    sale = pay(book)
    cases = (
        (pay(book, "CREATED"), "ABANDONED", None),
        (pay(book, "SENDING"), "REVERSING", "98"),
        (pay(book, "SENDING", kind="void", original=sale), "REVERSING", "98"),
        (pay(book, "SENDING", kind="refund", original=sale), "SENDING", None),
        (pay(book, "REPLIED"), "APPROVED", None),
        (pay(book, "REPLIED", entry="I"), "REVERSING", "06"),
        (pay(book, "REPLIED", kind="void", original=sale), "APPROVED", None),
        (pay(book, "REPLIED", kind="refund", original=sale), "APPROVED", None),
        (_replied(book, answer("51")), "DECLINED", None),
        (_replied(book, answer("10")), "REVERSING", "06"),
        (_replied(book, answer("00", amount_fen=1)), "REVERSING", "06"),
        (pay(book, "REVERSING"), "REVERSING", "98"),
        (pay(book, "UNRESOLVED"), "UNRESOLVED", "96"),
        (pay(book, "OFFLINE"), "OFFLINE", None),
    )
    again = opened(flash)
    done = again.recover()
    changed = []
    for payment, state, reason in cases:
        found = again.get(payment.sequence)
        assert (found.state, found.reversal_reason) == (state, reason), payment.trace
        if state != payment.state:
            changed.append((payment.trace, payment.state, state))
    assert done == changed
    assert again.recover() == [] and opened(flash).recover() == []
    assert again.unprinted().kind == "sale"


def _replied(book, reply):
    payment = pay(book, "SENDING")
    book.replied(payment, reply)
    return payment


def test_an_answer_without_its_mark_is_finished():
    for response, state in (("00", "ACKED"), ("51", "REFUSED")):
        flash, book = new()
        queued = pay(book, "OFFLINE")
        book._keep(queued, answer(response))  # the cut comes before the mark
        again = opened(flash)
        assert again.recover() == [(queued.trace, "OFFLINE", state)]
        assert (again.offline_count, again.offline_total_fen) == (0, 0)
        assert opened(flash).count == again.count


def test_a_damaged_record_stops_nothing():
    flash, book = new()
    pay(book, "OFFLINE", number=1)
    damaged = pay(book, "OFFLINE", number=2)
    pay(book, "REVERSING")
    record = book.ring.get(damaged.sequence)
    flash.image[record.sector * 4096 + record.page * 256 + 100] ^= 1
    again = opened(flash)
    assert again.recover() == [] and again.offline_count == 2
    assert len(list(again.offline_queue())) == 1 and len(list(again.pending_reversals())) == 1
    assert again.damaged == damaged.sequence
    assert pay(again).trace == 4
    flash.image[record.sector * 4096 + record.page * 256 + 50] ^= 1  # what the total is made of
    assert opened(flash).damaged == damaged.sequence


def test_full_says_so_and_settles():
    _, book = new(7)
    error = None
    while error is None:
        try:
            pay(book)
        except JournalError as full:
            error = full
    assert error.args == ("space", "journal full: settle first") and not book.has_room()
    settle(book)
    while book.reclaim():
        pass
    assert book.has_room() and pay(book).batch == 2


def test_what_is_no_longer_needed_goes_and_the_rest_stays():
    flash, book = new(16)
    keep = [pay(book, "OFFLINE"), pay(book, "REVERSING"), pay(book, "UNRESOLVED")]
    book.printed(keep[0])
    forgotten, unprinted = pay(book), pay(book)
    for _ in range(6):
        for _ in range(12):
            book.printed(pay(book))
            book.reclaim()
        settle(book)
    while book.reclaim():
        pass
    again = opened(flash)
    assert [one.trace for one in again.vouchers()] == [one.trace for one in keep]
    assert again.last_settlement().totals.count == 12
    assert again.unprinted().trace == unprinted.trace
    left = again.ring.get(forgotten.sequence)
    assert left is None or not again.is_live(left)
    kept = [record.kind for record in again.ring.records()]
    assert kept.count(kinds.REPLY) < 30


def test_the_batch_closed_last_stays_for_its_slip():
    flash, book = new(32)
    for _ in range(3):
        traces = [pay(book).trace for _ in range(20)]
        settle(book)
        while book.reclaim():
            pass
    assert [one.trace for one in opened(flash).closed_vouchers()] == traces
    assert flash.erases and book.find(1) is None


def test_only_the_key_reads_it():
    """No card number, track 2 or cryptogram on the flash, in any packing it could have slipped through in."""
    flash, book = new()
    card = Card(7)
    pay(book, number=7)
    pay(book, "OFFLINE", number=7)
    image = bytes(flash.image)
    pan, track2 = card.pan, card.track2
    for text in (pan, track2, pan[:12], pan[6:]):
        for packed in (text.encode(), _bcd(text), _bcd("0" + text), card.de55[:11], card.de55[3:11]):
            assert packed not in image
    part = bytearray(image[4096:8192])
    part[904:914] = _bcd(pan)
    assert _bcd(pan) in bytes(part), "the search finds it where it stands"
    raises(JournalError, opened, flash, b"another key 1234")


def _bcd(text):
    text = text.replace("=", "D")
    return bytes([int(text[index : index + 2], 16) for index in range(0, len(text) - 1, 2)])


class Caps:
    """Lets so many wait."""

    def __init__(self, most):
        self.most = most

    def check(self, book, payment):
        if book.offline_count >= self.most:
            raise ValueError("cap")


def test_caps_are_asked_in_the_step_itself():
    flash, book = new()
    first, second = pay(book, "CREATED"), pay(book, "CREATED")
    book.offline(first, Caps(1))
    raises(ValueError, book.offline, second, Caps(1))
    assert [one.trace for one in opened(flash).offline_queue()] == [first.trace]
    assert opened(flash).get(second.sequence).state == "CREATED"


def test_who_approved_is_kept():
    flash, book = new()
    payment = book.create("sale", 8800, EPOCH, "01", card=Card(), authority="voice", auth_code="012345")
    book.offline(payment)
    kept = opened(flash).get(payment.sequence)
    assert (kept.authority, kept.auth_code) == ("voice", "012345")
    book.acked(payment, answer(auth_code="999999"))
    assert opened(flash).get(payment.sequence).auth_code == "999999"
    plain = pay(book)
    assert opened(flash).get(plain.sequence).authority == "deferred"


def test_a_refusal_waits_for_a_decision_whatever_the_power_does():
    flash, book = new()
    refused = pay(book, "REFUSED")
    settle(book)
    for _ in range(40):
        pay(book)
        book.reclaim()
    settle(book)
    while book.reclaim():
        pass
    assert book.is_live(book.ring.get(refused.sequence)), "no sector may take it along"
    found = list(opened(flash).refusals())
    assert [(one.trace, one.response) for one in found] == [(refused.trace, "51")]
    assert not book.tried_again(found[0])
    again = book.create("sale", 8800, EPOCH, "01", card=found[0], original=found[0])
    assert book.tried_again(found[0]), "named by a payment that may come to something"
    book.abandoned(again)
    assert not book.tried_again(found[0])
    book.decided(found[0])
    assert not list(opened(flash).refusals()) and opened(flash).get(refused.sequence).decided
    assert [one.trace for one in opened(flash).untold()] == [refused.trace] and book.is_live(
        book.ring.get(refused.sequence)
    ), "the host does not know of it yet"
    book.told(found[0])
    assert not list(opened(flash).untold())
    assert not book.is_live(book.ring.get(refused.sequence)), "and now its room may be had"
    raises(BookError, book.told, pay(book, "REFUSED"))
    raises(BookError, book.decided, pay(book))


def test_what_a_person_takes_over_is_no_work_of_the_till_any_more():
    flash, book = new()
    queued, sent = pay(book, "OFFLINE"), pay(book, "OFFLINE")
    book.sending(sent)
    reversing = pay(book, "REVERSING")
    refund = pay(book, "SENDING", kind="refund", original=pay(book))
    for payment in (queued, sent, reversing, refund):
        book.handed_over(payment)
    for reader in (book, opened(flash)):
        assert not list(reader.offline_queue()) and not list(reader.pending_reversals())
        assert not list(reader.to_resend()) and reader.offline_count == 0
        states = [reader.get(one.sequence).state for one in (queued, sent, reversing, refund)]
        assert states == ["CANCELLED", "CANCELLED", "UNRESOLVED", "ABANDONED"]
        assert all(reader.get(one.sequence).decided for one in (queued, sent, reversing, refund))
    assert book.count == opened(flash).count
    raises(BookError, book.handed_over, pay(book))
