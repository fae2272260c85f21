"""A mail as bytes that never change: plain text with an HTML alternative. RFC 5322, RFC 2045-2047."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

SENDER = Address("picotill", "settlement", "host.picotill.example")


class MailError(Exception):
    """A mail that cannot be composed. args: what, reason and what to do; never the address itself."""


@dataclass(frozen=True)
class Mail:
    """A finished mail. text is the whole of it, ASCII with CRLF; message_id stays its name for ever."""

    subject: str
    message_id: str
    text: str


def compose(*, to: str, subject: str, name: str, at: datetime, language: str, plain: str, html: str) -> Mail:
    """Put a mail together. name makes its Message-ID: the same name is the same mail. at: aware, its Date.

    Raises MailError for an address that is none.
    """
    recipient = _recipient(to)
    message_id = f"<{name}@{SENDER.domain}>"
    message = EmailMessage(policy=SMTP)
    message["From"] = SENDER
    message["To"] = recipient
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    # RFC 3834: nobody's holiday reply is wanted.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain, cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    message["Content-Language"] = "zh-CN" if language == "zh" else "en"
    # The library's boundary is random; a repeated run must give the same bytes.
    message.set_boundary("=_" + hashlib.sha256(message_id.encode()).hexdigest()[:32])
    return Mail(subject, message_id, message.as_bytes().decode("ascii"))


def check_address(to: str) -> None:
    """Raises MailError for an address that is none."""
    _recipient(to)


def _recipient(to: str) -> Address:
    # The cause is not chained: its text repeats the address.
    problem = MailError("merchant's e-mail address", "not an address: correct it in the merchant's record")
    if to.count("@") != 1 or not to.isascii() or not to.isprintable():
        raise problem
    try:
        recipient = Address(addr_spec=to)
    except (ValueError, IndexError):
        raise problem from None
    if not recipient.username or not recipient.domain:
        raise problem
    return recipient
