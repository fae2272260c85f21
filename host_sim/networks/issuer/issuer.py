"""The issuer: cards, authorisations, and money on accounts. Every request is idempotent by its reference."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.clock import Clock
from host_sim.networks.cards import luhn, mask
from host_sim.networks.clearing.house import House
from host_sim.networks.clearing.item import ClearingItem
from host_sim.networks.issuer import rules, telephone
from host_sim.networks.issuer.chips import Chip, Objects, card_keys, chip, verify
from host_sim.networks.issuer.clearing import first_issued, issued_items, network_fee
from host_sim.networks.issuer.cryptogram import ATC, CryptogramError
from host_sim.networks.issuer.de55 import De55Error, read_de55
from host_sim.networks.issuer.giving_back import give_back, take_back
from host_sim.networks.issuer.messages import AuthRequest, Decision, IssuerError, IssuerKeys, MovementView
from host_sim.networks.issuer.pin import PVKI, verification_value
from host_sim.networks.issuer.records import Records
from host_sim.networks.issuer.schema import ACCOUNT_STATES, Account, Base, Movement, Order
from host_sim.networks.issuer.scripts import new_order, note_results, open_orders, take_false_answer, templates
from host_sim.store.connect import connect, read_only
from host_sim.store.migrate import create_missing

SERVICE_CODE = "220"
CARD_LIMIT_FEN = 5_000_000
CVM_LIMIT_FEN = 100_000
OPENING = "opening"


class Issuer:
    """An issuer with its own database. Its methods block; each is one transaction."""

    def __init__(self, database_url: str, keys: IssuerKeys, clock: Clock):
        self._keys = keys
        self._clock = clock
        self._records = Records(keys.token, clock)
        self._engine = connect(database_url)
        self._reading = read_only(self._engine)
        # SQLite has one writer: who waits for it here is woken at once, who waits there sleeps and looks again.
        self._turn = threading.Lock() if self._engine.dialect.name == "sqlite" else contextlib.nullcontext()
        create_missing(self._engine, Base.metadata)

    def close(self) -> None:
        """Release the database."""
        self._engine.dispose()
        self._reading.dispose()

    def clearing(self, channel: str, cutoff: time, zone: str, basis_points: int) -> Callable[[Path], House]:
        """The clearing house of the network that this issuer is alone in, for a folder to lay files in."""
        fee_fen = network_fee(basis_points)

        def items(first: datetime, end: datetime) -> Iterator[ClearingItem]:
            return issued_items(self._reading, first, end, fee_fen)

        return lambda folder: House(channel, "fixed", cutoff, zone, items, lambda: first_issued(self._reading), folder)

    def issue_card(
        self,
        pan: str,
        psn: str,
        expiry: str,
        pin: str,
        balance_fen: int,
        label: str = "UnionPay Debit",
        limit_fen: int = CARD_LIMIT_FEN,
        cvm_limit_fen: int = CVM_LIMIT_FEN,
    ) -> dict[str, Any]:
        """Open an account and return what is written on its card.

        psn: two digits. expiry: YYMM. The dict: pan, psn, expiry, service_code, udk, smi, smc (keys, hex), uid (hex),
        atc, label, cvm_limit_fen.
        """
        if not (13 <= len(pan) <= 19 and pan.isdigit() and luhn(pan)):
            raise IssuerError("card number", "is not 13 to 19 digits with a right check digit")
        card_token = self._records.token(pan)
        with self._turn, Session(self._engine) as session, session.begin():
            if self._records.find(session, pan) is not None:
                raise IssuerError("card number", "has been issued already: use another number")
            account = Account(
                pan_token=card_token,
                pan_masked=mask(pan),
                psn=psn,
                expiry=expiry,
                label=label,
                balance_fen=0,
                limit_fen=limit_fen,
                cvm_limit_fen=cvm_limit_fen,
                pvki=PVKI,
                pvv=verification_value(self._keys.pvk, pan, pin),
                pin_length=len(pin),
                tries=rules.PIN_TRIES,
            )
            session.add(account)
            session.flush()
            self._records.move(session, account, f"C{account.id:011d}", OPENING, balance_fen)
        keys = card_keys(self._keys.imk, pan, psn)
        return {
            "pan": pan,
            "psn": psn,
            "expiry": expiry,
            "service_code": SERVICE_CODE,
            "udk": keys.ac.hex(),
            "smi": keys.smi.hex(),
            "smc": keys.smc.hex(),
            "uid": "08" + card_token[:6],  # 08: a single-size UID that is not the chip's serial (ISO/IEC 14443-3)
            "atc": 0,
            "label": label,
            "cvm_limit_fen": cvm_limit_fen,
        }

    def set_state(self, pan: str, state: str) -> None:
        """Block or free a card. state: active, lost, stolen, restricted, closed, or referral (call the issuer)."""
        if state not in ACCOUNT_STATES:
            raise IssuerError("state", f"is one of {', '.join(ACCOUNT_STATES)}")
        with self._turn, Session(self._engine) as session, session.begin():
            self._records.account(session, pan).state = state

    def credit(self, pan: str, amount_fen: int) -> None:
        """Money paid in."""
        with self._turn, Session(self._engine) as session, session.begin():
            account = self._records.account(session, pan)
            number = session.scalar(select(func.count()).select_from(Movement)) or 0
            self._records.move(session, account, f"D{number:011d}", OPENING, amount_fen)

    def by_telephone(self, pan: str, amount_fen: int) -> str | None:
        """Somebody calls about a payment. The authorisation code, None for no."""
        with self._turn, Session(self._engine) as session, session.begin():
            return telephone.promise(session, self._records.account(session, pan), amount_fen, self._clock.now())

    def order_script(self, pan: str, command: str, **given: Any) -> int:
        """A command for the card, sent with its next genuine answers until its result comes; the order's number.

        command and what is given with it: scripts.py. Raises IssuerError.
        """
        with self._turn, Session(self._engine) as session, session.begin():
            account = self._records.account(session, pan)
            order = new_order(account, self._keys.zpk, pan, command, **given)
            session.add(order)
            account.scripts_wait = True
            session.flush()
            return order.id

    def script_results(self, reference: str, results: bytes) -> int:
        """What became of the scripts in the answer to reference: DF31's entries. How many of them were ours."""
        with self._turn, Session(self._engine) as session, session.begin():
            return note_results(session, reference, results)

    def orders(self, pan: str) -> list[tuple[int, str, str, str | None]]:
        """The card's orders: number, command, state (open, done, failed, given up), result in hex."""
        with Session(self._reading) as session:
            account = select(Account.id).where(Account.pan_token == self._records.token(pan)).scalar_subquery()
            rows = session.scalars(select(Order).where(Order.account_id == account).order_by(Order.id))
            return [(row.id, row.command, row.state, row.result) for row in rows]

    def authorise(self, request: AuthRequest) -> Decision:
        """Decide on a payment and take the money. The same reference again gets the same answer."""
        with self._turn, Session(self._engine) as session, session.begin():
            account = self._records.find(session, request.pan)
            # Looked for once the account is locked: the same question that comes twice at once is decided once.
            known = self._records.known(session, request.reference)
            if known is not None:
                return self._records.again(session, known)
            if account is None:
                return self._records.decide(session, request.reference, "sale", None, request.amount_fen, "14")
            session.expunge(account)  # one statement writes it back, for less than a flush
            decision = self._decide(session, account, request)
            self._records.keep(session, account)
            return decision

    def void(self, reference: str, original: str) -> Decision:
        """Give back the whole of an approved payment. 12 where it is not one any more, 25 where it is unknown."""
        with self._turn, Session(self._engine) as session, session.begin():
            return give_back(session, self._records, reference, "void", original, None)

    def refund(self, reference: str, original: str, amount_fen: int) -> Decision:
        """Give back part of an approved payment. 64 where all refunds together would pass it."""
        with self._turn, Session(self._engine) as session, session.begin():
            return give_back(session, self._records, reference, "refund", original, amount_fen)

    def reverse(self, reference: str) -> Decision:
        """Undo whatever the reference did; one that has not come yet is refused when it comes."""
        with self._turn, Session(self._engine) as session, session.begin():
            return take_back(session, self._records, reference)

    def enquire(self, reference: str) -> Decision | None:
        """What was decided for the reference, None where it has not come."""
        with self._turn, Session(self._engine) as session, session.begin():
            known = self._records.known(session, reference)
            return None if known is None else self._records.again(session, known)

    def balance_fen(self, pan: str) -> int:
        """What is on the card's account."""
        with Session(self._reading) as session:
            balance_fen = session.scalar(
                select(Account.balance_fen).where(Account.pan_token == self._records.token(pan))
            )
        if balance_fen is None:
            raise IssuerError("card number", "is not one of this issuer's: issue it first")
        return balance_fen

    def movements(self) -> list[MovementView]:
        """Every movement of every account, oldest first, openings left out."""
        with Session(self._reading) as session:
            rows = session.scalars(select(Movement).where(Movement.kind != OPENING).order_by(Movement.id))
            return [MovementView(r.account.pan_masked, r.reference, r.kind, r.amount_fen, r.at) for r in rows]

    def unbalanced(self) -> list[tuple[str, int, int]]:
        """Accounts whose balance is not the sum of their movements: masked number, balance, sum."""
        with Session(self._reading) as session:
            sums = (
                select(Account.pan_masked, Account.balance_fen, func.coalesce(func.sum(Movement.amount_fen), 0))
                .outerjoin(Movement, Movement.account_id == Account.id)
                .group_by(Account.id)
            )
            found = [(masked, balance, int(moved)) for masked, balance, moved in session.execute(sums)]
            return [(masked, balance, moved) for masked, balance, moved in found if balance != moved]

    def _decide(self, session: Session, account: Account, request: AuthRequest) -> Decision:
        if request.service_code is not None:
            return self._decide_stripe(session, account, request)
        try:
            objects = read_de55(request.de55)
        except De55Error:
            objects = {}
        try:
            card = chip(self._keys.imk, request.pan, request.psn, objects)
            kind = verify(card, objects)
        except CryptogramError:
            card = kind = None
        response = (
            rules.card_standing(account, request, self._clock.now())
            or rules.genuine(kind, request, objects)
            or rules.counter(session, account, request, objects)
            or rules.fresh(account, request, objects)
        )
        more: dict[str, Any] = {}
        scripts = b""
        if response is None and card is not None:
            # The card is proved genuine: from here on it gets an answer that it can check.
            atc = int.from_bytes(objects[ATC], "big")
            account.atc = max(account.atc, atc)
            if kind == rules.TC_TYPE:  # the card has approved in the issuer's name: that is kept
                response = "00"
            elif request.voice_code is not None:
                response = telephone.keep(session, account, request)
            else:
                response = rules.cardholder(account, request, objects, self._keys)
                response = response or rules.money(account, request) or "00"
            if request.deferred:
                rules.let_go(session, account, atc)
            data = card.answer(objects, response)
            if account.scripts_wait and not request.deferred:
                data, scripts = self._scripts(session, account, request, card, objects, data)
            more = {"said": request.voice_code, "atc": atc, "issuer_data": data}
        assert response is not None
        decision = self._records.decide(
            session, request.reference, "sale", account, request.amount_fen, response, **more
        )
        if decision.approved:
            self._records.move(session, account, request.reference, "sale", -request.amount_fen)
        return replace(decision, balance_fen=account.balance_fen, scripts=scripts)

    def _decide_stripe(self, session: Session, account: Account, request: AuthRequest) -> Decision:
        response = (
            rules.card_standing(account, replace(request, psn=account.psn), self._clock.now())  # a stripe has none
            or rules.stripe(request)
            or rules.cardholder(account, request, {}, self._keys)
            or rules.money(account, request)
            or "00"
        )
        decision = self._records.decide(session, request.reference, "sale", account, request.amount_fen, response)
        if decision.approved:
            self._records.move(session, account, request.reference, "sale", -request.amount_fen)
        return replace(decision, balance_fen=account.balance_fen)

    def _scripts(
        self, session: Session, account: Account, request: AuthRequest, card: Chip, objects: Objects, data: bytes
    ) -> tuple[bytes, bytes]:
        """Tag 91's value, false where that was ordered, and the commands that go with it."""
        if take_false_answer(session, account.id):
            data = bytes([data[0] ^ 1]) + data[1:]
        keys = (request.pan, self._keys.zpk)
        scripts = templates(session, account.id, card, objects, *keys, request.reference)
        account.scripts_wait = bool(open_orders(session, account.id))
        return data, scripts
