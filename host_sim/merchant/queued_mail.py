"""The way of every mail into the outbox."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from host_sim.merchant.mail import Mail, MailError
from host_sim.store.schema import Alarm, Merchant, Notice


def queue_mail(
    session: Session, merchant: Merchant, write: Callable[[], Mail], now: datetime, about: str = ""
) -> Notice | None:
    """Queue what write composes for the merchant. None where it has no address, or where write raises MailError: what
    the mail is to tell has happened all the same, so that becomes an alarm. about: what the alarm names, else the
    merchant. now: aware."""
    if not merchant.email:
        return None
    try:
        mail = write()
    except MailError as error:
        text = f"{about or f'merchant {merchant.number}'}: {': '.join(map(str, error.args))}"
        session.add(Alarm(at=now, kind="notice_failed", text=text))
        return None
    notice = Notice(
        merchant_id=merchant.id,
        channel="email",
        subject=mail.subject,
        body=mail.text,
        message_id=mail.message_id,
        next_at=now,
    )
    session.add(notice)
    session.flush()
    return notice
