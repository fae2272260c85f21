"""The outbox emptied: notices sent by SMTP, tried again with growing pauses, given up after a bound.

A notice is claimed before it is sent and its outcome written after: a host that dies in between
sends it again later, as the same mail with the same Message-ID.
"""

import asyncio
from datetime import datetime, timedelta
from email import message_from_string
from email.policy import SMTP
from email.utils import parseaddr
from typing import NamedTuple, Protocol, TypeVar

import aiosmtplib
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from host_sim.store.engine import Store
from host_sim.store.schema import Alarm, GatewayNotice, Notice

TRIES_MOST = 8
PAUSE_S = 60
PAUSE_MOST_S = 3_600
LEASE_S = 300  # longer than one try takes: another process then takes the notice over
NOTICES_PER_RUN = 50
TIMEOUT_S = 20.0
REASON_MOST = 200


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """An aware UTC instant."""
        ...


class Due(NamedTuple):
    """A notice claimed for one try."""

    id: int
    text: str


class Sender:
    """Sends what waits in the outbox. smtp: (host, port) of a mail server."""

    def __init__(self, store: Store, smtp: tuple[str, int], clock: Clock):
        self._store = store
        self._host, self._port = smtp
        self._clock = clock
        self._one_run = asyncio.Lock()

    async def send_due(self) -> int:
        """Try every notice that is due once, at most NOTICES_PER_RUN. Gives how many were sent.

        A failure is no error here: it is written on the notice with the time of the next try. After
        TRIES_MOST tries, or where the server refuses for good, the notice has failed and an alarm says so.
        """
        async with self._one_run:
            now = self._clock.now()
            sent = 0
            for due in await self._store.write(lambda session: _due(session, now)):
                failure = await self._try(due.text)
                after = self._clock.now()
                await self._store.write(lambda s, due=due, f=failure, at=after: outcome(s, Notice, due.id, f, at))
                sent += failure is None
            return sent

    async def _try(self, text: str) -> tuple[str, bool] | None:
        """Send one mail. None: the server has it. Else (reason without addresses, whether it is for good)."""
        message = message_from_string(text, policy=SMTP)
        try:
            await aiosmtplib.send(
                text.encode("ascii"),
                sender=parseaddr(message["From"])[1],
                recipients=[parseaddr(message["To"])[1]],
                hostname=self._host,
                port=self._port,
                timeout=TIMEOUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = max(refusal.code for refusal in error.recipients)
            return f"the mail server refused the recipient ({code})", code >= 500
        except aiosmtplib.SMTPResponseException as error:
            return f"the mail server answered {error.code}", error.code >= 500
        except (aiosmtplib.SMTPException, OSError) as error:
            return f"no mail server at {self._host}:{self._port}: {type(error).__name__}"[:REASON_MOST], False
        return None


def _due(session: Session, now: datetime) -> list[Due]:
    return [Due(notice.id, notice.body) for notice in claim(session, Notice, now)]


Outgoing = TypeVar("Outgoing", Notice, GatewayNotice)


def claim(session: Session, table: type[Outgoing], now: datetime, *conditions: ColumnElement[bool]) -> list[Outgoing]:
    """Take the notices of a table that are due, for one try; nobody else tries them for LEASE_S."""
    notices = session.scalars(
        select(table)
        .where(table.state == "waiting", table.next_at <= now, *conditions)
        .order_by(table.next_at, table.id)
        .limit(NOTICES_PER_RUN)
        .with_for_update(skip_locked=True)
    ).all()
    for notice in notices:
        notice.tries += 1
        notice.next_at = now + timedelta(seconds=LEASE_S)
    return list(notices)


def outcome(
    session: Session,
    table: type[Notice] | type[GatewayNotice],
    notice_id: int,
    failure: tuple[str, bool] | None,
    at: datetime,
) -> None:
    """Write what a try came to. failure: (reason without addresses, whether it is for good); None: it was sent."""
    notice = session.get_one(table, notice_id)
    if failure is None:
        notice.state, notice.sent_at, notice.last_error = "sent", at, None
        return
    reason, for_good = failure
    notice.last_error = reason
    if for_good or notice.tries >= TRIES_MOST:
        notice.state = "failed"
        by = "the mail server" if table is Notice else "the receiver"
        text = f"notice {notice.id} not sent after {notice.tries} tries: {reason}. Check the address and {by}."
        session.add(Alarm(at=at, kind="notice_failed", text=text))
        return
    notice.next_at = at + timedelta(seconds=min(PAUSE_S * 2 ** (notice.tries - 1), PAUSE_MOST_S))
