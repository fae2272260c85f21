"""The house that switches wallets, and the wallets themselves: accounts, codes, orders, and money that moves once.

Towards the acquirer it is a network (networks/switch.py): every request is idempotent by its reference and may block.
Towards phones it opens accounts, shows codes, asks for passwords and pays the codes that tills show. Its time is the
clock's that it is handed: what is due at a time happens when the house is next spoken to after it.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from host_sim.clock import Clock
from host_sim.networks.cards import token
from host_sim.networks.clearing.house import House
from host_sim.networks.clearing.item import ClearingItem
from host_sim.networks.clearing.switched import Base as ClearingBase
from host_sim.networks.clearing.switched import Switched, switched_items
from host_sim.networks.issuer import AuthRequest, Decision, MovementView
from host_sim.networks.wallet import merchant_code
from host_sim.networks.wallet.giving_back import give_back, take_back
from host_sim.networks.wallet.orders import CHANNEL, again, decline, pay, settle_due
from host_sim.networks.wallet.schema import Base, PayCode, Purse, PurseMovement, WalletOrder
from host_sim.networks.wallet.wallets import PENDING, WalletError, load_wallets
from host_sim.store.connect import connect
from host_sim.store.migrate import create_missing

CODE_LIFE = timedelta(seconds=60)
SHOWN_LIFE = timedelta(seconds=180)
SLOW = timedelta(seconds=20)
PASSWORD_OVER_FEN = 100_000
LIMIT_FEN = 5_000_000
CONDUCTS = ("", "slow", "lost")
"""Of a purse. slow: its payments take SLOW. lost: each is done, and the answer that says so never comes."""
UNKNOWN_CODE, OLD_CODE, OVER_LIMIT, REFUSED = "14", "54", "61", "05"


class WalletHouse:
    """url: an SQLAlchemy URL, the issuer's may be shared. key: 32 bytes, of the tokens that stand for codes.
    entropy(n): n random bytes."""

    def __init__(self, url: str, key: bytes, clock: Clock, entropy: Callable[[int], bytes]):
        self._engine = connect(url)
        # SQLite has one writer: who waits for it here is woken at once, who waits there sleeps and looks again.
        self._turn = threading.Lock() if self._engine.dialect.name == "sqlite" else contextlib.nullcontext()
        self._key, self._clock, self._entropy = key, clock, entropy
        self.wallets = load_wallets()
        for base in (Base, ClearingBase):
            create_missing(self._engine, base.metadata)

    def close(self) -> None:
        """Release the database."""
        self._engine.dispose()

    @contextmanager
    def _unit(self) -> Iterator[Session]:
        with self._turn, Session(self._engine) as session, session.begin():
            yield session

    def clearing(self, cutoff: time, zone: str) -> Callable[[Path], House]:
        """The clearing house of all wallets, for a folder to lay files in: from the house's own book alone."""

        def items(first: datetime, end: datetime) -> Iterator[ClearingItem]:
            return switched_items(self._engine, first, end)

        def begun() -> datetime | None:
            with Session(self._engine) as session:
                return session.scalar(select(func.min(Switched.at)))

        return lambda folder: House(CHANNEL, "csv", cutoff, zone, items, begun, folder)

    # ---- what people do on their phones
    def purse(self, name: str) -> int | None:
        """The number of the first purse of that name."""
        with self._unit() as session:
            return session.scalar(select(func.min(Purse.id)).where(Purse.name == name))

    def open_purse(
        self,
        wallet: str,
        name: str,
        balance_fen: int,
        limit_fen: int = LIMIT_FEN,
        password_over_fen: int = PASSWORD_OVER_FEN,
        conduct: str = "",
    ) -> int:
        """A customer's account; its number. limit_fen: of one payment. Raises WalletError."""
        if wallet not in self.wallets or conduct not in CONDUCTS:
            raise WalletError("purse", f"wallet is one of {', '.join(self.wallets)}, conduct of {CONDUCTS}")
        with self._unit() as session:
            purse = Purse(
                wallet=wallet,
                name=name,
                balance_fen=balance_fen,
                limit_fen=limit_fen,
                password_over_fen=password_over_fen,
                conduct=conduct,
            )
            session.add(purse)
            session.flush()
            return purse.id

    def show_code(self, purse_id: int) -> str:
        """A new code on the phone: it lives CODE_LIFE and pays once. The one before it ends."""
        now = self._clock.now()
        with self._unit() as session:
            purse = session.get_one(Purse, purse_id)
            wallet = self.wallets[purse.wallet]
            spread = int(wallet.last) - int(wallet.first) + 1
            drawn = int.from_bytes(self._entropy(16), "big")
            begins = f"{int(wallet.first) + drawn % spread:0{len(wallet.first)}d}"
            code = begins + f"{drawn // spread:040d}"[-(wallet.digits - len(begins)) :]
            session.execute(update(PayCode).where(PayCode.purse_id == purse_id).values(used=True))
            session.add(PayCode(token=token(self._key, code), purse_id=purse_id, ends_at=now + CODE_LIFE))
            return code

    def waiting_fen(self, purse_id: int) -> int:
        """What the phone asks its customer to confirm now; 0 where it asks nothing."""
        with self._unit() as session:
            order = self._asked(session, purse_id)
            return order.amount_fen if order else 0

    def answer(self, purse_id: int, yes: bool = True) -> bool:
        """The customer enters the password, or says no. False where nothing is asked any more."""
        with self._unit() as session:
            order = self._asked(session, purse_id)
            if order is None:
                return False
            if yes:
                pay(session, order, self._clock.now())
            else:
                decline(order, REFUSED)
            return True

    def pay_shown(self, purse_id: int, text: str) -> str:
        """The phone reads the code that a till shows and pays it. The order's response: 00, PENDING, or why not.
        Raises WalletError for what is no code, or one that is over."""
        shown = merchant_code.read(text)
        now = self._clock.now()
        with self._unit() as session:
            order = session.get(WalletOrder, shown.reference, with_for_update=True)
            if order is None or order.state != "open" or (order.ends_at is not None and order.ends_at < now):
                raise WalletError("code", "is paid, closed or too old: ask for another one")
            if order.amount_fen != shown.amount_fen:
                raise WalletError("code", "has another amount than its order: ask for another one")
            order.purse = session.get_one(Purse, purse_id, with_for_update=True)
            self._begin(session, order, asks=False)
            return order.response

    def balance_fen(self, purse_id: int) -> int:
        with self._unit() as session:
            return session.get_one(Purse, purse_id).balance_fen

    def movements(self) -> list[MovementView]:
        """Every movement of every purse, oldest first."""
        with self._unit() as session:
            rows = session.scalars(select(PurseMovement).order_by(PurseMovement.id)).all()
            return [MovementView(one.purse.name, one.reference, one.kind, one.amount_fen, one.at) for one in rows]

    # ---- what the acquirer asks
    def pay(self, reference: str, wallet: str, code: str, amount_fen: int) -> Decision:
        """Pay by the code that a customer shows. 14 no code of that wallet or one that was used, 54 too old, 51 61 as
        with cards, PENDING while the customer or the wallet has yet to say."""
        now = self._clock.now()
        with self._unit() as session:
            known = session.get(WalletOrder, reference, with_for_update=True)
            if known is not None:
                return again(known)
            shown = session.scalar(select(PayCode).where(PayCode.token == token(self._key, code)).with_for_update())
            order = self._new(session, reference, amount_fen)
            if shown is None or shown.used or shown.purse.wallet != wallet:
                decline(order, UNKNOWN_CODE)
                return again(order)
            shown.used = True
            purse = order.purse = session.get_one(Purse, shown.purse_id, with_for_update=True)
            if shown.ends_at < now:
                decline(order, OLD_CODE)
            else:
                self._begin(session, order)
            lost = purse.conduct == "lost"
            decision = again(order)
        if lost:
            raise ConnectionError("no answer")
        return decision

    def open_order(self, reference: str, amount_fen: int) -> Decision:
        """Somebody will scan a code for it. PENDING; the same reference again gets what has become of it."""
        with self._unit() as session:
            known = session.get(WalletOrder, reference, with_for_update=True)
            order = known or self._new(session, reference, amount_fen)
            return again(order)

    def enquire(self, reference: str) -> Decision | None:
        """What has become of the reference, None where it has not come."""
        with self._unit() as session:
            order = session.get(WalletOrder, reference, with_for_update=True)
            if order is None:
                return None
            settle_due(session, order, self._clock.now())
            return again(order)

    def void(self, reference: str, original: str) -> Decision:
        """Give back the whole of a payment. 12 where it is not one any more, 25 where it is unknown."""
        with self._unit() as session:
            return give_back(session, reference, "void", original, None, self._clock.now())

    def refund(self, reference: str, original: str, amount_fen: int) -> Decision:
        """Give back part of a payment. 64 where all refunds together would pass it."""
        with self._unit() as session:
            return give_back(session, reference, "refund", original, amount_fen, self._clock.now())

    def reverse(self, reference: str) -> Decision:
        """Undo whatever the reference did, or close its order; one that has not come yet is refused when it comes."""
        with self._unit() as session:
            return take_back(session, reference, self._clock.now())

    def authorise(self, request: AuthRequest) -> Decision:
        """No card leads here."""
        return Decision("14")

    def script_results(self, reference: str, results: bytes) -> int:
        """None of its customers has a card."""
        return 0

    # ---- how an order goes
    def _new(self, session: Session, reference: str, amount_fen: int) -> WalletOrder:
        now = self._clock.now()
        order = WalletOrder(
            reference=reference,
            kind="sale",
            state="open",
            amount_fen=amount_fen,
            response=PENDING,
            ends_at=now + SHOWN_LIFE,
            at=now,
        )
        session.add(order)
        session.flush()
        return order

    def _begin(self, session: Session, order: WalletOrder, asks: bool = True) -> None:
        """The customer is known. asks: whether the phone may want a password still; who scans has entered it."""
        purse, now = order.purse, self._clock.now()
        assert purse is not None
        order.state, order.response = "asking", PENDING
        if order.amount_fen > purse.limit_fen:
            decline(order, OVER_LIMIT)
        elif asks and order.amount_fen > purse.password_over_fen:
            return
        elif purse.conduct == "slow":
            order.settles_at = now + SLOW
        else:
            pay(session, order, now)

    def _asked(self, session: Session, purse_id: int) -> WalletOrder | None:
        """The newest order that waits for this customer."""
        asking = (WalletOrder.purse_id == purse_id, WalletOrder.state == "asking", WalletOrder.settles_at.is_(None))
        newest = select(func.max(WalletOrder.reference)).where(*asking).scalar_subquery()
        return session.scalar(select(WalletOrder).where(WalletOrder.reference == newest).with_for_update())
