"""The issuer's bookkeeping: finding an account, moving money, keeping what was decided."""

from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from host_sim.clock import Clock
from host_sim.networks.cards import token
from host_sim.networks.issuer.messages import Decision, IssuerError
from host_sim.networks.issuer.schema import Account, Authorisation, Base, Movement

_ACCOUNT_OF = select(Account).where(Account.pan_token == bindparam("pan_token")).with_for_update()
_KNOWN = select(Authorisation).where(Authorisation.reference == bindparam("reference"))
_ACCOUNT = Base.metadata.tables[Account.__tablename__]
_MOVE, _DECIDE = (insert(Base.metadata.tables[one.__tablename__]) for one in (Movement, Authorisation))
KEPT = ("balance_fen", "atc", "tries", "numbers", "scripts_wait")
_KEEP = (
    update(_ACCOUNT)
    .where(_ACCOUNT.c.id == bindparam("account_id"))
    .values({name: bindparam(f"new_{name}") for name in KEPT})
)
_LAST_MOVE = select(func.max(Base.metadata.tables[Movement.__tablename__].c.id))


class Records:
    """token_key: the key of the card token. Each method works in the session it is given."""

    def __init__(self, token_key: bytes, clock: Clock):
        self._token_key = token_key
        self._clock = clock

    def token(self, pan: str) -> str:
        """What stands for the card number in the tables."""
        return token(self._token_key, pan)

    def find(self, session: Session, pan: str) -> Account | None:
        """The card's account, locked where the database has row locks."""
        return session.scalar(_ACCOUNT_OF, {"pan_token": self.token(pan)})

    def account(self, session: Session, pan: str) -> Account:
        """The card's account. Raises IssuerError."""
        account = self.find(session, pan)
        if account is None:
            raise IssuerError("card number", "is not one of this issuer's: issue it first")
        return account

    def known(self, session: Session, reference: str) -> Authorisation | None:
        """What was decided for the reference."""
        return session.scalar(_KNOWN, {"reference": reference})

    def move(self, session: Session, account: Account, reference: str, kind: str, amount_fen: int) -> None:
        """Money to (positive) or from the account."""
        account.balance_fen += amount_fen
        values = {"reference": reference, "kind": kind, "amount_fen": amount_fen, "at": self._clock.now()}
        session.connection().execute(_MOVE, {"account_id": account.id, **values})

    def keep(self, session: Session, account: Account) -> None:
        """Write down what a payment changes of an account that is not the session's own."""
        changed = {f"new_{name}": getattr(account, name) for name in KEPT}
        session.connection().execute(_KEEP, {"account_id": account.id, **changed})

    def decide(
        self,
        session: Session,
        reference: str,
        kind: str,
        account: Account | None,
        amount_fen: int,
        response: str,
        said: str | None = None,
        **more: Any,
    ) -> Decision:
        """Keep a decision and return it. said: the authorisation code where it was given before. more: columns
        issuer_data, atc, original."""
        auth_code = None
        if response == "00":
            auth_code = said or f"{((session.connection().scalar(_LAST_MOVE) or 0) + 1) % 1_000_000:06d}"
        values = dict(
            reference=reference,
            kind=kind,
            state="answered",
            account_id=account.id if account else None,
            amount_fen=amount_fen,
            response=response,
            auth_code=auth_code,
            at=self._clock.now(),
            **more,
        )
        session.connection().execute(_DECIDE, values)
        return Decision(response, auth_code, more.get("issuer_data"))

    def refuse_in_advance(self, session: Session, reference: str) -> None:
        """A reference that was taken back before it came: when it comes, the answer is there already."""
        self.decide(session, reference, "sale", None, 0, "12")
        session.get_one(Authorisation, reference).state = "reversed"

    def again(self, session: Session, known: Authorisation) -> Decision:
        """The answer to a reference that was decided before."""
        if known.state == "reversed":
            return Decision("12")
        account = session.get(Account, known.account_id) if known.account_id else None
        return Decision(known.response, known.auth_code, known.issuer_data, account.balance_fen if account else None)
