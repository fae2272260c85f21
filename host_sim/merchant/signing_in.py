"""A merchant signs in to its page: a code is sent where it is reached, the code gives a token. No password to lose.

Code and token are only here as digests; both end. Source: NIST SP 800-63B, 5.1.3.2 (out-of-band verifiers: good for at
most ten minutes, tries bounded).
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from host_sim.merchant.announce import announce
from host_sim.merchant.mail import compose
from host_sim.merchant.queued_mail import queue_mail
from host_sim.store.schema import Merchant, SignIn

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=5)
SIGNED_IN_LASTS = timedelta(hours=8)
TRIES_MOST = 5
CODES_MOST = 5
CODES_WITHIN = timedelta(minutes=15)
WORDS = {
    "zh": ("登录验证码", "您的登录验证码是{code}，{until}前有效。请勿告诉任何人；如非本人操作，请忽略。"),
    "en": ("Sign-in code", "Your sign-in code is {code}, good until {until}. Tell it to nobody; if it was not you,"
           " do nothing."),
}  # fmt: skip


class SignInError(Exception):
    """Nobody is signed in by this. args: reason, a key of the page's words."""


def ask_code(session: Session, merchant_number: str, now: datetime, entropy: Callable[[int], bytes]) -> int:
    """Send a code to a merchant. Gives the number of the sign-in, to be named with the code.

    An unknown merchant gets a number too, and no code: who asks learns nothing. Raises SignInError: too-many-codes.
    """
    merchant = session.scalar(select(Merchant).where(Merchant.number == merchant_number))
    if merchant is None:
        return int.from_bytes(entropy(4), "big") | 1 << 40
    recent = select(func.count()).where(SignIn.merchant_id == merchant.id, SignIn.asked_at > now - CODES_WITHIN)
    if (session.scalar(recent) or 0) >= CODES_MOST:
        raise SignInError("too-many-codes")
    # 2^64 over 10^6: no code is likelier than another by more than one in 10^13.
    code = f"{int.from_bytes(entropy(8), 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
    asked = SignIn(merchant_id=merchant.id, asked_at=now, until=now + CODE_LASTS)
    session.add(asked)
    session.flush()
    asked.code_digest = _digest(f"{asked.id}.{code}")
    announce(session, merchant, "sign_in.code", str(asked.id), {"code": code}, now)
    _mail(session, merchant, asked, code, now)
    session.flush()
    return asked.id


def enter_code(session: Session, number: int, code: str, now: datetime, entropy: Callable[[int], bytes]) -> str:
    """The token of who entered the right code in time, "" for anybody else: the try is counted."""
    asked = session.get(SignIn, number, with_for_update=True) if number < 1 << 31 else None
    if asked is None or asked.code_digest is None or asked.until <= now or asked.tries >= TRIES_MOST:
        return ""
    asked.tries += 1
    if not hmac.compare_digest(asked.code_digest, _digest(f"{number}.{code}")):
        session.flush()
        return ""
    token = entropy(32).hex()
    asked.code_digest, asked.token_digest = None, _digest(token)
    asked.until = now + SIGNED_IN_LASTS
    session.flush()
    return token


def signed_in(session: Session, token: str, now: datetime) -> int | None:
    """The merchant of a token, or None where it is none or has ended."""
    found = session.scalar(select(SignIn).where(SignIn.token_digest == _digest(token), SignIn.until > now))
    return None if found is None else found.merchant_id


def sign_out(session: Session, token: str) -> None:
    """The token is worth nothing from now on."""
    found = session.scalar(select(SignIn).where(SignIn.token_digest == _digest(token)))
    if found is not None:
        found.token_digest = None


def _mail(session: Session, merchant: Merchant, asked: SignIn, code: str, now: datetime) -> None:
    if not merchant.email:
        return
    title, text = WORDS[merchant.language]
    until = f"{asked.until.astimezone(ZoneInfo(merchant.zone)):%H:%M}"
    plain = text.format(code=code, until=until) + "\n"
    to, language, name = merchant.email, merchant.language, f"sign-in.{asked.id}"
    queue_mail(
        session,
        merchant,
        lambda: compose(
            to=to, subject=title, name=name, at=now, language=language, plain=plain, html=f"<p>{plain}</p>"
        ),
        now,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
