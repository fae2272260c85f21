"""Takes the firmware's kernel through a recorded card. Reads the question that tools/replay.py makes.

Answers what became of the payment, each command with the exchange that answered it (null: none, so it got 6D00), and
the microseconds that the steps took between the commands.
"""

import asyncio
import gc
import json
import sys
import time
from binascii import hexlify, unhexlify

from till.card.emv.aids import parse_aid
from till.card.emv.ca_keys import Store, parse_ca_key
from till.card.emv.contact import contact
from till.card.emv.contactless import contactless
from till.card.emv.requests import AskPin, Choose, Online, Reply
from till.card.errors import CardError
from till.card.reader import run
from till.card.transaction import Transaction

UNKNOWN_COMMAND = b"\x6d\x00"
# what carries the till's own data, so that only the header has to be the recorded one
WITH_TILL_DATA = (0xA8, 0xAE, 0x88, 0x82, 0x20)
NAMES = {
    0x9A: "date", 0x9F21: "time", 0x9C: "type", 0x9F37: "unpredictable", 0x9F41: "counter", 0x9F1E: "serial",
    0x9F1A: "country", 0x5F2A: "currency", 0x9F33: "capabilities", 0x9F40: "additional_capabilities",
    0x9F35: "terminal_type", 0x9F15: "merchant_category", 0x9F66: "ttq",
}  # fmt: skip


class Ended(Exception):
    """The recording has nothing of the host."""


class Recording:
    """The reader of the kernel's loop: the recorded exchanges, each given once."""

    class CardGone(Exception):
        pass

    class ReaderError(Exception):
        pass

    def __init__(self, exchanges):
        self._exchanges = [(unhexlify(c), unhexlify(r)) for c, r in exchanges]
        self._free = [True] * len(exchanges)
        self._place = 0
        self.sent = []

    async def exchange(self, command):
        command = bytes(command)
        which = self._find(command, _same)
        if which is None and len(command) > 4 and command[1] in WITH_TILL_DATA:
            which = self._find(command, _same_header)
        expected = self._place if self._place < len(self._exchanges) else None
        answer = UNKNOWN_COMMAND
        if which is not None:
            self._free[which] = False
            self._place = which + 1
            answer = self._exchanges[which][1]
        same = which is not None and _same(command, self._exchanges[which][0])
        self.sent.append([hexlify(command).decode(), which, same, hexlify(answer).decode(), expected])
        return answer

    def _find(self, command, alike):
        """The next free exchange of that kind from here on, else from the start."""
        count = len(self._exchanges)
        for step in range(count):
            which = (self._place + step) % count
            if self._free[which] and alike(command, self._exchanges[which][0]):
                return which
        return None


def _same(a, b):
    return _without_le(a) == _without_le(b)


def _same_header(a, b):
    return a[:4] == b[:4]


def _without_le(command):
    if len(command) <= 5:
        return command[:4] if command[1] != 0xC0 else command
    return command[: 5 + command[4]]


class Counter:
    """Who answers what is not the card's: the recorded person and host. card: as it was last heard of."""

    def __init__(self, question):
        self._pin, self._host = question["pin"], question["host"]
        self.card = None

    async def __call__(self, request):
        if isinstance(request, AskPin):
            return "0000" if request.online else self._pin
        if isinstance(request, Choose):
            return 0
        self.card = request.card
        if not isinstance(request, Online):
            return None
        if self._host is None:
            raise Ended()
        objects = [(tag, unhexlify(value)) for tag, value in self._host["objects"]]
        return Reply(self._host["approved"], self._host["arc"], objects)


def _keys(question, today):
    keys = []
    for whole in question["keys"]:
        try:
            keys.append(parse_ca_key(unhexlify(whole), today))
        except CardError:  # out of date on the recorded day
            pass
    return keys


def _transaction(question):
    values = {NAMES[int(tag)]: unhexlify(value) for tag, value in question["values"]}
    limits = question["limits"]
    return Transaction(
        question["amount_fen"], values.pop("date"), values.pop("unpredictable"), values.pop("counter"),
        values.pop("serial"), limits["cvm_fen"], limits["most_fen"], floor_fen=limits["floor_fen"],
        offline_most_fen=limits["offline_most_fen"], force_online=limits["force_online"], **values
    )  # fmt: skip


def answer(question):
    """One payment; "us" has the time of each of the question's "times" (1 where it says nothing)."""
    us = []
    for _ in range(question.get("times", 1)):
        gc.collect()
        told = _played(question)
        us.append(told["us"])
    told["us"] = us
    return told


def _played(question):
    recording, counter = Recording(question["exchanges"]), Counter(question)
    told = {"outcome": "error", "error": None}
    card = None
    started = time.ticks_us()
    try:
        transaction = _transaction(question)
        aids = tuple([parse_aid(unhexlify(whole)) for whole in question["aids"]])
        if question["limits"]["contact_floor_fen"] is not None:
            for aid in aids:
                aid.floor_fen, aid.target_percent = question["limits"]["contact_floor_fen"], 0
                aid.threshold_fen = aid.target_most_percent = 0
        revoked = [(unhexlify(rid), index, unhexlify(serial)) for rid, index, serial in question["revoked"]]
        store = Store(_keys(question, transaction.date), revoked)
        steps = contact if question["kind"] == "contact" else contactless
        started = time.ticks_us()
        card = asyncio.run(run(steps(transaction, aids, store), recording, counter))
        told["outcome"] = "reversed" if card.outcome == "declined" and card.host_approved else card.outcome
    except Ended:
        told["outcome"] = "online"
    except CardError as error:
        told["outcome"] = "declined" if error.code == "declined" else "error"
        told["error"] = {"code": error.code, "tag": error.tag, "offset": error.offset, "reason": error.reason}
    told["us"] = time.ticks_diff(time.ticks_us(), started)
    card = card or counter.card
    told["card"] = card and _described(card)
    told["sent"] = recording.sent
    return told


def _described(card):
    objects = dict(card.de55_final or card.de55)
    told = {"entry": card.entry, "arc": card.arc, "cvm": card.cvm, "label": card.label}
    for name in ("aid", "atc", "tvr", "tsi", "script_results"):
        told[name] = hexlify(getattr(card, name) or b"").decode().upper()
    told["cvm_results"] = hexlify(objects.get(0x9F34, b"")).decode().upper()
    return told


print(json.dumps(answer(json.loads(sys.stdin.read()))))
