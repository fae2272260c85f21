"""Exactly once, by (terminal, batch, trace, kind). The key is unique in the database and taken before money moves.

What may be resent (0220, 0320, 0400, 0500, 0620) gets the stored answer while its content is the same. The same key
with other content gets 94 and an alarm. A 0200 is never resent: its key a second time gets 94.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, insert, select
from sqlalchemy.orm import Session

from host_sim.acquirer.request import Reply, Request
from host_sim.store.schema import Alarm, Base, Message, Tombstone

RESENDABLE = ("0220", "0320", "0400", "0500", "0620")


class Key(NamedTuple):
    """What makes a message one."""

    terminal_id: int
    batch_number: int
    trace: int
    kind: str


def of_key(table: FromClause) -> ColumnElement[bool]:
    """The condition that a row of table has the key given with the statement."""
    return and_(*(table.c[name] == bindparam(name) for name in Key._fields))


_FIND = select(Message).where(of_key(Message.__table__))
_BURIED = select(Tombstone.id).where(of_key(Tombstone.__table__))
_TAKE = insert(Base.metadata.tables[Message.__tablename__])


def key_of(request: Request, batch_number: int | None = None, kind: str | None = None) -> Key:
    """The request's key. batch_number: where it is not F60.2's. kind: where it is not the request's own."""
    batch = request.batch if batch_number is None else batch_number
    return Key(request.till.id, batch, request.trace, kind or request.kind)


def find(session: Session, key: Key) -> Message | None:
    """The message that took the key."""
    return session.scalar(_FIND, key._asdict())


def repeated(session: Session, message: Message, request: Request, digest: str) -> Reply | None:
    """The answer to a key that was taken before; None where it is the same question and not answered yet."""
    if message.digest != digest:
        alarm(session, request, "content differs", f"{message.kind}: same key, other content")
        return Reply("94")
    if request.mti not in RESENDABLE:
        return Reply("94")
    return Reply.restored(message.answer) if message.answer is not None else None


def take(
    session: Session,
    key: Key,
    digest: str,
    at: datetime,
    reply: Reply | None = None,
    payment_id: int | None = None,
) -> None:
    """Take the key, for a payment if there is one; with a reply, answer it too. IntegrityError where it is taken."""
    answer = reply.stored() if reply else None
    values = {**key._asdict(), "digest": digest, "at": at, "answer": answer, "payment_id": payment_id}
    session.connection().execute(_TAKE, values)


def bury(session: Session, key: Key, at: datetime) -> None:
    """A tombstone: the original with this key is refused if it still comes."""
    if not buried(session, key):
        session.add(Tombstone(**key._asdict(), at=at))


def buried(session: Session, key: Key) -> bool:
    """Whether the key's reversal came first."""
    return session.scalar(_BURIED, key._asdict()) is not None


def alarm(session: Session, request: Request, kind: str, text: str) -> None:
    """Write down what a person must look at, with where it happened."""
    where = f"terminal {request.till.number} batch {request.batch} trace {request.text(11)}"
    session.add(Alarm(at=request.at, kind=kind, text=f"{where}: {text}"))
