# heap: 500k
"""How little memory a payment with the longest keys takes: the heap is filled up but for a few KB, then it is made."""

import gc

from card.chip import Chip
from card.people import APPROVED, ca_keys, payment
from till.card.emv.aids import UNIONPAY
from till.card.emv.ca_keys import Store
from till.card.emv.contact import contact
from till.card.emv.requests import Apdu, Online

FREE_BYTES = 24 * 1024  # of 64-bit objects; 20 are enough, on the board about half
CHUNK = 256


def recorded(aip):
    """The card's answers to a payment with 1984-bit keys, so that its own arithmetic is not measured."""
    chip = Chip("large", aip)
    answers = []
    paid(lambda command: answers.append(chip.answer(command)) or answers[-1])
    return answers


def paid(answer):
    steps = contact(payment(), UNIONPAY, Store([key for key in ca_keys() if key.index == 0xE4]))
    reply = None
    for _ in range(60):
        try:
            request = steps.send(reply)
        except StopIteration as end:
            return end.value
        reply = answer(request.data) if isinstance(request, Apdu) else None
        if isinstance(request, Online):
            reply = APPROVED
    raise AssertionError("no end")


def in_little_memory(aip, free_bytes):
    answers = recorded(aip)
    ballast = None
    if hasattr(gc, "mem_free"):
        gc.collect()
        while gc.mem_free() > free_bytes:
            ballast = (bytearray(CHUNK), ballast)
    return paid(lambda command: answers.pop(0))


def test_dda_with_1984_bit_keys():
    card = in_little_memory("3800", FREE_BYTES)
    assert card.outcome == "approved" and card.tvr[0] == 0


def test_cda_with_1984_bit_keys():
    card = in_little_memory("3900", FREE_BYTES)
    assert card.outcome == "approved" and card.tvr[0] == 0


def test_sda_with_1984_bit_keys():
    card = in_little_memory("5800", FREE_BYTES)
    assert card.outcome == "approved" and card.tvr[0] == 0x02
