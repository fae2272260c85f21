"""The till's kernel at a persona's card, with an issuer behind it and everything else in this process. Each command
and its answer are noted, so that a payment can be played again."""

import asyncio

from host_sim.acquirer.terminal_parameters import application_entries, ca_entries
from host_sim.networks.issuer import AuthRequest, IssuerKeys
from host_sim.networks.pki.authority import revocations
from host_sim.rig.cards.contact import Mute, Pulled
from host_sim.rig.cards.emv.objects import walk
from host_sim.rig.cards.emv.personas import make
from tests.host.till import des, xor
from till.card.emv.aids import parse_aid
from till.card.emv.ca_keys import Store, parse_ca_key
from till.card.emv.contact import contact
from till.card.emv.contactless import contactless
from till.card.emv.requests import AskPin, Choose, Commit, Online, Reply
from till.card.emv.torn import Tap
from till.card.errors import CardError
from till.card.reader import run
from till.card.transaction import Transaction

KEYS = IssuerKeys(bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48)), bytes(32))
AMOUNT_FEN = 10_000
TODAY = bytes.fromhex("261123")
REFUSALS = {"blocked": "not_accepted", "chip-failed": "card_error"}


def till_aids():
    """The applications that a till downloads."""
    return tuple(parse_aid(entry.whole) for entry in application_entries())


def ca_store():
    """The keys and revocations that a till downloads; one of the keys has expired and is not taken."""
    keys = []
    for entry in ca_entries():
        try:
            keys.append(parse_ca_key(entry.whole, TODAY))
        except CardError as error:
            assert "expired" in str(error)
    assert len(keys) == len(ca_entries()) - 1
    return Store(keys, [(one.rid, one.index, one.serial) for one in revocations()])


class Slot:
    """The contact reader as the kernel's loop takes it, with a card in it. log: (command, answer) are added to it."""

    class CardGone(Exception):
        pass

    class ReaderError(Exception):
        pass

    def __init__(self, card, log):
        self.card, self.log = card, log

    async def exchange(self, command):
        try:
            answer = self.card.transmit(bytes(command))
            self.log.append((bytes(command), answer))
            return answer
        except Mute:
            raise self.ReaderError from None
        except Pulled:
            raise self.CardGone from None


class Counter:
    """Who answers what is not the card's: the person, the journal, the host. seen: what was told on the way."""

    def __init__(self, row, issuer):
        self.row, self.issuer, self.seen = row, issuer, {}

    async def __call__(self, request):
        if isinstance(request, AskPin):
            return self.row["pin"]
        if isinstance(request, Choose):
            return 0
        if isinstance(request, Commit):
            self.seen["tvr_first"] = request.card.tvr.hex().upper()
            return None
        assert isinstance(request, Online)
        return self._authorised(request.card)

    def _authorised(self, card):
        block = None
        if card.cvm == "online-pin":
            clear = bytes.fromhex(f"0{len(self.row['pin']):X}{self.row['pin']}".ljust(16, "F"))
            block = des(KEYS.zpk, xor(clear, bytes.fromhex("0000" + card.pan[-13:-1])))
        objects = [(tag, bytes(value)) for tag, value in card.de55]
        self.seen["cid"] = dict(objects)[0x9F27].hex()
        de55 = b"".join(tag.to_bytes(1 + (tag > 0xFF), "big") + bytes([len(value)]) + value for tag, value in objects)
        reference = f"R{self.row['number']}"
        decision = self.issuer.authorise(
            AuthRequest(reference, AMOUNT_FEN, card.psn[-2:], card.expiry, card.pan, de55, block)
        )
        proof = [(0x91, decision.issuer_data)] if decision.issuer_data else []
        return Reply(decision.approved, decision.response, proof + list(walk(decision.scripts)))


def pay(row, issuer, aids, store, log=None):
    """What the kernel makes of the persona; a card that was pulled is put in once more, and the log begins anew."""
    log = [] if log is None else log
    made, counter = make(row["name"], issuer), Counter(row, issuer)
    transaction = Transaction(
        AMOUNT_FEN, TODAY, row["number"].to_bytes(4, "big"), b"\x00\x00\x00\x01", b"90000001", 100_000, 5_000_000,
        floor_fen=50_000, capabilities=bytes.fromhex("E0E8C8"), offline_most_fen=1_000_000,
    )  # fmt: skip
    for _ in range(2):
        try:
            log.clear()
            made.contact.power_on()
            card = asyncio.run(run(contact(transaction, aids, store), Slot(made.contact, log), counter))
        except Mute:
            return {"outcome": "card_error"}
        except CardError as error:
            if error.code == "card-gone":
                continue
            return {"outcome": REFUSALS[error.code]}
        outcome = "reversed" if card.outcome == "declined" and card.host_approved else card.outcome
        told = {"outcome": outcome, "tvr": card.tvr.hex().upper(), "tsi": card.tsi.hex().upper(), "arc": card.arc}
        cvm = dict(card.de55_final or card.de55)[0x9F34].hex().upper()
        return {**counter.seen, **told, "cvm": cvm, "results": card.script_results.hex()}
    raise AssertionError("the card was pulled twice")


def tapped(row, issuer, aids, store, log=None):
    """What comes of a tap, as the persona's row calls it; a card that left is tapped once more."""
    log = [] if log is None else log
    card, tap = make(row["name"], issuer).tap, Tap()
    counter = Counter(row, issuer)
    transaction = Transaction(
        AMOUNT_FEN, TODAY, b"\x7a" + row["number"].to_bytes(3, "big"), b"\x00\x00\x00\x01", b"90000001", 100_000,
        5_000_000, floor_fen=100_000, ttq=b"\x36\x00\x00\x80", offline_most_fen=1_000_000,
    )  # fmt: skip
    for _ in range(2):
        log.clear()
        steps, reply = contactless(transaction, aids, store, tap), None
        card.reset()
        try:
            while True:
                request = steps.send(reply)
                reply = card.process(bytes(request.data))
                log.append((bytes(request.data), reply))
                if reply is None:
                    steps.throw(CardError(0, 0, "the card left", "card-gone"))
        except StopIteration as end:
            if end.value.outcome == "approved":
                return "approved_offline"
            return "approved" if counter._authorised(end.value).approved else "declined"
        except CardError as error:
            code = error.code
            if code != "card-gone":
                break
    refusals = {"blocked": "not_accepted", "no-application": "not_accepted", "declined": "declined"}
    return refusals.get(code, "card_error")
