"""Notices sent through gateways: SMS through the operator's gateway, webhooks to merchants' own servers. HTTP POST.

Every request is signed: Picotill-Signature is v1= and the hex HMAC-SHA256, under the receiver's key, of the timestamp,
a dot and the body; Picotill-Timestamp is when this try was made, in seconds since 1970; Picotill-Id stays the same over
every try, so that a receiver takes a notice once. 2xx means taken; 408, 425, 429, 5xx and silence are tried again.
"""

import hashlib
import hmac
import json
from datetime import datetime
from typing import NamedTuple

import httpx
from sqlalchemy.orm import Session

from host_sim.merchant.contacts import Sealer
from host_sim.merchant.notices import Clock, claim, outcome
from host_sim.store.engine import Store
from host_sim.store.schema import GatewayNotice

TIMEOUT_S = 10.0
AGAIN = frozenset({408, 425, 429})
TOLERANCE_S = 300


class Gateway(NamedTuple):
    """The operator's SMS gateway: where it listens, and the key that it shares with us."""

    url: str
    key: str


class Due(NamedTuple):
    """A notice claimed for one try. key: "" where there is none to sign with."""

    id: int
    notice_id: str
    url: str
    key: str
    body: bytes


class GatewaySender:
    """Sends what waits for gateways. sms: the operator's gateway, None to leave its notices waiting."""

    def __init__(self, store: Store, vault: Sealer, clock: Clock, sms: Gateway | None = None):
        self._store, self._vault, self._clock, self._sms = store, vault, clock, sms

    async def send_due(self) -> int:
        """Try every notice that is due once, as notices.Sender does. Gives how many were taken."""
        now = self._clock.now()
        due = await self._store.write(lambda session: self._claim(session, now))
        sent = 0
        if due:
            # No redirects: a signed notice goes where the merchant said, or nowhere.
            async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
                for one in due:
                    failure = await self._try(client, one)
                    at = self._clock.now()
                    await self._store.write(
                        lambda s, one=one, f=failure, at=at: outcome(s, GatewayNotice, one.id, f, at)
                    )
                    sent += failure is None
        return sent

    def _claim(self, session: Session, now: datetime) -> list[Due]:
        channels = ("webhook", "sms") if self._sms is not None else ("webhook",)
        notices = claim(session, GatewayNotice, now, GatewayNotice.channel.in_(channels))
        return [self._due(notice) for notice in notices]

    def _due(self, notice: GatewayNotice) -> Due:
        contact = notice.contact
        if notice.channel == "sms" and self._sms is not None:
            body = json.dumps({"id": notice.notice_id, "to": contact.address, "text": notice.body}, ensure_ascii=False)
            return Due(notice.id, notice.notice_id, self._sms.url, self._sms.key, body.encode())
        sealed = contact.secret_cipher
        key = self._vault.open(sealed, contact.merchant.number) if sealed is not None else ""
        return Due(notice.id, notice.notice_id, contact.address, key, notice.body.encode())

    async def _try(self, client: httpx.AsyncClient, due: Due) -> tuple[str, bool] | None:
        """Send one. None: taken. Else (reason without addresses, whether it is for good)."""
        if not due.url or not due.key:
            return "the contact was taken away", True
        timestamp = int(self._clock.now().timestamp())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Picotill-Id": due.notice_id,
            "Picotill-Timestamp": str(timestamp),
            "Picotill-Signature": sign(due.key, timestamp, due.body),
        }
        try:
            async with client.stream("POST", due.url, content=due.body, headers=headers) as answer:
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return f"no answer from the receiver: {type(error).__name__}", False
        if 200 <= status < 300:
            return None
        return f"the receiver answered {status}", status < 500 and status not in AGAIN


def sign(key: str, timestamp: int, body: bytes) -> str:
    """The signature of one try. RFC 2104."""
    mac = hmac.new(key.encode("ascii"), b"%d." % timestamp + body, hashlib.sha256)
    return "v1=" + mac.hexdigest()


def verify(key: str, timestamp: int, body: bytes, signature: str, now: int) -> bool:
    """What a receiver does: the signature is ours, and the try is not an old one again. now: seconds since 1970."""
    return abs(now - timestamp) <= TOLERANCE_S and hmac.compare_digest(signature, sign(key, timestamp, body))
