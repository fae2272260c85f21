# heap: 500k
"""The driver loop: status words that ask for more, cards that leave, steps without end."""

from binascii import unhexlify

from card.cards import AID, entry, fci, gpo, ppse, transaction
from card.chip import Chip
from card.people import APPROVED, ca_keys, payment
from checks import raises
from till.card.emv.aids import UNIONPAY, Aid
from till.card.emv.ca_keys import Store
from till.card.emv.check_card import check_card
from till.card.emv.requests import Apdu, AskPin, Choose, Commit, Online
from till.card.errors import CardError
from till.card.reader import read, read_contact, run


def finish(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("waited")


class Nfc:
    """Answers by the command's hex; an exception class as answer is raised. released counts."""

    class ReaderError(Exception):
        pass

    class CardGone(ReaderError):
        pass

    def __init__(self, answers):
        self.answers = answers
        self.commands = []
        self.released = 0

    async def exchange(self, apdu):
        self.commands.append(apdu)
        answer = self.answers.pop(0)
        if isinstance(answer, type):
            raise answer("exchange", "status 01")
        return answer

    async def release(self):
        self.released += 1


def one(apdu):
    answer = yield Apdu(apdu)
    return answer


def sent(apdu, *answers):
    nfc = Nfc(list(answers))
    return finish(run(one(apdu), nfc)), nfc.commands


def test_more_data_is_fetched():
    answer, commands = sent(unhexlify("00A4040000"), b"\x61\x04", b"\x6f\x02\x84\x00\x90\x00")
    assert answer == b"\x6f\x02\x84\x00\x90\x00"
    assert commands[1] == unhexlify("00C0000004")
    answer, commands = sent(unhexlify("00A4040000"), b"AB\x61\x02", b"CD\x61\x00", b"EF\x90\x00")
    assert answer == b"ABCDEF\x90\x00"
    assert commands[1:] == [unhexlify("00C0000002"), unhexlify("00C0000000")]


def test_the_right_length_is_asked_for():
    answer, commands = sent(unhexlify("00B2010C00"), b"\x6c\x1a", b"data\x90\x00")
    assert answer == b"data\x90\x00"
    assert commands[1] == unhexlify("00B2010C1A")


def test_a_card_that_asks_for_ever_is_bounded():
    for word in (b"\x61\x00", b"\x6c\x00"):
        assert raises(CardError, sent, unhexlify("00B2010C00"), *([word] * 20)).code == "bad-data"
    assert "1024" in str(raises(CardError, sent, b"\x00\xb2\x01\x0c\x00", *([bytes(256) + b"\x61\x00"] * 20)))
    raises(CardError, sent, unhexlify("00B2010C00"), b"\x90")


def test_a_card_that_leaves_at_any_command():
    answers = [ppse(entry()), fci(), gpo()]
    for at in range(3):
        nfc = Nfc(answers[:at] + [Nfc.CardGone])
        assert raises(CardError, finish, read(nfc, transaction())).code == "card-gone"
        assert nfc.released == 1
    nfc = Nfc([Nfc.ReaderError])
    assert raises(CardError, finish, read(nfc, transaction())).code == "reader"
    assert nfc.released == 1


def test_a_whole_card():
    nfc = Nfc([ppse(entry()), fci(), gpo()])
    card = finish(read(nfc, transaction()))
    assert (card.aid, card.cvm, nfc.released) == (unhexlify(AID), "none", 1)
    assert len(nfc.commands) == 3


def test_a_till_that_takes_other_applications():
    nfc = Nfc([ppse(entry())])
    error = raises(CardError, finish, read(nfc, transaction(), (Aid(b"\xa0\x00\x00\x00\x03"),)))
    assert error.code == "no-application" and nfc.released == 1


class Slot(Nfc):
    """A contact reader with a chip in it; gone: the number of the command at which the card is pulled."""

    def __init__(self, chip, gone=None):
        Nfc.__init__(self, [])
        self.chip = chip
        self.gone = gone

    async def exchange(self, apdu):
        if len(self.chip.commands) == self.gone:
            raise Nfc.CardGone("exchange", "pulled")
        return self.chip.answer(apdu)


def test_a_contact_payment_through_the_reader():
    asked = []

    async def answer(request):
        asked.append(type(request))
        return APPROVED if isinstance(request, Online) else None

    slot = Slot(Chip())
    card = finish(read_contact(slot, payment(), UNIONPAY, Store(ca_keys()), answer))
    assert (card.outcome, slot.released, asked) == ("approved", 1, [Commit, Online])
    slot = Slot(Chip(), gone=3)
    error = raises(CardError, finish, read_contact(slot, payment(), UNIONPAY, Store(ca_keys()), answer))
    assert (error.code, slot.released) == ("card-gone", 1)

    async def stops(request):
        raise ValueError("the person went away")

    slot = Slot(Chip())
    raises(ValueError, finish, read_contact(slot, payment(), UNIONPAY, Store(ca_keys()), stops))
    assert slot.released == 1


def test_the_card_is_checked_after_a_power_cut():
    chip = Chip()
    chip.data["9F79"] = "000000012345"
    assert finish(run(check_card(UNIONPAY, True), Slot(chip))) == (unhexlify(AID), 5, 12345)
    assert not chip.sent(0xA8)
    assert finish(run(check_card(UNIONPAY, True), Slot(Chip()))) == (unhexlify(AID), 5, None)
    told = [ppse(entry()), fci(), unhexlify("9F36020007") + b"\x90\x00", b"\x6a\x88", b"\x6a\x88"]
    assert finish(run(check_card(UNIONPAY, False), Nfc(told))) == (unhexlify(AID), 7, None)
    told = [ppse(entry()), b"\x6a\x82"]
    assert raises(CardError, finish, run(check_card(UNIONPAY, False), Nfc(told))).code == "no-application"


def people():
    first = yield Choose(("UnionPay Debit", "UnionPay Credit"))
    pin = yield AskPin(4, 6, 2)
    reply = yield Online(None)
    return first, pin, reply


def test_what_is_not_the_card_s_to_answer():
    asked = []

    async def answer(request):
        asked.append(type(request))
        return {Choose: 1, AskPin: "1234", Online: ("00", [])}[type(request)]

    assert finish(run(people(), Nfc([]), answer)) == (1, "1234", ("00", []))
    assert asked == [Choose, AskPin, Online]
    assert raises(CardError, finish, run(people(), Nfc([]))).code == "use-other"


def test_steps_without_end_are_bounded():
    def endless():
        while True:
            yield Apdu(b"\x00\xb2\x01\x0c\x00")

    nfc = Nfc([b"\x90\x00"] * 200)
    assert "160" in str(raises(CardError, finish, run(endless(), nfc)))
    assert len(nfc.commands) == 160


def test_random_answers_end_in_an_answer_or_the_card_error():
    seed, ends = 9, [0, 0]
    for _ in range(250):
        answers = []
        for _ in range(10):
            seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
            status = ((0x61, 0x6C, 0x90, 0x6A)[seed >> 12 & 3], seed >> 20 & 0xFF)
            answers.append(bytes(seed >> 6 & 63) + bytes(status) if seed >> 15 & 7 else bytes(seed >> 8 & 1))
        command = (b"\x00\xa4\x04\x00\x02\x01\x02\x00", b"\x00\xb2\x01\x0c\x00", b"\x80\xca\x9f\x17")[seed >> 9 & 1]
        try:
            answer, commands = sent(command, *answers)
            assert answer[-2] not in (0x61, 0x6C) and len(commands) <= 8
            ends[0] += 1
        except CardError as error:
            assert error.code == "bad-data"
            ends[1] += 1
    assert min(ends) > 10, ends
