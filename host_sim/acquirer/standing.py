"""What the host's records say of a terminal and of a key before a payment is opened."""

from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from host_sim.acquirer.exactly_once import Key, of_key
from host_sim.acquirer.request import Request
from host_sim.store.schema import Base, Batch, Merchant, Message, Terminal, Tombstone


class Standing(NamedTuple):
    """batch_number: the terminal's own. batch_state: of F60.2's, None where there is no such batch. taken: the key has
    come before. buried: the key's reversal has."""

    merchant: Merchant
    batch_number: int
    batch_state: str | None
    taken: bool
    buried: bool


def stand(session: Session, request: Request, key: Key) -> Standing:
    """The terminal's standing, with the terminal locked: see lock_terminal()."""
    merchant, batch_number = session.execute(_TERMINAL, {"terminal_id": request.till.id}).one()
    state, message, tombstone = (
        session.connection().execute(_KEY, {**key._asdict(), "filed_batch": request.batch}).one()
    )
    return Standing(merchant, batch_number, state, message is not None, tombstone is not None)


def lock_terminal(session: Session, terminal_id: int) -> None:
    """Where the database has row locks, one unit at a time opens or reverses payments of a terminal: of an original
    and its reversal that come through two hosts, the second sees what the first did."""
    session.execute(_LOCK, {"terminal_id": terminal_id})


_LOCK = select(Terminal.id).where(Terminal.id == bindparam("terminal_id")).with_for_update()
_TERMINAL = (
    select(Merchant, Terminal.batch_number)
    .join(Terminal, Terminal.merchant_id == Merchant.id)
    .where(Terminal.id == bindparam("terminal_id"))
    .with_for_update(of=Terminal)
)
_BATCH, _MESSAGE, _TOMBSTONE = (Base.metadata.tables[one.__tablename__] for one in (Batch, Message, Tombstone))
# A second statement: on PostgreSQL it sees what was committed while the first waited for the lock.
_KEY = select(
    select(_BATCH.c.state)
    .where(_BATCH.c.terminal_id == bindparam("terminal_id"), _BATCH.c.number == bindparam("filed_batch"))
    .scalar_subquery(),
    select(_MESSAGE.c.id).where(of_key(_MESSAGE)).scalar_subquery(),
    select(_TOMBSTONE.c.id).where(of_key(_TOMBSTONE)).scalar_subquery(),
)
