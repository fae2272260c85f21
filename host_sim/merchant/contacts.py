"""Where a merchant is told through gateways: a phone number, a webhook with its signing key."""

import base64
import re
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from host_sim.store.schema import Contact, Merchant

PHONE = re.compile(r"\+[1-9]\d{6,14}")  # ITU-T E.164
URL_MOST = 300
SECRET_BYTES = 32
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ContactError(Exception):
    """A contact that cannot be used. args: which, reason and what to do."""

    def __str__(self) -> str:
        return ": ".join(str(part) for part in self.args)


class Sealer(Protocol):
    """acquirer.vault.Vault."""

    def seal(self, text: str, bound_to: str) -> bytes: ...

    def open(self, sealed: bytes, bound_to: str) -> str: ...


def set_phone(session: Session, merchant: Merchant, number: str) -> Contact:
    """Tell the merchant by SMS to this number, as +86 13800138000 without blanks. Raises ContactError."""
    if PHONE.fullmatch(number) is None:
        raise ContactError("phone number", "not one: write it with + and the country's code, without blanks")
    return _set(session, merchant, "sms", number, None)


def set_webhook(
    session: Session, merchant: Merchant, url: str, vault: Sealer, entropy: Callable[[int], bytes]
) -> tuple[Contact, str]:
    """Tell the merchant's server at url. Gives the contact and its new signing key, shown this once. Raises
    ContactError."""
    check_url(url)
    secret = base64.urlsafe_b64encode(entropy(SECRET_BYTES)).decode("ascii").rstrip("=")
    return _set(session, merchant, "webhook", url, vault.seal(secret, merchant.number)), secret


def remove(session: Session, merchant: Merchant, channel: str) -> None:
    """Tell the merchant no more by this channel; what waits is still sent."""
    contact = session.scalar(select(Contact).where(Contact.merchant_id == merchant.id, Contact.channel == channel))
    if contact is not None:
        contact.address, contact.secret_cipher = "", None


def check_url(url: str) -> None:
    """Raises ContactError for what is no https URL, or plain http to anywhere but this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    plain = parts.scheme == "http" and host in LOOPBACK
    if host is None or parts.username or len(url) > URL_MOST or not (parts.scheme == "https" or plain):
        raise ContactError("webhook", "not an address that can be used: write https://host/path, without a password")


def _set(session: Session, merchant: Merchant, channel: str, address: str, sealed: bytes | None) -> Contact:
    contact = session.scalar(select(Contact).where(Contact.merchant_id == merchant.id, Contact.channel == channel))
    if contact is None:
        contact = Contact(merchant_id=merchant.id, channel=channel)
        session.add(contact)
    contact.address, contact.secret_cipher = address, sealed
    session.flush()
    return contact
